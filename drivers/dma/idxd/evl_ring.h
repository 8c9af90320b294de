/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_RING_H_
#define _IDXD_EVL_RING_H_

#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/types.h>

struct idxd_device;

/**
 * struct idxd_evl - the event log of a device
 * @size: entries of the next ring, as the administrator set it
 * @entry_bytes: size of an entry, 64 or 128
 * @ring_sem: held for writing, outside of @lock, when the ring comes or goes.
 *	Who holds it for reading may read the ring without @lock, while the
 *	drain takes entries; it may wait for memory.
 * @lock: protects everything below. The misc interrupt thread takes it: do not
 *	wait for a device command, a fault, memory or wq_lock with it held.
 * @ring: memory of the ring, NULL while the device has none
 * @dma: bus address of @ring
 * @ring_size: entries in @ring
 * @head: index of the next entry to take
 * @generation: counts the rings
 * @taken: entries taken from @ring since it was set up, so that @head is its
 *	remainder. Moves before the device is told the new head.
 * @max_used: entries in @ring at most, as the drain found them since @ring was
 *	set up; stays when the ring goes. Read without @lock.
 */
struct idxd_evl {
	unsigned int size;
	unsigned int entry_bytes;

	struct rw_semaphore ring_sem;
	struct mutex lock;	/* the ring and the head, see above */
	void *ring;
	dma_addr_t dma;
	unsigned int ring_size;
	unsigned int head;
	u32 generation;
	u64 taken;
	unsigned int max_used;
};

int idxd_evl_init(struct idxd_device *idxd);
void idxd_evl_free(struct idxd_device *idxd);
int idxd_evl_ring_start(struct idxd_device *idxd);
void idxd_evl_ring_stop(struct idxd_device *idxd);

#endif
