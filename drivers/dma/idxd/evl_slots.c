// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: which of the entries that were taken have been handled
 *
 * The head moves when entries are taken, and the device may reuse their slots
 * while the entries are still waiting to be handled. The head therefore does not
 * show which entries have been handled, and a token identifies a use of a slot.
 */
#include <linux/atomic.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "idxd.h"
#include "evl_slots.h"

/* A word of the map, and a token, consist of a sequence number and this bit. */
#define EVL_SLOT_WAITING	BIT(0)
#define EVL_SLOT_SEQ_SHIFT	1

struct idxd_evl_slot_map {
	struct rcu_head rcu;
	unsigned int nr;
	u32 slot[];
};

/**
 * idxd_evl_slots_alloc - allocate the map of a ring
 * @nr: entries of the ring
 *
 * May sleep.
 *
 * Return: the map, for idxd_evl_slots_set() or idxd_evl_slots_free(), or NULL.
 */
struct idxd_evl_slot_map *idxd_evl_slots_alloc(unsigned int nr)
{
	struct idxd_evl_slot_map *map;

	map = kvzalloc(struct_size(map, slot, nr), GFP_KERNEL);
	if (map)
		map->nr = nr;

	return map;
}

/**
 * idxd_evl_slots_free - free a map that has not been set
 * @map: what idxd_evl_slots_alloc() returned
 */
void idxd_evl_slots_free(struct idxd_evl_slot_map *map)
{
	kvfree(map);
}

/**
 * idxd_evl_slots_set - replace the map together with the ring
 * @idxd: device
 * @map: map of the new ring, or NULL if the ring is removed
 *
 * The previous map is freed when it is no longer in use. The caller serializes
 * this against other calls and against the taking of entries. May sleep.
 */
void idxd_evl_slots_set(struct idxd_device *idxd, struct idxd_evl_slot_map *map)
{
	struct idxd_evl_slot_map *old;

	old = rcu_replace_pointer(idxd->evl_slots.map, map, true);
	if (old)
		kvfree_rcu(old, rcu);
}

/* Under rcu_read_lock() */
static u32 *evl_slot(struct idxd_device *idxd, unsigned int index)
{
	struct idxd_evl_slot_map *map = rcu_dereference(idxd->evl_slots.map);

	return map && index < map->nr ? &map->slot[index] : NULL;
}

/**
 * idxd_evl_slot_take - an entry is taken from the ring
 * @idxd: device
 * @index: place of the entry in the ring
 *
 * The caller serializes the taking of entries. Does not sleep.
 *
 * Return: a token for idxd_evl_slot_done(), to be called when the entry has been
 * handled. Tokens repeat after 2^31 entries; if one was in use for longer than
 * that, only the result of idxd_evl_slot_waiting() could be wrong.
 */
u32 idxd_evl_slot_take(struct idxd_device *idxd, unsigned int index)
{
	u32 token = idxd->evl_slots.seq++ << EVL_SLOT_SEQ_SHIFT | EVL_SLOT_WAITING;
	u32 *slot;

	rcu_read_lock();
	slot = evl_slot(idxd, index);
	if (slot)
		WRITE_ONCE(*slot, token);
	rcu_read_unlock();

	return token;
}

/**
 * idxd_evl_slot_done - an entry that was taken has been handled
 * @idxd: device; the caller holds a reference to it
 * @index: place that the entry had in the ring
 * @token: what idxd_evl_slot_take() returned
 *
 * Does nothing if another entry has been taken from this place since then, or if
 * the ring has been replaced by one of any size or removed. Any context.
 */
void idxd_evl_slot_done(struct idxd_device *idxd, unsigned int index, u32 token)
{
	u32 *slot;

	rcu_read_lock();
	slot = evl_slot(idxd, index);
	if (slot)
		cmpxchg(slot, token, token & ~EVL_SLOT_WAITING);
	rcu_read_unlock();
}

/**
 * idxd_evl_slot_waiting - whether the last entry from a place is not handled yet
 * @idxd: device
 * @index: place in the ring
 *
 * Any context.
 *
 * Return: true if it has been taken and not handled.
 */
bool idxd_evl_slot_waiting(struct idxd_device *idxd, unsigned int index)
{
	bool waiting = false;
	u32 *slot;

	rcu_read_lock();
	slot = evl_slot(idxd, index);
	if (slot)
		waiting = READ_ONCE(*slot) & EVL_SLOT_WAITING;
	rcu_read_unlock();

	return waiting;
}
