// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue with page requests on: the device asks for the page of a record, the
 * kernel answers, and the device writes the record itself. The event log sees
 * only what the kernel refused.
 */
#include <errno.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/run.h"
#include "lib/trace.h"

#define PAGES		12
#define BURST		4
#define PRQ_EVENT	"intel_iommu/prq_report"

FIXTURE(page_request) {
	struct wq wq;
	struct portal portal;
	struct trace trace;
	struct evl_status evl;
};

FIXTURE_VARIANT(page_request) {
	unsigned int mode;
};

FIXTURE_VARIANT_ADD(page_request, dedicated) {
	.mode = WQ_DEDICATED,
};

FIXTURE_VARIANT_ADD(page_request, shared) {
	.mode = WQ_SHARED,
};

FIXTURE_SETUP(page_request)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->mode | WQ_PRS_ON));

	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(0, trace_open(&self->trace));
	ASSERT_EQ(0, trace_event(&self->trace, PRQ_EVENT, true));
	trace_count(&self->trace, "");
	ASSERT_EQ(0, evl_status(&self->wq, &self->evl));
}

FIXTURE_TEARDOWN(page_request)
{
	trace_event(&self->trace, PRQ_EVENT, false);
	trace_close(&self->trace);
	portal_close(&self->portal);
}

static void expect_entries(struct __test_metadata *_metadata,
			   const struct wq *wq, const struct evl_status *before, unsigned int n)
{
	struct evl_status after;

	ASSERT_EQ(0, evl_status(wq, &after));
	EXPECT_EQ((before->tail + n) % after.size, after.tail);
}

static void check_kind(struct __test_metadata *_metadata,
		       const struct wq *wq, struct portal *portal,
		       struct trace *trace, enum region_kind kind)
{
	struct evl_status before;
	struct run run;
	int rc;

	ASSERT_EQ(0, evl_status(wq, &before));
	rc = run_kind(&run, portal, wq, kind, PAGES, BURST, NULL);
	if (rc == -ENODEV)
		SKIP(return, "%s: not on this machine", region_name(kind));
	EXPECT_EQ(0, rc) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	EXPECT_EQ(region_refuses(kind) ? 0 : run.pages, run.written);
	EXPECT_EQ(region_refuses(kind) ? run.pages : 0, run.refused);
	expect_entries(_metadata, wq, &before, run.refused);
	EXPECT_LE(run.pages, trace_count(trace, "prq_report"));
}

TEST_F(page_request, anonymous)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_ANON);
}

TEST_F(page_request, dontneed)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_DONTNEED);
}

TEST_F(page_request, zero_page)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_ZERO_PAGE);
}

TEST_F(page_request, forked_child)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_FORKED);
}

TEST_F(page_request, file_private)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_FILE_PRIVATE);
}

TEST_F(page_request, file_shared)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_FILE_SHARED);
}

TEST_F(page_request, tmpfs_private)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_SHMEM_PRIVATE);
}

TEST_F(page_request, tmpfs_shared)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_SHMEM_SHARED);
}

TEST_F(page_request, transparent_huge_page)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_THP);
}

TEST_F(page_request, hugetlb_page)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_HUGETLB);
}

TEST_F(page_request, read_only)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_READONLY);
}

TEST_F(page_request, no_access)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_NO_ACCESS);
}

TEST_F(page_request, unmapped)
{
	check_kind(_metadata, &self->wq, &self->portal,
		   &self->trace, REGION_UNMAPPED);
}

/* Operands that are not there, with block on fault: the device waits for all. */
TEST_F(page_request, operands_block_on_fault)
{
	const size_t len = 8 * 4096;
	struct dsa_completion_record record __aligned(32) = {};
	struct dsa_hw_desc desc;
	char *src, *dst;

	if (!self->wq.block_on_fault)
		SKIP(return, "block on fault is off for the queue");

	src = mmap(NULL, len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	dst = mmap(NULL, len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)src);
	ASSERT_NE(MAP_FAILED, (void *)dst);
	memset(src, 0x3c, len);
	ASSERT_EQ(0, madvise(src, 4096, MADV_DONTNEED));

	desc_memmove(&desc, &record, dst, src, len);
	desc.flags |= IDXD_OP_FLAG_BOF;
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(record_wait(&record, RECORD_MS));
	EXPECT_EQ(DSA_COMP_SUCCESS, record.status);
	EXPECT_EQ(0, memcmp(src, dst, len));
	EXPECT_EQ(0, dst[0]);
	EXPECT_EQ(0x3c, dst[4096]);
	expect_entries(_metadata, &self->wq, &self->evl, 0);
}

/* The kernel answers that there is no such page. */
TEST_F(page_request, operand_refused)
{
	struct dsa_completion_record record __aligned(32) = {};
	struct dsa_hw_desc desc;
	char *src, *dst;

	if (!self->wq.block_on_fault)
		SKIP(return, "block on fault is off for the queue");

	src = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)src);
	memset(src, 0x3c, 4096);
	dst = src + 4096;
	ASSERT_EQ(0, mprotect(dst, 4096, PROT_READ));

	desc_memmove(&desc, &record, dst, src, 4096);
	desc.flags |= IDXD_OP_FLAG_BOF;
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(record_wait(&record, RECORD_MS));
	EXPECT_EQ(DSA_COMP_PAGE_FAULT_IR | DSA_COMP_STATUS_WRITE, record.status);
	EXPECT_EQ((uintptr_t)dst, record.fault_addr);
	EXPECT_EQ(0, record.bytes_completed);
	expect_entries(_metadata, &self->wq, &self->evl, 0);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
