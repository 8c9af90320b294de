/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_THREAD_H_
#define _IDXD_EVL_THREAD_H_

struct idxd_evl_ctx;

int idxd_evl_thread_create(struct idxd_evl_ctx *ctx);
void idxd_evl_thread_kick(struct idxd_evl_ctx *ctx);
void idxd_evl_thread_end(struct idxd_evl_ctx *ctx);

#endif
