// SPDX-License-Identifier: GPL-2.0-only
/*
 * A Drain whose record must come after those of what it has drained, which go
 * through the event log. The device is stopped until all is submitted, so that
 * the Drain has something to drain.
 */
#include <errno.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/region.h"
#include "lib/repeat.h"

/* Fit into the queue all together. */
#define BEFORE		12
#define ROUNDS		repeat(8)

FIXTURE(drain) {
	struct wq wq;
	struct portal portal;
	struct region region;		/* a page for each record, the Drain's last */
	struct region readonly;
	struct qmp qmp;
};

FIXTURE_VARIANT(drain) {
	unsigned int mode;
};

FIXTURE_VARIANT_ADD(drain, dedicated) {
	.mode = WQ_DEDICATED,
};

FIXTURE_VARIANT_ADD(drain, shared) {
	.mode = WQ_SHARED,
};

FIXTURE_SETUP(drain)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->mode | WQ_PRS_OFF));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq)) {
		TH_LOG("%s", self->qmp.error);
	}
	ASSERT_EQ(0, region_get(&self->region, REGION_ANON, BEFORE + 1));
	ASSERT_EQ(0, region_get(&self->readonly, REGION_READONLY, 1));
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
}

FIXTURE_TEARDOWN(drain)
{
	qmp_set(&self->qmp, "x-test-hold", "0");
	qmp_close(&self->qmp);
	portal_close(&self->portal);
	region_put(&self->readonly);
	region_put(&self->region);
}

static void hold_engines(struct __test_metadata *_metadata, struct qmp *qmp, const char *engines)
{
	ASSERT_EQ(0, qmp_set(qmp, "x-test-hold", engines)) {
		TH_LOG("%s", qmp->error);
	}
}

/* Submit what will be drained, and the Drain; then let the device go. */
static void submit_all(struct __test_metadata *_metadata, struct portal *p,
		       const struct region *r, struct qmp *qmp,
		       const struct dsa_hw_desc *drain)
{
	struct dsa_hw_desc desc;
	unsigned int i;

	hold_engines(_metadata, qmp, "0xf");
	for (i = 0; i < BEFORE; i++) {
		desc_noop(&desc, region_record(r, i));
		ASSERT_EQ(0, portal_submit(p, &desc));
	}
	ASSERT_EQ(0, portal_submit(p, drain));
	EXPECT_FALSE(page_present(region_record(r, 0)));
	hold_engines(_metadata, qmp, "0");
}

static void expect_all(struct __test_metadata *_metadata, const struct region *r)
{
	unsigned int i;

	for (i = 0; i < BEFORE; i++) {
		ASSERT_TRUE(page_present(region_record(r, i))) {
			TH_LOG("the Drain's record came before number %u", i);
		}
		EXPECT_EQ(DSA_COMP_SUCCESS, region_record(r, i)->status);
	}
}

static void run_drain(struct __test_metadata *_metadata, struct portal *p,
		      const struct region *r, struct qmp *qmp, const struct wq *wq, bool present)
{
	struct dsa_completion_record *own = region_record(r, BEFORE);
	long drains = evl_counter(wq, EVL_DRAINS);
	long faults = evl_counter(wq, EVL_FAULTS);
	struct dsa_hw_desc desc;
	unsigned int round;

	desc_drain(&desc, own);
	for (round = 0; round < ROUNDS; round++) {
		ASSERT_EQ(0, madvise(r->base, r->len, MADV_DONTNEED));
		if (present)
			memset(own, 0, RECORD_SIZE);
		submit_all(_metadata, p, r, qmp, &desc);
		ASSERT_TRUE(record_wait(own, RECORD_MS));
		EXPECT_EQ(DSA_COMP_SUCCESS, own->status);
		expect_all(_metadata, r);
	}

	/* A Drain is no fault of the process. */
	EXPECT_EQ(drains + ROUNDS, evl_counter(wq, EVL_DRAINS));
	EXPECT_EQ(faults + ROUNDS * BEFORE, evl_counter(wq, EVL_FAULTS));
}

TEST_F(drain, page_missing)
{
	run_drain(_metadata, &self->portal, &self->region, &self->qmp, &self->wq, false);
}

TEST_F(drain, page_present)
{
	run_drain(_metadata, &self->portal, &self->region, &self->qmp, &self->wq, true);
}

/* Its record is due only if it was requested. */
TEST_F(drain, not_requested)
{
	struct dsa_completion_record *own = region_record(&self->region, BEFORE);
	struct dsa_hw_desc desc;
	unsigned int i;

	desc_drain(&desc, own);
	desc.flags &= ~IDXD_OP_FLAG_RCR;
	submit_all(_metadata, &self->portal, &self->region, &self->qmp, &desc);
	for (i = 0; i < BEFORE; i++)
		ASSERT_TRUE(record_wait(region_record(&self->region, i), RECORD_MS));
	usleep(200000);
	EXPECT_FALSE(page_present(own));
}

/* Where no record can be written, that is counted. */
TEST_F(drain, record_refused)
{
	long failures = evl_counter(&self->wq, EVL_FAILURES);
	struct dsa_hw_desc desc;

	desc_drain(&desc, region_record(&self->readonly, 0));
	submit_all(_metadata, &self->portal, &self->region, &self->qmp, &desc);
	EXPECT_EQ(failures + 1, evl_counter_wait(&self->wq, EVL_FAILURES, failures + 1));
	EXPECT_EQ(NULL, region_wrong(&self->readonly, 0));
	expect_all(_metadata, &self->region);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
