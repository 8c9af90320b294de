// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device revokes interrupt handles, again and again, while the kernel copies
 * memory with it: all copies end, and are right. dmatest copies and compares.
 */
#include <errno.h>
#include <unistd.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/dmatest.h"
#include "lib/perfmon.h"
#include "lib/repeat.h"

#define THREADS		2
#define COPIES		1500
#define FEW		20
#define REVOCATIONS	repeat(10)
#define PAUSE_US	20000
#define ALL_ENGINES	"0xf"
#define HANDLES		"8"
/* How long dmatest waits for a copy: longer than a slow machine needs, or not. */
#define PATIENT_MS	120000
#define HASTY_MS	3000
#define SUMMARY_NS	(4 * WAIT_NS)

FIXTURE(handle) {
	struct wq wq;
	struct qmp qmp;
	struct dmatest dmatest;
};

FIXTURE_SETUP(handle)
{
	int rc;

	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, 0));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq)) {
		TH_LOG("%s", self->qmp.error);
	}
	if (qmp_set(&self->qmp, "x-test-handles", HANDLES))
		SKIP_SETUP("the device has no interrupt handles");
	/* A queue for the kernel's DMA engine, too. */
	ASSERT_EQ(0, control_setup("-k"));
	rc = dmatest_open(&self->dmatest);
	if (rc == -ENOENT)
		SKIP_SETUP("there is no dmatest module");
	ASSERT_EQ(0, rc);
}

FIXTURE_TEARDOWN(handle)
{
	qmp_set(&self->qmp, "x-test-hold", "0");
	qmp_set(&self->qmp, "x-test-handles", HANDLES);
	EXPECT_EQ(0, dmatest_close(&self->dmatest));
	qmp_close(&self->qmp);
	EXPECT_EQ(0, control_setup(""));
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
	struct dmatest *d = &self->dmatest;
	unsigned int n = 0;

	do {
		ASSERT_EQ(0, dmatest_start(d, THREADS, COPIES, PATIENT_MS, true));
		do {
			revoke_under(_metadata, &self->qmp);
			usleep(PAUSE_US);
			ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-revoke", "all"));
			n += 2;
			usleep(PAUSE_US);
			dmatest_listen(d);
		} while (!d->ended && clock_ns() < end);
		ASSERT_TRUE(dmatest_end(d, THREADS));
		EXPECT_EQ(THREADS * COPIES, d->copies);
		EXPECT_EQ(0, d->failures);
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
	struct dmatest *d = &self->dmatest;

	/* It never comes to its end. */
	ASSERT_EQ(0, dmatest_start(d, THREADS, 0, HASTY_MS, true));
	usleep(PAUSE_US);
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-handles", "0"));
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-revoke", "all"));
	usleep(10 * PAUSE_US);
	ASSERT_EQ(0, dmatest_stop());
	ASSERT_TRUE(dmatest_end(d, THREADS));
	EXPECT_LT(0, d->failures);

	/* The next one works. */
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-handles", HANDLES));
	ASSERT_EQ(0, control_setup("-k"));
	ASSERT_EQ(0, dmatest_start(d, THREADS, FEW, PATIENT_MS, true));
	ASSERT_TRUE(dmatest_end(d, THREADS));
	EXPECT_EQ(THREADS * FEW, d->copies);
	EXPECT_EQ(0, d->failures);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
