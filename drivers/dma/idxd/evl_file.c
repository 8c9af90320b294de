// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: the device that stands for an opened file in sysfs
 */
#include <linux/device.h>
#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "evl_ctx.h"
#include "evl_file.h"

/**
 * struct idxd_evl_file - an opened file of a work queue
 * @dev: its device, below that of the character device
 * @ctx: what the file shares with others of its process on the work queue;
 *	referenced
 * @pid: process that opened it; referenced
 * @id: number in the device's name
 * @faults: what @ctx had counted when the file was opened
 * @failures: likewise
 */
struct idxd_evl_file {
	struct device dev;
	struct idxd_evl_ctx *ctx;
	struct pid *pid;
	int id;
	s64 faults;
	s64 failures;
};

static DEFINE_IDA(evl_file_ida);

static struct idxd_evl_file *dev_to_evl_file(struct device *dev)
{
	return container_of(dev, struct idxd_evl_file, dev);
}

static ssize_t cr_faults_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct idxd_evl_file *file = dev_to_evl_file(dev);

	return sysfs_emit(buf, "%lld\n", atomic64_read(&file->ctx->faults) - file->faults);
}
static DEVICE_ATTR_RO(cr_faults);

static ssize_t cr_fault_failures_show(struct device *dev, struct device_attribute *attr,
				      char *buf)
{
	struct idxd_evl_file *file = dev_to_evl_file(dev);

	return sysfs_emit(buf, "%lld\n", atomic64_read(&file->ctx->failures) - file->failures);
}
static DEVICE_ATTR_RO(cr_fault_failures);

static ssize_t pid_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	/* As the reader would call it: 0 if it is not in the reader's PID namespace. */
	return sysfs_emit(buf, "%d\n", pid_vnr(dev_to_evl_file(dev)->pid));
}
static DEVICE_ATTR_RO(pid);

static struct attribute *evl_file_attrs[] = {
	&dev_attr_cr_faults.attr,
	&dev_attr_cr_fault_failures.attr,
	&dev_attr_pid.attr,
	NULL,
};
ATTRIBUTE_GROUPS(evl_file);

static void evl_file_release(struct device *dev)
{
	struct idxd_evl_file *file = dev_to_evl_file(dev);

	ida_free(&evl_file_ida, file->id);
	put_pid(file->pid);
	idxd_evl_ctx_put(file->ctx);
	kfree(file);
}

static const struct device_type evl_file_type = {
	.name = "idxd_file",
	.groups = evl_file_groups,
	.release = evl_file_release,
};

/**
 * idxd_evl_file_add - add the device of a file that is being opened
 * @cdev: the work queue's character device; it stays until
 *	idxd_evl_file_del() is called
 * @ctx: context of the file
 *
 * Called by the process that opens the file. May sleep.
 *
 * Return: the file's device, or an error pointer: -ENOMEM or -ENOSPC.
 */
struct idxd_evl_file *idxd_evl_file_add(struct device *cdev, struct idxd_evl_ctx *ctx)
{
	struct idxd_evl_file *file;
	int rc;

	/* Not accounted: who is over its limit would sleep with the caller's lock. */
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return ERR_PTR(-ENOMEM);

	file->id = ida_alloc(&evl_file_ida, GFP_KERNEL);
	if (file->id < 0) {
		rc = file->id;
		kfree(file);
		return ERR_PTR(rc);
	}

	kref_get(&ctx->ref);
	file->ctx = ctx;
	file->faults = atomic64_read(&ctx->faults);
	file->failures = atomic64_read(&ctx->failures);
	file->pid = get_pid(task_tgid(current));

	device_initialize(&file->dev);
	file->dev.parent = cdev;
	file->dev.type = &evl_file_type;
	device_set_pm_not_required(&file->dev);
	rc = dev_set_name(&file->dev, "file%d", file->id);
	if (!rc)
		rc = device_add(&file->dev);
	if (rc) {
		put_device(&file->dev);
		return ERR_PTR(rc);
	}

	return file;
}

/**
 * idxd_evl_file_del - remove the device of a file
 * @file: what idxd_evl_file_add() returned, or NULL
 *
 * Before the character device is removed. May sleep.
 */
void idxd_evl_file_del(struct idxd_evl_file *file)
{
	if (file)
		device_unregister(&file->dev);
}
