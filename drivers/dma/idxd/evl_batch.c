// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: the records of batches
 */
#include <linux/bitmap.h>
#include "evl_batch.h"
#include "evl_item.h"
#include "evl_regs.h"

static bool evl_is_batch_end(const struct idxd_evl_entry *entry)
{
	return FIELD_GET(IDXD_EVLENT_CODE, entry->flags) == IDXD_EVL_BATCH;
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
	case IDXD_EVL_INT_HANDLE_INVAL:
	case IDXD_EVL_CR_FAULT:
	case IDXD_EVL_DRAIN:
	case IDXD_EVL_BATCH:
		return (entry->flags & IDXD_EVLENT_INFO_VALID) &&
		       (entry->info & IDXD_EVLENT_FIRST_ERR);
	default:
		return false;
	}
}

/**
 * idxd_evl_batch_seen - an entry of a process was taken from the log
 * @batches: batches of the process, locked
 * @ring: which ring it was taken from
 * @entry: entry of any kind
 *
 * To be called for each entry, in the order of the log, before
 * idxd_evl_batch_queued() or idxd_evl_batch_dropped().
 */
void idxd_evl_batch_seen(struct idxd_evl_batches *batches, u32 ring,
			 const struct idxd_evl_entry *entry)
{
	unsigned int id = evl_batch_id(entry);

	/* No batch lives on when the device is disabled. */
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
 * idxd_evl_batch_queued - an entry found room
 * @batches: batches of the process, locked
 * @item: the entry; its marks are set
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
 * idxd_evl_batch_dropped - an entry with a record that is due found no room
 * @batches: batches of the process, locked
 * @entry: the entry
 */
void idxd_evl_batch_dropped(struct idxd_evl_batches *batches,
			    const struct idxd_evl_entry *entry)
{
	if (evl_is_of_batch(entry) && !evl_is_batch_end(entry))
		__set_bit(evl_batch_id(entry), batches->lost);
}

/**
 * idxd_evl_batch_begin - the turn of an entry has come
 * @batches: batches of the process
 * @item: the entry
 *
 * Called by the context's thread, in the order of the log.
 *
 * Return: true if @item is the end of a batch of which a member's record could
 * not be written: the record of the batch is due then, and tells of it.
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
