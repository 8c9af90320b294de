// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: threads that are stuck after their files were closed
 *
 * Nobody can interrupt a fault whose request a FUSE server has taken. The
 * thread, and the memory of its process, stay until the server answers or dies;
 * so a user must not have many of them.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include "evl_ctx.h"
#include "evl_left.h"

static LIST_HEAD(evl_left);
static DEFINE_SPINLOCK(evl_left_lock);	/* evl_left, and ctx->left of all contexts */

/**
 * idxd_evl_left_room - whether the caller may open a file
 *
 * Does not sleep.
 *
 * Return: false if IDXD_EVL_LEFT_MAX threads of this user are left behind, and
 * the caller has no CAP_SYS_RESOURCE.
 */
bool idxd_evl_left_room(void)
{
	struct idxd_evl_ctx *ctx;
	unsigned int left = 0;

	spin_lock(&evl_left_lock);
	list_for_each_entry(ctx, &evl_left, left)
		left += uid_eq(ctx->uid, current_uid());
	spin_unlock(&evl_left_lock);

	return left < IDXD_EVL_LEFT_MAX || capable(CAP_SYS_RESOURCE);
}

/**
 * idxd_evl_left_add - the files of a context are closed
 * @ctx: context; cancelled
 *
 * Counts its thread as left behind if it is still busy. Does not sleep.
 */
void idxd_evl_left_add(struct idxd_evl_ctx *ctx)
{
	spin_lock(&evl_left_lock);
	if (READ_ONCE(ctx->busy))
		list_add(&ctx->left, &evl_left);
	spin_unlock(&evl_left_lock);
}

/**
 * idxd_evl_left_del - the thread of a context ends
 * @ctx: context; not busy any more
 *
 * Does not sleep.
 */
void idxd_evl_left_del(struct idxd_evl_ctx *ctx)
{
	spin_lock(&evl_left_lock);
	list_del_init(&ctx->left);
	spin_unlock(&evl_left_lock);
}
