// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: the opened files that completion records belong to
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include "idxd.h"
#include "evl_ctx.h"
#include "evl_fault.h"
#include "evl_left.h"
#include "evl_ring.h"
#include "evl_thread.h"

/* Closing a file or disabling its work queue waits this long for records to be written. */
#define EVL_CLOSE_TIMEOUT	HZ
/* Then this long for the record that is being written: less than 2 s in total. */
#define EVL_CANCEL_TIMEOUT	(9 * HZ / 10)

static void evl_ctx_release(struct kref *ref)
{
	struct idxd_evl_ctx *ctx = container_of(ref, struct idxd_evl_ctx, ref);
	struct idxd_device *idxd = ctx->wq->idxd;

	idxd_evl_items_free(&ctx->items);
	put_pid(ctx->tgid);
	if (ctx->thread)
		put_task_struct(ctx->thread);
	mmdrop(ctx->mm);
	put_device(wq_confdev(ctx->wq));
	put_device(idxd_confdev(idxd));
	kfree(ctx);
}

/**
 * idxd_evl_ctx_put - drop a reference
 * @ctx: context
 *
 * May sleep.
 */
void idxd_evl_ctx_put(struct idxd_evl_ctx *ctx)
{
	kref_put(&ctx->ref, evl_ctx_release);
}

static struct idxd_evl_ctx *evl_ctx_alloc(struct idxd_wq *wq, struct mm_struct *mm,
					  ioasid_t pasid)
{
	struct idxd_evl_ctx *ctx;
	int rc;

	if (!idxd_evl_left_room())
		return ERR_PTR(-EAGAIN);

	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return ERR_PTR(-ENOMEM);

	rc = idxd_evl_items_init(&ctx->items);
	if (rc) {
		kfree(ctx);
		return ERR_PTR(rc);
	}

	kref_init(&ctx->ref);
	get_device(idxd_confdev(wq->idxd));
	get_device(wq_confdev(wq));
	ctx->wq = wq;
	mmgrab(mm);
	ctx->mm = mm;
	ctx->pasid = pasid;
	ctx->uid = current_uid();
	ctx->tgid = get_pid(task_tgid(current));
	INIT_LIST_HEAD(&ctx->left);
	spin_lock_init(&ctx->lock);
	INIT_LIST_HEAD(&ctx->queue);
	init_waitqueue_head(&ctx->wait);
	init_waitqueue_head(&ctx->idle);

	rc = idxd_evl_thread_create(ctx);
	if (rc) {
		idxd_evl_ctx_put(ctx);
		return ERR_PTR(rc);
	}

	return ctx;
}

/* Join the existing context, or insert @new if there is none. */
static struct idxd_evl_ctx *evl_ctx_join(struct idxd_wq *wq, struct mm_struct *mm,
					 ioasid_t pasid, struct idxd_evl_ctx *new)
{
	struct idxd_evl_ctx *ctx;
	int rc;

	mutex_lock(&wq->evl_ctx_lock);
	ctx = xa_load(&wq->evl_ctxs, pasid);
	if (!ctx && new) {
		rc = xa_err(xa_store(&wq->evl_ctxs, pasid, new, GFP_KERNEL));
		ctx = rc ? ERR_PTR(rc) : new;
	}
	if (ctx && !IS_ERR(ctx)) {
		if (WARN_ON_ONCE(ctx->mm != mm))
			ctx = ERR_PTR(-EBUSY);
		else
			ctx->files++;
	}
	mutex_unlock(&wq->evl_ctx_lock);

	return ctx;
}

/**
 * idxd_evl_ctx_open - have records for a PASID written for an opened file
 * @wq: work queue
 * @mm: address space that the file was opened from
 * @pasid: PASID that the device uses for @mm
 *
 * Files of one process on one work queue share a context, because the device
 * cannot distinguish them. Must be called without locks that others need. May
 * sleep.
 *
 * Return: the context, for idxd_evl_ctx_close(); NULL if the device has no event
 * log; or an error pointer: -ENOMEM; -EINTR if the caller was killed; -EAGAIN if
 * too many threads of this user are stuck after their files were closed, see
 * evl_left.c; or -EBUSY if the PASID belongs to another address space, which is
 * a bug, because a context keeps its own.
 */
struct idxd_evl_ctx *idxd_evl_ctx_open(struct idxd_wq *wq, struct mm_struct *mm,
				       ioasid_t pasid)
{
	struct idxd_evl_ctx *ctx, *new;

	if (!wq->idxd->evl)
		return NULL;

	ctx = evl_ctx_join(wq, mm, pasid, NULL);
	if (ctx)
		return ctx;

	/* Without the lock: a process that is over its memory limit delays only itself. */
	new = evl_ctx_alloc(wq, mm, pasid);
	if (IS_ERR(new))
		return new;

	ctx = evl_ctx_join(wq, mm, pasid, new);
	if (ctx != new) {
		idxd_evl_thread_end(new);
		idxd_evl_ctx_put(new);
	}

	return ctx;
}

static bool evl_ctx_wait_idle(struct idxd_evl_ctx *ctx, unsigned long end)
{
	long left = end - jiffies;

	/* Many contexts may share one end: do not wait for each of them after it. */
	if (left <= 0)
		return !READ_ONCE(ctx->busy);

	return wait_event_timeout(ctx->idle, !READ_ONCE(ctx->busy), left);
}

static void evl_ctx_cancel(struct idxd_evl_ctx *ctx)
{
	WRITE_ONCE(ctx->cancelled, true);
	idxd_evl_thread_kick(ctx);
}

/**
 * idxd_evl_ctx_close - a file is closed
 * @ctx: what idxd_evl_ctx_open() returned, or NULL
 *
 * The caller has drained the device and taken the entries that it logged. For
 * the last file, waits a bounded time, less than 2 s, for the records that are
 * due. Those that remain are not written. Must be called without locks that
 * others need. Sleeps.
 */
void idxd_evl_ctx_close(struct idxd_evl_ctx *ctx)
{
	struct idxd_wq *wq;

	if (!ctx)
		return;

	wq = ctx->wq;
	mutex_lock(&wq->evl_ctx_lock);
	if (--ctx->files) {
		mutex_unlock(&wq->evl_ctx_lock);
		return;
	}
	/* It has been removed already if the work queue was disabled. */
	xa_cmpxchg(&wq->evl_ctxs, ctx->pasid, ctx, NULL, 0);
	mutex_unlock(&wq->evl_ctx_lock);

	if (!evl_ctx_wait_idle(ctx, jiffies + EVL_CLOSE_TIMEOUT)) {
		evl_ctx_cancel(ctx);
		if (!evl_ctx_wait_idle(ctx, jiffies + EVL_CANCEL_TIMEOUT))
			idxd_evl_left_add(ctx);
	}

	idxd_evl_thread_end(ctx);
	idxd_evl_ctx_put(ctx);
}

/* The caller belongs to the process that opened the file and has released its mm. */
static bool evl_ctx_left_by_caller(struct idxd_evl_ctx *ctx)
{
	if (ctx->tgid != task_tgid(current))
		return false;

	/* A single thread that exits has no mm either. */
	return current->mm ? current->mm != ctx->mm : !atomic_read(&current->signal->live);
}

/**
 * idxd_evl_ctx_flush - a file descriptor is closed, possibly the last one
 * @ctx: context of the file, or NULL
 *
 * A process that exits releases its memory before its files. If the context's
 * thread waits for a page of it, it would keep both: interrupt this wait. Does
 * not sleep.
 */
void idxd_evl_ctx_flush(struct idxd_evl_ctx *ctx)
{
	if (!ctx || current->mm == ctx->mm || !READ_ONCE(ctx->busy))
		return;

	/* The thread finds out whether the memory has other users. */
	if (evl_ctx_left_by_caller(ctx))
		WRITE_ONCE(ctx->hurry, true);
	idxd_evl_thread_kick(ctx);
}

/**
 * idxd_evl_ctx_stop_all - stop handling entries for a work queue
 * @wq: work queue; it is disabled, and its entries have been taken. Files may
 *	still be open, but can no longer submit, and no file can be opened.
 *
 * Waits a bounded time, less than 2 s for all contexts together, for the records
 * that are due, and cancels those that remain. From now on, entries for files
 * that are still open are refused. Must be called without wq_lock. Sleeps.
 */
void idxd_evl_ctx_stop_all(struct idxd_wq *wq)
{
	unsigned long end = jiffies + EVL_CLOSE_TIMEOUT;
	struct idxd_evl_ctx *ctx;
	struct xarray stopped;
	unsigned long pasid;

	/* The work queue may be opened again with these PASIDs: move the contexts away. */
	xa_init(&stopped);
	mutex_lock(&wq->evl_ctx_lock);
	xa_for_each(&wq->evl_ctxs, pasid, ctx) {
		kref_get(&ctx->ref);
		xa_erase(&wq->evl_ctxs, pasid);
		/* If there is no memory for this, cancel and do not wait. */
		if (xa_err(xa_store(&stopped, pasid, ctx, GFP_KERNEL))) {
			evl_ctx_cancel(ctx);
			idxd_evl_ctx_put(ctx);
		}
	}
	mutex_unlock(&wq->evl_ctx_lock);

	xa_for_each(&stopped, pasid, ctx)
		if (!evl_ctx_wait_idle(ctx, end))
			evl_ctx_cancel(ctx);

	end = jiffies + EVL_CANCEL_TIMEOUT;
	xa_for_each(&stopped, pasid, ctx) {
		evl_ctx_wait_idle(ctx, end);
		xa_erase(&stopped, pasid);
		idxd_evl_ctx_put(ctx);
	}
	xa_destroy(&stopped);
}

/**
 * idxd_evl_ctx_seen - an entry without a record was taken from the log
 * @wq: work queue that the entry names
 * @pasid: PASID that the entry names
 * @entry: entry
 *
 * Does not sleep.
 */
void idxd_evl_ctx_seen(struct idxd_wq *wq, ioasid_t pasid, const struct idxd_evl_entry *entry)
{
	struct idxd_evl_ctx *ctx;

	xa_lock(&wq->evl_ctxs);
	ctx = xa_load(&wq->evl_ctxs, pasid);
	if (ctx) {
		spin_lock(&ctx->lock);
		idxd_evl_batch_seen(&ctx->batches, wq->idxd->evl->generation, entry);
		spin_unlock(&ctx->lock);
	}
	xa_unlock(&wq->evl_ctxs);
}

/**
 * idxd_evl_ctx_queue - pass an entry to the context it belongs to
 * @wq: work queue that the entry names
 * @pasid: PASID that the entry names
 * @entry: entry; copied
 * @slot: index of its place in the ring
 * @token: what idxd_evl_slot_take() returned for it
 *
 * Does not sleep.
 *
 * Return: 0; -ENOENT if no open file corresponds to @wq and @pasid; -ENOSPC if
 * too many entries of this context are waiting, or no memory is free.
 */
int idxd_evl_ctx_queue(struct idxd_wq *wq, ioasid_t pasid, const struct idxd_evl_entry *entry,
		       unsigned int slot, u32 token)
{
	struct idxd_evl_item *item;
	struct idxd_evl_ctx *ctx;
	bool incomplete = false;
	int rc = 0;

	/* Under this lock the context stays in the table. */
	xa_lock(&wq->evl_ctxs);
	ctx = xa_load(&wq->evl_ctxs, pasid);
	if (!ctx) {
		xa_unlock(&wq->evl_ctxs);
		return -ENOENT;
	}

	idxd_evl_fault_count(ctx, entry);

	spin_lock(&ctx->lock);
	idxd_evl_batch_seen(&ctx->batches, wq->idxd->evl->generation, entry);
	item = idxd_evl_item_get(&ctx->items);
	if (item) {
		item->slot = slot;
		item->token = token;
		item->entry = *entry;
		idxd_evl_batch_queued(&ctx->batches, item);
		list_add_tail(&item->node, &ctx->queue);
		if (!ctx->busy) {
			ctx->busy = true;
			wake_up(&ctx->wait);
		}
	} else {
		rc = -ENOSPC;
		incomplete = idxd_evl_batch_dropped(&ctx->batches, entry);
	}
	spin_unlock(&ctx->lock);

	if (rc && idxd_evl_fault_due(entry, incomplete))
		idxd_evl_fault_failed(ctx, entry->addr, rc);
	xa_unlock(&wq->evl_ctxs);

	return rc;
}
