/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_CTX_H_
#define _IDXD_EVL_CTX_H_

#include <linux/atomic.h>
#include <linux/ioasid.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include "evl_batch.h"
#include "evl_item.h"

struct idxd_wq;
struct mm_struct;
struct task_struct;

/**
 * struct idxd_evl_ctx - who gets the completion records of a (work queue, PASID)
 * @ref: held by the opened files together, by @thread, and by each device that
 *	stands for a file
 * @wq: work queue; referenced, and its device
 * @mm: address space of the files; referenced, so that its PASID cannot be
 *	given to another one. Its users are referenced only while it is used.
 * @pasid: PASID of @mm
 * @files: opened files, under wq->evl_ctx_lock
 * @uid: who opened the first file
 * @tgid: process that opened the first file; referenced
 * @left: in the list of those whose thread outlives their files
 * @faults: completion record faults and ends of batches, since the first open()
 * @failures: records that were due and could not be written
 * @thread: handles @queue in order. A thread of its own, because it may wait for
 *	a page without end: then nobody else waits, and no pool runs empty.
 * @patience: interrupts @thread when a fault takes long
 * @lock: protects what follows; nests inside the lock of wq->evl_ctxs
 * @items: memory of the entries in @queue
 * @batches: batches of which entries were taken
 * @queue: entries that wait, in the order in which the device logged them
 * @busy: there is something in @queue, or @thread handles an entry
 * @cancelled: the files are closed or the work queue is disabled: no write is
 *	begun any more. Whoever sets it waits for @busy, with a limit, for the
 *	one that was begun before.
 * @hurry: who opened the file has ended: look often whether the last other user
 *	of its memory has let it go, too
 * @closed: @thread has to end
 * @wait: where @thread waits
 * @idle: woken when @busy becomes false
 */
struct idxd_evl_ctx {
	struct kref ref;
	struct idxd_wq *wq;
	struct mm_struct *mm;
	ioasid_t pasid;
	unsigned int files;
	kuid_t uid;
	struct pid *tgid;
	struct list_head left;
	atomic64_t faults;
	atomic64_t failures;
	struct task_struct *thread;
	struct timer_list patience;

	spinlock_t lock;	/* what follows */
	struct idxd_evl_items items;
	struct idxd_evl_batches batches;
	struct list_head queue;
	bool busy;
	bool cancelled;
	bool hurry;
	bool closed;
	wait_queue_head_t wait;
	wait_queue_head_t idle;
};

struct idxd_evl_ctx *idxd_evl_ctx_open(struct idxd_wq *wq, struct mm_struct *mm,
				       ioasid_t pasid);
void idxd_evl_ctx_close(struct idxd_evl_ctx *ctx);
void idxd_evl_ctx_put(struct idxd_evl_ctx *ctx);
void idxd_evl_ctx_flush(struct idxd_evl_ctx *ctx);
void idxd_evl_ctx_stop_all(struct idxd_wq *wq);

int idxd_evl_ctx_queue(struct idxd_wq *wq, ioasid_t pasid, const struct idxd_evl_entry *entry,
		       unsigned int slot, u32 token);
void idxd_evl_ctx_seen(struct idxd_wq *wq, ioasid_t pasid, const struct idxd_evl_entry *entry);

#endif
