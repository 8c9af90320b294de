// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: a copy of the ring, to be looked at
 *
 * Entries have positions, which count on from 0 when the ring is set up; the
 * remainder is the index. Head, tail, and which entries there are and wait, are
 * those of one moment, at the beginning. The entries are copied afterwards,
 * while the drain goes on taking them and the device goes on writing: neither
 * waits for a copy of up to 8 MiB. An entry that the device may have written
 * over before it was copied is told by where the tail is then, and left out.
 * The oldest are copied first, for they are written over first.
 */
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "idxd.h"
#include "evl_regs.h"
#include "evl_ring.h"
#include "evl_slots.h"
#include "evl_snapshot.h"

/* Entries copied at a time */
#define EVL_CHUNK	1024
/* After so many the lock is waited for; the drain then had luck each time. */
#define EVL_TAIL_TRIES	16

static unsigned int evl_used(struct idxd_evl *evl, u64 status, unsigned int head)
{
	unsigned int tail = FIELD_GET(IDXD_EVLSTATUS_TAIL, status);

	/* A device that is gone reads as ones. */
	if (tail >= evl->ring_size)
		return 0;

	return tail >= head ? tail - head : tail + evl->ring_size - head;
}

/*
 * The tail is at most a ring's length from what was taken, so its index tells
 * its position, if nothing was taken between the two reads.
 */
static u64 evl_tail(struct idxd_device *idxd)
{
	struct idxd_evl *evl = idxd->evl;
	u64 taken, status;
	int i;

	for (i = 0; i < EVL_TAIL_TRIES; i++) {
		taken = READ_ONCE(evl->taken);
		/* taken, the register, taken: in this order */
		rmb();
		status = ioread64(idxd->reg_base + IDXD_EVLSTATUS_OFFSET);
		/* as above */
		rmb();
		if (taken == READ_ONCE(evl->taken))
			goto out;
	}

	mutex_lock(&evl->lock);
	taken = evl->taken;
	status = ioread64(idxd->reg_base + IDXD_EVLSTATUS_OFFSET);
	mutex_unlock(&evl->lock);
out:
	return taken + evl_used(evl, status, taken % evl->ring_size);
}

/* The moment that the snapshot is of. Returns the position of the oldest entry. */
static u64 evl_snapshot_begin(struct idxd_device *idxd, struct idxd_evl_snapshot *snap)
{
	struct idxd_evl *evl = idxd->evl;
	unsigned int i, used;
	u64 status, taken, end;

	mutex_lock(&evl->lock);
	taken = evl->taken;
	snap->head = evl->head;
	status = ioread64(idxd->reg_base + IDXD_EVLSTATUS_OFFSET);
	mutex_unlock(&evl->lock);

	snap->tail = FIELD_GET(IDXD_EVLSTATUS_TAIL, status);
	snap->pending = status & IDXD_EVLSTATUS_PENDING;

	/* After a reset behind the driver the tail is not of these entries. */
	used = evl_used(evl, status, snap->head);
	if (FIELD_GET(IDXD_EVLSTATUS_HEAD, status) != snap->head)
		used = 0;

	end = taken + used;
	/* The device may be writing at the tail. */
	snap->nr = min_t(u64, end, snap->size - 1);
	snap->first = (end - snap->nr) % snap->size;

	for (i = 0; i < snap->nr; i++) {
		if (i >= snap->nr - used)
			snap->state[i] = IDXD_EVL_NOT_TAKEN;
		else if (idxd_evl_slot_waiting(idxd, (snap->first + i) % snap->size))
			snap->state[i] = IDXD_EVL_WAITING;
		else
			snap->state[i] = IDXD_EVL_HANDLED;
	}

	return end - snap->nr;
}

static void evl_snapshot_copy(struct idxd_device *idxd, struct idxd_evl_snapshot *snap,
			      u64 first)
{
	unsigned int bytes = snap->entry_bytes;
	unsigned int i, n, index, lost;
	u64 tail;

	for (i = 0; i < snap->nr; i += n) {
		index = (snap->first + i) % snap->size;
		n = min3(snap->nr - i, snap->size - index, (unsigned int)EVL_CHUNK);
		memcpy(snap->entries + i * bytes, idxd->evl->ring + index * bytes, n * bytes);
		/* What the tail shows is at least what the copy may have seen of. */
		rmb();
		tail = evl_tail(idxd);

		/* Also the one at the tail: it may be half written. */
		for (lost = i; lost < i + n && first + lost + snap->size <= tail; lost++)
			snap->state[lost] = IDXD_EVL_OVERWRITTEN;

		cond_resched();
	}
}

static int evl_snapshot_fill(struct idxd_device *idxd, struct idxd_evl_snapshot *snap)
{
	struct idxd_evl *evl = idxd->evl;
	unsigned int i;

	snap->size = evl->ring_size;
	snap->state = kvmalloc_array(snap->size, sizeof(*snap->state), GFP_KERNEL);
	snap->entries = kvmalloc_array(snap->size, snap->entry_bytes, GFP_KERNEL);
	if (!snap->state || !snap->entries)
		return -ENOMEM;

	evl_snapshot_copy(idxd, snap, evl_snapshot_begin(idxd, snap));
	for (i = 0; i < snap->nr; i++)
		snap->count[snap->state[i]]++;

	return 0;
}

/**
 * idxd_evl_snapshot_take - copy the event log
 * @idxd: device with an event log
 *
 * Sleeps. Neither the drain nor the device waits for it; enabling and disabling
 * the device does.
 *
 * Return: the copy, for idxd_evl_snapshot_free(), which does not refer to
 * @idxd; or an error pointer: -ENOMEM.
 */
struct idxd_evl_snapshot *idxd_evl_snapshot_take(struct idxd_device *idxd)
{
	struct idxd_evl *evl = idxd->evl;
	struct idxd_evl_snapshot *snap;
	int rc = 0;

	snap = kzalloc(sizeof(*snap), GFP_KERNEL);
	if (!snap)
		return ERR_PTR(-ENOMEM);

	snap->iax = idxd->data->type == IDXD_TYPE_IAX;
	snap->id = idxd->id;
	snap->entry_bytes = evl->entry_bytes;

	down_read(&evl->ring_sem);
	if (evl->ring)
		rc = evl_snapshot_fill(idxd, snap);
	up_read(&evl->ring_sem);

	if (rc) {
		idxd_evl_snapshot_free(snap);
		return ERR_PTR(rc);
	}

	return snap;
}

/**
 * idxd_evl_snapshot_free - free a copy of the event log
 * @snap: what idxd_evl_snapshot_take() returned
 */
void idxd_evl_snapshot_free(struct idxd_evl_snapshot *snap)
{
	kvfree(snap->entries);
	kvfree(snap->state);
	kfree(snap);
}
