// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs.h"
#include "wq.h"

#define BUS "/sys/bus/dsa/devices"

/* Indices that are looked through; far more than any device has. */
#define MAX_DEV	8
#define MAX_WQ	16

static int attr_read(const struct wq *wq, const char *attr, char *buf, size_t len)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BUS "/%s/%s", wq->name, attr);

	return sysfs_read(path, buf, len);
}

static bool attr_is(const struct wq *wq, const char *attr, const char *value)
{
	char buf[64];

	return attr_read(wq, attr, buf, sizeof(buf)) >= 0 && !strcmp(buf, value);
}

static unsigned int attr_number(const struct wq *wq, const char *attr)
{
	char buf[64];

	if (attr_read(wq, attr, buf, sizeof(buf)) < 0)
		return 0;

	return strtoul(buf, NULL, 0);
}

static bool wq_load(struct wq *wq, unsigned int dev, unsigned int id)
{
	char path[PATH_MAX];
	char *slash;

	memset(wq, 0, sizeof(*wq));
	wq->dev = dev;
	wq->id = id;
	snprintf(wq->name, sizeof(wq->name), "wq%u.%u", dev, id);
	snprintf(wq->node, sizeof(wq->node), "/dev/dsa/%s", wq->name);

	if (!attr_is(wq, "state", "enabled") || !attr_is(wq, "type", "user"))
		return false;

	wq->dedicated = attr_is(wq, "mode", "dedicated");
	wq->prs_disable = attr_is(wq, "prs_disable", "1");
	wq->block_on_fault = attr_is(wq, "block_on_fault", "1");
	wq->size = attr_number(wq, "size");
	wq->threshold = attr_number(wq, "threshold");

	snprintf(path, sizeof(path), BUS "/dsa%u", dev);
	if (!realpath(path, wq->device))
		return false;
	slash = strrchr(wq->device, '/');
	if (slash)
		*slash = '\0';

	return true;
}

static bool wq_matches(const struct wq *wq, unsigned int want)
{
	if ((want & WQ_DEDICATED) && !wq->dedicated)
		return false;
	if ((want & WQ_SHARED) && wq->dedicated)
		return false;
	if ((want & WQ_PRS_OFF) && !wq->prs_disable)
		return false;
	if ((want & WQ_PRS_ON) && wq->prs_disable)
		return false;

	return true;
}

bool wq_find_on(struct wq *wq, unsigned int dev, unsigned int want)
{
	unsigned int id;

	for (id = 0; id < MAX_WQ; id++)
		if (wq_load(wq, dev, id) && wq_matches(wq, want))
			return true;

	return false;
}

bool wq_find(struct wq *wq, unsigned int want)
{
	unsigned int dev;

	for (dev = 0; dev < MAX_DEV; dev++)
		if (wq_find_on(wq, dev, want))
			return true;

	return false;
}
