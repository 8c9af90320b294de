// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: its contents in debugfs
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include "idxd.h"
#include "evl_debugfs.h"
#include "evl_show.h"
#include "evl_snapshot.h"

static struct dentry *evl_debugfs_root;

/* Position 0 is the part before the entries. */
static void *evl_seq_start(struct seq_file *m, loff_t *pos)
{
	struct idxd_evl_snapshot *snap = m->private;

	return *pos <= snap->nr ? pos : NULL;
}

static void *evl_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;

	return evl_seq_start(m, pos);
}

static void evl_seq_stop(struct seq_file *m, void *v)
{
}

static int evl_seq_show(struct seq_file *m, void *v)
{
	struct idxd_evl_snapshot *snap = m->private;
	loff_t pos = *(loff_t *)v;

	if (!pos)
		idxd_evl_show_head(m, snap);
	else if (snap->state[pos - 1] != IDXD_EVL_OVERWRITTEN)
		idxd_evl_show_entry(m, snap, pos - 1);
	else
		return SEQ_SKIP;

	return 0;
}

static const struct seq_operations evl_seq_ops = {
	.start = evl_seq_start,
	.next = evl_seq_next,
	.stop = evl_seq_stop,
	.show = evl_seq_show,
};

/* The file has a copy of its own and does not use the device after open(). */
static int evl_log_open(struct inode *inode, struct file *file)
{
	struct idxd_evl_snapshot *snap;
	int rc;

	snap = idxd_evl_snapshot_take(inode->i_private);
	if (IS_ERR(snap))
		return PTR_ERR(snap);

	rc = seq_open(file, &evl_seq_ops);
	if (rc) {
		idxd_evl_snapshot_free(snap);
		return rc;
	}

	((struct seq_file *)file->private_data)->private = snap;

	return 0;
}

static int evl_log_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	idxd_evl_snapshot_free(m->private);

	return seq_release(inode, file);
}

/* The owner pins the module while a file is open. */
static const struct file_operations evl_log_fops = {
	.owner = THIS_MODULE,
	.open = evl_log_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = evl_log_release,
};

/**
 * idxd_evl_debugfs_init - create the driver's directory in debugfs
 *
 * If this fails, there are no files in debugfs; nothing else is affected. May
 * sleep.
 */
void idxd_evl_debugfs_init(void)
{
	evl_debugfs_root = debugfs_create_dir("idxd", NULL);
}

/**
 * idxd_evl_debugfs_exit - remove the driver's directory
 *
 * May sleep.
 */
void idxd_evl_debugfs_exit(void)
{
	debugfs_remove(evl_debugfs_root);
}

/**
 * idxd_evl_debugfs_add - show a device in debugfs
 * @idxd: device, registered
 *
 * Does nothing for a device without an event log. May sleep.
 */
void idxd_evl_debugfs_add(struct idxd_device *idxd)
{
	if (!idxd->evl)
		return;

	idxd->evl_debugfs = debugfs_create_dir(dev_name(idxd_confdev(idxd)), evl_debugfs_root);
	debugfs_create_file("event_log", 0400, idxd->evl_debugfs, idxd, &evl_log_fops);
}

/**
 * idxd_evl_debugfs_remove - remove a device from debugfs
 * @idxd: device
 *
 * Waits until an open() of its file that is in progress has ended. Files that are
 * open after that can be closed, but no longer read. May sleep.
 */
void idxd_evl_debugfs_remove(struct idxd_device *idxd)
{
	debugfs_remove(idxd->evl_debugfs);
	idxd->evl_debugfs = NULL;
}
