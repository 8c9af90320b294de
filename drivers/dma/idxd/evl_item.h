/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_ITEM_H_
#define _IDXD_EVL_ITEM_H_

#include <linux/list.h>
#include "evl_regs.h"

struct mem_cgroup;

/*
 * Entries of one process that may wait on one work queue: reserved at open(),
 * and taken from free memory beyond that
 */
#define IDXD_EVL_ITEMS_RESERVED	1024
#define IDXD_EVL_ITEMS_EXTRA	IDXD_EVL_SIZE_MAX

/**
 * struct idxd_evl_item - an entry of the event log that waits for its turn
 * @node: in the list of those that wait, or of the free ones
 * @slot: index of its place in the ring
 * @token: tells which taking of @slot it was, see idxd_evl_slot_done()
 * @batch_start: with it, the state of its batch starts anew
 * @batch_lost: a member's record of this batch did not find room
 * @extra: not of the reserve
 * @entry: copy of the entry
 */
struct idxd_evl_item {
	struct list_head node;
	unsigned int slot;
	u32 token;
	bool batch_start;
	bool batch_lost;
	bool extra;
	struct idxd_evl_entry entry;
};

/**
 * struct idxd_evl_items - the items of a context
 * @free: reserved items not in use
 * @blocks: memory of the reserve
 * @memcg: whom those beyond the reserve are charged to; referenced
 * @extra: items in use beyond the reserve
 *
 * The owner of the context locks it.
 */
struct idxd_evl_items {
	struct list_head free;
	struct list_head blocks;
	struct mem_cgroup *memcg;
	unsigned int extra;
};

int idxd_evl_item_cache_create(void);
void idxd_evl_item_cache_destroy(void);
int idxd_evl_items_init(struct idxd_evl_items *items);
void idxd_evl_items_free(struct idxd_evl_items *items);
struct idxd_evl_item *idxd_evl_item_get(struct idxd_evl_items *items);
void idxd_evl_item_put(struct idxd_evl_items *items, struct idxd_evl_item *item);

#endif
