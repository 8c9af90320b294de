// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes whose record's page does not come: they wait, and nobody else
 * does. A late page still gets its record, and a process that goes leaves
 * nothing behind.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/repeat.h"
#include "lib/run.h"
#include "lib/slow.h"
#include "lib/stats.h"

#define MANY		300

#define SAMPLES		300
#define BURST_PAGES	20

/* An end must not take longer than this, nor what others do meanwhile. */
#define END_NS		PROMPT_NS
#define GRACE_US	300000

/* A queue's records get 2 s together, then the processes' PASIDs are unbound. */
#define DISABLE_NS	(5 * NSEC_PER_SEC)

FIXTURE(isolation) {
	struct wq wq;
	struct wq other;
	struct fuse fuse;
	bool has_fuse;
	char *shared;		/* memory that is seen here and in the children */
};

FIXTURE_SETUP(isolation)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_TRUE(wq_find(&self->other, WQ_DEDICATED | WQ_PRS_ON));
	self->has_fuse = !fuse_start(&self->fuse, MANY + 1);
	self->shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->shared);
}

FIXTURE_TEARDOWN(isolation)
{
	if (self->has_fuse)
		fuse_stop(&self->fuse);
}

/* How a stuck process goes on when it is told to. */
enum then {
	THEN_WAIT,		/* until it is killed */
	THEN_CLOSE,		/* closes, then the page comes */
	THEN_EXIT,
	THEN_ANSWER,		/* the page comes, the record must follow */
};

static int stuck_then(struct portal *p, struct slow *s, enum then then)
{
	struct dsa_completion_record *record = (void *)s->base;
	uint64_t start = clock_ns();

	switch (then) {
	case THEN_CLOSE:
		portal_close(p);
		if (clock_ns() - start > END_NS)
			return 10;
		if (slow_answer(s))
			return 11;
		usleep(GRACE_US);
		return record->status ? 12 : 0;
	case THEN_ANSWER:
		if (slow_answer(s))
			return 13;
		if (!record_wait(record, RECORD_MS))
			return 14;
		return record->status == DSA_COMP_SUCCESS ? 0 : 15;
	case THEN_EXIT:
		return 0;
	default:
		pause();
		return 16;
	}
}

/* A child with a record whose page does not come. */
static pid_t stuck_start(const struct wq *wq, enum slow_kind kind, struct fuse *fuse,
			 enum then then, int ready, int go)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	struct slow slow;
	char byte;
	pid_t pid;

	pid = fork();
	if (pid)
		return pid;

	end_with_parent();
	if (portal_open(&portal, wq, SUBMIT_PORTAL))
		_exit(2);
	if (slow_get(&slow, kind, 1, NULL, fuse))
		_exit(3);
	desc_noop(&desc, slow.base);
	if (portal_submit(&portal, &desc))
		_exit(4);
	if (write(ready, "", 1) != 1)
		_exit(5);
	if (read(go, &byte, 1) != 1)
		_exit(6);
	_exit(stuck_then(&portal, &slow, then));
}

struct crowd {
	pid_t pid[MANY];
	unsigned int count;
	int ready[2];
	int go[2];
};

static void crowd_start(struct __test_metadata *_metadata, struct crowd *c,
			const struct wq *wq, enum slow_kind kind, struct fuse *fuse,
			enum then then, unsigned int count)
{
	long entries = evl_counter(wq, EVL_ENTRIES);
	char byte;

	ASSERT_EQ(0, pipe(c->ready));
	ASSERT_EQ(0, pipe(c->go));
	for (c->count = 0; c->count < count; c->count++) {
		c->pid[c->count] = stuck_start(wq, kind, fuse, then, c->ready[1], c->go[0]);
		ASSERT_LT(0, c->pid[c->count]);
		ASSERT_EQ(1, read(c->ready[0], &byte, 1));
	}
	ASSERT_LE(entries + count, evl_counter_wait(wq, EVL_ENTRIES, entries + count));
}

static void crowd_kill(struct __test_metadata *_metadata, struct crowd *c)
{
	uint64_t start, longest = 0;
	unsigned int i;
	int status;

	for (i = 0; i < c->count; i++) {
		start = clock_ns();
		kill(c->pid[i], SIGKILL);
		ASSERT_EQ(c->pid[i], waitpid(c->pid[i], &status, 0));
		ASSERT_EQ(SIGKILL, status);
		if (clock_ns() - start > longest)
			longest = clock_ns() - start;
		EXPECT_GT(END_NS, clock_ns() - start) {
			TH_LOG("the end of process %u of %u took %llu ms", i, c->count,
			       (unsigned long long)((clock_ns() - start) / NSEC_PER_MSEC));
		}
	}
	TH_LOG("longest end of %u processes: %llu ms", c->count,
	       (unsigned long long)(longest / NSEC_PER_MSEC));
	close(c->ready[0]);
	close(c->ready[1]);
	close(c->go[0]);
	close(c->go[1]);
}

/* What a process that does nothing wrong sees. */
static void measure(struct __test_metadata *_metadata, const struct wq *wq,
		    const char *beside, struct stats *stats)
{
	unsigned int samples = repeat(SAMPLES);
	static uint64_t ns[SAMPLES];
	struct portal portal;
	struct run run;

	ASSERT_EQ(0, portal_open(&portal, wq, SUBMIT_PORTAL));
	EXPECT_EQ(0, run_kind(&run, &portal, wq, REGION_ANON, samples, 1, ns)) {
		TH_LOG("%u wrong: %s", run.wrong, run.why);
	}
	ASSERT_EQ(samples, run.written);
	portal_close(&portal);
	stats_of(stats, ns, samples);
	TH_LOG("%-28s median %6llu us, p99 %6llu us, max %6llu us", beside,
	       (unsigned long long)(stats->median / NSEC_PER_USEC),
	       (unsigned long long)(stats->p99 / NSEC_PER_USEC),
	       (unsigned long long)(stats->max / NSEC_PER_USEC));
}

/* The machine is shared with others: only what waits for a page is this far off. */
static void expect_like(struct __test_metadata *_metadata, const struct stats *alone,
			const struct stats *beside)
{
	EXPECT_GT(4 * alone->median + 100 * NSEC_PER_MSEC, beside->median);
	EXPECT_GT(4 * alone->p99 + 5 * NSEC_PER_SEC, beside->p99);
	EXPECT_GT(END_NS, beside->max);
}

/* Open and close, disable and enable: all go on meanwhile. */
static void expect_others_go_on(struct __test_metadata *_metadata, const struct wq *wq,
				const struct wq *other)
{
	uint64_t start = clock_ns();
	struct portal portal;
	struct run run;

	ASSERT_EQ(0, portal_open(&portal, wq, SUBMIT_PORTAL));
	EXPECT_EQ(0, run_kind(&run, &portal, wq, REGION_ANON, BURST_PAGES, BURST_PAGES, NULL));
	portal_close(&portal);
	EXPECT_GT(END_NS, clock_ns() - start);

	start = clock_ns();
	EXPECT_EQ(0, control_disable_wq(other));
	EXPECT_GT(END_NS, clock_ns() - start);
	EXPECT_EQ(0, control_configure_wq(other));
	start = clock_ns();
	EXPECT_EQ(0, control_enable_wq(other));
	EXPECT_GT(END_NS, clock_ns() - start);
}

static void run_beside(struct __test_metadata *_metadata, const struct wq *wq,
		       const struct wq *other, enum slow_kind kind, struct fuse *fuse)
{
	const char *name = kind == SLOW_FUSE ? "FUSE server" : "userfaultfd";
	const unsigned int counts[] = { 1, repeat(MANY) };
	struct stats alone, beside;
	static struct crowd crowd;
	char text[64];
	unsigned int i;

	measure(_metadata, wq, "alone", &alone);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		long failures = evl_counter(wq, EVL_FAILURES);

		crowd_start(_metadata, &crowd, wq, kind, fuse, THEN_WAIT, counts[i]);
		snprintf(text, sizeof(text), "beside %u on a %s", counts[i], name);
		measure(_metadata, wq, text, &beside);
		expect_like(_metadata, &alone, &beside);
		expect_others_go_on(_metadata, wq, other);
		/* They were stuck all the time: a record that was given up is none. */
		EXPECT_EQ(failures, evl_counter(wq, EVL_FAILURES));
		crowd_kill(_metadata, &crowd);
		/* Then they fail; those of a server that is asleep, when it wakes up. */
		failures += counts[i];
		if (kind != SLOW_FUSE)
			EXPECT_EQ(failures, evl_counter_wait(wq, EVL_FAILURES, failures));
	}
	/* What a server has taken stays until it answers, and no longer. */
	if (kind == SLOW_FUSE)
		fuse_answer(fuse);
	EXPECT_EQ(0, control_clients_wait(wq, 0));
	measure(_metadata, wq, "alone again", &beside);
	expect_like(_metadata, &alone, &beside);
	EXPECT_EQ(0, control_setup(""));
}

TEST_F(isolation, beside_userfaultfd)
{
	run_beside(_metadata, &self->wq, &self->other, SLOW_UFFD, NULL);
}

TEST_F(isolation, beside_fuse)
{
	if (!self->has_fuse)
		SKIP(return, "no FUSE in this kernel");
	run_beside(_metadata, &self->wq, &self->other, SLOW_FUSE, &self->fuse);
}

/* The work queue is disabled under many: it does not wait for one after the other. */
TEST_F(isolation, disable_beside_many)
{
	static struct crowd crowd;
	uint64_t start;

	crowd_start(_metadata, &crowd, &self->wq, SLOW_UFFD, NULL, THEN_WAIT, repeat(MANY));
	start = clock_ns();
	EXPECT_EQ(0, control_disable_wq(&self->wq));
	TH_LOG("disabled under %u stuck processes: %llu ms", crowd.count,
	       (unsigned long long)((clock_ns() - start) / NSEC_PER_MSEC));
	EXPECT_GT(DISABLE_NS, clock_ns() - start);
	crowd_kill(_metadata, &crowd);
	EXPECT_EQ(0, control_setup(""));
}

static void run_then(struct __test_metadata *_metadata, const struct wq *wq,
		     enum slow_kind kind, struct fuse *fuse, enum then then, unsigned int delay_s)
{
	static struct crowd crowd;
	uint64_t start;
	int status;

	crowd_start(_metadata, &crowd, wq, kind, fuse, then, 1);
	sleep(delay_s);
	start = clock_ns();
	ASSERT_EQ(1, write(crowd.go[1], "", 1));
	ASSERT_EQ(crowd.pid[0], waitpid(crowd.pid[0], &status, 0));
	EXPECT_EQ(0, status) {
		TH_LOG("the stuck process ended with %d", WEXITSTATUS(status));
	}
	if (then == THEN_EXIT)
		EXPECT_GT(END_NS, clock_ns() - start);
}

/* Late is not lost. */
TEST_F(isolation, late_userfaultfd)
{
	long failures = evl_counter(&self->wq, EVL_FAILURES);

	run_then(_metadata, &self->wq, SLOW_UFFD, NULL, THEN_ANSWER, 8);
	EXPECT_EQ(failures, evl_counter(&self->wq, EVL_FAILURES));
}

TEST_F(isolation, late_fuse)
{
	long failures = evl_counter(&self->wq, EVL_FAILURES);

	if (!self->has_fuse)
		SKIP(return, "no FUSE in this kernel");
	run_then(_metadata, &self->wq, SLOW_FUSE, &self->fuse, THEN_ANSWER, 8);
	EXPECT_EQ(failures, evl_counter(&self->wq, EVL_FAILURES));
}

TEST_F(isolation, close_userfaultfd)
{
	run_then(_metadata, &self->wq, SLOW_UFFD, NULL, THEN_CLOSE, 1);
}

TEST_F(isolation, close_fuse)
{
	if (!self->has_fuse)
		SKIP(return, "no FUSE in this kernel");
	run_then(_metadata, &self->wq, SLOW_FUSE, &self->fuse, THEN_CLOSE, 1);
}

TEST_F(isolation, exit_userfaultfd)
{
	run_then(_metadata, &self->wq, SLOW_UFFD, NULL, THEN_EXIT, 1);
}

TEST_F(isolation, exit_fuse)
{
	if (!self->has_fuse)
		SKIP(return, "no FUSE in this kernel");
	run_then(_metadata, &self->wq, SLOW_FUSE, &self->fuse, THEN_EXIT, 1);
}

/* The driver's fault is not one of user mode. */
TEST_F(isolation, user_mode_only)
{
	long failures = evl_counter(&self->wq, EVL_FAILURES);
	struct dsa_hw_desc desc;
	struct portal portal;
	struct slow slow;
	int rc;

	rc = slow_get(&slow, SLOW_UFFD_USER_ONLY, 1, NULL, NULL);
	if (rc == -ENODEV)
		SKIP(return, "no userfaultfd in this kernel");
	ASSERT_EQ(0, rc);
	ASSERT_EQ(0, portal_open(&portal, &self->wq, SUBMIT_PORTAL));
	desc_noop(&desc, slow.base);
	ASSERT_EQ(0, portal_submit(&portal, &desc));
	EXPECT_EQ(failures + 1, evl_counter_wait(&self->wq, EVL_FAILURES, failures + 1));
	EXPECT_FALSE(page_present(slow.base));
	portal_close(&portal);
	slow_put(&slow);
}

/* The child's page is seen here, too: nothing may come to it after the kill. */
TEST_F(isolation, nothing_after_kill)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	struct slow slow = {};
	unsigned int round;
	int fd[2], status;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(fd));
	for (round = 0; round < 10; round++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			if (slow_watch(&slow, self->shared, 1) ||
			    portal_open(&portal, &self->wq, SUBMIT_PORTAL))
				_exit(2);
			desc_noop(&desc, self->shared);
			if (portal_submit(&portal, &desc) || write(fd[1], "", 1) != 1)
				_exit(3);
			pause();
		}
		ASSERT_EQ(1, read(fd[0], &byte, 1));
		usleep(round * 10000);
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_EQ(SIGKILL, status);
		usleep(GRACE_US);
		EXPECT_EQ(0, READ_ONCE(*self->shared));
		ASSERT_EQ(0, madvise(self->shared, 4096, MADV_REMOVE));
	}
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
