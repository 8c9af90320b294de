// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory runs out while a function level reset brings the device back, at each
 * place where it can: a work queue that is said to be enabled works, one that
 * could not be enabled again is disabled, and all of them can be enabled again.
 * Needs a kernel with fault injection.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/dmatest.h"
#include "lib/fail_nth.h"
#include "lib/regs.h"
#include "lib/run.h"
#include "lib/sysfs.h"

/* Far more allocations than a reset makes */
#define MOST		1000

/* What setup-wqs.sh -k makes; the last one is for the kernel. */
#define WQS		5
#define KERNEL_WQ	4

#define THREADS		2
#define COPIES		2
#define COPY_MS		60000

FIXTURE(reset_fail) {
	struct wq wq;
	struct dmatest dmatest;
	struct regs regs;
	struct qmp qmp;
};

FIXTURE_VARIANT(reset_fail) {
	bool halted;
};

FIXTURE_VARIANT_ADD(reset_fail, running) {
	.halted = false,
};

/* A halt unmaps the portals: the reset has more to bring back. */
FIXTURE_VARIANT_ADD(reset_fail, halted) {
	.halted = true,
};

FIXTURE_SETUP(reset_fail)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_DEDICATED | WQ_PRS_OFF));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq)) {
		TH_LOG("%s", self->qmp.error);
	}
	ASSERT_EQ(0, control_setup("-k"));
	ASSERT_EQ(0, regs_open(&self->regs, &self->wq));
	ASSERT_EQ(0, dmatest_open(&self->dmatest));
}

FIXTURE_TEARDOWN(reset_fail)
{
	EXPECT_EQ(0, dmatest_close(&self->dmatest));
	regs_close(&self->regs);
	qmp_close(&self->qmp);
	EXPECT_EQ(0, control_setup(""));
}

static bool wq_enabled(const struct wq *any, unsigned int id)
{
	char path[80], state[16];

	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/wq%u.%u/state", any->dev, id);

	return sysfs_read(path, state, sizeof(state)) > 0 && !strcmp(state, "enabled");
}

static bool wq_bound(const struct wq *any, unsigned int id)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/wq%u.%u/driver", any->dev, id);

	return !access(path, F_OK);
}

/* A work queue that is not enabled has been released by its sub-driver. */
static unsigned int wqs_enabled(struct __test_metadata *_metadata, const struct wq *any)
{
	unsigned int id, count = 0;

	for (id = 0; id < WQS; id++) {
		EXPECT_EQ(wq_enabled(any, id), wq_bound(any, id)) {
			TH_LOG("wq%u.%u", any->dev, id);
		}
		count += wq_enabled(any, id);
	}

	return count;
}

static void expect_wqs_work(struct __test_metadata *_metadata,
			    struct _test_data_reset_fail *self)
{
	static const unsigned int kinds[] = {
		WQ_DEDICATED | WQ_PRS_OFF, WQ_DEDICATED | WQ_PRS_ON,
		WQ_SHARED | WQ_PRS_OFF, WQ_SHARED | WQ_PRS_ON,
	};
	struct dmatest *d = &self->dmatest;
	struct run run;
	unsigned int i;
	struct wq wq;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!wq_find_on(&wq, self->wq.dev, kinds[i]))
			continue;
		EXPECT_EQ(0, run_few(&run, &wq)) {
			TH_LOG("%s: %u of %u wrong: %s", wq.name, run.wrong, run.submitted,
			       run.why);
		}
	}

	if (wq_enabled(&self->wq, KERNEL_WQ)) {
		ASSERT_EQ(0, dmatest_start(d, THREADS, COPIES, COPY_MS, true));
		EXPECT_TRUE(dmatest_end(d, THREADS));
		EXPECT_EQ(THREADS * COPIES, d->copies);
		EXPECT_EQ(0, d->failures);
		/* It keeps the channel until then. */
		EXPECT_EQ(0, dmatest_stop());
	}
}

static void halt_device(struct __test_metadata *_metadata, struct _test_data_reset_fail *self)
{
	uint64_t end = clock_ns() + WAIT_NS;
	unsigned int halts = self->dmatest.halts;

	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-halt", "cold")) {
		TH_LOG("%s", self->qmp.error);
	}
	/* The driver says so before it unmaps the portals, under the device's lock. */
	do {
		usleep(1000);
		dmatest_listen(&self->dmatest);
	} while (self->dmatest.halts == halts && clock_ns() < end);
	ASSERT_EQ(halts + 1, self->dmatest.halts);
}

/* False if the reset made fewer allocations. */
static bool reset_failing(const struct wq *wq, unsigned int nth)
{
	int fail = fail_nth_begin(nth);

	if (fail < 0)
		return false;
	/* The reset itself may be what fails. */
	control_flr(wq);

	return !fail_nth_end(fail);
}

TEST_F(reset_fail, each_allocation)
{
	unsigned int nth, enabled, lost = 0;
	bool failed;

	for (nth = 1; nth < MOST; nth++) {
		if (variant->halted)
			halt_device(_metadata, self);
		failed = reset_failing(&self->wq, nth);
		/* A halt that no reset has ended remains. */
		if (regs_state(&self->regs) == GENSTS_HALT)
			ASSERT_EQ(0, control_flr(&self->wq));
		enabled = wqs_enabled(_metadata, &self->wq);
		expect_wqs_work(_metadata, self);
		if (!failed)
			break;
		if (enabled != WQS) {
			lost++;
			ASSERT_EQ(0, control_setup("-k"));
			ASSERT_EQ(WQS, wqs_enabled(_metadata, &self->wq));
		}
	}
	TH_LOG("%u allocations, %u leave a queue disabled", nth - 1, lost);
	EXPECT_LT(1, nth);
	EXPECT_LT(nth, MOST);
	EXPECT_EQ(WQS, enabled);
}

int main(int argc, char **argv)
{
	if (fail_nth_prepare()) {
		printf("1..0 # SKIP no fault injection in this kernel\n");
		return KSFT_SKIP;
	}

	return monitor_test_main(argc, argv);
}
