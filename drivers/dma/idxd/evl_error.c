// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: entries that report an error
 */
#include <linux/device.h>
#include <linux/wait.h>
#include "idxd.h"
#include "evl_drain.h"
#include "evl_regs.h"

/**
 * idxd_evl_report_error - report an error that the device logged
 * @idxd: device
 * @entry: entry of the log; none of its fields is trusted
 *
 * An enabled event log takes what SWERROR would have taken: show it to poll()
 * and in the errors attribute in the same way. Does not sleep.
 */
void idxd_evl_report_error(struct idxd_device *idxd, const struct idxd_evl_entry *entry)
{
	unsigned int id = FIELD_GET(IDXD_EVLENT_WQ, entry->flags);
	int first = 0, last = idxd->max_wqs - 1;
	int i;

	idxd_evl_count(&idxd->evl_stats, IDXD_EVL_ERRORS);

	if ((entry->flags & IDXD_EVLENT_WQ_VALID) && id < idxd->max_wqs) {
		first = id;
		last = id;
	}

	spin_lock(&idxd->dev_lock);
	/* The first 32 bytes of an entry have SWERROR's layout but for 'valid'. */
	idxd->sw_err.bits[0] = entry->flags;
	idxd->sw_err.bits[1] = entry->info;
	idxd->sw_err.bits[2] = entry->addr;
	idxd->sw_err.bits[3] = entry->rsvd;
	idxd->sw_err.valid = 1;
	idxd->sw_err.overflow = 0;

	for (i = first; i <= last; i++)
		if (idxd->wqs[i]->type == IDXD_WQT_USER)
			wake_up_interruptible(&idxd->wqs[i]->err_queue);
	spin_unlock(&idxd->dev_lock);

	/* Any user can make the device log errors. */
	dev_warn_ratelimited(&idxd->pdev->dev, "event log error: %#llx %#llx %#llx\n",
			     entry->flags, entry->info, entry->addr);
}
