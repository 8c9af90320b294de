/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_DRAIN_H_
#define _IDXD_EVL_DRAIN_H_

struct idxd_device;
struct idxd_evl_entry;

void idxd_evl_drain(struct idxd_device *idxd);
void idxd_evl_drain_sync(struct idxd_device *idxd);
void idxd_evl_report_error(struct idxd_device *idxd, const struct idxd_evl_entry *entry);

#endif
