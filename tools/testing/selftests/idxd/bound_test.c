// SPDX-License-Identifier: GPL-2.0-only
/*
 * More records of one process wait than the driver has set memory aside for:
 * none is lost as long as there is memory, and nobody else is held up.
 */
#include <errno.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/region.h"
#include "lib/slow.h"
#include "lib/work.h"

/* The driver sets aside 1024 places for a process. */
#define MANY		3000

FIXTURE(bound) {
	struct wq wq;
	struct portal portal;
	struct fuse fuse;
	struct slow slow;
	int missing;		/* -ENODEV if the kernel cannot hold pages back */
};

FIXTURE_VARIANT(bound) {
	enum slow_kind kind;
};

FIXTURE_VARIANT_ADD(bound, fuse) {
	.kind = SLOW_FUSE,
};

FIXTURE_VARIANT_ADD(bound, userfaultfd) {
	.kind = SLOW_UFFD,
};

FIXTURE_SETUP(bound)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
	if (variant->kind == SLOW_FUSE)
		self->missing = fuse_start(&self->fuse, 1);
	if (!self->missing)
		self->missing = slow_get(&self->slow, variant->kind, 1, NULL,
					 &self->fuse);
	ASSERT_TRUE(!self->missing || self->missing == -ENODEV);
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
}

FIXTURE_TEARDOWN(bound)
{
	portal_close(&self->portal);
	if (self->missing)
		return;
	slow_answer(&self->slow);
	slow_put(&self->slow);
	if (variant->kind == SLOW_FUSE)
		fuse_stop(&self->fuse);
}

TEST_F(bound, many_wait)
{
	struct dsa_completion_record *stuck = (void *)self->slow.base;
	long entries = evl_counter(&self->wq, EVL_ENTRIES);
	long failures = evl_counter(&self->wq, EVL_FAILURES);
	unsigned int i, wrong = 0;
	struct dsa_hw_desc desc;
	struct work *works;
	struct region r;

	if (self->missing)
		SKIP(return, "not in this kernel");

	ASSERT_EQ(0, region_get(&r, REGION_ANON, MANY));
	works = work_alloc(MANY);
	ASSERT_NE(NULL, works);

	/* The first one waits for its page, and the others for the first. */
	desc_noop(&desc, stuck);
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_EQ(entries + 1, evl_counter_wait(&self->wq, EVL_ENTRIES, entries + 1));
	for (i = 0; i < MANY; i++) {
		work_prepare(&works[i], i, region_record(&r, i));
		ASSERT_EQ(0, portal_submit(&self->portal, &works[i].desc));
	}
	EXPECT_EQ(entries + 1 + MANY,
		  evl_counter_wait(&self->wq, EVL_ENTRIES, entries + 1 + MANY));
	EXPECT_FALSE(page_present(stuck));
	EXPECT_EQ(failures, evl_counter(&self->wq, EVL_FAILURES));

	ASSERT_EQ(0, slow_answer(&self->slow));
	ASSERT_TRUE(record_wait(stuck, RECORD_MS));
	EXPECT_EQ(DSA_COMP_SUCCESS, stuck->status);
	for (i = 0; i < MANY; i++) {
		struct dsa_completion_record *record = region_record(&r, i);

		/* One that is lost does not come however long it is waited for. */
		if (!record_wait(record, wrong ? 1 : RECORD_MS) ||
		    work_wrong(&works[i], record))
			wrong++;
	}
	EXPECT_EQ(0, wrong) {
		TH_LOG("%u of %u records are lost or wrong", wrong, MANY);
	}
	EXPECT_EQ(failures, evl_counter(&self->wq, EVL_FAILURES));
	region_put(&r);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
