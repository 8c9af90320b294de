/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_BATCH_H_
#define _IDXD_EVL_BATCH_H_

#include <linux/types.h>

struct idxd_evl_entry;
struct idxd_evl_item;

#define IDXD_EVL_BATCH_IDS	256

/**
 * struct idxd_evl_batches - state of a process's batches, by identifier
 * @ring: generation of the device's ring that the state belongs to
 * @active: an entry of the batch was taken, but not the one for its end
 * @start: the next entry of the batch that is queued resets its state
 * @lost: no item was available for the entry of a member
 * @failed: the record of a member could not be written. Used only by the
 *	context's thread, which handles the entries later. The other bitmaps are
 *	protected by the lock of the context.
 *
 * The device reuses an identifier as soon as a batch has ended. The end of a
 * batch may not be logged: if its work queue is disabled, or if none of its
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
bool idxd_evl_batch_dropped(struct idxd_evl_batches *batches,
			    const struct idxd_evl_entry *entry);

bool idxd_evl_batch_begin(struct idxd_evl_batches *batches, const struct idxd_evl_item *item);
void idxd_evl_batch_failed(struct idxd_evl_batches *batches,
			   const struct idxd_evl_entry *entry);

#endif
