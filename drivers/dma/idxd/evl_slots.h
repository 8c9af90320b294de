/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_SLOTS_H_
#define _IDXD_EVL_SLOTS_H_

#include <linux/types.h>

struct idxd_device;
struct idxd_evl_slot_map;

/**
 * struct idxd_evl_slots - which entries taken from the event log are handled
 * @map: a word for each place of the ring that the device has, or NULL
 * @seq: entries taken so far, never reset; only the drain uses it
 */
struct idxd_evl_slots {
	struct idxd_evl_slot_map __rcu *map;
	u32 seq;
};

struct idxd_evl_slot_map *idxd_evl_slots_alloc(unsigned int nr);
void idxd_evl_slots_free(struct idxd_evl_slot_map *map);
void idxd_evl_slots_set(struct idxd_device *idxd, struct idxd_evl_slot_map *map);

u32 idxd_evl_slot_take(struct idxd_device *idxd, unsigned int index);
void idxd_evl_slot_done(struct idxd_device *idxd, unsigned int index, u32 token);
bool idxd_evl_slot_waiting(struct idxd_device *idxd, unsigned int index);

#endif
