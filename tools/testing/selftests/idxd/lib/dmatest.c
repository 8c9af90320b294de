// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "dmatest.h"
#include "sysfs.h"

#define PARAMETERS	"/sys/module/dmatest/parameters/"
#define END_NS		(60 * NSEC_PER_SEC)

int dmatest_open(struct dmatest *d)
{
	memset(d, 0, sizeof(*d));
	d->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (d->log < 0)
		return -errno;
	if (system("modprobe dmatest")) {
		close(d->log);
		return -ENOENT;
	}
	lseek(d->log, 0, SEEK_END);

	return 0;
}

int dmatest_close(struct dmatest *d)
{
	dmatest_stop();
	close(d->log);

	return system("rmmod dmatest") ? -EBUSY : 0;
}

static int set(const char *name, unsigned long value)
{
	char path[80], text[24];

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	snprintf(text, sizeof(text), "%lu", value);

	return sysfs_write(path, text);
}

int dmatest_start(struct dmatest *d, unsigned int threads, unsigned long copies,
		  unsigned int timeout_ms, bool verify)
{
	int rc;

	rc = set("run", 0);
	if (!rc)
		rc = set("max_channels", 1);
	if (!rc)
		rc = set("threads_per_chan", threads);
	if (!rc)
		rc = set("timeout", timeout_ms);
	if (!rc)
		rc = set("iterations", copies);
	if (!rc)
		rc = set("noverify", !verify);
	/* Of those before. */
	dmatest_listen(d);
	d->ended = 0;
	d->copies = 0;
	d->failures = 0;
	d->timeouts = 0;
	d->halts = 0;
	/* Any channel, and its threads. */
	if (!rc)
		rc = sysfs_write(PARAMETERS "channel", "");
	if (!rc)
		rc = set("run", 1);

	return rc;
}

int dmatest_stop(void)
{
	return set("run", 0);
}

static void hear(struct dmatest *d, const char *line)
{
	const char *summary = strstr(line, "summary ");
	unsigned long copies, failures;

	if (summary &&
	    sscanf(summary, "summary %lu tests, %lu failures", &copies, &failures) == 2) {
		d->copies += copies;
		d->failures += failures;
		d->ended++;
	}
	d->timeouts += !!strstr(line, "'test timed out'");
	d->halts += strstr(line, ";idxd ") && strstr(line, ": halted (");
}

void dmatest_listen(struct dmatest *d)
{
	char line[1024];
	ssize_t len;

	for (;;) {
		len = read(d->log, line, sizeof(line) - 1);
		if (len < 0 && errno != EPIPE)
			return;
		if (len <= 0)
			continue;
		line[len] = 0;
		hear(d, line);
	}
}

bool dmatest_end(struct dmatest *d, unsigned int threads)
{
	uint64_t end = clock_ns() + END_NS;

	do {
		dmatest_listen(d);
		if (d->ended >= threads)
			return true;
		usleep(1000);
	} while (clock_ns() < end);

	return false;
}
