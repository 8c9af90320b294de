// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: the thread that handles the entries of a process
 */
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "idxd.h"
#include "evl_ctx.h"
#include "evl_fault.h"
#include "evl_left.h"
#include "evl_record.h"
#include "evl_thread.h"

/* Release @done, which has been handled, and get the next item, if any. */
static struct idxd_evl_item *evl_thread_next(struct idxd_evl_ctx *ctx,
					     struct idxd_evl_item *done)
{
	struct idxd_evl_item *item;

	spin_lock(&ctx->lock);
	if (done)
		idxd_evl_item_put(&ctx->items, done);
	item = list_first_entry_or_null(&ctx->queue, struct idxd_evl_item, node);
	if (item)
		list_del(&item->node);
	else
		ctx->busy = false;
	spin_unlock(&ctx->lock);

	if (!item)
		wake_up_all(&ctx->idle);

	return item;
}

static int evl_thread(void *data)
{
	struct idxd_evl_ctx *ctx = data;
	struct idxd_evl_item *item = NULL;

	/* idxd_evl_thread_kick() interrupts a wait for a page. */
	allow_kernel_signal(SIGKILL);

	while (!READ_ONCE(ctx->closed) || READ_ONCE(ctx->busy)) {
		while ((item = evl_thread_next(ctx, item))) {
			idxd_evl_fault_handle(ctx, item);
			cond_resched();
		}
		idxd_evl_record_end(ctx);

		wait_event_idle(ctx->wait, READ_ONCE(ctx->busy) || READ_ONCE(ctx->closed));
	}

	idxd_evl_left_del(ctx);
	idxd_evl_ctx_put(ctx);
	module_put_and_kthread_exit(0);
}

static void evl_thread_patience(struct timer_list *timer)
{
	struct idxd_evl_ctx *ctx = from_timer(ctx, timer, patience);

	idxd_evl_thread_kick(ctx);
}

/**
 * idxd_evl_thread_create - create the thread of a context
 * @ctx: context; the thread holds a reference to it
 *
 * The thread pins the module until it has exited. May sleep.
 *
 * Return: 0, or -ENOMEM, or -EINTR if the caller was killed.
 */
int idxd_evl_thread_create(struct idxd_evl_ctx *ctx)
{
	struct device *dev = wq_confdev(ctx->wq);
	struct task_struct *thread;

	timer_setup(&ctx->patience, evl_thread_patience, 0);
	thread = kthread_create_on_node(evl_thread, ctx, dev_to_node(&ctx->wq->idxd->pdev->dev),
					"idxd-%s/%u", dev_name(dev), ctx->pasid);
	if (IS_ERR(thread))
		return PTR_ERR(thread);

	/* The thread may exit before the last reference to the context is dropped. */
	ctx->thread = get_task_struct(thread);
	kref_get(&ctx->ref);
	__module_get(THIS_MODULE);
	wake_up_process(thread);

	return 0;
}

/**
 * idxd_evl_thread_kick - interrupt the thread's wait for a page
 * @ctx: context
 *
 * The thread then drops its reference to the process's memory for a moment, see
 * idxd_evl_record_write(). Waits that cannot be interrupted continue, for
 * example for a request that a FUSE server has accepted. Any context.
 */
void idxd_evl_thread_kick(struct idxd_evl_ctx *ctx)
{
	send_sig(SIGKILL, ctx->thread, 1);
}

/**
 * idxd_evl_thread_end - let the thread exit after it has handled its queue
 * @ctx: context; no more entries are queued to it
 *
 * Does not wait for the thread. Any context.
 */
void idxd_evl_thread_end(struct idxd_evl_ctx *ctx)
{
	WRITE_ONCE(ctx->closed, true);
	wake_up(&ctx->wait);
}
