// SPDX-License-Identifier: GPL-2.0-only
/*
 * What write() to a work queue returns: how much of the buffer the queue has
 * accepted. Each descriptor that is reported as accepted gets its record, and
 * no other does.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/poll.h"
#include "lib/portal.h"

#define PAGE		4096UL

/* Several times what a queue holds. */
#define MANY		256
#define WRITERS		4

#define DESC_SIZE	sizeof(struct dsa_hw_desc)

/* Descriptors and their records, in memory that is there. */
struct job {
	struct dsa_hw_desc *descs;
	struct dsa_completion_record *records;
};

FIXTURE(writes) {
	struct wq wq;
	struct portal portal;
	struct job job;
};

FIXTURE_VARIANT(writes) {
	unsigned int mode;
};

FIXTURE_VARIANT_ADD(writes, dedicated) {
	.mode = WQ_DEDICATED,
};

FIXTURE_VARIANT_ADD(writes, shared) {
	.mode = WQ_SHARED,
};

/* The page after the descriptors is missing. */
static int job_get(struct job *job)
{
	char *base;

	static_assert(MANY * DESC_SIZE % PAGE == 0, "descriptors end with a page");

	base = mmap(NULL, MANY * DESC_SIZE + PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED || munmap(base + MANY * DESC_SIZE, PAGE))
		return -errno;
	job->descs = (void *)base;

	job->records = mmap(NULL, MANY * RECORD_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return job->records == MAP_FAILED ? -errno : 0;
}

static void job_renew(struct job *job)
{
	unsigned int i;

	memset(job->records, 0, MANY * RECORD_SIZE);
	for (i = 0; i < MANY; i++)
		desc_noop(&job->descs[i], &job->records[i]);
}

static void job_put(struct job *job)
{
	munmap(job->descs, MANY * DESC_SIZE);
	munmap(job->records, MANY * RECORD_SIZE);
}

FIXTURE_SETUP(writes)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->mode | WQ_PRS_OFF));
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_WRITE));
	ASSERT_EQ(0, job_get(&self->job));
	job_renew(&self->job);
}

FIXTURE_TEARDOWN(writes)
{
	portal_close(&self->portal);
	job_put(&self->job);
}

static ssize_t write_descs(const struct portal *p, const void *from, size_t len)
{
	ssize_t n = write(p->fd, from, len);

	return n < 0 ? -errno : n;
}

/* As many as the queue takes at once. */
static ssize_t write_all(const struct portal *p, const void *from, size_t len)
{
	uint64_t end = clock_ns() + 10 * NSEC_PER_SEC;
	ssize_t n;

	do {
		n = write_descs(p, from, len);
	} while (n == -EAGAIN && clock_ns() < end);

	return n;
}

static bool records_come(const struct job *job, unsigned int first, unsigned int end)
{
	unsigned int i;

	for (i = first; i < end; i++)
		if (!record_wait(&job->records[i], RECORD_MS))
			return false;

	return true;
}

/* The first @count have their records; with one more descriptor all is done. */
static void expect_accepted(struct __test_metadata *_metadata, struct portal *p,
			    const struct job *job, unsigned int count)
{
	struct dsa_completion_record last __aligned(RECORD_SIZE) = {};
	struct dsa_hw_desc drain;
	unsigned int i;

	EXPECT_TRUE(records_come(job, 0, count));
	desc_drain(&drain, &last);
	ASSERT_EQ(DESC_SIZE, write_all(p, &drain, DESC_SIZE));
	ASSERT_TRUE(record_wait(&last, RECORD_MS));
	for (i = count; i < MANY; i++)
		EXPECT_EQ(0, job->records[i].status);
}

/* Only whole descriptors count. */
TEST_F(writes, length)
{
	static const struct {
		size_t len;
		ssize_t want;
	} cases[] = {
		{ 0, 0 },
		{ 1, -EINVAL },
		{ DESC_SIZE - 1, -EINVAL },
		{ DESC_SIZE, DESC_SIZE },
		{ DESC_SIZE + 1, DESC_SIZE },
		{ 100, DESC_SIZE },
		{ 2 * DESC_SIZE - 1, DESC_SIZE },
		{ 2 * DESC_SIZE, 2 * DESC_SIZE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ssize_t want = cases[i].want;

		job_renew(&self->job);
		EXPECT_EQ(want, write_descs(&self->portal, self->job.descs, cases[i].len)) {
			TH_LOG("length %zu", cases[i].len);
		}
		expect_accepted(_metadata, &self->portal, &self->job,
				want > 0 ? want / DESC_SIZE : 0);
	}
}

/* What comes before the fault counts. */
TEST_F(writes, fault_half_way)
{
	struct dsa_hw_desc *from = self->job.descs + MANY - 4;
	unsigned int i;

	for (i = 0; i < 4; i++)
		desc_noop(&from[i], &self->job.records[i]);
	EXPECT_EQ(4 * DESC_SIZE, write_descs(&self->portal, from, 6 * DESC_SIZE));
	expect_accepted(_metadata, &self->portal, &self->job, 4);
	EXPECT_EQ(-EFAULT, write_descs(&self->portal, from + 4, DESC_SIZE));
	/* A descriptor is read as a whole. */
	EXPECT_EQ(-EFAULT, write_descs(&self->portal, (char *)(from + 4) - 32, DESC_SIZE));
}

TEST_F(writes, refused_half_way)
{
	self->job.descs[2].completion_addr += 8;
	EXPECT_EQ(2 * DESC_SIZE,
		  write_descs(&self->portal, self->job.descs, 4 * DESC_SIZE));
	expect_accepted(_metadata, &self->portal, &self->job, 2);
	EXPECT_EQ(-EINVAL, write_descs(&self->portal, &self->job.descs[2], DESC_SIZE));
}

/* More at once than the queue holds, again and again: none is lost. */
TEST_F(writes, more_than_fits)
{
	unsigned int round, done;
	ssize_t n;

	for (round = 0; round < 20; round++) {
		job_renew(&self->job);
		for (done = 0; done < MANY; done += n / DESC_SIZE) {
			n = write_all(&self->portal, &self->job.descs[done],
				      (MANY - done) * DESC_SIZE);
			ASSERT_LT(0, n);
			ASSERT_EQ(0, n % DESC_SIZE);
		}
		ASSERT_TRUE(records_come(&self->job, 0, MANY));
	}
}

/* While the engines stand still the queue fills up, and says so. */
TEST_F(writes, full)
{
	unsigned int holds = self->wq.dedicated ? self->wq.size : self->wq.threshold;
	struct qmp qmp;
	ssize_t n, more;

	if (qmp_open(&qmp, &self->wq))
		SKIP(return, "%s", qmp.error);

	ASSERT_EQ(0, qmp_set(&qmp, "x-test-hold", "0xf"));
	n = write_descs(&self->portal, self->job.descs, MANY * DESC_SIZE);
	more = write_descs(&self->portal, &self->job.descs[MANY - 1], DESC_SIZE);
	ASSERT_EQ(0, qmp_set(&qmp, "x-test-hold", "0"));
	qmp_close(&qmp);

	EXPECT_EQ(holds * DESC_SIZE, n);
	EXPECT_EQ(-EAGAIN, more);
	expect_accepted(_metadata, &self->portal, &self->job, holds);
}

struct writer {
	pthread_t thread;
	struct portal *portal;
	struct job job;
	unsigned int accepted;
	ssize_t error;
};

static void *write_beside(void *arg)
{
	struct writer *w = arg;
	ssize_t n;

	while (w->accepted < MANY) {
		n = write_all(w->portal, &w->job.descs[w->accepted],
			      (MANY - w->accepted) * DESC_SIZE);
		if (n <= 0) {
			w->error = n;
			break;
		}
		w->accepted += n / DESC_SIZE;
	}

	return NULL;
}

/* Each sees room that another one may use up. */
TEST_F(writes, several_threads)
{
	static struct writer writers[WRITERS];
	unsigned int i;

	for (i = 0; i < WRITERS; i++) {
		struct writer *w = &writers[i];

		*w = (struct writer){ .portal = &self->portal };
		ASSERT_EQ(0, job_get(&w->job));
		job_renew(&w->job);
	}
	for (i = 0; i < WRITERS; i++)
		ASSERT_EQ(0, pthread_create(&writers[i].thread, NULL, write_beside,
					    &writers[i]));
	for (i = 0; i < WRITERS; i++)
		ASSERT_EQ(0, pthread_join(writers[i].thread, NULL));
	for (i = 0; i < WRITERS; i++) {
		EXPECT_EQ(0, writers[i].error);
		EXPECT_TRUE(records_come(&writers[i].job, 0, writers[i].accepted));
		job_put(&writers[i].job);
	}
}

TEST_F(writes, disabled_queue)
{
	ASSERT_EQ(0, control_disable_wq(&self->wq));
	EXPECT_EQ(0, write_descs(&self->portal, self->job.descs, 0));
	EXPECT_EQ(-EINVAL, write_descs(&self->portal, self->job.descs, DESC_SIZE - 1));
	EXPECT_EQ(-ENXIO, write_descs(&self->portal, self->job.descs, 2 * DESC_SIZE));
	EXPECT_EQ(0, control_setup(""));
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
