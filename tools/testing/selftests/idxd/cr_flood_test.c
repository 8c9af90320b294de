// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many faults: more than the ring has entries, from several processes, with
 * as many under way as the queue takes. None may be lost, come twice, or come
 * to somebody else.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/region.h"
#include "lib/repeat.h"
#include "lib/run.h"
#include "lib/work.h"

/* Faults of one process at a time; the driver lets at least so many wait. */
#define PAGES		512
#define PROCESSES	4
#define ROUNDS		repeat(3)

/* What was counted before a test. */
struct counts {
	struct evl_status evl;
	long entries;
	long written;
	long failures;
};

FIXTURE(cr_flood) {
	struct wq wq;
	struct counts before;
};

FIXTURE_SETUP(cr_flood)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));

	ASSERT_EQ(0, evl_status(&self->wq, &self->before.evl));
	self->before.entries = evl_counter(&self->wq, EVL_ENTRIES);
	self->before.written = evl_counter(&self->wq, EVL_WRITTEN);
	self->before.failures = evl_counter(&self->wq, EVL_FAILURES);
}

FIXTURE_TEARDOWN(cr_flood)
{
}

static void expect_counts(struct __test_metadata *_metadata,
			  const struct wq *wq, const struct counts *before, long faults)
{
	struct evl_status after;

	EXPECT_EQ(before->written + faults,
		  evl_counter_wait(wq, EVL_WRITTEN, before->written + faults));
	EXPECT_EQ(before->entries + faults, evl_counter(wq, EVL_ENTRIES));
	EXPECT_EQ(before->failures, evl_counter(wq, EVL_FAILURES));

	ASSERT_EQ(0, evl_idle(wq, &after));
	EXPECT_EQ((before->evl.tail + faults) % after.size, after.tail);
}

/* Returns the number of records that are not right. */
static unsigned int flood(const struct wq *wq, unsigned int seed)
{
	struct portal portal;
	struct region r;
	struct run run;
	unsigned int wrong = PAGES;

	if (portal_open(&portal, wq, SUBMIT_PORTAL))
		return wrong;
	if (!region_get(&r, REGION_ANON, PAGES)) {
		run_region(&run, &portal, wq, &r, seed, PAGES, NULL);
		wrong = PAGES - run.written;
		if (wrong)
			printf("# process %d: %u wrong: %s\n", getpid(), wrong,
			       run.why);
		fflush(stdout);
		region_put(&r);
	}
	portal_close(&portal);

	return wrong;
}

/* One process, all at once. */
TEST_F(cr_flood, one_process)
{
	EXPECT_EQ(0, flood(&self->wq, 1));
	expect_counts(_metadata, &self->wq, &self->before, PAGES);
}

TEST_F(cr_flood, processes)
{
	unsigned int i, round;
	pid_t pid[PROCESSES];
	int status;

	for (i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (pid[i])
			continue;
		for (round = 0; round < ROUNDS; round++)
			if (flood(&self->wq, i * 1000 + round * 10))
				_exit(1);
		_exit(0);
	}
	for (i = 0; i < PROCESSES; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	expect_counts(_metadata, &self->wq, &self->before, PROCESSES * ROUNDS * PAGES);
}

/*
 * Drops its pages again and again while the device writes records to others
 * of them: translations that the device has cached come to be wrong all the
 * time.
 */
TEST_F(cr_flood, pages_come_and_go)
{
	struct dsa_completion_record *record;
	struct portal portal;
	unsigned int i, repeats = repeat(3000), wrong = 0;
	struct work *works;
	struct region r;

	ASSERT_EQ(0, portal_open(&portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(0, region_get(&r, REGION_ANON, 64));
	works = work_alloc(64);
	ASSERT_NE(NULL, works);

	for (i = 0; i < repeats; i++) {
		struct work *w = &works[i % 64];

		record = region_record(&r, i % 64);
		/* Its last record has come before its page goes. */
		if (i >= 64) {
			if (!record_wait(record, RECORD_MS)) {
				wrong++;
				break;
			}
			if (work_wrong(w, record))
				wrong++;
			ASSERT_EQ(0, madvise(r.base + i % 64 * r.stride, r.stride,
					     MADV_DONTNEED));
		}
		work_prepare(w, i, record);
		ASSERT_EQ(0, portal_submit(&portal, &w->desc));
	}
	for (i = 0; !wrong && i < 64; i++) {
		record = region_record(&r, i);
		if (!record_wait(record, RECORD_MS))
			wrong++;
	}
	EXPECT_EQ(0, wrong);
	portal_close(&portal);
}

/* Dedicated and shared queue at the same time, one process each. */
TEST_F(cr_flood, two_queues)
{
	struct portal portal;
	struct wq dedicated;
	struct region r;
	struct run run;
	int status;
	pid_t pid;

	ASSERT_TRUE(wq_find(&dedicated, WQ_DEDICATED | WQ_PRS_OFF));

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(!!flood(&self->wq, 5));

	ASSERT_EQ(0, portal_open(&portal, &dedicated, SUBMIT_PORTAL));
	ASSERT_EQ(0, region_get(&r, REGION_ANON, PAGES));
	EXPECT_EQ(0, run_region(&run, &portal, &dedicated, &r, 6, dedicated.size,
				NULL)) {
		TH_LOG("%u wrong: %s", run.wrong, run.why);
	}
	portal_close(&portal);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	expect_counts(_metadata, &self->wq, &self->before, 2 * PAGES);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
