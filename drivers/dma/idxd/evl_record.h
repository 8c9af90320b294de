/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_RECORD_H_
#define _IDXD_EVL_RECORD_H_

#include <linux/types.h>

struct idxd_evl_ctx;

int idxd_evl_record_write(struct idxd_evl_ctx *ctx, u64 addr, const u8 *record,
			  unsigned int len);
void idxd_evl_record_end(struct idxd_evl_ctx *ctx);

#endif
