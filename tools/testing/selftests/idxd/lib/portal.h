/* SPDX-License-Identifier: GPL-2.0-only */
/* An opened work queue, and the ways to give it a descriptor. */
#ifndef IDXD_TEST_PORTAL_H
#define IDXD_TEST_PORTAL_H

#include <stdbool.h>

#include "desc.h"
#include "wq.h"

enum submit_by {
	SUBMIT_PORTAL,	/* MOVDIR64B to a dedicated queue, ENQCMD to a shared one */
	SUBMIT_WRITE,	/* write() to the character device: no CAP_SYS_RAWIO needed */
};

struct portal {
	int fd;
	void *page;		/* NULL if opened for SUBMIT_WRITE */
	unsigned int next;	/* offset in the page of the next store */
	bool dedicated;
	/* A dedicated queue drops what it has no room for: the caller counts. */
	unsigned int size;
};

/**
 * portal_open() - open a work queue
 * @p: filled in
 * @wq: an enabled user work queue
 * @by: how descriptors will be given to it
 *
 * Return: 0, or a negative errno of open() or mmap().
 */
int portal_open(struct portal *p, const struct wq *wq, enum submit_by by);

/**
 * portal_open_soon() - as portal_open() with SUBMIT_PORTAL, but wait while busy
 * @p: filled in
 * @wq: work queue
 * @ns: how long
 *
 * A dedicated queue is free when the last trace of the process before has gone,
 * and that may be in the driver's hands for a moment.
 *
 * Return: as portal_open().
 */
int portal_open_soon(struct portal *p, const struct wq *wq, uint64_t ns);

void portal_close(struct portal *p);

/**
 * portal_submit() - give a descriptor to the queue
 * @p: opened portal
 * @desc: the descriptor; the PASID in it must be 0
 *
 * Tries again while a shared queue is full, for a few seconds. The caller sees
 * to it that a dedicated queue has room.
 *
 * Return: 0, -EAGAIN if the queue stayed full, or the negative errno of write().
 */
int portal_submit(struct portal *p, const struct dsa_hw_desc *desc);

/* The name of the instruction or call that portal_submit() uses. */
const char *portal_how(const struct portal *p);

#endif /* IDXD_TEST_PORTAL_H */
