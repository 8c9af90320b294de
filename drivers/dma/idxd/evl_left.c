// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: threads that are stuck after their files were closed
 *
 * A fault cannot be interrupted if a FUSE server has accepted its request. The
 * thread and the memory of its process then stay until the server answers or
 * exits, so the number of these threads is limited for each user.
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
 * Return: false if IDXD_EVL_LEFT_MAX threads of this user are left behind and
 * the caller does not have CAP_SYS_RESOURCE.
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
 * idxd_evl_left_add - the last file of a context is closed
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
 * idxd_evl_left_del - the thread of a context exits
 * @ctx: context; no longer busy
 *
 * Does not sleep.
 */
void idxd_evl_left_del(struct idxd_evl_ctx *ctx)
{
	spin_lock(&evl_left_lock);
	list_del_init(&ctx->left);
	spin_unlock(&evl_left_lock);
}
