// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads drop pages at the same time: the mm code then gives up the range
 * that each of them would flush, and flushes the whole address space. That
 * has to reach the IOMMU and the device as well.
 *
 * What a CPU and what the IOMMU was told is read from trace events, for each
 * flush of this process; and the device must not find a page that has gone.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/trace.h"

#define CPU_EVENT	"tlb/tlb_flush"
#define IOMMU_EVENT	"intel_iommu/qi_submit"

/* Overlaps that are enough, and how long to try. */
#define OVERLAPS	20
#define TRY_NS		(2 * WAIT_NS)

/* What the other thread drops at a time takes long. */
#define BIG_PAGES	4096

/* An invalidation of the IOMMU's first level, for all of a PASID */
#define PIOTLB_GRANULARITY(qw0)	((qw0) >> 4 & 3)
#define PIOTLB_WHOLE_PASID	2

FIXTURE(tlb_overlap) {
	struct wq wq;
	struct portal portal;
	struct trace trace;
};

FIXTURE_SETUP(tlb_overlap)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(0, trace_open(&self->trace));
}

FIXTURE_TEARDOWN(tlb_overlap)
{
	trace_event(&self->trace, CPU_EVENT, false);
	trace_event(&self->trace, IOMMU_EVENT, false);
	trace_close(&self->trace);
	portal_close(&self->portal);
}

static bool stop;

/* Touches and drops many pages, again and again. */
static void *drop_many(void *arg)
{
	const size_t len = BIG_PAGES * 4096UL;
	size_t i;
	char *big;

	big = mmap(NULL, len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (big == MAP_FAILED)
		return NULL;
	while (!READ_ONCE(stop)) {
		for (i = 0; i < len; i += 4096)
			WRITE_ONCE(big[i], 1);
		madvise(big, len, MADV_DONTNEED);
	}
	munmap(big, len);

	return NULL;
}

/* What the trace tells of this thread's flushes, since it was last looked at. */
struct flushes {
	unsigned int cpu;	/* CPUs told to flush everything */
	unsigned int iommu;	/* IOMMU told to flush all of a PASID */
};

static void count_flushes(struct trace *trace, struct flushes *f)
{
	unsigned long long qw0;
	char line[1024], me[24];
	const char *at;

	snprintf(me, sizeof(me), "-%ld ", syscall(SYS_gettid));
	while (trace_line(trace, line, sizeof(line))) {
		/* It comes before the CPU's number. */
		at = strstr(line, me);
		if (!at || at > strchr(line, '['))
			continue;
		/* The case of the reason's name differs between kernels. */
		if (strcasestr(line, "tlb_flush: pages:-1 reason:remote ipi send"))
			f->cpu++;
		at = strstr(line, "p_iotlb_inv ");
		if (at && sscanf(at, "p_iotlb_inv %*s %llx", &qw0) == 1 &&
		    PIOTLB_GRANULARITY(qw0) == PIOTLB_WHOLE_PASID)
			f->iommu++;
	}
}

/* The device fills the page, so that it knows where it is. */
static unsigned int fill_page(struct portal *portal, char *page)
{
	struct dsa_completion_record record __aligned(32) = {};
	struct dsa_hw_desc desc;

	desc_fill(&desc, &record, page, 0x1111111111111111, 4096);
	if (portal_submit(portal, &desc) || !record_wait(&record, RECORD_MS))
		return DSA_COMP_NONE;

	return DSA_COMP_STATUS(record.status);
}

TEST_F(tlb_overlap, iommu_is_told)
{
	uint64_t end = clock_ns() + TRY_NS;
	struct flushes flushes = {};
	unsigned int rounds = 0;
	pthread_t other;
	char *page;

	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)page);
	ASSERT_EQ(0, pthread_create(&other, NULL, drop_many, NULL));
	ASSERT_EQ(0, trace_event(&self->trace, CPU_EVENT, true));
	ASSERT_EQ(0, trace_event(&self->trace, IOMMU_EVENT, true));
	trace_count(&self->trace, "");

	while (flushes.cpu < OVERLAPS && clock_ns() < end) {
		/* There, and known to the device; then not there any more. */
		WRITE_ONCE(*page, 1);
		ASSERT_EQ(DSA_COMP_SUCCESS, fill_page(&self->portal, page));
		ASSERT_EQ(0x11, *page);
		ASSERT_EQ(0, madvise(page, 4096, MADV_DONTNEED));
		ASSERT_EQ(DSA_COMP_PAGE_FAULT_NOBOF, fill_page(&self->portal, page));
		ASSERT_EQ(0, READ_ONCE(*page));
		ASSERT_EQ(0, madvise(page, 4096, MADV_DONTNEED));
		count_flushes(&self->trace, &flushes);
		rounds++;
	}
	WRITE_ONCE(stop, true);
	ASSERT_EQ(0, pthread_join(other, NULL));

	TH_LOG("%u rounds: CPUs were told %u times to flush everything, the IOMMU %u times",
	       rounds, flushes.cpu, flushes.iommu);
	if (flushes.cpu < OVERLAPS)
		SKIP(return, "the threads did not come to overlap");
	/* A line may be on its way to the reader. */
	EXPECT_LE(flushes.cpu - 1, flushes.iommu);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
