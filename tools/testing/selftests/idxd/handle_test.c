// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device revokes interrupt handles, again and again, while the kernel copies
 * memory with it: all copies end, and are right. dmatest copies and compares.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/perfmon.h"
#include "lib/sysfs.h"

#define DMATEST		"/sys/module/dmatest/parameters/"
#define THREADS		2
#define COPIES		1500
#define FEW		20
#define REVOCATIONS	10
#define PAUSE_US	20000
#define ALL_ENGINES	"0xf"
/* How long dmatest waits for a copy: longer than a slow machine needs, or not. */
#define PATIENT_MS	"30000"
#define HASTY_MS	"3000"
#define SUMMARY_NS	(60 * NSEC_PER_SEC)

FIXTURE(handle) {
	struct wq wq;
	struct qmp qmp;
	int log;
};

FIXTURE_SETUP(handle)
{
	end_with_parent();
	ASSERT_TRUE(wq_find(&self->wq, 0));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq)) {
		TH_LOG("%s", self->qmp.error);
	}
	/* A queue for the kernel's DMA engine, too. */
	ASSERT_EQ(0, control_setup("-k"));
	if (system("modprobe dmatest"))
		SKIP(return, "there is no dmatest module");
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	lseek(self->log, 0, SEEK_END);
}

FIXTURE_TEARDOWN(handle)
{
	qmp_set(&self->qmp, "x-test-hold", "0");
	qmp_set(&self->qmp, "x-test-handles", "8");
	sysfs_write(DMATEST "run", "0");
	EXPECT_EQ(0, system("rmmod dmatest"));
	close(self->log);
	qmp_close(&self->qmp);
	EXPECT_EQ(0, control_setup(""));
}

/* Channels are given to dmatest by its parameter 'channel': any, here. */
static void dmatest_start(struct __test_metadata *_metadata, unsigned int copies,
			  const char *timeout_ms)
{
	char iterations[20];

	snprintf(iterations, sizeof(iterations), "%u", copies);
	ASSERT_EQ(0, sysfs_write(DMATEST "run", "0"));
	ASSERT_EQ(0, sysfs_write(DMATEST "max_channels", "1"));
	ASSERT_EQ(0, sysfs_write(DMATEST "threads_per_chan", "2"));
	ASSERT_EQ(0, sysfs_write(DMATEST "timeout", timeout_ms));
	ASSERT_EQ(0, sysfs_write(DMATEST "iterations", iterations));
	ASSERT_EQ(0, sysfs_write(DMATEST "channel", ""));
	ASSERT_EQ(0, sysfs_write(DMATEST "run", "1"));
}

struct summary {
	unsigned int threads;
	unsigned long copies;
	unsigned long failures;
};

/* What threads of dmatest have said so far when they ended. */
static void dmatest_listen(int log, struct summary *s)
{
	unsigned long copies, failures;
	char line[1024], *at;
	ssize_t len;

	for (;;) {
		len = read(log, line, sizeof(line) - 1);
		if (len < 0 && errno != EPIPE)
			return;
		if (len <= 0)
			continue;
		line[len] = 0;
		at = strstr(line, "summary ");
		if (at && sscanf(at, "summary %lu tests, %lu failures", &copies, &failures) == 2) {
			s->copies += copies;
			s->failures += failures;
			s->threads++;
		}
	}
}

/* Wait until both have. */
static bool dmatest_end(int log, struct summary *s)
{
	uint64_t end = clock_ns() + SUMMARY_NS;

	do {
		dmatest_listen(log, s);
		if (s->threads == THREADS)
			return true;
		usleep(1000);
	} while (clock_ns() < end);

	return false;
}

/*
 * Copies are under way with a handle that is no more when the device looks at
 * them: it does once its engines are let go.
 */
static void revoke_under(struct __test_metadata *_metadata, struct qmp *qmp)
{
	ASSERT_EQ(0, qmp_set(qmp, "x-test-hold", ALL_ENGINES)) {
		TH_LOG("%s", qmp->error);
	}
	usleep(PAUSE_US);
	ASSERT_EQ(0, qmp_set(qmp, "x-test-revoke", "all"));
	ASSERT_EQ(0, qmp_set(qmp, "x-test-hold", "0"));
}

/*
 * Revocations come under copies and whenever they come. To stop dmatest is to
 * have it give up the copy under way, as if it had failed: let it come to its
 * end, and start it again until there were enough of them.
 */
TEST_F(handle, revoked)
{
	int refused = perfmon_open(&self->wq, PERFMON_COMPLETION, PERFMON_COMPLETION_OTHER, 0, -1);
	uint64_t end = clock_ns() + SUMMARY_NS;
	unsigned int n = 0;

	do {
		struct summary s = {};

		dmatest_start(_metadata, COPIES, PATIENT_MS);
		do {
			revoke_under(_metadata, &self->qmp);
			usleep(PAUSE_US);
			ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-revoke", "all"));
			n += 2;
			usleep(PAUSE_US);
			dmatest_listen(self->log, &s);
		} while (!s.threads && clock_ns() < end);
		ASSERT_TRUE(dmatest_end(self->log, &s));
		EXPECT_EQ(THREADS * COPIES, s.copies);
		EXPECT_EQ(0, s.failures);
	} while (n < REVOCATIONS && clock_ns() < end);
	EXPECT_LE(REVOCATIONS, n);

	if (refused != -ENOENT) {
		EXPECT_LT(0, perfmon_read(refused));
		close(refused);
	}
}

/* There are no handles to be had: the queue is lost, and nothing hangs. */
TEST_F(handle, none_left)
{
	struct summary lost = {}, next = {};

	/* It never comes to its end. */
	dmatest_start(_metadata, 0, HASTY_MS);
	usleep(PAUSE_US);
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-handles", "0"));
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-revoke", "all"));
	usleep(10 * PAUSE_US);
	ASSERT_EQ(0, sysfs_write(DMATEST "run", "0"));
	ASSERT_TRUE(dmatest_end(self->log, &lost));
	EXPECT_LT(0, lost.failures);

	/* The next one works. */
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-handles", "8"));
	ASSERT_EQ(0, control_setup("-k"));
	dmatest_start(_metadata, FEW, PATIENT_MS);
	ASSERT_TRUE(dmatest_end(self->log, &next));
	EXPECT_EQ(THREADS * FEW, next.copies);
	EXPECT_EQ(0, next.failures);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
