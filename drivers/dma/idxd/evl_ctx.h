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
 * struct idxd_evl_ctx - receiver of the records for a work queue and PASID
 * @ref: held by the opened files together, by @thread, and by the sysfs device
 *	of each file
 * @wq: work queue; it and its device are referenced
 * @mm: address space of the files; referenced, so that its PASID is not assigned
 *	to another one. Its users are referenced only while records are written.
 * @pasid: PASID of @mm
 * @files: number of opened files, under wq->evl_ctx_lock
 * @uid: user that opened the first file
 * @tgid: process that opened the first file; referenced
 * @left: node in the list of contexts whose thread outlives their files
 * @faults: completion record faults and ends of batches since the first open()
 * @failures: records that were due and could not be written
 * @thread: handles @queue in order. Each context has its own thread, because it
 *	may wait for a page indefinitely: no other process waits for it, and no
 *	pool of workers is exhausted.
 * @patience: interrupts @thread if a fault takes a long time
 * @timed: @patience has been started; used by @thread only, like @records
 * @records: handled since @thread began to use @mm; 0 if it does not
 * @lock: protects the members below; nests inside the lock of wq->evl_ctxs
 * @items: memory for the entries in @queue
 * @batches: batches of which entries have been taken
 * @queue: waiting entries, in the order in which the device logged them
 * @busy: @queue is not empty, or @thread is handling an entry
 * @cancelled: the files are closed or the work queue is disabled: no further
 *	write is started. After setting it, wait for a limited time until @busy
 *	is false, for a write that was started before.
 * @hurry: the process that opened the file has exited: check frequently whether
 *	the last other user of its memory is gone, too
 * @closed: @thread has to exit
 * @wait: wait queue of @thread
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
	bool timed;
	unsigned int records;

	spinlock_t lock;	/* the members below */
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
