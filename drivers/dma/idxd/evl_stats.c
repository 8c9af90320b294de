// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: its counters in sysfs
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/sysfs.h>
#include "idxd.h"
#include "evl_ring.h"
#include "evl_stats.h"

struct evl_stat_attribute {
	struct device_attribute attr;
	enum idxd_evl_stat stat;
};

static ssize_t evl_stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct evl_stat_attribute *sa = container_of(attr, struct evl_stat_attribute, attr);
	struct idxd_device *idxd = confdev_to_idxd(dev);

	return sysfs_emit(buf, "%lld\n", (long long)atomic64_read(&idxd->evl_stats.n[sa->stat]));
}

#define EVL_STAT(_name, _stat)						\
	static struct evl_stat_attribute evl_stat_##_name = {		\
		.attr = __ATTR(_name, 0444, evl_stat_show, NULL),	\
		.stat = _stat,						\
	}

EVL_STAT(entries, IDXD_EVL_ENTRIES);
EVL_STAT(cr_faults, IDXD_EVL_CR_FAULTS);
EVL_STAT(batches, IDXD_EVL_BATCHES);
EVL_STAT(drains, IDXD_EVL_DRAINS);
EVL_STAT(cr_written, IDXD_EVL_CR_WRITTEN);
EVL_STAT(cr_fault_failures, IDXD_EVL_CR_FAILED);
EVL_STAT(refused, IDXD_EVL_REFUSED);
EVL_STAT(errors, IDXD_EVL_ERRORS);
EVL_STAT(full, IDXD_EVL_FULL);

static ssize_t max_used_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct idxd_device *idxd = confdev_to_idxd(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(idxd->evl->max_used));
}
static DEVICE_ATTR_RO(max_used);

static struct attribute *idxd_evl_stats_attributes[] = {
	&evl_stat_entries.attr.attr,
	&evl_stat_cr_faults.attr.attr,
	&evl_stat_batches.attr.attr,
	&evl_stat_drains.attr.attr,
	&evl_stat_cr_written.attr.attr,
	&evl_stat_cr_fault_failures.attr.attr,
	&evl_stat_refused.attr.attr,
	&evl_stat_errors.attr.attr,
	&evl_stat_full.attr.attr,
	&dev_attr_max_used.attr,
	NULL,
};

const struct attribute_group idxd_evl_stats_attribute_group = {
	.name = "event_log",
	.attrs = idxd_evl_stats_attributes,
};
