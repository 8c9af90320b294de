/* SPDX-License-Identifier: GPL-2.0-only */
/* Work queues as the administrator has configured them. */
#ifndef IDXD_TEST_WQ_H
#define IDXD_TEST_WQ_H

#include <limits.h>
#include <stdbool.h>

struct wq {
	unsigned int dev;		/* device index: dsa<dev> */
	unsigned int id;		/* queue index: wq<dev>.<id> */
	bool dedicated;
	bool prs_disable;
	bool block_on_fault;
	unsigned int size;		/* descriptors */
	unsigned int threshold;		/* what a shared queue takes from user space */
	char name[24];			/* wq<dev>.<id> */
	char node[40];			/* character device */
	char device[PATH_MAX];		/* PCI device's directory in sysfs */
};

/* What wq_find() is asked for: one of each pair, or neither. */
#define WQ_DEDICATED	0x1
#define WQ_SHARED	0x2
#define WQ_PRS_OFF	0x4
#define WQ_PRS_ON	0x8

/**
 * wq_find() - find an enabled user work queue of a DSA device
 * @wq: filled in when found
 * @want: WQ_* flags that it must match
 *
 * Return: true if there is one; the one with the lowest number is taken.
 */
bool wq_find(struct wq *wq, unsigned int want);

/* The same on the device dsa<dev>. */
bool wq_find_on(struct wq *wq, unsigned int dev, unsigned int want);

#endif /* IDXD_TEST_WQ_H */
