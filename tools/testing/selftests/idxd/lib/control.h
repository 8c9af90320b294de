/* SPDX-License-Identifier: GPL-2.0-only */
/* What the administrator does while programs use a work queue. */
#ifndef IDXD_TEST_CONTROL_H
#define IDXD_TEST_CONTROL_H

#include "wq.h"

/**
 * control_disable_wq() - disable a work queue, whoever has it open
 * @wq: enabled queue
 *
 * Return: 0, or a negative errno.
 */
int control_disable_wq(const struct wq *wq);

/* Enable a queue that is disabled and configured; the same is returned. */
int control_enable_wq(const struct wq *wq);

/* Disable the queue's device, and with it all queues. */
int control_disable_device(const struct wq *wq);

/**
 * control_setup() - configure and enable everything as before the test
 * @options: of setup-wqs.sh, or ""
 *
 * Return: 0, or -EIO if that fails.
 */
int control_setup(const char *options);

/**
 * control_wq_attr() - set an attribute of a disabled work queue
 * @wq: the queue
 * @attr: name of the attribute
 * @value: the text
 *
 * Return: 0, or a negative errno.
 */
int control_wq_attr(const struct wq *wq, const char *attr, const char *value);

/* Number of files that have the queue open, or -1. */
long control_clients(const struct wq *wq);

#endif /* IDXD_TEST_CONTROL_H */
