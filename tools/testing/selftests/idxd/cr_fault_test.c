// SPDX-License-Identifier: GPL-2.0-only
/*
 * Completion record faults: page requests are off, the record's page is not
 * there (or must not be written to), and the driver writes the record (or
 * counts a failure). Each kind of memory, each way to submit.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/run.h"

/* At most what the smallest ring takes, to count entries by its tail. */
#define PAGES		12
#define BURST		4

FIXTURE(cr_fault) {
	struct wq wq;
	struct portal portal;
};

FIXTURE_VARIANT(cr_fault) {
	unsigned int mode;
	enum submit_by by;
};

FIXTURE_VARIANT_ADD(cr_fault, dedicated_movdir64b) {
	.mode = WQ_DEDICATED,
	.by = SUBMIT_PORTAL,
};

FIXTURE_VARIANT_ADD(cr_fault, shared_enqcmd) {
	.mode = WQ_SHARED,
	.by = SUBMIT_PORTAL,
};

FIXTURE_VARIANT_ADD(cr_fault, dedicated_write) {
	.mode = WQ_DEDICATED,
	.by = SUBMIT_WRITE,
};

FIXTURE_VARIANT_ADD(cr_fault, shared_write) {
	.mode = WQ_SHARED,
	.by = SUBMIT_WRITE,
};

FIXTURE_SETUP(cr_fault)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->mode | WQ_PRS_OFF));

	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, variant->by));
}

FIXTURE_TEARDOWN(cr_fault)
{
	portal_close(&self->portal);
}

static void check_kind(struct __test_metadata *_metadata,
		       const struct wq *wq, struct portal *portal, enum region_kind kind)
{
	long faults = evl_counter(wq, EVL_FAULTS);
	long errors = evl_counter(wq, EVL_ERRORS);
	struct evl_status before, after;
	struct run run;
	int rc;

	ASSERT_EQ(0, evl_status(wq, &before));
	rc = run_kind(&run, portal, wq, kind, PAGES, BURST, NULL);
	if (rc == -ENODEV)
		SKIP(return, "%s: not on this machine", region_name(kind));
	ASSERT_EQ(0, evl_status(wq, &after));

	EXPECT_EQ(0, rc) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	EXPECT_EQ(run.pages, run.submitted);
	EXPECT_EQ(region_refuses(kind) ? 0 : run.pages, run.written);
	EXPECT_EQ(region_refuses(kind) ? run.pages : 0, run.refused);

	/* It was the log that told the driver, once for each record. */
	EXPECT_EQ((before.tail + run.submitted) % before.size, after.tail);
	if (after.tail != before.tail)
		evl_counter_wait(wq, EVL_FAULTS, faults + run.submitted);
	EXPECT_EQ(faults + run.submitted, evl_counter(wq, EVL_FAULTS));
	EXPECT_EQ(errors, evl_counter(wq, EVL_ERRORS));
}

TEST_F(cr_fault, anonymous)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_ANON);
}

TEST_F(cr_fault, dontneed)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_DONTNEED);
}

TEST_F(cr_fault, zero_page)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_ZERO_PAGE);
}

TEST_F(cr_fault, forked_child)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_FORKED);
}

TEST_F(cr_fault, file_private)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_FILE_PRIVATE);
}

TEST_F(cr_fault, file_shared)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_FILE_SHARED);
}

TEST_F(cr_fault, tmpfs_private)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_SHMEM_PRIVATE);
}

TEST_F(cr_fault, tmpfs_shared)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_SHMEM_SHARED);
}

TEST_F(cr_fault, transparent_huge_page)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_THP);
}

TEST_F(cr_fault, hugetlb_page)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_HUGETLB);
}

TEST_F(cr_fault, read_only)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_READONLY);
}

TEST_F(cr_fault, read_only_new)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_READONLY_NEW);
}

TEST_F(cr_fault, read_only_shared)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_READONLY_SHARED);
}

TEST_F(cr_fault, no_access)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_NO_ACCESS);
}

TEST_F(cr_fault, unmapped)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_UNMAPPED);
}

TEST_F(cr_fault, past_end_of_file)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_PAST_EOF);
}

/* A record on a page that is there is the device's own affair. */
TEST_F(cr_fault, present_page_logs_nothing)
{
	struct dsa_completion_record record __aligned(32) = {};
	struct evl_status before, after;
	struct dsa_hw_desc desc;

	desc_noop(&desc, &record);
	ASSERT_EQ(0, evl_status(&self->wq, &before));
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(record_wait(&record, RECORD_MS));
	ASSERT_EQ(0, evl_status(&self->wq, &after));

	EXPECT_EQ(DSA_COMP_SUCCESS, record.status);
	EXPECT_EQ(before.tail, after.tail);
}

/* A record is due for an error even if none was requested for success. */
TEST_F(cr_fault, error_without_request)
{
	struct dsa_completion_record *record;
	struct dsa_hw_desc desc;
	struct region r;

	ASSERT_EQ(0, region_get(&r, REGION_ANON, 1));
	record = region_record(&r, 0);
	/* No such operation. */
	desc_init(&desc, 0xff, record);
	desc.flags = IDXD_OP_FLAG_CRAV;
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(record_wait(record, RECORD_MS));
	EXPECT_EQ(DSA_COMP_BAD_OPCODE, record->status);
	region_put(&r);
}

/*
 * A status with a fault address: the source ends where nothing is mapped. Block
 * on fault is not asked for, and page requests are off.
 */
TEST_F(cr_fault, operand_and_record_fault)
{
	struct dsa_completion_record *record;
	struct dsa_hw_desc desc;
	struct region r;
	char *src, *dst;

	src = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)src);
	dst = src + 2 * 4096;
	memset(src, 0x77, 4096);
	memset(dst, 0, 4096);
	ASSERT_EQ(0, munmap(src + 4096, 4096));

	ASSERT_EQ(0, region_get(&r, REGION_ANON, 1));
	record = region_record(&r, 0);
	desc_memmove(&desc, record, dst, src + 4096 - 100, 300);
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(record_wait(record, RECORD_MS));
	EXPECT_EQ(DSA_COMP_PAGE_FAULT_NOBOF, record->status);
	EXPECT_EQ(100, record->bytes_completed);
	EXPECT_EQ((uintptr_t)src + 4096, record->fault_addr);
	EXPECT_EQ(0, memcmp(dst, src + 4096 - 100, 100));
	EXPECT_EQ(0, dst[100]);
	EXPECT_EQ(NULL, region_wrong(&r, 0));
	region_put(&r);
}

/*
 * Neither source nor destination nor record are there: the program touches what
 * the record names and goes on, as often as it takes.
 */
TEST_F(cr_fault, touch_and_go_on)
{
	const size_t len = 16 * 4096;
	struct dsa_hw_desc desc;
	unsigned int tries;
	struct region r;
	char *src, *dst;
	size_t i;

	src = mmap(NULL, len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	dst = mmap(NULL, len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)src);
	ASSERT_NE(MAP_FAILED, (void *)dst);
	ASSERT_EQ(0, region_get(&r, REGION_ANON, 64));
	desc_memmove(&desc, NULL, dst, src, len);

	for (tries = 0; tries < r.pages; tries++) {
		struct dsa_completion_record *record = region_record(&r, tries);

		desc.completion_addr = (uintptr_t)record;
		ASSERT_EQ(0, portal_submit(&self->portal, &desc));
		ASSERT_TRUE(record_wait(record, RECORD_MS));
		if (record->status == DSA_COMP_SUCCESS)
			break;
		ASSERT_EQ(DSA_COMP_PAGE_FAULT_NOBOF,
			  DSA_COMP_STATUS(record->status));
		ASSERT_LT(record->bytes_completed, desc.xfer_size);
		if (record->status & DSA_COMP_STATUS_WRITE)
			WRITE_ONCE(*(char *)record->fault_addr, 0);
		else
			WRITE_ONCE(*(char *)record->fault_addr, tries + 1);
		desc.src_addr += record->bytes_completed;
		desc.dst_addr += record->bytes_completed;
		desc.xfer_size -= record->bytes_completed;
	}
	EXPECT_LT(tries, r.pages);
	EXPECT_LT(0, tries);
	for (i = 0; i < len; i++)
		if (src[i] != dst[i])
			break;
	EXPECT_EQ(len, i);
	region_put(&r);
}

/* Page requests are off for the queue: nobody may ask to block on a fault. */
TEST_F(cr_fault, block_on_fault_is_invalid)
{
	struct dsa_completion_record *record;
	static char src[64], dst[64];
	struct dsa_hw_desc desc;
	struct region r;

	ASSERT_EQ(0, region_get(&r, REGION_ANON, 1));
	record = region_record(&r, 0);
	desc_memmove(&desc, record, dst, src, sizeof(src));
	desc.flags |= IDXD_OP_FLAG_BOF;
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(record_wait(record, RECORD_MS));
	EXPECT_EQ(DSA_COMP_INVALID_FLAGS, record->status);
	EXPECT_TRUE(record->invalid_flags == IDXD_OP_FLAG_BOF);
	region_put(&r);
}

/*
 * A misaligned record has nowhere to go. write() refuses it; through a portal
 * the device reports it, and nothing is written.
 */
TEST_F(cr_fault, misaligned_record)
{
	long errors = evl_counter(&self->wq, EVL_ERRORS);
	struct dsa_hw_desc desc;
	struct region r, good;
	struct run run;

	ASSERT_EQ(0, region_get(&r, REGION_ANON, 2));
	/* Such a record would reach into the next page. */
	desc_noop(&desc, r.base + 4096 - 16);
	if (variant->by == SUBMIT_WRITE) {
		EXPECT_EQ(-EINVAL, portal_submit(&self->portal, &desc));
	} else {
		ASSERT_EQ(0, portal_submit(&self->portal, &desc));
		EXPECT_EQ(errors + 1, evl_counter_wait(&self->wq, EVL_ERRORS, errors + 1));
	}
	EXPECT_FALSE(page_present(r.base));
	EXPECT_FALSE(page_present(r.base + 4096));

	ASSERT_EQ(0, region_get(&good, REGION_ANON, PAGES));
	EXPECT_EQ(0, run_region(&run, &self->portal, &self->wq, &good, 7, BURST, NULL));
	region_put(&good);
	region_put(&r);
}

/* Addresses that no process can have. */
TEST_F(cr_fault, impossible_addresses)
{
	static const uint64_t addresses[] = {
		0, 0x20, 0x7ffffffff000, 0x7fffffffffe0, 0x800000000000,
		0xffff800000000000, 0xffffffff81000000, 0xfee00000,
		0xffffffffffffffe0,
	};
	long failures = evl_counter(&self->wq, EVL_FAILURES);
	long refused = evl_counter(&self->wq, EVL_REFUSED);
	long written = evl_counter(&self->wq, EVL_WRITTEN);
	long entries = evl_counter(&self->wq, EVL_ENTRIES);
	struct dsa_hw_desc desc;
	struct region good;
	struct run run;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		desc_noop(&desc, (void *)addresses[i]);
		ASSERT_EQ(0, portal_submit(&self->portal, &desc));
		evl_counter_wait(&self->wq, EVL_ENTRIES, entries + i + 1);
	}
	EXPECT_EQ(entries + i, evl_counter(&self->wq, EVL_ENTRIES));

	ASSERT_EQ(0, region_get(&good, REGION_ANON, PAGES));
	EXPECT_EQ(0, run_region(&run, &self->portal, &self->wq, &good, 8, BURST, NULL));
	region_put(&good);

	EXPECT_EQ(written + PAGES, evl_counter(&self->wq, EVL_WRITTEN));
	EXPECT_EQ(failures + refused + i,
		  evl_counter(&self->wq, EVL_FAILURES) +
		  evl_counter(&self->wq, EVL_REFUSED));
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
