// SPDX-License-Identifier: GPL-2.0-only
/*
 * ENQCMD takes the PASID from the CPU, and the kernel switches it with the
 * process. Processes alternate on one CPU, each with memory of its own at the
 * same addresses: what one submits must happen in its own memory only.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/insn.h"
#include "lib/poll.h"
#include "lib/portal.h"

#define PROCESSES	3
#define ROUNDS		200

/* The same in every process. */
#define PLACE		((char *)0x110000000000)
#define RECORD		((struct dsa_completion_record *)PLACE)
#define SRC		(PLACE + 4096)
#define DST		(PLACE + 2 * 4096)
#define PLACE_BYTES	(3 * 4096)

/* How a process ends. */
enum outcome {
	ALL_RIGHT,
	NO_MEMORY,
	NO_PORTAL,
	NOT_SUBMITTED,
	NO_RECORD,
	WRONG_STATUS,
	WRONG_DATA,
};

static const char *const outcomes[] = {
	[ALL_RIGHT] = "all right",
	[NO_MEMORY] = "no memory at the place",
	[NO_PORTAL] = "the queue cannot be opened",
	[NOT_SUBMITTED] = "the queue stays full",
	[NO_RECORD] = "the record came to somebody else",
	[WRONG_STATUS] = "the record tells of a failure",
	[WRONG_DATA] = "the data went to somebody else",
};

FIXTURE(pasid_switch) {
	struct wq wq;
	atomic_uint *turn;
	cpu_set_t cpus;
};

FIXTURE_SETUP(pasid_switch)
{
	cpu_set_t one;

	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));

	self->turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->turn);
	/* The children inherit it: all share one CPU. */
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(self->cpus), &self->cpus));
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));
}

FIXTURE_TEARDOWN(pasid_switch)
{
	sched_setaffinity(0, sizeof(self->cpus), &self->cpus);
	munmap(self->turn, 4096);
}

static void wait_turn(atomic_uint *turn, unsigned int me)
{
	while (atomic_load(turn) != me)
		sched_yield();
}

/*
 * Submit when it is one's turn, give the turn to the next, and only then look
 * for the record: the others have submitted in between.
 */
static enum outcome alternate(const struct wq *wq, atomic_uint *turn,
			      unsigned int me, unsigned int processes,
			      bool record_fault)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	unsigned int round, i;
	char *place;
	enum outcome rc = ALL_RIGHT;

	place = mmap(PLACE, PLACE_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (place != PLACE)
		return NO_MEMORY;
	if (portal_open(&portal, wq, SUBMIT_PORTAL))
		return NO_PORTAL;

	for (round = 0; round < ROUNDS; round++) {
		char mark = 1 + me * 64 + round % 64;

		memset(SRC, mark, 4096);
		memset(DST, 0, 4096);
		memset((void *)RECORD, 0, RECORD_SIZE);
		if (record_fault)
			madvise(PLACE, 4096, MADV_DONTNEED);
		desc_memmove(&desc, RECORD, DST, SRC, 4096);

		wait_turn(turn, me);
		if (portal_submit(&portal, &desc))
			rc = NOT_SUBMITTED;
		atomic_store(turn, (me + 1) % processes);

		if (!rc && !record_wait(RECORD, RECORD_MS / 4))
			rc = NO_RECORD;
		if (!rc && RECORD->status != DSA_COMP_SUCCESS)
			rc = WRONG_STATUS;
		for (i = 0; !rc && i < 4096; i++)
			if (DST[i] != mark)
				rc = WRONG_DATA;
		if (rc)
			break;
	}

	/* Let the others come to their own end. */
	for (round++; rc && round < ROUNDS; round++) {
		wait_turn(turn, me);
		atomic_store(turn, (me + 1) % processes);
	}
	portal_close(&portal);

	return rc;
}

static void run_processes(struct __test_metadata *_metadata,
			  const struct wq *wq, atomic_uint *turn, bool record_fault)
{
	pid_t pid[PROCESSES];
	unsigned int i;
	int status;

	for (i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i])
			_exit(alternate(wq, turn, i, PROCESSES,
					record_fault));
	}
	for (i = 0; i < PROCESSES; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status) {
			TH_LOG("process %u: %s", i, WIFEXITED(status) ?
			       outcomes[WEXITSTATUS(status)] : "killed");
		}
	}
}

TEST_F(pasid_switch, page_present)
{
	run_processes(_metadata, &self->wq, self->turn, false);
}

TEST_F(pasid_switch, record_fault)
{
	run_processes(_metadata, &self->wq, self->turn, true);
}

/* Two threads of a process share its PASID, whichever used ENQCMD first. */
static void *thread_submit(void *arg)
{
	struct portal *portal = arg;
	struct dsa_completion_record record __aligned(32) = {};
	struct dsa_hw_desc desc;

	desc_noop(&desc, &record);
	if (portal_submit(portal, &desc) || !record_wait(&record, RECORD_MS))
		return NULL;

	return record.status == DSA_COMP_SUCCESS ? portal : NULL;
}

TEST_F(pasid_switch, threads)
{
	struct portal portal;
	pthread_t thread[4];
	unsigned int i;
	void *ok;

	ASSERT_EQ(0, portal_open(&portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_NE(NULL, thread_submit(&portal));
	for (i = 0; i < ARRAY_SIZE(thread); i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, thread_submit, &portal));
	for (i = 0; i < ARRAY_SIZE(thread); i++) {
		ASSERT_EQ(0, pthread_join(thread[i], &ok));
		EXPECT_NE(NULL, ok);
	}
	portal_close(&portal);
}

/* A forked child has no PASID, though its parent's was in the CPU. */
TEST_F(pasid_switch, forked_child_has_none)
{
	struct line line = {};
	struct portal portal;
	int status;
	pid_t pid;

	ASSERT_EQ(0, portal_open(&portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_NE(NULL, thread_submit(&portal));

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		struct line target = {};

		signal(SIGSEGV, SIG_DFL);
		enqcmd(&target, &line);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGSEGV, WTERMSIG(status));

	/* The parent still has its own. */
	EXPECT_NE(NULL, thread_submit(&portal));
	portal_close(&portal);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
