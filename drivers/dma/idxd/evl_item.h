/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_ITEM_H_
#define _IDXD_EVL_ITEM_H_

#include <linux/list.h>
#include "evl_regs.h"

struct mem_cgroup;

/*
 * Number of entries of one process that may wait on one work queue: those
 * reserved by open(), and those allocated beyond the reserve
 */
#define IDXD_EVL_ITEMS_RESERVED	1024
#define IDXD_EVL_ITEMS_EXTRA	IDXD_EVL_SIZE_MAX

/**
 * struct idxd_evl_item - an entry of the event log that waits to be handled
 * @node: node in the list of waiting or of free items
 * @slot: index of its place in the ring
 * @token: identifies this use of @slot, see idxd_evl_slot_done()
 * @batch_start: the entry resets the state of its batch
 * @batch_lost: for the end of a batch: no item was available for a member
 * @extra: the item does not belong to the reserve
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
 * @memcg: memory cgroup that items beyond the reserve are charged to; referenced
 * @extra: items in use beyond the reserve
 *
 * Protected by the lock of the context.
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
