// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that floods the log while it waits for a page: what the driver
 * keeps for it is bounded, and what goes past that is its own loss.
 */
#include <errno.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/qmp.h"
#include "lib/regs.h"
#include "lib/run.h"
#include "lib/slow.h"

/* Set aside when the file is opened, and allocated at most */
#define BOUND		(1024 + 65535)
#define FLOOD		70000
#define FLOOD_TEXT	"70000*"
#define PAGES		32
#define FLOOD_MS	200000

FIXTURE(bound_limit) {
	struct wq wq;
	struct qmp qmp;
	struct portal portal;
};

FIXTURE_SETUP(bound_limit)
{
	end_with_parent();
	ASSERT_TRUE(wq_find(&self->wq, WQ_DEDICATED | WQ_PRS_OFF));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq));
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
}

FIXTURE_TEARDOWN(bound_limit)
{
	portal_close(&self->portal);
	qmp_close(&self->qmp);
}

static long wait_for(const struct wq *wq, enum evl_counter counter, long value)
{
	unsigned int i;
	long seen = 0;

	/* Each wait of its own is bounded. */
	for (i = 0; i < FLOOD_MS / RECORD_MS && seen < value; i++)
		seen = evl_counter_wait(wq, counter, value);

	return seen;
}

static int inject(struct qmp *qmp, const struct evl_entry *entry)
{
	char value[2 * sizeof(*entry) + sizeof(FLOOD_TEXT)] = FLOOD_TEXT;
	unsigned int i;

	for (i = 0; i < sizeof(*entry); i++)
		sprintf(value + sizeof(FLOOD_TEXT) - 1 + 2 * i, "%02x",
			((const unsigned char *)entry)[i]);

	return qmp_set(qmp, "x-test-log", value);
}

TEST_F_TIMEOUT(bound_limit, flood, 300)
{
	long entries = evl_counter(&self->wq, EVL_ENTRIES);
	long written = evl_counter(&self->wq, EVL_WRITTEN);
	long failures = evl_counter(&self->wq, EVL_FAILURES);
	struct evl_entry entry = {
		.desc_valid = 1,
		.wq_valid = 1,
		.write = 1,
		.info_valid = 1,
		.error = EVL_RECORD_FAULT,
		.wq = self->wq.id,
		.info = EVL_INFO_RCR,
		.record.status = DSA_COMP_SUCCESS,
	};
	struct portal neighbour;
	struct regs regs;
	struct slow slow;
	struct run run;
	struct wq other;
	int rc;

	rc = slow_get(&slow, SLOW_UFFD, 1, NULL, NULL);
	if (rc == -ENODEV)
		SKIP(return, "no userfaultfd in this kernel");
	ASSERT_EQ(0, rc);
	ASSERT_EQ(0, regs_open(&regs, &self->wq));
	entry.pasid = regs_wq_pasid(&regs, self->wq.id);
	regs_close(&regs);
	entry.fault_addr = (uintptr_t)slow.base;
	ASSERT_EQ(0, inject(&self->qmp, &entry)) {
		TH_LOG("%s", self->qmp.error);
	}
	ASSERT_EQ(entries + FLOOD, wait_for(&self->wq, EVL_ENTRIES, entries + FLOOD));
	EXPECT_EQ(failures + FLOOD - BOUND, evl_counter(&self->wq, EVL_FAILURES));
	EXPECT_EQ(written, evl_counter(&self->wq, EVL_WRITTEN));

	/* The loss is of one queue's user alone. */
	ASSERT_TRUE(wq_find(&other, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_EQ(0, portal_open(&neighbour, &other, SUBMIT_PORTAL));
	EXPECT_EQ(0, run_kind(&run, &neighbour, &other, REGION_ANON, PAGES, 8, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	portal_close(&neighbour);
	EXPECT_EQ(failures + FLOOD - BOUND, evl_counter(&self->wq, EVL_FAILURES));

	ASSERT_EQ(0, slow_answer(&slow));
	EXPECT_EQ(written + PAGES + BOUND,
		  wait_for(&self->wq, EVL_WRITTEN, written + PAGES + BOUND));
	slow_put(&slow);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
