// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: memory for entries that wait to be handled
 */
#include <linux/memcontrol.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "evl_item.h"

/* Items are allocated in pages: allocating each of them would make open() slow. */
struct evl_block {
	struct list_head node;
	struct idxd_evl_item items[];
};

#define EVL_BLOCK_ITEMS							\
	((PAGE_SIZE - sizeof(struct evl_block)) / sizeof(struct idxd_evl_item))

static struct kmem_cache *evl_block_cache;

/**
 * idxd_evl_item_cache_create - create the cache of items when the module is loaded
 *
 * Return: 0 or -ENOMEM.
 */
int idxd_evl_item_cache_create(void)
{
	/* The memory is charged to the process that opens the file. */
	evl_block_cache = kmem_cache_create("idxd_evl_items", PAGE_SIZE, 0, SLAB_ACCOUNT, NULL);

	return evl_block_cache ? 0 : -ENOMEM;
}

/**
 * idxd_evl_item_cache_destroy - destroy the cache of items
 *
 * Called when the module is unloaded and no context is left. May sleep.
 */
void idxd_evl_item_cache_destroy(void)
{
	kmem_cache_destroy(evl_block_cache);
}

/**
 * idxd_evl_items_free - free the reserve
 * @items: items of a context; none is in use
 */
void idxd_evl_items_free(struct idxd_evl_items *items)
{
	struct evl_block *block, *next;

	list_for_each_entry_safe(block, next, &items->blocks, node)
		kmem_cache_free(evl_block_cache, block);
	mem_cgroup_put(items->memcg);
}

/**
 * idxd_evl_items_init - reserve items for a context
 * @items: items to be initialised, for idxd_evl_items_free()
 *
 * The memory is charged to the caller. May sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int idxd_evl_items_init(struct idxd_evl_items *items)
{
	struct evl_block *block = NULL;
	int i;

	INIT_LIST_HEAD(&items->free);
	INIT_LIST_HEAD(&items->blocks);
	items->memcg = get_mem_cgroup_from_mm(current->mm);
	items->extra = 0;

	for (i = 0; i < IDXD_EVL_ITEMS_RESERVED; i++) {
		if (i % EVL_BLOCK_ITEMS == 0) {
			block = kmem_cache_zalloc(evl_block_cache, GFP_KERNEL);
			if (!block) {
				idxd_evl_items_free(items);
				return -ENOMEM;
			}
			list_add(&block->node, &items->blocks);
		}
		list_add(&block->items[i % EVL_BLOCK_ITEMS].node, &items->free);
	}

	return 0;
}

/**
 * idxd_evl_item_get - get an item
 * @items: items of a context, locked
 *
 * Takes an item from the reserve, or allocates one if the reserve is used up.
 * Does not sleep.
 *
 * Return: the item; NULL if the context has reached its limit, or no memory is
 * free.
 */
struct idxd_evl_item *idxd_evl_item_get(struct idxd_evl_items *items)
{
	struct mem_cgroup *old;
	struct idxd_evl_item *item;

	item = list_first_entry_or_null(&items->free, struct idxd_evl_item, node);
	if (item) {
		list_del(&item->node);
		return item;
	}

	if (items->extra == IDXD_EVL_ITEMS_EXTRA)
		return NULL;

	old = set_active_memcg(items->memcg);
	item = kmalloc(sizeof(*item), GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT);
	set_active_memcg(old);
	if (!item)
		return NULL;

	items->extra++;
	item->extra = true;

	return item;
}

/**
 * idxd_evl_item_put - return an item
 * @items: items of a context, locked
 * @item: what idxd_evl_item_get() returned, in no list
 */
void idxd_evl_item_put(struct idxd_evl_items *items, struct idxd_evl_item *item)
{
	if (item->extra) {
		items->extra--;
		kfree(item);
	} else {
		list_add(&item->node, &items->free);
	}
}
