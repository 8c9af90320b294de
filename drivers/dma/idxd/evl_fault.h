/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_FAULT_H_
#define _IDXD_EVL_FAULT_H_

struct idxd_device;
struct idxd_evl_ctx;
struct idxd_evl_entry;

void idxd_evl_fault_take(struct idxd_device *idxd, const struct idxd_evl_entry *entry);
void idxd_evl_fault_handle(struct idxd_evl_ctx *ctx, const struct idxd_evl_entry *entry);

#endif
