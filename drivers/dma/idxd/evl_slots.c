// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: which of the entries that were taken are handled
 *
 * The head moves when entries are taken, and their places are written again
 * while they still wait to be handled. So where the head stands says nothing
 * about that, and who is done with an entry names the taking, not the place.
 */
#include <linux/atomic.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "idxd.h"
#include "evl_slots.h"

/* A word of the map, and a token: the number of the taking, and this bit */
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
 * idxd_evl_slots_free - free a map that was never set
 * @map: what idxd_evl_slots_alloc() returned
 */
void idxd_evl_slots_free(struct idxd_evl_slot_map *map)
{
	kvfree(map);
}

/**
 * idxd_evl_slots_set - replace the map, together with the ring
 * @idxd: device
 * @map: map of the new ring, or NULL when the ring is taken away
 *
 * The former map is freed once nobody uses it. The caller keeps others from
 * setting a map and from taking entries meanwhile. May sleep.
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
 * The caller keeps others from taking entries meanwhile. Does not sleep.
 *
 * Return: a token for idxd_evl_slot_done(), to be called when the entry is
 * handled. It is a new one for 2^31 entries; were it used for longer than
 * that, idxd_evl_slot_waiting() could err, but nothing else.
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
 * idxd_evl_slot_done - an entry that was taken is handled
 * @idxd: device; the caller holds a reference to it
 * @index: place that the entry had
 * @token: what idxd_evl_slot_take() returned
 *
 * Nothing happens if another entry was taken from this place since, or if the
 * ring was replaced by another one of any size, or taken away. Any context.
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
 * idxd_evl_slot_waiting - is the entry last taken from a place not handled yet?
 * @idxd: device
 * @index: place in the ring
 *
 * Any context.
 *
 * Return: true if it was taken and is not handled.
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
