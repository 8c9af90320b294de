/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_RING_H_
#define _IDXD_EVL_RING_H_

#include <linux/mutex.h>
#include <linux/types.h>

struct idxd_device;

/**
 * struct idxd_evl - the event log of a device
 * @size: entries of the next ring, as the administrator set it
 * @entry_bytes: size of an entry, 64 or 128
 * @lock: protects everything below. The misc interrupt thread takes it: do not
 *	wait for a device command, a fault, memory or wq_lock with it held.
 * @ring: memory of the ring, NULL while the device has none
 * @dma: bus address of @ring
 * @ring_size: entries in @ring
 * @head: index of the next entry to take
 */
struct idxd_evl {
	unsigned int size;
	unsigned int entry_bytes;

	struct mutex lock;	/* the ring and the head, see above */
	void *ring;
	dma_addr_t dma;
	unsigned int ring_size;
	unsigned int head;
};

int idxd_evl_init(struct idxd_device *idxd);
void idxd_evl_free(struct idxd_device *idxd);
int idxd_evl_ring_start(struct idxd_device *idxd);
void idxd_evl_ring_stop(struct idxd_device *idxd);

#endif
