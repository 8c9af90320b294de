// SPDX-License-Identifier: GPL-2.0-only
/*
 * That a test begins from a known state after one that failed, and that the
 * monitor is reached whatever an earlier program has left on its port.
 */
#include <fcntl.h>

#include "main.h"
#include "lib/control.h"
#include "lib/portal.h"
#include "lib/run.h"

#define PAGES		8
#define ALL_ENGINES	"0xf"

FIXTURE(restore) {
	struct wq wq;
	struct qmp qmp;
};

FIXTURE_SETUP(restore)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq)) {
		TH_LOG("%s", self->qmp.error);
	}
}

FIXTURE_TEARDOWN(restore)
{
	qmp_close(&self->qmp);
}

/* Begin a test as if this one had failed. The monitor is for one at a time. */
static void begin_after_failure(struct __test_metadata *t, struct qmp *qmp)
{
	struct __test_metadata now = *t;

	qmp_close(qmp);
	t->pid = getpid();
	t->passed = 0;
	begin_test();
	t->pid = now.pid;
	t->passed = now.passed;
}

static void expect_works(struct __test_metadata *_metadata)
{
	struct portal portal;
	struct run run;
	struct wq wq;

	ASSERT_TRUE(wq_find(&wq, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_EQ(0, portal_open(&portal, &wq, SUBMIT_PORTAL));
	EXPECT_EQ(0, run_kind(&run, &portal, &wq, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	portal_close(&portal);
}

TEST_F(restore, queue_disabled)
{
	ASSERT_EQ(0, control_disable_wq(&self->wq));
	begin_after_failure(_metadata, &self->qmp);
	expect_works(_metadata);
}

TEST_F(restore, driver_unbound)
{
	ASSERT_EQ(0, control_unbind_pci(&self->wq));
	begin_after_failure(_metadata, &self->qmp);
	expect_works(_metadata);
}

TEST_F(restore, device_halted)
{
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-halt", "flr"));
	begin_after_failure(_metadata, &self->qmp);
	expect_works(_metadata);
}

TEST_F(restore, engines_held)
{
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-hold", ALL_ENGINES));
	begin_after_failure(_metadata, &self->qmp);
	expect_works(_metadata);
}

/* Half a command, half an answer */
TEST_F(restore, monitor_left)
{
	static const char half[] =
		"{\"id\":1,\"execute\":\"query-status\"}\n"
		"{\"id\":2,\"execute\":\"qom-set\",\"arguments\":{\"path\":\"/mach";
	char byte;
	int fd;

	qmp_close(&self->qmp);
	fd = open(QMP_PORT, O_RDWR | O_NOCTTY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(sizeof(half) - 1, write(fd, half, sizeof(half) - 1));
	ASSERT_EQ(1, read(fd, &byte, 1));
	close(fd);
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq)) {
		TH_LOG("%s", self->qmp.error);
	}
}

/* What the monitor cannot read, since something comes before it, is given again. */
TEST_F(restore, command_lost)
{
	static const char half[] = "{\"half";

	ASSERT_EQ(sizeof(half) - 1, write(self->qmp.fd, half, sizeof(half) - 1));
	EXPECT_EQ(0, qmp_set(&self->qmp, "x-test-hold", "0")) {
		TH_LOG("%s", self->qmp.error);
	}
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
