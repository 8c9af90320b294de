// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: attributes of the device
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/sysfs.h>
#include "idxd.h"
#include "evl_regs.h"
#include "evl_ring.h"

static ssize_t event_log_size_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	struct idxd_device *idxd = confdev_to_idxd(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(idxd->evl->size));
}

static ssize_t event_log_size_store(struct device *dev,
				    struct device_attribute *attr,
				    const char *buf, size_t count)
{
	struct idxd_device *idxd = confdev_to_idxd(dev);
	struct idxd_evl *evl = idxd->evl;
	ssize_t rc = count;
	unsigned long val;

	if (kstrtoul(buf, 10, &val) < 0)
		return -EINVAL;

	/* A configuration that was saved can be loaded again. */
	if (!test_bit(IDXD_FLAG_CONFIGURABLE, &idxd->flags))
		return val == READ_ONCE(evl->size) ? count : -EPERM;

	mutex_lock(&evl->lock);
	/* The ring is there before the device is enabled, and over a reset. */
	if (idxd->state == IDXD_DEV_ENABLED || evl->ring)
		rc = -EPERM;
	else if (val < IDXD_EVL_SIZE_MIN || val > IDXD_EVL_SIZE_MAX)
		rc = -EINVAL;
	else
		WRITE_ONCE(evl->size, val);
	mutex_unlock(&evl->lock);

	return rc;
}
static DEVICE_ATTR_RW(event_log_size);

static struct attribute *idxd_evl_attributes[] = {
	&dev_attr_event_log_size.attr,
	NULL,
};

const struct attribute_group idxd_evl_attribute_group = {
	.attrs = idxd_evl_attributes,
};
