// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status byte of a record becomes visible last. The record's memory is
 * mapped twice: the device and the driver miss one mapping's page, while a
 * thread polls the other one, on another CPU, as tightly as it can. When it
 * sees the status it must see the rest.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/insn.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/work.h"

#define ROUNDS	400
#define STALE	0xa5

FIXTURE(cr_visible) {
	struct wq wq;
	struct portal portal;
	char *missing;		/* the mapping that has no page */
	char *polled;		/* the same memory, always present */
	int fd;
};

/*
 * If the driver's worker shares the CPU of the thread that polls, the thread
 * never sees it half way: one of the two is the right one.
 */
FIXTURE_VARIANT(cr_visible) {
	unsigned int poll_cpu;
};

FIXTURE_VARIANT_ADD(cr_visible, polled_by_cpu0) {
	.poll_cpu = 0,
};

FIXTURE_VARIANT_ADD(cr_visible, polled_by_cpu1) {
	.poll_cpu = 1,
};

FIXTURE_SETUP(cr_visible)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));

	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
	self->fd = memfd_create("record", MFD_CLOEXEC);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ftruncate(self->fd, 4096));
	self->missing = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			     self->fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->missing);
	self->polled = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, self->fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->polled);
}

FIXTURE_TEARDOWN(cr_visible)
{
	portal_close(&self->portal);
	close(self->fd);
}

struct poller {
	const struct dsa_completion_record *record;
	struct dsa_completion_record seen;
	atomic_uint go;		/* round that may be polled for */
	atomic_uint done;	/* round that has been seen */
	atomic_bool stop;
	unsigned int cpu;
};

static void pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void *poll_main(void *arg)
{
	struct poller *poller = arg;
	unsigned int round = 0;

	pin(poller->cpu);
	while (!atomic_load(&poller->stop)) {
		if (atomic_load(&poller->go) == round)
			continue;
		/* Not a single instruction more than is needed in between. */
		while (!poller->record->status && !atomic_load(&poller->stop))
			;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		memcpy(&poller->seen, (const void *)poller->record, RECORD_SIZE);
		atomic_store(&poller->done, ++round);
	}

	return NULL;
}

TEST_F(cr_visible, status_is_last)
{
	struct dsa_completion_record *record, *stale;
	long written = evl_counter(&self->wq, EVL_WRITTEN);
	struct poller poller = { .cpu = variant->poll_cpu };
	unsigned int round, early = 0;
	pthread_t thread;
	struct work *work;
	uint64_t waited;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "takes two CPUs");

	work = work_alloc(1);
	ASSERT_NE(NULL, work);
	record = (void *)(self->missing + 2048);
	stale = (void *)(self->polled + 2048);
	poller.record = stale;
	pin(!variant->poll_cpu);
	ASSERT_EQ(0, pthread_create(&thread, NULL, poll_main, &poller));

	for (round = 1; round <= ROUNDS; round++) {
		memset(stale, STALE, RECORD_SIZE);
		stale->status = 0;
		ASSERT_EQ(0, madvise(self->missing, 4096, MADV_DONTNEED));
		work_prepare_compare(work, round, record);
		atomic_store(&poller.go, round);
		ASSERT_EQ(0, portal_submit(&self->portal, &work->desc));

		for (waited = 0; atomic_load(&poller.done) != round; waited++) {
			if (waited > 100 * RECORD_MS)
				break;
			usleep(10);
		}
		if (atomic_load(&poller.done) != round)
			break;
		if (memcmp(&poller.seen, &work->want, RECORD_SIZE))
			early++;
	}
	atomic_store(&poller.stop, true);
	pthread_join(thread, NULL);

	EXPECT_EQ(ROUNDS + 1, round) {
		TH_LOG("the record of round %u never came", round);
	}
	EXPECT_EQ(0, early) {
		TH_LOG("status seen before the rest in %u of %u rounds", early, round - 1);
	}
	/* All of them were the driver's writes, not the device's. */
	EXPECT_EQ(written + ROUNDS, evl_counter_wait(&self->wq, EVL_WRITTEN,
						     written + ROUNDS));
	work_free(work, 1);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
