// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: a copy of the ring for debugfs
 *
 * Entries have positions that start at 0 when the ring is set up; the index in
 * the ring is the position modulo the size. The head, the tail, and the states
 * of the entries are recorded at one point in time, at the beginning. The
 * entries are copied afterwards, while the drain continues to take entries and
 * the device continues to write: neither of them waits for a copy of up to 8 MiB.
 * The tail after copying an entry shows whether the device may have overwritten
 * it before; then it is left out. The oldest entries are copied first, because
 * they are overwritten first.
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
/* Attempts to read the tail between two steps of the drain before taking the lock */
#define EVL_TAIL_TRIES	16

static unsigned int evl_used(struct idxd_evl *evl, u64 status, unsigned int head)
{
	unsigned int tail = FIELD_GET(IDXD_EVLSTATUS_TAIL, status);

	/* If the device is gone, all ones are read. */
	if (tail >= evl->ring_size)
		return 0;

	return tail >= head ? tail - head : tail + evl->ring_size - head;
}

/*
 * The tail is less than the size of the ring ahead of the entries taken, so its
 * position follows from its index, if nothing was taken between the two reads.
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

/* Records the state of the ring. Returns the position of the oldest entry. */
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

	/* After a reset that the driver does not know of, the tail is unrelated. */
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
		/* The tail must not be older than what has been copied. */
		rmb();
		tail = evl_tail(idxd);

		/* Including the one at the tail, which may be partly written. */
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
 * Neither the drain nor the device waits for it, but enabling and disabling the
 * device does. Sleeps.
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
