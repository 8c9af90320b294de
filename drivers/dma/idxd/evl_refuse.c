// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: entries with a completion record that does not belong to a user
 */
#include <linux/device.h>
#include "idxd.h"
#include "evl_refuse.h"
#include "evl_regs.h"
#include "evl_trace.h"

/**
 * idxd_evl_refusal - whether an entry with a record can belong to a user
 * @idxd: device
 * @entry: entry with one of the codes that come with a record; none of its
 *	fields is trusted
 *
 * Any context.
 *
 * Return: %IDXD_EVL_NOT_REFUSED if it names a work queue of @idxd and all fields
 * that are needed to find its context are valid; otherwise the reason.
 */
enum idxd_evl_refusal idxd_evl_refusal(struct idxd_device *idxd,
				       const struct idxd_evl_entry *entry)
{
	const u64 valid = IDXD_EVLENT_DESC_VALID | IDXD_EVLENT_WQ_VALID |
			  IDXD_EVLENT_INFO_VALID;
	unsigned int id = FIELD_GET(IDXD_EVLENT_WQ, entry->flags);

	/* Without the error information it is not known whether a record is due. */
	if ((entry->flags & valid) != valid)
		return IDXD_EVL_REFUSED_INCOMPLETE;

	if (id >= idxd->max_wqs)
		return IDXD_EVL_REFUSED_QUEUE;

	if (READ_ONCE(idxd->wqs[id]->type) == IDXD_WQT_KERNEL)
		return IDXD_EVL_REFUSED_KERNEL;

	if (entry->flags & IDXD_EVLENT_PRIV)
		return IDXD_EVL_REFUSED_PRIVILEGED;

	return IDXD_EVL_NOT_REFUSED;
}

/**
 * idxd_evl_refuse - drop an entry and count it
 * @idxd: device
 * @entry: entry with one of the codes that come with a record
 * @why: reason, for the trace event
 *
 * Any context.
 */
void idxd_evl_refuse(struct idxd_device *idxd, const struct idxd_evl_entry *entry,
		     enum idxd_evl_refusal why)
{
	struct device *dev = &idxd->pdev->dev;

	idxd_evl_count(&idxd->evl_stats, IDXD_EVL_REFUSED);
	trace_idxd_evl_refused(idxd, entry->flags, entry->addr, why);

	/* A user cannot cause this: a driver waits for a record that never arrives. */
	if (why == IDXD_EVL_REFUSED_KERNEL)
		dev_warn_ratelimited(dev, "event log entry of a kernel work queue: %#llx %#llx %#llx\n",
				     entry->flags, entry->info, entry->addr);
}
