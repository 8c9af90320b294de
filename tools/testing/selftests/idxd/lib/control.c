// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../kselftest.h"
#include "clock.h"
#include "control.h"
#include "sysfs.h"

#define BUS		"/sys/bus/dsa"

/* The last trace of a closed file may be in the driver's hands for a moment. */
#define CLIENTS_NS	WAIT_NS

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

int control_flr(const struct wq *wq)
{
	char path[PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s/reset", wq->device);

	return sysfs_write(path, "1");
}

static int pci_driver(const struct wq *wq, const char *attr)
{
	const char *name = strrchr(wq->device, '/');
	char path[80];

	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/idxd/%s", attr);

	return name ? sysfs_write(path, name + 1) : -ENODEV;
}

int control_unbind_pci(const struct wq *wq)
{
	return pci_driver(wq, "unbind");
}

int control_bind_pci(const struct wq *wq)
{
	return pci_driver(wq, "bind");
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

int control_configure_wq(const struct wq *wq)
{
	static const char *const values[][2] = {
		{ "mode", "dedicated" },
		{ "type", "user" },
		{ "name", "again" },
		{ "priority", "10" },
	};
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < ARRAY_SIZE(values); i++)
		rc = control_wq_attr(wq, values[i][0], values[i][1]);

	return rc;
}

long control_clients_wait(const struct wq *wq, long want)
{
	uint64_t end = clock_ns() + CLIENTS_NS;
	long seen;

	do {
		seen = control_clients(wq);
		if (seen == want)
			break;
		usleep(1000);
	} while (clock_ns() < end);

	return seen;
}

long control_clients(const struct wq *wq)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BUS "/devices/%s/clients", wq->name);

	return sysfs_read_long(path, -1);
}
