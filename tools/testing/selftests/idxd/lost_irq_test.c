// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt that tells of the end of a command is lost: whoever waits for
 * the command goes on all the same, and so does the next command.
 */
#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/run.h"

/* The driver looks every second. */
#define SOON_NS		(20 * NSEC_PER_SEC)
/* In INTCAUSE */
#define CAUSE_COMMAND	"2"

FIXTURE(lost_irq) {
	struct wq wq;
	struct qmp qmp;
};

FIXTURE_SETUP(lost_irq)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_DEDICATED | WQ_PRS_OFF));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq)) {
		TH_LOG("%s", self->qmp.error);
	}
}

FIXTURE_TEARDOWN(lost_irq)
{
	EXPECT_EQ(0, qmp_set(&self->qmp, "x-test-lose", "0"));
	qmp_close(&self->qmp);
}

static void lose_interrupt(struct __test_metadata *_metadata, struct qmp *qmp)
{
	ASSERT_EQ(0, qmp_set(qmp, "x-test-lose", CAUSE_COMMAND)) {
		TH_LOG("%s", qmp->error);
	}
}

TEST_F(lost_irq, open_and_close)
{
	uint64_t start = clock_ns();
	struct portal portal;

	lose_interrupt(_metadata, &self->qmp);
	ASSERT_EQ(0, portal_open(&portal, &self->wq, SUBMIT_PORTAL));
	lose_interrupt(_metadata, &self->qmp);
	portal_close(&portal);
	EXPECT_GT(SOON_NS, clock_ns() - start);
	EXPECT_EQ(0, control_clients_wait(&self->wq, 0));
}

TEST_F(lost_irq, disable_and_enable)
{
	uint64_t start = clock_ns();
	struct run run;

	lose_interrupt(_metadata, &self->qmp);
	EXPECT_EQ(0, control_disable_wq(&self->wq));
	EXPECT_EQ(0, control_configure_wq(&self->wq));
	lose_interrupt(_metadata, &self->qmp);
	EXPECT_EQ(0, control_enable_wq(&self->wq));
	EXPECT_GT(SOON_NS, clock_ns() - start);
	EXPECT_EQ(0, run_few(&run, &self->wq)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
