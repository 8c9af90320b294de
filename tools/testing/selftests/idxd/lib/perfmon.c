// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/perf_event.h>

#include "perfmon.h"
#include "sysfs.h"

#define PMU		"/sys/bus/event_source/devices/dsa"
#define EVENT_SHIFT	4
#define SETTLE_MS	20000

static long pmu_attr(const struct wq *wq, const char *attr)
{
	char path[100];

	snprintf(path, sizeof(path), PMU "%u/%s", wq->dev, attr);

	return sysfs_read_long(path, -1);
}

int perfmon_open(const struct wq *wq, enum perfmon_category category,
		 uint32_t events, uint64_t filters, int group)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.config = category | (uint64_t)events << EVENT_SHIFT,
		.config1 = filters,
	};
	long type = pmu_attr(wq, "type");
	long cpu = pmu_attr(wq, "cpumask");
	int fd;

	if (type < 0 || cpu < 0)
		return -ENOENT;

	attr.type = type;
	fd = syscall(SYS_perf_event_open, &attr, -1, (int)cpu, group, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int64_t perfmon_read(int fd)
{
	int64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : -1;
}

int64_t perfmon_settle(int fd, int64_t want)
{
	unsigned int ms;

	for (ms = 0; ms < SETTLE_MS && perfmon_read(fd) < want; ms++)
		usleep(1000);
	/* Nor may it go on. */
	usleep(10000);

	return perfmon_read(fd);
}
