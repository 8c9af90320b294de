// SPDX-License-Identifier: GPL-2.0-only
/*
 * A halt that asks for a software reset, which the driver carries out: what it
 * brings back afterwards, and what it must not.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/qmp.h"
#include "lib/regs.h"
#include "lib/repeat.h"
#include "lib/run.h"

#define PAGES		8

/* Closes that hit the time between halt and reset, and how many are tried. */
#define HITS		repeat(5)
#define ROUNDS		30

/* Far longer than a reset takes on the slowest machine. */
#define RESET_NS	WAIT_NS
#define HALT_NS		(5 * NSEC_PER_SEC)

FIXTURE(reset) {
	struct wq dedicated;
	struct wq other;	/* dedicated as well */
	struct wq shared;
	struct regs regs;
	struct qmp qmp;
};

FIXTURE_SETUP(reset)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->dedicated, WQ_DEDICATED | WQ_PRS_OFF));
	ASSERT_TRUE(wq_find(&self->shared, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_TRUE(wq_find(&self->other, WQ_DEDICATED | WQ_PRS_ON));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->dedicated)) {
		TH_LOG("%s", self->qmp.error);
	}
	ASSERT_EQ(0, regs_open(&self->regs, &self->dedicated));
}

FIXTURE_TEARDOWN(reset)
{
	regs_close(&self->regs);
	qmp_close(&self->qmp);
	EXPECT_EQ(0, control_setup(""));
}

/* Look at the device as fast as can be: a halt that is handled is short. */
static bool halt_seen(const struct regs *regs)
{
	uint64_t end = clock_ns() + HALT_NS;

	while (clock_ns() < end)
		if (regs_state(regs) == GENSTS_HALT)
			return true;

	return false;
}

/* The driver has finished with a queue that it brings back. */
static bool wq_back(const struct regs *regs, const struct wq *wq)
{
	uint64_t end = clock_ns() + RESET_NS;

	while (clock_ns() < end) {
		if (regs_state(regs) == GENSTS_ENABLED && regs_wq_enabled(regs, wq->id))
			return true;
		usleep(1000);
	}

	return false;
}

static void expect_works(struct __test_metadata *_metadata, const struct wq *wq)
{
	struct portal portal;
	struct run run;

	ASSERT_EQ(0, portal_open_soon(&portal, wq, RESET_NS));
	EXPECT_EQ(0, run_kind(&run, &portal, wq, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	EXPECT_EQ(PAGES, run.written);
	portal_close(&portal);
}

/* Files stay open, the ring comes back with its size, faults are handled. */
TEST_F(reset, everything_is_back)
{
	struct evl_status before, after;
	struct portal portal;
	struct run run;
	long pasid;

	ASSERT_EQ(0, control_setup("-e 200"));
	ASSERT_EQ(0, evl_status(&self->dedicated, &before));
	ASSERT_EQ(200, before.size);
	ASSERT_EQ(0, portal_open(&portal, &self->dedicated, SUBMIT_PORTAL));
	pasid = regs_wq_pasid(&self->regs, self->dedicated.id);
	ASSERT_LT(0, pasid);

	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-halt", "software")) {
		TH_LOG("%s", self->qmp.error);
	}
	ASSERT_TRUE(wq_back(&self->regs, &self->shared));
	ASSERT_TRUE(wq_back(&self->regs, &self->dedicated));
	EXPECT_EQ(pasid, regs_wq_pasid(&self->regs, self->dedicated.id));
	ASSERT_EQ(0, evl_status(&self->dedicated, &after));
	EXPECT_EQ(200, after.size);

	EXPECT_EQ(0, run_kind(&run, &portal, &self->dedicated, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	portal_close(&portal);
	expect_works(_metadata, &self->shared);
}

/* Has the queue open until the device halts, and is gone at once. */
static int open_until_halt(const struct regs *regs, const struct wq *wq, int ready)
{
	struct portal portal;

	if (portal_open_soon(&portal, wq, RESET_NS) || regs_wq_pasid(regs, wq->id) < 0)
		return 2;
	if (write(ready, "", 1) != 1)
		return 3;
	if (!halt_seen(regs))
		return 1;
	portal_close(&portal);

	return 0;
}

/* The device is not to use the PASID of a process that has closed the file. */
TEST_F(reset, closed_while_halted)
{
	unsigned int round, hits = 0;
	int fd[2], status;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(fd));
	for (round = 0; round < ROUNDS && hits < HITS; round++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid)
			_exit(open_until_halt(&self->regs, &self->dedicated, fd[1]));
		ASSERT_EQ(1, read(fd[0], &byte, 1));
		ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-halt", "software"));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_TRUE(WIFEXITED(status));
		ASSERT_GT(2, WEXITSTATUS(status));
		hits += WEXITSTATUS(status) == 0;

		ASSERT_TRUE(wq_back(&self->regs, &self->dedicated));
		EXPECT_EQ(-1, regs_wq_pasid(&self->regs, self->dedicated.id)) {
			TH_LOG("round %u: the PASID of a closed file is back", round);
		}
	}
	EXPECT_LT(0, hits) {
		TH_LOG("no close came between halt and reset");
	}
	expect_works(_metadata, &self->dedicated);
}

/* A queue that was disabled, and configured again for later. */
TEST_F(reset, unbound_stays_unbound)
{
	ASSERT_EQ(0, control_disable_wq(&self->other));
	ASSERT_EQ(0, control_configure_wq(&self->other));
	ASSERT_FALSE(regs_wq_enabled(&self->regs, self->other.id));

	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-halt", "software"));
	halt_seen(&self->regs);
	ASSERT_TRUE(wq_back(&self->regs, &self->dedicated));
	ASSERT_TRUE(wq_back(&self->regs, &self->shared));
	/* It would come after those before it. */
	usleep(200000);
	EXPECT_FALSE(regs_wq_enabled(&self->regs, self->other.id));
	EXPECT_EQ(0, control_enable_wq(&self->other));
	expect_works(_metadata, &self->other);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
