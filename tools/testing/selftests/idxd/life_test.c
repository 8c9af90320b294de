// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device goes, in one way or another, while processes have faults under
 * way: one waits for a page that does not come, one keeps the device busy, and
 * the log may be full. Afterwards everything works again, and those processes
 * can end.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/qmp.h"
#include "lib/regs.h"
#include "lib/repeat.h"
#include "lib/run.h"
#include "lib/slow.h"

#define PAGES		16
#define ROUNDS		repeat(3)
#define END_NS		PROMPT_NS
#define HALT_NS		WAIT_NS

/* More than any ring holds here: they follow as the driver takes them. */
#define FULL		"5000*"

FIXTURE(life) {
	struct wq wq;
	struct wq other;
	struct qmp qmp;
	pid_t stuck;
	pid_t busy;
	int ready[2];
};

static bool has_monitor(const struct qmp *qmp)
{
	return qmp->fd >= 0;
}

/* A record whose page does not come. */
static void stuck_main(const struct wq *wq, int ready)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	struct slow slow;

	end_with_parent();
	if (portal_open(&portal, wq, SUBMIT_PORTAL) ||
	    slow_get(&slow, SLOW_UFFD, 1, NULL, NULL))
		_exit(2);
	desc_noop(&desc, slow.base);
	if (portal_submit(&portal, &desc) || write(ready, "", 1) != 1)
		_exit(3);
	pause();
}

/* Faults without end; the queue may go meanwhile. */
static void busy_main(const struct wq *wq, int ready)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	struct region r;
	unsigned int i;

	end_with_parent();
	if (portal_open(&portal, wq, SUBMIT_WRITE) || region_get(&r, REGION_ANON, PAGES))
		_exit(2);
	if (write(ready, "", 1) != 1)
		_exit(3);
	for (i = 0;; i++) {
		desc_noop(&desc, region_record(&r, i % PAGES));
		if (portal_submit(&portal, &desc))
			usleep(10000);
		if (i % PAGES == 0)
			madvise(r.base, r.len, MADV_DONTNEED);
	}
}

static pid_t start(struct __test_metadata *_metadata, const struct wq *wq, int ready[2],
		   void (*child_main)(const struct wq *wq, int ready))
{
	pid_t pid = fork();
	char byte;

	ASSERT_LE(0, pid);
	if (!pid) {
		child_main(wq, ready[1]);
		_exit(1);
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));

	return pid;
}

FIXTURE_SETUP(life)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_TRUE(wq_find(&self->other, WQ_DEDICATED | WQ_PRS_OFF));
	ASSERT_EQ(0, pipe(self->ready));
	if (qmp_open(&self->qmp, &self->wq))
		self->qmp.fd = -1;
	self->stuck = start(_metadata, &self->wq, self->ready, stuck_main);
	self->busy = start(_metadata, &self->wq, self->ready, busy_main);
	usleep(100000);
}

static void expect_end(struct __test_metadata *_metadata, pid_t pid)
{
	uint64_t start = clock_ns();
	int status = 0;

	kill(pid, SIGKILL);
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(SIGKILL, status) {
		TH_LOG("ended before with %d", WEXITSTATUS(status));
	}
	EXPECT_GT(END_NS, clock_ns() - start);
}

/* Is everything as new? */
static int works_again(void)
{
	struct portal portal;
	struct run run;
	struct wq wq;
	int rc;

	rc = control_setup("");
	if (rc)
		return rc;
	if (!wq_find(&wq, WQ_SHARED | WQ_PRS_OFF))
		return -ENODEV;
	rc = portal_open(&portal, &wq, SUBMIT_PORTAL);
	if (rc)
		return rc;
	rc = run_kind(&run, &portal, &wq, REGION_ANON, PAGES, 4, NULL);
	portal_close(&portal);

	return rc;
}

/* No assertion here: it would bring us here again. */
FIXTURE_TEARDOWN(life)
{
	expect_end(_metadata, self->stuck);
	expect_end(_metadata, self->busy);
	if (has_monitor(&self->qmp))
		qmp_close(&self->qmp);
	EXPECT_EQ(0, works_again());
}

/* More entries than the ring holds, of a PASID that nobody has. */
static bool fill_log(struct qmp *qmp)
{
	struct evl_entry entry = {
		.desc_valid = 1,
		.wq_valid = 1,
		.info_valid = 1,
		.error = DSA_COMP_CRA_XLAT,
		.pasid = 0xfffff,
		.fault_addr = 0x1000,
	};
	char value[2 * sizeof(entry) + sizeof(FULL)] = FULL;
	unsigned int i;

	if (!has_monitor(qmp))
		return false;
	for (i = 0; i < sizeof(entry); i++)
		sprintf(value + sizeof(FULL) - 1 + 2 * i, "%02x",
			((unsigned char *)&entry)[i]);

	return !qmp_set(qmp, "x-test-log", value);
}

TEST_F(life, queue_disabled)
{
	uint64_t start;

	fill_log(&self->qmp);
	start = clock_ns();
	EXPECT_EQ(0, control_disable_wq(&self->wq));
	EXPECT_GT(END_NS, clock_ns() - start);
}

TEST_F(life, device_disabled)
{
	uint64_t start;

	fill_log(&self->qmp);
	start = clock_ns();
	EXPECT_EQ(0, control_disable_device(&self->wq));
	EXPECT_GT(END_NS, clock_ns() - start);
}

TEST_F(life, processes_killed)
{
	fill_log(&self->qmp);
	/* What the teardown does. */
}

TEST_F(life, pci_unbound)
{
	uint64_t start;

	fill_log(&self->qmp);
	start = clock_ns();
	EXPECT_EQ(0, control_unbind_pci(&self->wq));
	EXPECT_GT(END_NS, clock_ns() - start);
	EXPECT_EQ(0, control_bind_pci(&self->wq));
}

static void expect_back(struct __test_metadata *_metadata, const struct wq *wq)
{
	uint64_t end = clock_ns() + HALT_NS;
	struct portal portal;
	struct run run;
	int rc;

	do {
		rc = portal_open(&portal, wq, SUBMIT_PORTAL);
		if (!rc)
			break;
		usleep(10000);
	} while (clock_ns() < end);
	ASSERT_EQ(0, rc);
	EXPECT_EQ(0, run_kind(&run, &portal, wq, REGION_ANON, PAGES, 4, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	portal_close(&portal);
}

static bool is_halted(const struct wq *wq)
{
	uint64_t end = clock_ns() + HALT_NS;
	struct regs regs;
	bool halted;

	if (regs_open(&regs, wq))
		return false;
	do {
		halted = regs_state(&regs) == GENSTS_HALT;
		if (halted)
			break;
		usleep(1000);
	} while (clock_ns() < end);
	regs_close(&regs);

	return halted;
}

static int open_fails_soon(const struct wq *wq)
{
	uint64_t end = clock_ns() + HALT_NS;
	struct portal portal;

	while (clock_ns() < end) {
		if (portal_open(&portal, wq, SUBMIT_PORTAL))
			return 0;
		portal_close(&portal);
		usleep(10000);
	}

	return -ETIMEDOUT;
}

/* A halt that only an administrator can end; a function reset does. */
static void run_halt(struct __test_metadata *_metadata, struct qmp *qmp, const struct wq *wq,
		     const struct wq *other, const char *type)
{
	if (!has_monitor(qmp))
		SKIP(return, "no monitor");

	fill_log(qmp);
	ASSERT_EQ(0, qmp_set(qmp, "x-test-halt", type)) {
		TH_LOG("%s", qmp->error);
	}
	ASSERT_TRUE(is_halted(wq));
	EXPECT_EQ(0, open_fails_soon(other));
	EXPECT_EQ(0, control_flr(wq));
}

TEST_F(life, halt_for_warm_reset)
{
	run_halt(_metadata, &self->qmp, &self->wq, &self->other, "warm");
}

TEST_F(life, halt_for_cold_reset)
{
	run_halt(_metadata, &self->qmp, &self->wq, &self->other, "cold");
}

/* The driver gives the device the reset that it asks for. */
static void run_halts(struct __test_metadata *_metadata, struct qmp *qmp, const struct wq *wq,
		      const struct wq *other, const char *type)
{
	unsigned int round;

	if (!has_monitor(qmp))
		SKIP(return, "no monitor");
	for (round = 0; round < ROUNDS; round++) {
		fill_log(qmp);
		ASSERT_EQ(0, qmp_set(qmp, "x-test-halt", type)) {
			TH_LOG("%s", qmp->error);
		}
		usleep(100000);
		expect_back(_metadata, other);
		expect_back(_metadata, wq);
	}
}

TEST_F(life, halt_for_software_reset)
{
	run_halts(_metadata, &self->qmp, &self->wq, &self->other, "software");
}

TEST_F(life, halt_for_flr)
{
	run_halts(_metadata, &self->qmp, &self->wq, &self->other, "flr");
}

/* The driver brings the configuration back, with the log's size. */
TEST_F(life, function_reset)
{
	struct evl_status before, after;
	unsigned int round;

	ASSERT_EQ(0, evl_status(&self->wq, &before));
	for (round = 0; round < ROUNDS; round++) {
		fill_log(&self->qmp);
		ASSERT_EQ(0, control_flr(&self->wq));
		ASSERT_EQ(0, evl_status(&self->wq, &after));
		EXPECT_EQ(before.size, after.size);
		expect_back(_metadata, &self->other);
		expect_back(_metadata, &self->wq);
	}
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
