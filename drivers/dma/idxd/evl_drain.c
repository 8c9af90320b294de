// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: taking the entries out of the ring
 */
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/pci.h>
#include "idxd.h"
#include "evl_drain.h"
#include "evl_fault.h"
#include "evl_regs.h"
#include "evl_ring.h"
#include "evl_trace.h"

/* Entries taken before the device is told that their places are free */
#define EVL_STRIDE	16

/* Its records are not of a user's; the driver itself submitted the descriptor. */
static bool evl_entry_is_kernel(struct idxd_device *idxd, const struct idxd_evl_entry *entry)
{
	unsigned int id = FIELD_GET(IDXD_EVLENT_WQ, entry->flags);

	return (entry->flags & IDXD_EVLENT_WQ_VALID) && id < idxd->max_wqs &&
	       READ_ONCE(idxd->wqs[id]->type) == IDXD_WQT_KERNEL;
}

static void evl_take(struct idxd_device *idxd, unsigned int index)
{
	unsigned int bytes = idxd->evl->entry_bytes;
	struct idxd_evl_entry entry = {};

	/* The device writes here again once the head has moved. */
	memcpy(&entry, idxd->evl->ring + index * bytes, bytes);
	idxd_evl_count(&idxd->evl_stats, IDXD_EVL_ENTRIES);
	trace_idxd_evl_entry(idxd, index, &entry, bytes);

	switch (FIELD_GET(IDXD_EVLENT_CODE, entry.flags)) {
	case IDXD_EVL_CR_FAULT:
	case IDXD_EVL_DRAIN:
	case IDXD_EVL_BATCH:
		if (evl_entry_is_kernel(idxd, &entry))
			idxd_evl_report_error(idxd, &entry);
		else
			idxd_evl_fault_take(idxd, &entry);
		break;
	default:
		idxd_evl_report_error(idxd, &entry);
	}
}

static void evl_move_head(struct idxd_device *idxd, unsigned int head)
{
	idxd->evl->head = head;
	/* What was taken must have been read before the device may overwrite it. */
	mb();
	iowrite32(head, idxd->reg_base + IDXD_EVLSTATUS_OFFSET);
}

/**
 * idxd_evl_drain - take the entries that the device has logged
 * @idxd: device
 *
 * Takes what is in the log when it is called, in order; what comes later
 * raises an interrupt. The misc interrupt thread calls it, so it waits for
 * nobody but for evl->lock.
 */
void idxd_evl_drain(struct idxd_device *idxd)
{
	struct idxd_evl *evl = idxd->evl;
	unsigned int head, tail, taken = 0;
	u64 status;

	if (!evl)
		return;

	mutex_lock(&evl->lock);
	if (!evl->ring)
		goto out;

	/* Pending is cleared before the tail is read: what follows it interrupts. */
	iowrite32(upper_32_bits(IDXD_EVLSTATUS_PENDING),
		  idxd->reg_base + IDXD_EVLSTATUS_UPPER_OFFSET);
	status = ioread64(idxd->reg_base + IDXD_EVLSTATUS_OFFSET);
	dma_rmb();

	head = FIELD_GET(IDXD_EVLSTATUS_HEAD, status);
	tail = FIELD_GET(IDXD_EVLSTATUS_TAIL, status);
	/* A device that was reset behind the driver: the ring holds old entries. */
	if (head != evl->head || tail >= evl->ring_size) {
		dev_err_ratelimited(&idxd->pdev->dev, "event log lost: head %u of %u, tail %u\n",
				    head, evl->head, tail);
		goto out;
	}

	while (head != tail) {
		evl_take(idxd, head);
		if (++head == evl->ring_size)
			head = 0;
		if (++taken % EVL_STRIDE == 0 || head == tail)
			evl_move_head(idxd, head);
	}
out:
	mutex_unlock(&evl->lock);
}
