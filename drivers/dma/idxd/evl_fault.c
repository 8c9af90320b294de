// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: completion records that software writes for the device
 */
#include "idxd.h"
#include "evl_batch.h"
#include "evl_ctx.h"
#include "evl_fault.h"
#include "evl_record.h"
#include "evl_refuse.h"
#include "evl_regs.h"
#include "evl_slots.h"
#include "evl_trace.h"

/**
 * idxd_evl_fault_due - whether the record of an entry has to be written
 * @entry: entry with one of the codes that come with a record
 *
 * The record of a batch is due, too, when one of its members' could not be
 * written; that is known only when its turn comes. An error status alone makes
 * that of a batch or a Drain not due: the device says with RCR that it is.
 *
 * Return: true after a fault on the record in any case, else if the program
 * requested a record.
 */
bool idxd_evl_fault_due(const struct idxd_evl_entry *entry)
{
	return FIELD_GET(IDXD_EVLENT_CODE, entry->flags) == IDXD_EVL_CR_FAULT ||
	       (entry->info & IDXD_EVLENT_RCR);
}

/**
 * idxd_evl_fault_count - count an entry as a fault of its process
 * @ctx: whom it belongs to
 * @entry: entry; the end of a Drain is not counted
 *
 * Any context.
 */
void idxd_evl_fault_count(struct idxd_evl_ctx *ctx, const struct idxd_evl_entry *entry)
{
	struct idxd_evl_stats *stats = &ctx->wq->idxd->evl_stats;

	switch (FIELD_GET(IDXD_EVLENT_CODE, entry->flags)) {
	case IDXD_EVL_DRAIN:
		idxd_evl_count(stats, IDXD_EVL_DRAINS);
		return;
	case IDXD_EVL_BATCH:
		idxd_evl_count(stats, IDXD_EVL_BATCHES);
		break;
	}

	atomic64_inc(&ctx->faults);
	idxd_evl_count(stats, IDXD_EVL_CR_FAULTS);
}

/**
 * idxd_evl_fault_failed - count a record that is due and is not written
 * @ctx: whom it belongs to
 * @addr: address of the record
 * @err: why
 *
 * Any context.
 */
void idxd_evl_fault_failed(struct idxd_evl_ctx *ctx, u64 addr, int err)
{
	atomic64_inc(&ctx->failures);
	idxd_evl_count(&ctx->wq->idxd->evl_stats, IDXD_EVL_CR_FAILED);
	trace_idxd_cr_fail(ctx->wq, ctx->pasid, addr, err);
}

/* The program must not take a batch for done of which it misses a record. */
static void evl_fail_batch(u8 *record)
{
	record[1] = 1;
	if ((record[0] & DSA_COMP_STATUS_MASK) == DSA_COMP_SUCCESS)
		record[0] = DSA_COMP_BATCH_FAIL;
}

/**
 * idxd_evl_fault_handle - write the record of an entry
 * @ctx: whom the entry belongs to
 * @item: entry with one of the codes that come with a record; its record is
 *	changed if it is a batch's that failed
 *
 * Faults the page in and sleeps for as long as that takes. Called by the
 * context's thread, in the order of the log: a batch's record follows those of
 * its members, a Drain's those of what it drained.
 */
void idxd_evl_fault_handle(struct idxd_evl_ctx *ctx, struct idxd_evl_item *item)
{
	struct idxd_device *idxd = ctx->wq->idxd;
	unsigned int len = idxd->data->compl_size;
	struct idxd_evl_entry *entry = &item->entry;
	bool failed = idxd_evl_batch_begin(&ctx->batches, item);
	u8 *record = idxd_evl_entry_record(entry, 2 * len);
	int rc;

	if (failed)
		evl_fail_batch(record);

	if (failed || idxd_evl_fault_due(entry)) {
		rc = idxd_evl_record_write(ctx, entry->addr, record, len);
		if (rc) {
			idxd_evl_batch_failed(&ctx->batches, entry);
			idxd_evl_fault_failed(ctx, entry->addr, rc);
		} else {
			idxd_evl_count(&idxd->evl_stats, IDXD_EVL_CR_WRITTEN);
			trace_idxd_cr_write(ctx->wq, ctx->pasid, entry->addr, 0);
		}
	}

	idxd_evl_slot_done(idxd, item->slot, item->token);
}

/**
 * idxd_evl_fault_take - hand an entry with a record to the files it belongs to
 * @idxd: device
 * @entry: entry of the log with one of the codes that come with a record; none
 *	of its fields is trusted
 * @slot: index of its place in the ring
 * @token: what idxd_evl_slot_take() returned for it
 *
 * What does not name an open file is dropped and counted. Does not sleep.
 *
 * Return: true if it was handed on; then idxd_evl_slot_done() is called for it
 * later.
 */
bool idxd_evl_fault_take(struct idxd_device *idxd, const struct idxd_evl_entry *entry,
			 unsigned int slot, u32 token)
{
	enum idxd_evl_refusal why = idxd_evl_refusal(idxd, entry);
	struct idxd_wq *wq;
	int rc;

	if (why) {
		idxd_evl_refuse(idxd, entry, why);
		return false;
	}

	wq = idxd->wqs[FIELD_GET(IDXD_EVLENT_WQ, entry->flags)];
	rc = idxd_evl_ctx_queue(wq, FIELD_GET(IDXD_EVLENT_PASID, entry->flags), entry,
				slot, token);
	if (rc == -ENOENT)
		idxd_evl_refuse(idxd, entry, IDXD_EVL_REFUSED_FILE);

	return !rc;
}

/**
 * idxd_evl_fault_note - tell the files an entry belongs to that it was taken
 * @idxd: device
 * @entry: entry of the log without a record; none of its fields is trusted
 *
 * It may be the first of its batch. Does not sleep.
 */
void idxd_evl_fault_note(struct idxd_device *idxd, const struct idxd_evl_entry *entry)
{
	const u64 valid = IDXD_EVLENT_DESC_VALID | IDXD_EVLENT_WQ_VALID;
	unsigned int id = FIELD_GET(IDXD_EVLENT_WQ, entry->flags);

	if ((entry->flags & valid) == valid && id < idxd->max_wqs)
		idxd_evl_ctx_seen(idxd->wqs[id], FIELD_GET(IDXD_EVLENT_PASID, entry->flags),
				  entry);
}
