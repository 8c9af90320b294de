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
struct mem_cgroup;
struct mm_struct;

/*
 * Entries of one process that may wait on one work queue: reserved at open(),
 * and taken from free memory beyond that
 */
#define IDXD_EVL_CTX_ITEMS	1024
#define IDXD_EVL_CTX_EXTRA	IDXD_EVL_SIZE_MAX

/**
 * struct idxd_evl_ctx - who gets the completion records of a (work queue, PASID)
 * @ref: held by the work queue's table, and by @work while it is queued
 * @wq: work queue; referenced, and its device
 * @memcg: whom @extra is charged to
 * @mm: address space of the files; referenced, so that its PASID cannot be
 *	given to another one. Its users are referenced only while it is used.
 * @pasid: PASID of @mm
 * @files: opened files, under wq->evl_ctx_lock
 * @lock: protects what follows; nests inside the lock of wq->evl_ctxs
 * @blocks: memory of the items
 * @free: items not in use
 * @extra: items in use that are not of @blocks
 * @queue: items that wait, in the order in which the device logged them
 * @busy: @work is queued or runs
 * @cancelled: the files are closed or the work queue is disabled; no record is
 *	begun once this is set, and one under way gets no status
 * @idle: woken when @busy becomes false
 * @work: handles @queue, one item after the other, so that a process waits
 *	only for its own faults and its records keep their order
 */
struct idxd_evl_ctx {
	struct kref ref;
	struct idxd_wq *wq;
	struct mem_cgroup *memcg;
	struct mm_struct *mm;
	ioasid_t pasid;
	unsigned int files;

	spinlock_t lock;	/* the lists and the flags below */
	struct list_head blocks;
	struct list_head free;
	struct list_head queue;
	unsigned int extra;
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
