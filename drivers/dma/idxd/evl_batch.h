/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_BATCH_H_
#define _IDXD_EVL_BATCH_H_

#include <linux/types.h>

struct idxd_evl_entry;
struct idxd_evl_item;

#define IDXD_EVL_BATCH_IDS	256

/**
 * struct idxd_evl_batches - what is known of a process's batches in flight
 * @ring: which ring of the device the identifiers are of
 * @active: an entry of the batch was taken, its end was not
 * @start: the next entry of the batch that finds room starts its state anew
 * @lost: a member's record did not find room
 * @failed: a member's record could not be written. Of the context's thread
 *	alone, which handles the entries later; the others are locked with the
 *	context.
 *
 * The device uses an identifier again as soon as a batch has ended, and a batch
 * may end without that being logged: with its queue, or when none of its
 * records went through the log.
 */
struct idxd_evl_batches {
	u32 ring;
	DECLARE_BITMAP(active, IDXD_EVL_BATCH_IDS);
	DECLARE_BITMAP(start, IDXD_EVL_BATCH_IDS);
	DECLARE_BITMAP(lost, IDXD_EVL_BATCH_IDS);
	DECLARE_BITMAP(failed, IDXD_EVL_BATCH_IDS);
};

void idxd_evl_batch_seen(struct idxd_evl_batches *batches, u32 ring,
			 const struct idxd_evl_entry *entry);
void idxd_evl_batch_queued(struct idxd_evl_batches *batches, struct idxd_evl_item *item);
void idxd_evl_batch_dropped(struct idxd_evl_batches *batches,
			    const struct idxd_evl_entry *entry);

bool idxd_evl_batch_begin(struct idxd_evl_batches *batches, const struct idxd_evl_item *item);
void idxd_evl_batch_failed(struct idxd_evl_batches *batches,
			   const struct idxd_evl_entry *entry);

#endif
