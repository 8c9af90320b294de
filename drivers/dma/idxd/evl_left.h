/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_LEFT_H_
#define _IDXD_EVL_LEFT_H_

#include <linux/types.h>

struct idxd_evl_ctx;

/* Threads that files of one user may leave behind, on all devices */
#define IDXD_EVL_LEFT_MAX	64

bool idxd_evl_left_room(void);
void idxd_evl_left_add(struct idxd_evl_ctx *ctx);
void idxd_evl_left_del(struct idxd_evl_ctx *ctx);

#endif
