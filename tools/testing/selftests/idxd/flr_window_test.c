// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function level reset that takes its time: all that is read of the device
 * meanwhile is ones. Work queues are opened, closed, disabled, configured and
 * enabled, faults and errors are under way; afterwards each work queue has the
 * configuration that it had before.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/regs.h"
#include "lib/repeat.h"
#include "lib/run.h"

#define WQS		4
#define WQCFG_DWORDS	4	/* those that the driver sets */
#define PAGES		4
#define ROUNDS		repeat(6)
#define FLR_MS		"100"

/* Far longer than a reset takes on the slowest machine. */
#define RESET_NS	(30 * NSEC_PER_SEC)

FIXTURE(flr_window) {
	struct wq dedicated;
	struct wq shared;
	struct wq other;	/* dedicated */
	struct regs regs;
	struct qmp qmp;
	uint32_t before[WQS][WQCFG_DWORDS];
	bool *stop;
};

static void config_read(const struct regs *regs, uint32_t config[WQS][WQCFG_DWORDS])
{
	unsigned int id, i;

	for (id = 0; id < WQS; id++)
		for (i = 0; i < WQCFG_DWORDS; i++)
			config[id][i] = regs_wqcfg(regs, id, i);
}

FIXTURE_SETUP(flr_window)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->dedicated, WQ_DEDICATED | WQ_PRS_OFF));
	ASSERT_TRUE(wq_find(&self->shared, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_TRUE(wq_find(&self->other, WQ_DEDICATED | WQ_PRS_ON));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->dedicated)) {
		TH_LOG("%s", self->qmp.error);
	}
	ASSERT_EQ(0, regs_open(&self->regs, &self->dedicated));
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-flr-time", FLR_MS)) {
		TH_LOG("%s", self->qmp.error);
	}
	self->stop = mmap(NULL, sizeof(*self->stop), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->stop);
	config_read(&self->regs, self->before);
}

FIXTURE_TEARDOWN(flr_window)
{
	EXPECT_EQ(0, qmp_set(&self->qmp, "x-test-flr-time", "0"));
	munmap(self->stop, sizeof(*self->stop));
	regs_close(&self->regs);
	qmp_close(&self->qmp);
	EXPECT_EQ(0, control_setup(""));
}

/* What goes on during the resets; whether it succeeds then does not matter. */
static void open_and_close(const struct wq *wq)
{
	struct portal portal;

	if (!portal_open(&portal, wq, SUBMIT_PORTAL))
		portal_close(&portal);
}

static void fault(const struct wq *wq)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	unsigned int i;
	char *page;

	if (portal_open(&portal, wq, SUBMIT_PORTAL))
		return;
	page = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (i = 0; page != MAP_FAILED && i < PAGES; i++) {
		/* A record that is not mapped yet, and an error without one */
		desc_noop(&desc, page + i * 4096);
		portal_submit(&portal, &desc);
		desc.flags = IDXD_OP_FLAG_BOF;
		portal_submit(&portal, &desc);
	}
	if (page != MAP_FAILED)
		munmap(page, PAGES * 4096);
	portal_close(&portal);
}

static void configure(const struct wq *wq)
{
	control_disable_wq(wq);
	control_configure_wq(wq);
	control_enable_wq(wq);
}

static pid_t start(void (*what)(const struct wq *wq), const struct wq *wq, bool *stop)
{
	pid_t pid = fork();

	if (pid)
		return pid;

	end_with_parent();
	while (!READ_ONCE(*stop))
		what(wq);
	_exit(0);
}

static bool wq_back(const struct regs *regs, const struct wq *wq)
{
	uint64_t end = clock_ns() + RESET_NS;

	while (!regs_wq_enabled(regs, wq->id) && clock_ns() < end)
		usleep(1000);

	return regs_wq_enabled(regs, wq->id);
}

static void expect_works(struct __test_metadata *_metadata, const struct regs *regs,
			 const struct wq *wq)
{
	struct portal portal;
	struct run run;

	ASSERT_TRUE(wq_back(regs, wq)) {
		TH_LOG("%s is not back", wq->name);
	}
	ASSERT_EQ(0, portal_open_soon(&portal, wq, RESET_NS));
	EXPECT_EQ(0, run_kind(&run, &portal, wq, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%s: %u of %u wrong: %s", wq->name, run.wrong, run.submitted, run.why);
	}
	portal_close(&portal);
}

static void expect_config(struct __test_metadata *_metadata, const struct regs *regs,
			  uint32_t before[WQS][WQCFG_DWORDS], unsigned int but)
{
	uint32_t after[WQS][WQCFG_DWORDS];
	unsigned int id, i;

	config_read(regs, after);
	for (id = 0; id < WQS; id++)
		for (i = 0; id != but && i < WQCFG_DWORDS; i++)
			EXPECT_EQ(before[id][i], after[id][i]) {
				TH_LOG("queue %u, dword %u", id, i);
			}
}

static void resets(struct __test_metadata *_metadata, const struct wq *wq, bool *stop,
		   pid_t *pids, unsigned int count)
{
	unsigned int i;
	int status;

	for (i = 0; i < count; i++)
		ASSERT_LT(0, pids[i]);
	for (i = 0; i < ROUNDS; i++) {
		usleep(100000);
		EXPECT_EQ(0, control_flr(wq));
	}
	WRITE_ONCE(*stop, true);
	for (i = 0; i < count; i++) {
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		/* Its portal may have been away while it stored to it. */
		EXPECT_EQ(0, status);
	}
}

TEST_F(flr_window, open_and_fault)
{
	pid_t pids[] = {
		start(open_and_close, &self->dedicated, self->stop),
		start(fault, &self->shared, self->stop),
		start(fault, &self->other, self->stop),
	};

	resets(_metadata, &self->dedicated, self->stop, pids, ARRAY_SIZE(pids));
	EXPECT_EQ(0, control_clients_wait(&self->dedicated, 0));
	EXPECT_EQ(0, control_clients_wait(&self->other, 0));
	expect_works(_metadata, &self->regs, &self->dedicated);
	expect_works(_metadata, &self->regs, &self->shared);
	expect_works(_metadata, &self->regs, &self->other);
	expect_config(_metadata, &self->regs, self->before, WQS);
}

TEST_F(flr_window, configure)
{
	pid_t pids[] = {
		start(open_and_close, &self->dedicated, self->stop),
		start(configure, &self->other, self->stop),
	};

	resets(_metadata, &self->dedicated, self->stop, pids, ARRAY_SIZE(pids));
	EXPECT_EQ(0, control_clients_wait(&self->dedicated, 0));
	expect_works(_metadata, &self->regs, &self->dedicated);
	expect_works(_metadata, &self->regs, &self->shared);
	expect_config(_metadata, &self->regs, self->before, self->other.id);
}

/* Whoever has a queue open has it afterwards, and nobody else's memory. */
TEST_F(flr_window, stays_open)
{
	struct portal portal;
	struct run run;
	pid_t pids[1];
	long pasid;

	ASSERT_EQ(0, portal_open(&portal, &self->dedicated, SUBMIT_PORTAL));
	pasid = regs_wq_pasid(&self->regs, self->dedicated.id);
	ASSERT_LT(0, pasid);
	pids[0] = start(fault, &self->shared, self->stop);
	resets(_metadata, &self->dedicated, self->stop, pids, ARRAY_SIZE(pids));
	ASSERT_TRUE(wq_back(&self->regs, &self->dedicated));
	EXPECT_EQ(pasid, regs_wq_pasid(&self->regs, self->dedicated.id));
	EXPECT_EQ(0, run_kind(&run, &portal, &self->dedicated, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	portal_close(&portal);
	EXPECT_EQ(0, control_clients_wait(&self->dedicated, 0));
	expect_works(_metadata, &self->regs, &self->shared);
	EXPECT_EQ(0, control_clients_wait(&self->dedicated, 0));
	expect_config(_metadata, &self->regs, self->before, WQS);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
