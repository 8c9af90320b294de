// SPDX-License-Identifier: GPL-2.0-only
/*
 * The performance monitor: known work must give known counts, through perf's
 * system call. Nobody else may use the device meanwhile.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <linux/perf_event.h>

#include "main.h"
#include "lib/desc.h"
#include "lib/perfmon.h"
#include "lib/poll.h"
#include "lib/portal.h"

#define NOOPS		23
#define MOVES		5
#define SIZE		(64 * 1024)
#define SMALL		48
#define COUNTERS	8
#define BAD_OPCODE	0xff

struct counters {
	struct wq wq;
	int fd[COUNTERS];
};

FIXTURE(perfmon) {
	struct counters c;
	struct portal portal;
	struct dsa_completion_record *record;
	char *src;
	char *dst;
};

FIXTURE_SETUP(perfmon)
{
	unsigned int i;
	int fd;

	begin_test();
	for (i = 0; i < COUNTERS; i++)
		self->c.fd[i] = -1;
	ASSERT_TRUE(wq_find(&self->c.wq, WQ_DEDICATED | WQ_PRS_OFF));
	fd = perfmon_open(&self->c.wq, PERFMON_WQ, PERFMON_WQ_ACCEPTED, 0, -1);
	if (fd == -ENOENT)
		SKIP_SETUP("the device has no performance monitor");
	ASSERT_LE(0, fd) {
		TH_LOG("perf_event_open: %s", strerror(-fd));
	}
	close(fd);

	ASSERT_EQ(0, portal_open_soon(&self->portal, &self->c.wq, 1000000000));
	self->record = aligned_alloc(4096, 4096);
	self->src = aligned_alloc(4096, SIZE);
	self->dst = aligned_alloc(4096, SIZE);
	ASSERT_NE(NULL, self->record);
	ASSERT_NE(NULL, self->src);
	ASSERT_NE(NULL, self->dst);
	memset(self->record, 0, 4096);
	memset(self->src, 0x5a, SIZE);
	memset(self->dst, 0, SIZE);
}

FIXTURE_TEARDOWN(perfmon)
{
	unsigned int i;

	for (i = 0; i < COUNTERS; i++)
		if (self->c.fd[i] >= 0)
			close(self->c.fd[i]);
	portal_close(&self->portal);
	free(self->record);
	free(self->src);
	free(self->dst);
}

static void run(struct __test_metadata *_metadata, struct portal *p,
		struct dsa_completion_record *record, struct dsa_hw_desc *desc,
		unsigned int status)
{
	memset(record, 0, sizeof(*record));
	desc->completion_addr = (uintptr_t)record;
	ASSERT_EQ(0, portal_submit(p, desc));
	ASSERT_TRUE(record_wait(record, RECORD_MS));
	ASSERT_EQ(status, record->status);
}

static void noops(struct __test_metadata *_metadata, struct portal *p,
		  struct dsa_completion_record *record, unsigned int n)
{
	struct dsa_hw_desc desc;

	desc_noop(&desc, record);
	while (n--)
		run(_metadata, p, record, &desc, DSA_COMP_SUCCESS);
}

/* Counter @n starts to count. */
static void start(struct __test_metadata *_metadata, struct counters *c,
		  unsigned int n, enum perfmon_category category, unsigned int events,
		  uint64_t filters)
{
	c->fd[n] = perfmon_open(&c->wq, category, events, filters, -1);
	ASSERT_LE(0, c->fd[n]) {
		TH_LOG("counter %u: %s", n, strerror(-c->fd[n]));
	}
}

static void expect_count(struct __test_metadata *_metadata, struct counters *c,
			 unsigned int n, long want)
{
	EXPECT_EQ(want, perfmon_settle(c->fd[n], want)) {
		TH_LOG("counter %u", n);
	}
}

TEST_F(perfmon, descriptors)
{
	struct counters *c = &self->c;
	struct dsa_hw_desc desc;

	start(_metadata, c, 0, PERFMON_WQ, PERFMON_WQ_ACCEPTED, 0);
	start(_metadata, c, 1, PERFMON_WQ, PERFMON_WQ_ACCEPTED | PERFMON_WQ_DISPATCHED, 0);
	start(_metadata, c, 2, PERFMON_OPERATION, 1 << DSA_OPCODE_NOOP, 0);
	start(_metadata, c, 3, PERFMON_OPERATION, 1 << DSA_OPCODE_MEMMOVE, 0);
	start(_metadata, c, 4, PERFMON_COMPLETION, PERFMON_COMPLETION_SUCCESS, 0);
	start(_metadata, c, 5, PERFMON_COMPLETION, PERFMON_COMPLETION_OTHER, 0);
	start(_metadata, c, 6, PERFMON_COMPLETION, PERFMON_COMPLETION_RECORD, 0);

	noops(_metadata, &self->portal, self->record, NOOPS);
	desc_memmove(&desc, self->record, self->dst, self->src, SIZE);
	run(_metadata, &self->portal, self->record, &desc, DSA_COMP_SUCCESS);
	desc_init(&desc, BAD_OPCODE, self->record);
	run(_metadata, &self->portal, self->record, &desc, DSA_COMP_BAD_OPCODE);

	expect_count(_metadata, c, 0, NOOPS + 2);
	expect_count(_metadata, c, 1, 2 * (NOOPS + 2));
	expect_count(_metadata, c, 2, NOOPS);
	expect_count(_metadata, c, 3, 1);
	expect_count(_metadata, c, 4, NOOPS + 1);
	expect_count(_metadata, c, 5, 1);
	expect_count(_metadata, c, 6, NOOPS + 2);
}

TEST_F(perfmon, bytes)
{
	struct counters *c = &self->c;
	struct dsa_hw_desc desc;
	unsigned int i;

	start(_metadata, c, 0, PERFMON_ENGINE, PERFMON_ENGINE_READ, 0);
	start(_metadata, c, 1, PERFMON_ENGINE, PERFMON_ENGINE_WRITTEN, 0);
	start(_metadata, c, 2, PERFMON_ENGINE, PERFMON_ENGINE_READ | PERFMON_ENGINE_WRITTEN, 0);

	for (i = 0; i < MOVES; i++) {
		desc_memmove(&desc, self->record, self->dst, self->src, SIZE);
		run(_metadata, &self->portal, self->record, &desc, DSA_COMP_SUCCESS);
	}
	desc_fill(&desc, self->record, self->dst, 0, SMALL);
	run(_metadata, &self->portal, self->record, &desc, DSA_COMP_SUCCESS);
	desc_compare(&desc, self->record, self->src, self->src, SMALL);
	run(_metadata, &self->portal, self->record, &desc, DSA_COMP_SUCCESS);

	expect_count(_metadata, c, 0, MOVES * SIZE / PERFMON_UNIT + 2 * SMALL / PERFMON_UNIT);
	expect_count(_metadata, c, 1, MOVES * SIZE / PERFMON_UNIT + SMALL / PERFMON_UNIT);
	expect_count(_metadata, c, 2, (2 * MOVES * SIZE + 3 * SMALL) / PERFMON_UNIT);
}

TEST_F(perfmon, batch)
{
	struct counters *c = &self->c;
	struct dsa_hw_desc *list = aligned_alloc(64, 8 * sizeof(*list));
	struct dsa_hw_desc desc;
	unsigned int i;

	ASSERT_NE(NULL, list);
	start(_metadata, c, 0, PERFMON_WQ, PERFMON_WQ_ACCEPTED, 0);
	start(_metadata, c, 1, PERFMON_ENGINE, PERFMON_ENGINE_DESCRIPTORS, 0);
	start(_metadata, c, 2, PERFMON_ENGINE, PERFMON_ENGINE_MEMBERS, 0);
	start(_metadata, c, 3, PERFMON_COMPLETION, PERFMON_COMPLETION_SUCCESS, 0);
	for (i = 0; i < 8; i++) {
		desc_noop(&list[i], NULL);
		list[i].flags = 0;
	}
	desc_batch(&desc, self->record, list, 8);
	run(_metadata, &self->portal, self->record, &desc, DSA_COMP_SUCCESS);
	expect_count(_metadata, c, 0, 1);
	expect_count(_metadata, c, 1, 1);
	expect_count(_metadata, c, 2, 8);
	expect_count(_metadata, c, 3, 9);
	free(list);
}

TEST_F(perfmon, filters)
{
	struct counters *c = &self->c;
	unsigned int own = 1U << c->wq.id;
	struct dsa_hw_desc desc;

	start(_metadata, c, 0, PERFMON_WQ, PERFMON_WQ_ACCEPTED, PERFMON_ONLY_WQ(own));
	start(_metadata, c, 1, PERFMON_WQ, PERFMON_WQ_ACCEPTED, PERFMON_ONLY_WQ(~own));
	start(_metadata, c, 2, PERFMON_OPERATION, 1 << DSA_OPCODE_MEMMOVE,
	      PERFMON_ONLY_SIZE(PERFMON_SIZE_64K));
	start(_metadata, c, 3, PERFMON_OPERATION, 1 << DSA_OPCODE_MEMMOVE,
	      PERFMON_ONLY_SIZE(~PERFMON_SIZE_64K & 0xff));
	/* The queue's group has this one. */
	start(_metadata, c, 4, PERFMON_ENGINE, PERFMON_ENGINE_DESCRIPTORS,
	      PERFMON_ONLY_ENGINE(1));
	start(_metadata, c, 5, PERFMON_ENGINE, PERFMON_ENGINE_DESCRIPTORS,
	      PERFMON_ONLY_ENGINE(0xfe));

	noops(_metadata, &self->portal, self->record, NOOPS);
	desc_memmove(&desc, self->record, self->dst, self->src, SIZE);
	run(_metadata, &self->portal, self->record, &desc, DSA_COMP_SUCCESS);
	run(_metadata, &self->portal, self->record, &desc, DSA_COMP_SUCCESS);
	desc_memmove(&desc, self->record, self->dst, self->src, SMALL);
	run(_metadata, &self->portal, self->record, &desc, DSA_COMP_SUCCESS);
	expect_count(_metadata, c, 0, NOOPS + 3);
	expect_count(_metadata, c, 1, 0);
	expect_count(_metadata, c, 2, 2);
	expect_count(_metadata, c, 3, 1);
	expect_count(_metadata, c, 4, NOOPS + 3);
	expect_count(_metadata, c, 5, 0);
}

/* What one counter was told to leave out must not stay for the next user. */
TEST_F(perfmon, filter_forgotten)
{
	struct counters *c = &self->c;
	unsigned int own = 1U << c->wq.id;
	unsigned int i;

	for (i = 0; i < COUNTERS; i++)
		start(_metadata, c, i, PERFMON_WQ, PERFMON_WQ_ACCEPTED, PERFMON_ONLY_WQ(~own));
	for (i = 0; i < COUNTERS; i++)
		close(c->fd[i]);
	for (i = 0; i < COUNTERS; i++)
		start(_metadata, c, i, PERFMON_WQ, PERFMON_WQ_ACCEPTED, 0);
	noops(_metadata, &self->portal, self->record, NOOPS);
	for (i = 0; i < COUNTERS; i++)
		expect_count(_metadata, c, i, NOOPS);
}

TEST_F(perfmon, enable_and_disable)
{
	struct counters *c = &self->c;

	start(_metadata, c, 0, PERFMON_WQ, PERFMON_WQ_ACCEPTED, 0);
	c->fd[1] = perfmon_open(&c->wq, PERFMON_WQ, PERFMON_WQ_DISPATCHED, 0, c->fd[0]);
	ASSERT_LE(0, c->fd[1]);

	noops(_metadata, &self->portal, self->record, NOOPS);
	expect_count(_metadata, c, 0, NOOPS);
	expect_count(_metadata, c, 1, NOOPS);
	ASSERT_EQ(0, ioctl(c->fd[0], PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP));
	noops(_metadata, &self->portal, self->record, NOOPS);
	expect_count(_metadata, c, 0, NOOPS);
	expect_count(_metadata, c, 1, NOOPS);
	ASSERT_EQ(0, ioctl(c->fd[0], PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP));
	noops(_metadata, &self->portal, self->record, NOOPS);
	expect_count(_metadata, c, 0, 2 * NOOPS);
	expect_count(_metadata, c, 1, 2 * NOOPS);
	ASSERT_EQ(0, ioctl(c->fd[0], PERF_EVENT_IOC_RESET, 0));
	expect_count(_metadata, c, 0, 0);
}

/* Counters are taken and given back in any order. */
TEST_F(perfmon, all_counters)
{
	struct counters *c = &self->c;
	unsigned int round, i;

	for (i = 0; i < COUNTERS; i++)
		start(_metadata, c, i, PERFMON_WQ, PERFMON_WQ_ACCEPTED, 0);
	for (round = 0; round < COUNTERS; round++) {
		i = round * 3 % COUNTERS;
		close(c->fd[i]);
		start(_metadata, c, i, PERFMON_WQ, PERFMON_WQ_ACCEPTED, 0);
		noops(_metadata, &self->portal, self->record, 1);
	}
	for (round = 0; round < COUNTERS; round++)
		expect_count(_metadata, c, round * 3 % COUNTERS, COUNTERS - round);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
