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

/* Reset the PCI device's function, or unbind and bind its driver. */
int control_flr(const struct wq *wq);
int control_unbind_pci(const struct wq *wq);
int control_bind_pci(const struct wq *wq);

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

/**
 * control_configure_wq() - configure a dedicated queue that was disabled
 * @wq: the queue; it keeps its size and its group
 *
 * Return: 0, or a negative errno.
 */
int control_configure_wq(const struct wq *wq);

/**
 * control_clients_wait() - wait until files have been closed to the end
 * @wq: the queue
 * @want: how many that have it open are expected
 *
 * Return: the last number seen.
 */
long control_clients_wait(const struct wq *wq, long want);

/* Number of files that have the queue open, or -1. */
long control_clients(const struct wq *wq);

#endif /* IDXD_TEST_CONTROL_H */
