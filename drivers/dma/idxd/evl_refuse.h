/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_REFUSE_H_
#define _IDXD_EVL_REFUSE_H_

#include "evl_stats.h"

struct idxd_device;
struct idxd_evl_entry;

enum idxd_evl_refusal idxd_evl_refusal(struct idxd_device *idxd,
				       const struct idxd_evl_entry *entry);
void idxd_evl_refuse(struct idxd_device *idxd, const struct idxd_evl_entry *entry,
		     enum idxd_evl_refusal why);

#endif
