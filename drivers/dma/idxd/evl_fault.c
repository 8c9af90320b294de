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
 * @incomplete: @entry is the end of a batch, and the record of one of its
 *	members could not be written
 *
 * The record of a batch or a Drain is due if it was requested; an error status
 * does not make it due. The record of an incomplete batch is due even if it was
 * not requested, unless its descriptor has no valid record address: then the
 * device reports address 0. RCR is valid only together with a valid address.
 *
 * Any context.
 *
 * Return: true if the record is due; always after a fault on the record itself.
 */
bool idxd_evl_fault_due(const struct idxd_evl_entry *entry, bool incomplete)
{
	return FIELD_GET(IDXD_EVLENT_CODE, entry->flags) == DSA_COMP_CRA_XLAT ||
	       (entry->info & IDXD_EVLENT_RCR) || (incomplete && entry->addr);
}

/**
 * idxd_evl_fault_count - count an entry as a fault of its process
 * @ctx: context that the entry belongs to
 * @entry: entry; the end of a Drain is counted for the device only
 *
 * Any context.
 */
void idxd_evl_fault_count(struct idxd_evl_ctx *ctx, const struct idxd_evl_entry *entry)
{
	struct idxd_evl_stats *stats = &ctx->wq->idxd->evl_stats;

	switch (FIELD_GET(IDXD_EVLENT_CODE, entry->flags)) {
	case DSA_COMP_DRAIN_EVL:
		idxd_evl_count(stats, IDXD_EVL_DRAINS);
		return;
	case DSA_COMP_BATCH_EVL_ERR:
		idxd_evl_count(stats, IDXD_EVL_BATCHES);
		break;
	}

	atomic64_inc(&ctx->faults);
	idxd_evl_count(stats, IDXD_EVL_CR_FAULTS);
}

/**
 * idxd_evl_fault_failed - count a record that is due but was not written
 * @ctx: context that the record belongs to
 * @addr: address of the record
 * @err: reason, a negative errno
 *
 * Any context.
 */
void idxd_evl_fault_failed(struct idxd_evl_ctx *ctx, u64 addr, int err)
{
	atomic64_inc(&ctx->failures);
	idxd_evl_count(&ctx->wq->idxd->evl_stats, IDXD_EVL_CR_FAILED);
	trace_idxd_cr_fail(ctx->wq, ctx->pasid, addr, err);
}

/* The program must not assume that a batch succeeded if a member has no record. */
static void evl_fail_batch(u8 *record)
{
	record[1] = 1;
	if (DSA_COMP_STATUS(record[0]) == DSA_COMP_SUCCESS)
		record[0] = DSA_COMP_BATCH_FAIL;
}

/**
 * idxd_evl_fault_handle - write the record of an entry
 * @ctx: context that the entry belongs to
 * @item: entry with one of the codes that come with a record; the record is
 *	changed if it is that of a batch that failed
 *
 * Faults the page in, and sleeps until it is present. Called by the context's
 * thread in the order of the log, so the record of a batch follows those of its
 * members, and the record of a Drain those of the drained descriptors.
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

	if (idxd_evl_fault_due(entry, failed)) {
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
 * idxd_evl_fault_take - pass an entry with a record to the context it belongs to
 * @idxd: device
 * @entry: entry of the log with one of the codes that come with a record; none
 *	of its fields is trusted
 * @slot: index of its place in the ring
 * @token: what idxd_evl_slot_take() returned for it
 *
 * An entry that does not belong to an open file is dropped and counted. Does not
 * sleep.
 *
 * Return: true if the entry was queued; the context's thread then calls
 * idxd_evl_slot_done() for it.
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
 * idxd_evl_fault_note - record that an entry without a record was taken
 * @idxd: device
 * @entry: entry of the log without a record; none of its fields is trusted
 *
 * The entry may be the first of a batch, whose state is kept in the context that
 * the entry belongs to. Does not sleep.
 */
void idxd_evl_fault_note(struct idxd_device *idxd, const struct idxd_evl_entry *entry)
{
	const u64 valid = IDXD_EVLENT_DESC_VALID | IDXD_EVLENT_WQ_VALID;
	unsigned int id = FIELD_GET(IDXD_EVLENT_WQ, entry->flags);

	if ((entry->flags & valid) == valid && id < idxd->max_wqs)
		idxd_evl_ctx_seen(idxd->wqs[id], FIELD_GET(IDXD_EVLENT_PASID, entry->flags),
				  entry);
}
