// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: the opened files that completion records belong to
 */
#include <linux/delay.h>
#include <linux/memcontrol.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include "idxd.h"
#include "evl_ctx.h"
#include "evl_fault.h"

struct evl_item {
	struct list_head node;
	bool extra;
	struct idxd_evl_entry entry;
};

/* Items come a page at a time: one by one, they would make open() slow. */
struct evl_block {
	struct list_head node;
	struct evl_item items[];
};

#define EVL_BLOCK_ITEMS							\
	((PAGE_SIZE - sizeof(struct evl_block)) / sizeof(struct evl_item))

static struct kmem_cache *evl_block_cache;

/* A close waits this long for the records that are due, and so does a disable. */
#define EVL_CLOSE_TIMEOUT	HZ
#define EVL_STOP_POLL_MS	10

int idxd_evl_ctx_cache_create(void)
{
	/* The memory is charged to who opens the file. */
	evl_block_cache = kmem_cache_create("idxd_evl_items", PAGE_SIZE, 0, SLAB_ACCOUNT, NULL);

	return evl_block_cache ? 0 : -ENOMEM;
}

void idxd_evl_ctx_cache_destroy(void)
{
	kmem_cache_destroy(evl_block_cache);
}

static void evl_items_free(struct idxd_evl_ctx *ctx)
{
	struct evl_block *block, *next;

	list_for_each_entry_safe(block, next, &ctx->blocks, node)
		kmem_cache_free(evl_block_cache, block);
}

static int evl_items_alloc(struct idxd_evl_ctx *ctx)
{
	struct evl_block *block = NULL;
	int i;

	for (i = 0; i < IDXD_EVL_CTX_ITEMS; i++) {
		if (i % EVL_BLOCK_ITEMS == 0) {
			block = kmem_cache_zalloc(evl_block_cache, GFP_KERNEL);
			if (!block)
				return -ENOMEM;
			list_add(&block->node, &ctx->blocks);
		}
		list_add(&block->items[i % EVL_BLOCK_ITEMS].node, &ctx->free);
	}

	return 0;
}

static void evl_ctx_release(struct kref *ref)
{
	struct idxd_evl_ctx *ctx = container_of(ref, struct idxd_evl_ctx, ref);
	struct idxd_device *idxd = ctx->wq->idxd;

	evl_items_free(ctx);
	mem_cgroup_put(ctx->memcg);
	mmdrop(ctx->mm);
	put_device(wq_confdev(ctx->wq));
	put_device(idxd_confdev(idxd));
	kfree(ctx);
}

/* In the interrupt thread; the memory is charged to who opened the file. */
static struct evl_item *evl_item_extra(struct idxd_evl_ctx *ctx)
{
	struct mem_cgroup *old;
	struct evl_item *item;

	if (ctx->extra == IDXD_EVL_CTX_EXTRA)
		return NULL;

	old = set_active_memcg(ctx->memcg);
	item = kmalloc(sizeof(*item), GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT);
	set_active_memcg(old);
	if (!item)
		return NULL;

	ctx->extra++;
	item->extra = true;
	INIT_LIST_HEAD(&item->node);

	return item;
}

static void evl_item_done(struct idxd_evl_ctx *ctx, struct evl_item *item)
{
	if (item->extra) {
		ctx->extra--;
		kfree(item);
	} else {
		list_add(&item->node, &ctx->free);
	}
}

static struct evl_item *evl_ctx_next(struct idxd_evl_ctx *ctx, struct evl_item *done)
{
	struct evl_item *item;

	spin_lock(&ctx->lock);
	if (done)
		evl_item_done(ctx, done);
	item = list_first_entry_or_null(&ctx->queue, struct evl_item, node);
	if (item)
		list_del(&item->node);
	else
		ctx->busy = false;
	spin_unlock(&ctx->lock);

	return item;
}

static void evl_ctx_work(struct work_struct *work)
{
	struct idxd_evl_ctx *ctx = container_of(work, struct idxd_evl_ctx, work);
	struct evl_item *item = NULL;

	while ((item = evl_ctx_next(ctx, item))) {
		idxd_evl_fault_handle(ctx, &item->entry);
		cond_resched();
	}

	wake_up_all(&ctx->idle);
	kref_put(&ctx->ref, evl_ctx_release);
}

static struct idxd_evl_ctx *evl_ctx_alloc(struct idxd_wq *wq, struct mm_struct *mm,
					  ioasid_t pasid)
{
	struct idxd_evl_ctx *ctx;

	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return NULL;

	kref_init(&ctx->ref);
	ctx->wq = wq;
	ctx->pasid = pasid;
	spin_lock_init(&ctx->lock);
	INIT_LIST_HEAD(&ctx->blocks);
	INIT_LIST_HEAD(&ctx->free);
	INIT_LIST_HEAD(&ctx->queue);
	init_waitqueue_head(&ctx->idle);
	INIT_WORK(&ctx->work, evl_ctx_work);

	if (evl_items_alloc(ctx)) {
		evl_items_free(ctx);
		kfree(ctx);
		return NULL;
	}

	mmgrab(mm);
	ctx->mm = mm;
	ctx->memcg = get_mem_cgroup_from_mm(mm);
	get_device(idxd_confdev(wq->idxd));
	get_device(wq_confdev(wq));

	return ctx;
}

/**
 * idxd_evl_ctx_open - tell that records for a PASID belong to an opened file
 * @wq: work queue
 * @mm: address space that the file was opened from
 * @pasid: PASID that the device uses for @mm
 *
 * Files of one process on one work queue share a context: the device cannot
 * tell them apart. May sleep.
 *
 * Return: the context, to be given to idxd_evl_ctx_close(); NULL if the device
 * has no event log; or an error pointer: -ENOMEM, or -EBUSY if the PASID
 * stands for another address space, which is a bug: the context keeps its own.
 */
struct idxd_evl_ctx *idxd_evl_ctx_open(struct idxd_wq *wq, struct mm_struct *mm,
				       ioasid_t pasid)
{
	struct idxd_evl_ctx *ctx;
	int rc;

	if (!wq->idxd->evl)
		return NULL;

	mutex_lock(&wq->evl_ctx_lock);
	ctx = xa_load(&wq->evl_ctxs, pasid);
	if (ctx) {
		if (WARN_ON_ONCE(ctx->mm != mm))
			ctx = ERR_PTR(-EBUSY);
		else
			ctx->files++;
		goto out;
	}

	ctx = evl_ctx_alloc(wq, mm, pasid);
	if (!ctx) {
		ctx = ERR_PTR(-ENOMEM);
		goto out;
	}

	ctx->files = 1;
	rc = xa_err(xa_store(&wq->evl_ctxs, pasid, ctx, GFP_KERNEL));
	if (rc) {
		kref_put(&ctx->ref, evl_ctx_release);
		ctx = ERR_PTR(rc);
	}
out:
	mutex_unlock(&wq->evl_ctx_lock);
	return ctx;
}

/**
 * idxd_evl_ctx_close - a file is closed
 * @ctx: what idxd_evl_ctx_open() returned, or NULL
 *
 * The caller has drained the device and taken the entries it logged. With the
 * last file, waits a bounded time for the records that are due; what is left
 * then is not written, and one whose page comes in later gets no status.
 * Sleeps; no lock that others need may be held.
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
	xa_erase(&wq->evl_ctxs, ctx->pasid);
	mutex_unlock(&wq->evl_ctx_lock);

	if (!wait_event_timeout(ctx->idle, !READ_ONCE(ctx->busy), EVL_CLOSE_TIMEOUT)) {
		spin_lock(&ctx->lock);
		ctx->cancelled = true;
		spin_unlock(&ctx->lock);
	}

	kref_put(&ctx->ref, evl_ctx_release);
}

/**
 * idxd_evl_ctx_queue - hand an entry to the context it belongs to
 * @wq: work queue that the entry names
 * @pasid: PASID that the entry names
 * @entry: entry; copied
 *
 * Does not sleep.
 *
 * Return: 0; -ENOENT if no open file stands for @wq and @pasid; -ENOSPC if too
 * many entries of this context wait already.
 */
int idxd_evl_ctx_queue(struct idxd_wq *wq, ioasid_t pasid,
		       const struct idxd_evl_entry *entry)
{
	struct idxd_evl_ctx *ctx;
	struct evl_item *item;
	int rc = 0;

	/* Under this lock the context stays in the table, and the workqueue alive. */
	xa_lock(&wq->evl_ctxs);
	ctx = xa_load(&wq->evl_ctxs, pasid);
	if (!ctx || !wq->evl_wq) {
		rc = -ENOENT;
		goto out;
	}

	spin_lock(&ctx->lock);
	item = list_first_entry_or_null(&ctx->free, struct evl_item, node);
	if (!item)
		item = evl_item_extra(ctx);
	if (!item) {
		rc = -ENOSPC;
		goto out_ctx;
	}

	item->entry = *entry;
	list_move_tail(&item->node, &ctx->queue);
	if (!ctx->busy) {
		ctx->busy = true;
		kref_get(&ctx->ref);
		queue_work(wq->evl_wq, &ctx->work);
	}
out_ctx:
	spin_unlock(&ctx->lock);
out:
	xa_unlock(&wq->evl_ctxs);
	return rc;
}

static bool evl_wq_busy(struct idxd_wq *wq)
{
	struct idxd_evl_ctx *ctx;
	unsigned long pasid;
	bool busy = false;

	xa_lock(&wq->evl_ctxs);
	xa_for_each(&wq->evl_ctxs, pasid, ctx)
		busy |= READ_ONCE(ctx->busy);
	xa_unlock(&wq->evl_ctxs);

	return busy;
}

static void evl_wq_cancel(struct idxd_wq *wq, bool cancel)
{
	struct idxd_evl_ctx *ctx;
	unsigned long pasid;

	xa_lock(&wq->evl_ctxs);
	xa_for_each(&wq->evl_ctxs, pasid, ctx) {
		spin_lock(&ctx->lock);
		ctx->cancelled = cancel;
		spin_unlock(&ctx->lock);
	}
	xa_unlock(&wq->evl_ctxs);
}

/**
 * idxd_evl_wq_start - make ready for faults on a user work queue
 * @wq: work queue, not enabled yet; wq_lock is held
 *
 * Return: 0 or -ENOMEM.
 */
int idxd_evl_wq_start(struct idxd_wq *wq)
{
	struct workqueue_struct *evl_wq;

	if (!wq->idxd->evl)
		return 0;

	/*
	 * Unbound: a worker that waits for a page must not hold up those of
	 * other processes, of which each has one work item at most.
	 */
	evl_wq = alloc_workqueue("idxd-%s", WQ_UNBOUND, WQ_UNBOUND_MAX_ACTIVE,
				 dev_name(wq_confdev(wq)));
	if (!evl_wq)
		return -ENOMEM;

	/* Files of an earlier use may share a context with new ones. */
	evl_wq_cancel(wq, false);

	xa_lock(&wq->evl_ctxs);
	wq->evl_wq = evl_wq;
	xa_unlock(&wq->evl_ctxs);

	return 0;
}

/**
 * idxd_evl_wq_stop - end the handling of faults on a user work queue
 * @wq: work queue, disabled; wq_lock is not held
 *
 * Waits a bounded time for the records that are queued, cancels those that are
 * left, and then waits for the one fault of each process that is under way.
 * Files may still be open; entries for them are refused from now on.
 */
void idxd_evl_wq_stop(struct idxd_wq *wq)
{
	unsigned long end = jiffies + EVL_CLOSE_TIMEOUT;
	struct workqueue_struct *evl_wq;

	xa_lock(&wq->evl_ctxs);
	evl_wq = wq->evl_wq;
	wq->evl_wq = NULL;
	xa_unlock(&wq->evl_ctxs);

	if (!evl_wq)
		return;

	while (evl_wq_busy(wq) && time_before(jiffies, end))
		msleep(EVL_STOP_POLL_MS);

	evl_wq_cancel(wq, true);
	destroy_workqueue(evl_wq);
}
