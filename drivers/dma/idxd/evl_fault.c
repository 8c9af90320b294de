// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: completion records that software writes for the device
 */
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include "idxd.h"
#include "evl_ctx.h"
#include "evl_fault.h"
#include "evl_regs.h"
#include "evl_trace.h"

/* A record is due after a fault on it in any case, else only if it was requested. */
static bool evl_record_due(const struct idxd_evl_entry *entry)
{
	if (FIELD_GET(IDXD_EVLENT_CODE, entry->flags) == IDXD_EVL_CR_FAULT)
		return true;

	return (entry->flags & IDXD_EVLENT_INFO_VALID) && (entry->info & IDXD_EVLENT_RCR);
}

static int evl_record_write(struct idxd_evl_ctx *ctx, struct mm_struct *mm,
			    unsigned long addr, const u8 *record, int len)
{
	u8 status = record[0];
	int body = len - 1;

	if (access_remote_vm(mm, addr + 1, (void *)(record + 1), body, FOLL_WRITE) != body)
		return -EFAULT;

	/* The page may have come in after the last close. */
	if (READ_ONCE(ctx->cancelled))
		return -ECANCELED;

	/* A program that polls the status takes all else for written. */
	smp_wmb();
	if (access_remote_vm(mm, addr, &status, 1, FOLL_WRITE) != 1)
		return -EFAULT;

	return 0;
}

static int evl_record_fault(struct idxd_evl_ctx *ctx, const struct idxd_evl_entry *entry)
{
	struct idxd_driver_data *data = ctx->wq->idxd->data;
	struct mm_struct *mm;
	int rc = -ESRCH;

	if (READ_ONCE(ctx->cancelled))
		return -ECANCELED;

	/* Aligned, a record does not cross a page. */
	if (!IS_ALIGNED(entry->addr, data->align))
		return -EINVAL;

	mm = iommu_sva_find(ctx->pasid);
	if (IS_ERR_OR_NULL(mm))
		return -ESRCH;

	if (mm == ctx->mm)
		rc = evl_record_write(ctx, mm, entry->addr,
				      idxd_evl_entry_record(entry, 2 * data->compl_size),
				      data->compl_size);

	/* The last user's exit_mmap() may wait for files of this driver. */
	mmput_async(mm);

	return rc;
}

static void evl_record_written(struct idxd_wq *wq, ioasid_t pasid, u64 addr)
{
	idxd_evl_count(&wq->idxd->evl_stats, IDXD_EVL_CR_WRITTEN);
	trace_idxd_cr_write(wq, pasid, addr, 0);
}

static void evl_record_failed(struct idxd_wq *wq, ioasid_t pasid, u64 addr, int rc)
{
	idxd_evl_count(&wq->idxd->evl_stats, IDXD_EVL_CR_FAILED);
	trace_idxd_cr_fail(wq, pasid, addr, rc);
}

/**
 * idxd_evl_fault_handle - write the record of an entry
 * @ctx: whom the entry belongs to
 * @entry: entry with a completion record
 *
 * Faults the page in and sleeps for as long as that takes. Called from the
 * context's work, in the order of the log.
 */
void idxd_evl_fault_handle(struct idxd_evl_ctx *ctx, const struct idxd_evl_entry *entry)
{
	int rc;

	if (!evl_record_due(entry))
		return;

	rc = evl_record_fault(ctx, entry);
	if (rc)
		evl_record_failed(ctx->wq, ctx->pasid, entry->addr, rc);
	else
		evl_record_written(ctx->wq, ctx->pasid, entry->addr);
}

/**
 * idxd_evl_fault_take - hand an entry with a record to the files it belongs to
 * @idxd: device
 * @entry: entry of the log with one of the codes of &enum idxd_evl_code; none
 *	of its fields is trusted
 *
 * What does not name an open file is dropped and counted. Does not sleep.
 */
void idxd_evl_fault_take(struct idxd_device *idxd, const struct idxd_evl_entry *entry)
{
	const u64 valid = IDXD_EVLENT_DESC_VALID | IDXD_EVLENT_WQ_VALID;
	unsigned int id = FIELD_GET(IDXD_EVLENT_WQ, entry->flags);
	ioasid_t pasid = FIELD_GET(IDXD_EVLENT_PASID, entry->flags);
	int rc = -ENOENT;

	/* Submissions of user space are never privileged. */
	if ((entry->flags & (valid | IDXD_EVLENT_PRIV)) == valid && id < idxd->max_wqs)
		rc = idxd_evl_ctx_queue(idxd->wqs[id], pasid, entry);

	if (rc == -ENOENT) {
		idxd_evl_count(&idxd->evl_stats, IDXD_EVL_REFUSED);
		dev_dbg_ratelimited(&idxd->pdev->dev, "event log entry %#llx refused\n",
				    entry->flags);
		return;
	}

	if (FIELD_GET(IDXD_EVLENT_CODE, entry->flags) != IDXD_EVL_DRAIN)
		idxd_evl_count(&idxd->evl_stats, IDXD_EVL_CR_FAULTS);
	if (rc && evl_record_due(entry))
		evl_record_failed(idxd->wqs[id], pasid, entry->addr, rc);
}
