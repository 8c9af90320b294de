// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attribute that disables page requests for a work queue: without them, the
 * device logs a completion record fault instead of waiting for the page
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/sysfs.h>
#include "idxd.h"

static ssize_t prs_disable_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	struct idxd_wq *wq = confdev_to_wq(dev);

	return sysfs_emit(buf, "%u\n", test_bit(WQ_FLAG_PRS_DISABLE, &wq->flags));
}

static ssize_t prs_disable_store(struct device *dev,
				 struct device_attribute *attr,
				 const char *buf, size_t count)
{
	struct idxd_wq *wq = confdev_to_wq(dev);
	struct idxd_device *idxd = wq->idxd;
	bool disable;
	int rc;

	rc = kstrtobool(buf, &disable);
	if (rc < 0)
		return rc;

	/* A configuration that was saved can be loaded again. */
	if (!test_bit(IDXD_FLAG_CONFIGURABLE, &idxd->flags))
		return disable == test_bit(WQ_FLAG_PRS_DISABLE, &wq->flags) ? count : -EPERM;

	if (wq->state != IDXD_WQ_DISABLED)
		return -EPERM;

	if (disable) {
		/* Block on fault relies on page requests. */
		set_bit(WQ_FLAG_PRS_DISABLE, &wq->flags);
		clear_bit(WQ_FLAG_BLOCK_ON_FAULT, &wq->flags);
	} else {
		clear_bit(WQ_FLAG_PRS_DISABLE, &wq->flags);
	}

	return count;
}
static DEVICE_ATTR_RW(prs_disable);

static struct attribute *idxd_wq_prs_attributes[] = {
	&dev_attr_prs_disable.attr,
	NULL,
};

static umode_t idxd_wq_prs_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	struct idxd_wq *wq = confdev_to_wq(kobj_to_dev(kobj));

	return wq->idxd->hw.wq_cap.wq_prs_support ? attr->mode : 0;
}

const struct attribute_group idxd_wq_prs_attribute_group = {
	.attrs = idxd_wq_prs_attributes,
	.is_visible = idxd_wq_prs_visible,
};
