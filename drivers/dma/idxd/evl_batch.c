// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: the records of batches
 */
#include <linux/bitmap.h>
#include <uapi/linux/idxd.h>
#include "evl_batch.h"
#include "evl_item.h"
#include "evl_regs.h"

static bool evl_is_batch_end(const struct idxd_evl_entry *entry)
{
	return FIELD_GET(IDXD_EVLENT_CODE, entry->flags) == DSA_COMP_BATCH_EVL_ERR;
}

static bool evl_is_of_batch(const struct idxd_evl_entry *entry)
{
	return (entry->flags & IDXD_EVLENT_BATCH) || evl_is_batch_end(entry);
}

static unsigned int evl_batch_id(const struct idxd_evl_entry *entry)
{
	return FIELD_GET(IDXD_EVLENT_BATCH_ID, entry->flags);
}

/* The error information of other codes has no place for 'first error'. */
static bool evl_is_first_error(const struct idxd_evl_entry *entry)
{
	switch (FIELD_GET(IDXD_EVLENT_CODE, entry->flags)) {
	case DSA_COMP_INT_HANDLE_INVAL:
	case DSA_COMP_CRA_XLAT:
	case DSA_COMP_DRAIN_EVL:
	case DSA_COMP_BATCH_EVL_ERR:
		return (entry->flags & IDXD_EVLENT_INFO_VALID) &&
		       (entry->info & IDXD_EVLENT_FIRST_ERR);
	default:
		return false;
	}
}

/**
 * idxd_evl_batch_seen - an entry of a process was taken from the log
 * @batches: batches of the process, locked
 * @ring: generation of the ring that it was taken from
 * @entry: entry of any kind
 *
 * Must be called for each entry in the order of the log, before
 * idxd_evl_batch_queued() or idxd_evl_batch_dropped().
 */
void idxd_evl_batch_seen(struct idxd_evl_batches *batches, u32 ring,
			 const struct idxd_evl_entry *entry)
{
	unsigned int id = evl_batch_id(entry);

	/* No batch survives the disabling of the device. */
	if (batches->ring != ring) {
		bitmap_zero(batches->active, IDXD_EVL_BATCH_IDS);
		batches->ring = ring;
	}

	if (!evl_is_of_batch(entry))
		return;

	if (evl_is_first_error(entry) || !test_bit(id, batches->active)) {
		__set_bit(id, batches->start);
		__clear_bit(id, batches->lost);
	}

	if (evl_is_batch_end(entry))
		__clear_bit(id, batches->active);
	else
		__set_bit(id, batches->active);
}

/**
 * idxd_evl_batch_queued - an item was available for an entry
 * @batches: batches of the process, locked
 * @item: the entry; batch_start and batch_lost are set
 */
void idxd_evl_batch_queued(struct idxd_evl_batches *batches, struct idxd_evl_item *item)
{
	unsigned int id = evl_batch_id(&item->entry);

	item->batch_start = false;
	item->batch_lost = false;
	if (!evl_is_of_batch(&item->entry))
		return;

	item->batch_start = __test_and_clear_bit(id, batches->start);
	if (evl_is_batch_end(&item->entry))
		item->batch_lost = __test_and_clear_bit(id, batches->lost);
}

/**
 * idxd_evl_batch_dropped - no item was available for an entry
 * @batches: batches of the process, locked
 * @entry: the entry
 *
 * Return: true if @entry is the end of a batch and there was no item for the
 * entry of one of its members, either. It is not known yet whether the records
 * of members that are waiting can be written.
 */
bool idxd_evl_batch_dropped(struct idxd_evl_batches *batches,
			    const struct idxd_evl_entry *entry)
{
	unsigned int id = evl_batch_id(entry);

	if (!evl_is_of_batch(entry))
		return false;

	if (evl_is_batch_end(entry))
		return __test_and_clear_bit(id, batches->lost);

	__set_bit(id, batches->lost);

	return false;
}

/**
 * idxd_evl_batch_begin - an entry is about to be handled
 * @batches: batches of the process
 * @item: the entry
 *
 * Called by the context's thread in the order of the log.
 *
 * Return: true if @item is the end of a batch and the record of one of its
 * members could not be written. The record of the batch has to report this.
 */
bool idxd_evl_batch_begin(struct idxd_evl_batches *batches, const struct idxd_evl_item *item)
{
	unsigned int id = evl_batch_id(&item->entry);

	if (item->batch_start)
		__clear_bit(id, batches->failed);

	if (!evl_is_batch_end(&item->entry))
		return false;

	return __test_and_clear_bit(id, batches->failed) || item->batch_lost;
}

/**
 * idxd_evl_batch_failed - the record of an entry could not be written
 * @batches: batches of the process
 * @entry: the entry
 *
 * Called by the context's thread.
 */
void idxd_evl_batch_failed(struct idxd_evl_batches *batches,
			   const struct idxd_evl_entry *entry)
{
	if (evl_is_of_batch(entry) && !evl_is_batch_end(entry))
		__set_bit(evl_batch_id(entry), batches->failed);
}
