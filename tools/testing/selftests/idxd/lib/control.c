// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "control.h"
#include "sysfs.h"

#define BUS	"/sys/bus/dsa"

int control_disable_wq(const struct wq *wq)
{
	return sysfs_write(BUS "/drivers/user/unbind", wq->name);
}

int control_enable_wq(const struct wq *wq)
{
	return sysfs_write(BUS "/drivers/user/bind", wq->name);
}

int control_disable_device(const struct wq *wq)
{
	char name[16];

	snprintf(name, sizeof(name), "dsa%u", wq->dev);

	return sysfs_write(BUS "/drivers/idxd/unbind", name);
}

int control_setup(const char *options)
{
	char command[80];

	snprintf(command, sizeof(command), "./setup-wqs.sh %s", options);

	return system(command) ? -EIO : 0;
}

int control_wq_attr(const struct wq *wq, const char *attr, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BUS "/devices/%s/%s", wq->name, attr);

	return sysfs_write(path, value);
}

long control_clients(const struct wq *wq)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BUS "/devices/%s/clients", wq->name);

	return sysfs_read_long(path, -1);
}
