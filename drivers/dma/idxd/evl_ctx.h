/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_CTX_H_
#define _IDXD_EVL_CTX_H_

#include <linux/ioasid.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "evl_regs.h"

struct idxd_wq;
struct mm_struct;

/* Entries of one process that may wait on one work queue, reserved at open() */
#define IDXD_EVL_CTX_ITEMS	1024

/**
 * struct idxd_evl_ctx - who gets the completion records of a (work queue, PASID)
 * @ref: held by the work queue's table, and by @work while it is queued
 * @wq: work queue
 * @mm: address space of the files; referenced, so that its PASID cannot be
 *	given to another one. Its users are referenced only while it is used.
 * @pasid: PASID of @mm
 * @files: opened files, under wq->evl_ctx_lock
 * @lock: protects what follows; nests inside the lock of wq->evl_ctxs
 * @blocks: memory of the items
 * @free: items not in use
 * @queue: items that wait, in the order in which the device logged them
 * @busy: @work is queued or runs
 * @cancelled: the files are closed; write no more records
 * @idle: woken when @busy becomes false
 * @work: handles @queue, one item after the other, so that a process waits
 *	only for its own faults and its records keep their order
 */
struct idxd_evl_ctx {
	struct kref ref;
	struct idxd_wq *wq;
	struct mm_struct *mm;
	ioasid_t pasid;
	unsigned int files;

	spinlock_t lock;	/* the lists and the flags below */
	struct list_head blocks;
	struct list_head free;
	struct list_head queue;
	bool busy;
	bool cancelled;
	wait_queue_head_t idle;
	struct work_struct work;
};

int idxd_evl_ctx_cache_create(void);
void idxd_evl_ctx_cache_destroy(void);

int idxd_evl_wq_start(struct idxd_wq *wq);
void idxd_evl_wq_stop(struct idxd_wq *wq);

struct idxd_evl_ctx *idxd_evl_ctx_open(struct idxd_wq *wq, struct mm_struct *mm,
				       ioasid_t pasid);
void idxd_evl_ctx_close(struct idxd_evl_ctx *ctx);
int idxd_evl_ctx_queue(struct idxd_wq *wq, ioasid_t pasid,
		       const struct idxd_evl_entry *entry);

#endif
