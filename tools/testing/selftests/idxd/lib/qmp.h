/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's monitor, when the machine is QEMU and has it on the third
 * serial port: tests make the device do there what no descriptor can bring
 * about. Needs the device's property x-test=on.
 */
#ifndef IDXD_TEST_QMP_H
#define IDXD_TEST_QMP_H

#include "wq.h"

#define QMP_PORT	"/dev/ttyS2"
#define QMP_TEXT	240

/* Of a line, at most this is kept: replies that matter are shorter. */
#define QMP_LINE	4096

struct qmp {
	int fd;
	unsigned int id;		/* of the last command */
	char part[QMP_LINE];		/* of a line, what has come so far */
	size_t have;
	char device[QMP_TEXT];		/* the device's path, from qmp_open() */
	char error[QMP_TEXT];		/* why the last command failed */
};

/**
 * qmp_open() - reach the monitor and find a device there
 * @q: filled in
 * @wq: a queue of the device
 *
 * Return: 0; -ENODEV if nobody answers, if the device is not found or does not
 * have its test properties: then @q->error is a sentence that says so.
 */
int qmp_open(struct qmp *q, const struct wq *wq);
void qmp_close(struct qmp *q);

/**
 * qmp_set() - set a string property of the device
 * @q: opened monitor
 * @property: its name
 * @value: its value
 *
 * Return: 0; -ETIMEDOUT if the monitor does not answer; -EINVAL if it refuses,
 * with its words in @q->error.
 */
int qmp_set(struct qmp *q, const char *property, const char *value);

/**
 * qmp_controls_off() - take back what tests have set, of all devices
 * @q: to be used for it; it is closed afterwards
 *
 * Return: 0; -ENODEV if nobody answers, with a sentence in @q->error; another
 * negative errno if the monitor no longer does.
 */
int qmp_controls_off(struct qmp *q);

#endif /* IDXD_TEST_QMP_H */
