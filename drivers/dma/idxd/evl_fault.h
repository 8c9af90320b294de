/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_FAULT_H_
#define _IDXD_EVL_FAULT_H_

#include <linux/types.h>

struct idxd_device;
struct idxd_evl_ctx;
struct idxd_evl_entry;
struct idxd_evl_item;

bool idxd_evl_fault_take(struct idxd_device *idxd, const struct idxd_evl_entry *entry,
			 unsigned int slot, u32 token);
void idxd_evl_fault_note(struct idxd_device *idxd, const struct idxd_evl_entry *entry);

bool idxd_evl_fault_due(const struct idxd_evl_entry *entry, bool incomplete);
void idxd_evl_fault_count(struct idxd_evl_ctx *ctx, const struct idxd_evl_entry *entry);
void idxd_evl_fault_failed(struct idxd_evl_ctx *ctx, u64 addr, int err);
void idxd_evl_fault_handle(struct idxd_evl_ctx *ctx, struct idxd_evl_item *item);

#endif
