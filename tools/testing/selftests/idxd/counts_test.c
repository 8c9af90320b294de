// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records that go through the event log, and what the opened file's directory in
 * sysfs counts of them. Nothing here depends on what else a driver shows, so
 * this runs on any kernel that has the event log.
 */
#include <errno.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/region.h"
#include "lib/work.h"

#define PAGES		8
#define SOON_NS		WAIT_NS

FIXTURE(counts) {
	struct wq wq;
	struct portal portal;
	int ids[FILES_MAX];
	long faults;
	long failures;
};

FIXTURE_VARIANT(counts) {
	unsigned int mode;
};

FIXTURE_VARIANT_ADD(counts, dedicated) {
	.mode = WQ_DEDICATED,
};

FIXTURE_VARIANT_ADD(counts, shared) {
	.mode = WQ_SHARED,
};

FIXTURE_SETUP(counts)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->mode | WQ_PRS_OFF));
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(1, file_list(&self->wq, self->ids));
	EXPECT_EQ(getpid(), file_attr(&self->wq, self->ids[0], "pid"));
}

FIXTURE_TEARDOWN(counts)
{
	portal_close(&self->portal);
}

static void expect_count(struct __test_metadata *_metadata, const struct wq *wq, int id,
			 const char *attr, long want)
{
	uint64_t end = clock_ns() + SOON_NS;

	while (file_attr(wq, id, attr) < want && clock_ns() < end)
		usleep(1000);
	EXPECT_EQ(want, file_attr(wq, id, attr));
}

/* A descriptor for each page of a region; true if there is memory of the kind. */
static bool run_kind_counted(struct __test_metadata *_metadata, struct _test_data_counts *self,
			     enum region_kind kind)
{
	unsigned int pages = kind == REGION_THP || kind == REGION_HUGETLB ? 2 : PAGES;
	struct work *works = work_alloc(pages);
	struct region r;
	unsigned int i;
	int rc;

	rc = region_get(&r, kind, pages);
	if (rc == -ENODEV)
		return false;
	ASSERT_EQ(0, rc);
	ASSERT_NE(NULL, works);
	for (i = 0; i < pages; i++) {
		work_prepare(&works[i], kind * 100 + i, region_record(&r, i));
		ASSERT_EQ(0, portal_submit(&self->portal, &works[i].desc));
	}
	self->faults += pages;
	if (region_refuses(kind))
		self->failures += pages;
	for (i = 0; !region_refuses(kind) && i < pages; i++) {
		ASSERT_TRUE(record_wait(region_record(&r, i), RECORD_MS)) {
			TH_LOG("%s: no record on page %u", region_name(kind), i);
		}
		EXPECT_EQ(NULL, work_wrong(&works[i], region_record(&r, i)));
	}
	expect_count(_metadata, &self->wq, self->ids[0], "cr_faults", self->faults);
	expect_count(_metadata, &self->wq, self->ids[0], "cr_fault_failures", self->failures);
	for (i = 0; i < pages; i++)
		EXPECT_EQ(NULL, region_wrong(&r, i)) {
			TH_LOG("%s, page %u", region_name(kind), i);
		}
	work_free(works, pages);
	region_put(&r);

	return true;
}

TEST_F(counts, each_kind_of_memory)
{
	enum region_kind kind;

	for (kind = 0; kind < REGION_KINDS; kind++)
		if (!run_kind_counted(_metadata, self, kind))
			TH_LOG("%s: not on this machine", region_name(kind));
}

/* A batch counts for each member and for itself. */
TEST_F(counts, batch)
{
	struct dsa_hw_desc *members, desc;
	struct region r, readonly;
	unsigned int i;

	members = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, members);
	ASSERT_EQ(0, region_get(&r, REGION_ANON, PAGES + 1));
	ASSERT_EQ(0, region_get(&readonly, REGION_READONLY, 1));
	for (i = 0; i < PAGES; i++)
		desc_noop(&members[i], region_record(&r, i));
	desc_batch(&desc, region_record(&r, PAGES), members, PAGES);
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(record_wait(region_record(&r, PAGES), RECORD_MS));
	EXPECT_EQ(DSA_COMP_SUCCESS, region_record(&r, PAGES)->status);
	EXPECT_EQ(PAGES, region_record(&r, PAGES)->descs_completed);
	expect_count(_metadata, &self->wq, self->ids[0], "cr_faults", PAGES + 1);
	expect_count(_metadata, &self->wq, self->ids[0], "cr_fault_failures", 0);

	/* One member's record cannot be written: the batch says so. */
	ASSERT_EQ(0, madvise(r.base, r.len, MADV_DONTNEED));
	desc_noop(&members[2], region_record(&readonly, 0));
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(record_wait(region_record(&r, PAGES), RECORD_MS));
	EXPECT_EQ(DSA_COMP_BATCH_FAIL, region_record(&r, PAGES)->status);
	EXPECT_EQ(1, region_record(&r, PAGES)->result);
	expect_count(_metadata, &self->wq, self->ids[0], "cr_faults", 2 * (PAGES + 1));
	expect_count(_metadata, &self->wq, self->ids[0], "cr_fault_failures", 1);
	EXPECT_EQ(NULL, region_wrong(&readonly, 0));
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
