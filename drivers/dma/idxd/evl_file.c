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
#include "idxd.h"
#include "evl_ctx.h"
#include "evl_file.h"

/**
 * struct idxd_evl_file - an opened file of a work queue
 * @idxd_dev: its device, below that of the character device. No driver of the
 *	bus is for its type.
 * @ctx: what the file shares with others of its process on the work queue;
 *	referenced. NULL without an event log, and then nothing is counted.
 * @pid: process that opened it; referenced
 * @id: number in the device's name
 * @faults: what @ctx had counted when the file was opened
 * @failures: likewise
 */
struct idxd_evl_file {
	struct idxd_dev idxd_dev;
	struct idxd_evl_ctx *ctx;
	struct pid *pid;
	int id;
	s64 faults;
	s64 failures;
};

static DEFINE_IDA(evl_file_ida);

static struct idxd_evl_file *dev_to_evl_file(struct device *dev)
{
	return container_of(confdev_to_idxd_dev(dev), struct idxd_evl_file, idxd_dev);
}

static ssize_t cr_faults_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct idxd_evl_file *file = dev_to_evl_file(dev);
	s64 faults = 0;

	if (file->ctx)
		faults = atomic64_read(&file->ctx->faults) - file->faults;

	return sysfs_emit(buf, "%lld\n", faults);
}
static DEVICE_ATTR_RO(cr_faults);

static ssize_t cr_fault_failures_show(struct device *dev, struct device_attribute *attr,
				      char *buf)
{
	struct idxd_evl_file *file = dev_to_evl_file(dev);
	s64 failures = 0;

	if (file->ctx)
		failures = atomic64_read(&file->ctx->failures) - file->failures;

	return sysfs_emit(buf, "%lld\n", failures);
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
	if (file->ctx)
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
 * @ctx: context of the file, or NULL if the device has no event log
 *
 * Called by the process that opens the file. May sleep.
 *
 * Return: the file's device, or an error pointer: -ENOMEM or -ENOSPC.
 */
struct idxd_evl_file *idxd_evl_file_add(struct device *cdev, struct idxd_evl_ctx *ctx)
{
	struct idxd_evl_file *file;
	struct device *dev;
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

	if (ctx) {
		kref_get(&ctx->ref);
		file->ctx = ctx;
		file->faults = atomic64_read(&ctx->faults);
		file->failures = atomic64_read(&ctx->failures);
	}
	file->pid = get_pid(task_tgid(current));

	idxd_dev_set_type(&file->idxd_dev, IDXD_DEV_CDEV_FILE);
	dev = &file->idxd_dev.conf_dev;
	device_initialize(dev);
	dev->parent = cdev;
	dev->bus = &dsa_bus_type;
	dev->type = &evl_file_type;
	device_set_pm_not_required(dev);
	rc = dev_set_name(dev, "file%d", file->id);
	if (!rc)
		rc = device_add(dev);
	if (rc) {
		put_device(dev);
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
		device_unregister(&file->idxd_dev.conf_dev);
}
