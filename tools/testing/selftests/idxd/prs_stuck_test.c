// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page requests whose pages do not come: the engine that asked waits, but no
 * other process does, whether it opens or closes a queue, and neither does the
 * end of the process itself.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/poll.h"
#include "lib/run.h"
#include "lib/slow.h"
#include "lib/trace.h"

#define PAGES		8
#define ROUNDS		5
/* What the kernel lets a user leave behind */
#define LEFT_MAX	16
#define SOME_USER	1000
#define PRQ_EVENT	"intel_iommu/prq_report"

/* What others do must not take longer than this. */
#define OTHERS_NS	(2 * NSEC_PER_SEC)
/* A close gives the pages a second, and the records of the log two. */
#define END_NS		(5 * NSEC_PER_SEC)
#define GRACE_US	300000

/* How a stuck process goes on when it is told to. */
enum then {
	THEN_ANSWER,		/* the page comes, the record must follow */
	THEN_CLOSE,
	THEN_UNMAP,		/* waits for its own mmap_lock: until it is killed */
	THEN_EXIT,
};

struct stuck {
	pid_t pid;
	int go[2];
};

FIXTURE(prs_stuck) {
	struct wq wq;		/* with page requests */
	struct wq other;	/* without, on another engine */
	struct fuse fuse;
	struct trace trace;
	struct stuck stuck;
};

FIXTURE_SETUP(prs_stuck)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_ON));
	ASSERT_TRUE(wq_find(&self->other, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_EQ(0, trace_open(&self->trace));
	ASSERT_EQ(0, trace_event(&self->trace, PRQ_EVENT, true));
	trace_count(&self->trace, "");
	if (fuse_start(&self->fuse, 1))
		SKIP_SETUP("no FUSE in this kernel");
}

/* Everything is as before once the pages have come. */
FIXTURE_TEARDOWN(prs_stuck)
{
	fuse_answer(&self->fuse);
	if (self->stuck.pid)
		kill(self->stuck.pid, SIGKILL);
	EXPECT_EQ(0, control_clients_wait(&self->wq, 0));
	fuse_stop(&self->fuse);
	trace_event(&self->trace, PRQ_EVENT, false);
	trace_close(&self->trace);
}

static int stuck_then(struct portal *p, struct slow *s, enum then then)
{
	struct dsa_completion_record *record = (void *)s->base;

	switch (then) {
	case THEN_ANSWER:
		if (slow_answer(s))
			return 10;
		if (!record_wait(record, RECORD_MS))
			return 11;
		return record->status == DSA_COMP_SUCCESS ? 0 : 12;
	case THEN_CLOSE:
		portal_close(p);
		if (slow_answer(s))
			return 13;
		usleep(GRACE_US);
		/* The device has been told that there is no page. */
		return record->status ? 14 : 0;
	case THEN_UNMAP:
		munmap(p->page, 4096);
		return 15;
	default:
		return 0;
	}
}

static void stuck_main(const struct wq *wq, struct fuse *fuse, enum then then, int go)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	struct slow slow;
	char byte;

	end_with_parent();
	/* The file of a mapped portal does not end with a close. */
	if (portal_open(&portal, wq, then == THEN_CLOSE ? SUBMIT_WRITE : SUBMIT_PORTAL))
		_exit(2);
	if (slow_get(&slow, SLOW_FUSE, 1, NULL, fuse))
		_exit(3);
	desc_noop(&desc, slow.base);
	if (portal_submit(&portal, &desc))
		_exit(4);
	if (read(go, &byte, 1) != 1)
		_exit(5);
	_exit(stuck_then(&portal, &slow, then));
}

/* Returns when the page has been asked for. */
static void stuck_start(struct __test_metadata *_metadata, struct stuck *s, const struct wq *wq,
			struct fuse *fuse, struct trace *trace, enum then then)
{
	uint64_t end = clock_ns() + 10 * NSEC_PER_SEC;
	unsigned int requests = 0;

	ASSERT_EQ(0, pipe(s->go));
	s->pid = fork();
	ASSERT_LE(0, s->pid);
	if (!s->pid)
		stuck_main(wq, fuse, then, s->go[0]);
	while (!requests || !fuse_waiting(fuse)) {
		ASSERT_GT(end, clock_ns());
		usleep(10000);
		requests += trace_count(trace, "prq_report");
	}
	/* Let the other requests of its start come by. */
	usleep(GRACE_US);
	trace_count(trace, "");
}

static void stuck_go(struct __test_metadata *_metadata, struct stuck *s)
{
	ASSERT_EQ(1, write(s->go[1], "", 1));
}

static void stuck_end(struct __test_metadata *_metadata, struct stuck *s, int want)
{
	uint64_t start = clock_ns();
	int status;

	if (want == SIGKILL)
		kill(s->pid, SIGKILL);
	else
		stuck_go(_metadata, s);
	ASSERT_EQ(s->pid, waitpid(s->pid, &status, 0));
	EXPECT_EQ(want, status) {
		TH_LOG("the stuck process ended with %d", WEXITSTATUS(status));
	}
	EXPECT_GT(END_NS, clock_ns() - start);
	TH_LOG("its end took %llu ms",
	       (unsigned long long)((clock_ns() - start) / NSEC_PER_MSEC));
	close(s->go[0]);
	close(s->go[1]);
	s->pid = 0;
}

/* Opens and closes in a process of its own, which can be left behind. */
static void expect_open_close(struct __test_metadata *_metadata, const struct wq *wq)
{
	uint64_t start = clock_ns();
	struct portal portal;
	pid_t pid, got = 0;
	int status = 0;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		end_with_parent();
		if (portal_open(&portal, wq, SUBMIT_PORTAL))
			_exit(2);
		portal_close(&portal);
		_exit(0);
	}
	while (!got && clock_ns() - start < OTHERS_NS) {
		usleep(1000);
		got = waitpid(pid, &status, WNOHANG);
	}
	EXPECT_EQ(pid, got) {
		TH_LOG("%s: another process is held up", wq->name);
		kill(pid, SIGKILL);
	}
	EXPECT_EQ(0, status);
}

static void expect_others_go_on(struct __test_metadata *_metadata, const struct wq *wq,
				const struct wq *other)
{
	struct portal portal;
	unsigned int i;
	struct run run;

	for (i = 0; i < ROUNDS; i++) {
		expect_open_close(_metadata, wq);
		expect_open_close(_metadata, other);
	}
	/* The other engine works. */
	ASSERT_EQ(0, portal_open(&portal, other, SUBMIT_PORTAL));
	EXPECT_EQ(0, run_kind(&run, &portal, other, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%u wrong: %s", run.wrong, run.why);
	}
	portal_close(&portal);
}

/* The engine that waited serves the next process. */
static void expect_engine_free(struct __test_metadata *_metadata, const struct wq *wq)
{
	struct portal portal;
	struct run run;

	ASSERT_EQ(0, portal_open(&portal, wq, SUBMIT_PORTAL));
	EXPECT_EQ(0, run_kind(&run, &portal, wq, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%u wrong: %s", run.wrong, run.why);
	}
	portal_close(&portal);
}

TEST_F(prs_stuck, late_page)
{
	stuck_start(_metadata, &self->stuck, &self->wq, &self->fuse, &self->trace, THEN_ANSWER);
	expect_others_go_on(_metadata, &self->wq, &self->other);
	stuck_end(_metadata, &self->stuck, 0);
	expect_engine_free(_metadata, &self->wq);
}

TEST_F(prs_stuck, closes)
{
	stuck_start(_metadata, &self->stuck, &self->wq, &self->fuse, &self->trace, THEN_CLOSE);
	stuck_end(_metadata, &self->stuck, 0);
	expect_others_go_on(_metadata, &self->wq, &self->other);
	expect_engine_free(_metadata, &self->wq);
}

TEST_F(prs_stuck, exits)
{
	stuck_start(_metadata, &self->stuck, &self->wq, &self->fuse, &self->trace, THEN_EXIT);
	stuck_end(_metadata, &self->stuck, 0);
	expect_others_go_on(_metadata, &self->wq, &self->other);
	expect_engine_free(_metadata, &self->wq);
}

TEST_F(prs_stuck, is_killed)
{
	stuck_start(_metadata, &self->stuck, &self->wq, &self->fuse, &self->trace, THEN_ANSWER);
	stuck_end(_metadata, &self->stuck, SIGKILL);
	expect_others_go_on(_metadata, &self->wq, &self->other);
	expect_engine_free(_metadata, &self->wq);
}

TEST_F(prs_stuck, is_killed_in_munmap)
{
	stuck_start(_metadata, &self->stuck, &self->wq, &self->fuse, &self->trace, THEN_UNMAP);
	stuck_go(_metadata, &self->stuck);
	usleep(GRACE_US);
	expect_others_go_on(_metadata, &self->wq, &self->other);
	stuck_end(_metadata, &self->stuck, SIGKILL);
	expect_engine_free(_metadata, &self->wq);
}

/* Copies from a page that is missing, as a user: the status of the record */
static int copy_as(const struct wq *wq, uid_t uid)
{
	static struct dsa_completion_record record __aligned(32);
	static char dst[4096];
	struct dsa_hw_desc desc;
	struct portal portal;
	int status;
	pid_t pid;
	char *src;

	pid = fork();
	if (!pid) {
		end_with_parent();
		src = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memset(dst, 1, sizeof(dst));
		/* Dumpable, it may look at its own page table. */
		if (src == MAP_FAILED || setuid(uid) || prctl(PR_SET_DUMPABLE, 1) ||
		    portal_open(&portal, wq, SUBMIT_WRITE))
			_exit(0xff);
		desc_memmove(&desc, &record, dst, src, 4096);
		desc.flags |= IDXD_OP_FLAG_BOF;
		if (portal_submit(&portal, &desc) || !record_wait(&record, RECORD_MS))
			_exit(0xfe);
		_exit(record.status);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;

	return WEXITSTATUS(status);
}

/* A user cannot use up what all page requests need. */
TEST_F(prs_stuck, many_are_killed)
{
	uint64_t end;
	unsigned int i;

	ASSERT_EQ(0, chmod(self->wq.node, 0666));
	for (i = 0; i < LEFT_MAX; i++) {
		EXPECT_EQ(DSA_COMP_SUCCESS, copy_as(&self->wq, 0));
		stuck_start(_metadata, &self->stuck, &self->wq, &self->fuse, &self->trace,
			    THEN_ANSWER);
		stuck_end(_metadata, &self->stuck, SIGKILL);
	}
	EXPECT_EQ(DSA_COMP_PAGE_FAULT_IR, copy_as(&self->wq, 0));
	EXPECT_EQ(DSA_COMP_SUCCESS, copy_as(&self->wq, SOME_USER));
	expect_others_go_on(_metadata, &self->wq, &self->other);

	fuse_answer(&self->fuse);
	end = clock_ns() + END_NS;
	while (copy_as(&self->wq, 0) != DSA_COMP_SUCCESS)
		ASSERT_GT(end, clock_ns());
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
