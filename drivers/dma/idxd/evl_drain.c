// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: taking the entries out of the ring
 */
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/pci.h>
#include <linux/workqueue.h>
#include "idxd.h"
#include "evl_drain.h"
#include "evl_fault.h"
#include "evl_regs.h"
#include "evl_ring.h"
#include "evl_slots.h"
#include "evl_trace.h"

/* Entries taken before the device is told that their places are free */
#define EVL_STRIDE	16

static void evl_take(struct idxd_device *idxd, unsigned int index)
{
	unsigned int bytes = idxd->evl->entry_bytes;
	struct idxd_evl_entry entry = {};
	bool later = false;
	u32 token;

	/* The device writes here again once the head has moved. */
	memcpy(&entry, idxd->evl->ring + index * bytes, bytes);
	idxd_evl_count(&idxd->evl_stats, IDXD_EVL_ENTRIES);
	trace_idxd_evl_entry(idxd, index, &entry, bytes);
	token = idxd_evl_slot_take(idxd, index);

	switch (FIELD_GET(IDXD_EVLENT_CODE, entry.flags)) {
	case DSA_COMP_CRA_XLAT:
	case DSA_COMP_DRAIN_EVL:
	case DSA_COMP_BATCH_EVL_ERR:
		later = idxd_evl_fault_take(idxd, &entry, index, token);
		break;
	default:
		idxd_evl_fault_note(idxd, &entry);
		idxd_evl_report_error(idxd, &entry);
	}

	if (!later)
		idxd_evl_slot_done(idxd, index, token);
}

/* From where to where in the ring, in entries */
static unsigned int evl_distance(struct idxd_evl *evl, unsigned int from, unsigned int to)
{
	return to >= from ? to - from : to + evl->ring_size - from;
}

static void evl_move_head(struct idxd_device *idxd, unsigned int head)
{
	struct idxd_evl *evl = idxd->evl;

	WRITE_ONCE(evl->taken, evl->taken + evl_distance(evl, evl->head, head));
	evl->head = head;
	/* What was taken must have been read before the device may overwrite it. */
	mb();
	iowrite32(head, idxd->reg_base + IDXD_EVLSTATUS_OFFSET);
}

static void evl_note_used(struct idxd_device *idxd, unsigned int used)
{
	struct idxd_evl *evl = idxd->evl;

	if (used > evl->max_used)
		WRITE_ONCE(evl->max_used, used);

	/* One place stays free, or it would look empty. */
	if (used == evl->ring_size - 1) {
		idxd_evl_count(&idxd->evl_stats, IDXD_EVL_FULL);
		trace_idxd_evl_full(idxd, evl->head, evl->ring_size);
	}
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
	/* It is being reset, or gone. */
	if (PCI_POSSIBLE_ERROR(status))
		goto out;

	head = FIELD_GET(IDXD_EVLSTATUS_HEAD, status);
	tail = FIELD_GET(IDXD_EVLSTATUS_TAIL, status);
	/* A device that was reset behind the driver: the ring holds old entries. */
	if (head != evl->head || tail >= evl->ring_size) {
		dev_err_ratelimited(&idxd->pdev->dev, "event log lost: head %u of %u, tail %u\n",
				    head, evl->head, tail);
		goto out;
	}

	evl_note_used(idxd, evl_distance(evl, head, tail));
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

struct evl_drain_work {
	struct work_struct work;
	struct idxd_device *idxd;
};

static void evl_drain_worker(struct work_struct *work)
{
	idxd_evl_drain(container_of(work, struct evl_drain_work, work)->idxd);
}

/**
 * idxd_evl_drain_sync - take the entries that the device has logged, for a process
 * @idxd: device
 *
 * As idxd_evl_drain(), but in a worker: a process may be throttled with
 * evl->lock held, for which the misc interrupt thread waits. Sleeps.
 */
void idxd_evl_drain_sync(struct idxd_device *idxd)
{
	struct evl_drain_work drain = { .idxd = idxd };

	if (!idxd->evl)
		return;

	INIT_WORK_ONSTACK(&drain.work, evl_drain_worker);
	queue_work(system_highpri_wq, &drain.work);
	flush_work(&drain.work);
	destroy_work_on_stack(&drain.work);
}
