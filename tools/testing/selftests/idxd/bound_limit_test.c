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
#define FLOOD_MS	(5 * RECORD_MS)

FIXTURE(bound_limit) {
	struct wq wq;
	struct qmp qmp;
	struct portal portal;
};

FIXTURE_SETUP(bound_limit)
{
	begin_test();
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

/* @times: "" for one, or a number and '*' */
static int inject(struct qmp *qmp, const char *times, const struct evl_entry *entry)
{
	char value[2 * sizeof(*entry) + sizeof(FLOOD_TEXT)];
	unsigned int i, len;

	len = sprintf(value, "%s", times);
	for (i = 0; i < sizeof(*entry); i++)
		len += sprintf(value + len, "%02x", ((const unsigned char *)entry)[i]);

	return qmp_set(qmp, "x-test-log", value);
}

/* Entries that find no room: how many failures each of them is. */
static void expect_dropped(struct __test_metadata *_metadata, struct qmp *qmp,
			   const struct wq *wq, const struct evl_entry *entry, long want)
{
	long failures = evl_counter(wq, EVL_FAILURES);
	long entries = evl_counter(wq, EVL_ENTRIES);
	struct evl_status status;

	ASSERT_EQ(0, inject(qmp, "", entry));
	ASSERT_EQ(entries + 1, evl_counter_wait(wq, EVL_ENTRIES, entries + 1));
	ASSERT_EQ(0, evl_idle(wq, &status));
	EXPECT_EQ(failures + want, evl_counter(wq, EVL_FAILURES));
}

/*
 * The record of a batch whose members' are dropped is owed though it was not
 * requested, if it has an address.
 */
static void expect_dropped_batches(struct __test_metadata *_metadata, struct qmp *qmp,
				   const struct wq *wq, const struct evl_entry *lost)
{
	struct evl_entry member = *lost, end = *lost;

	member.in_batch = 1;
	member.batch_id = 1;
	member.info |= EVL_INFO_FIRST;
	end.error = DSA_COMP_BATCH_EVL_ERR;
	end.opcode = DSA_OPCODE_BATCH;
	end.batch_id = 1;

	expect_dropped(_metadata, qmp, wq, &member, 1);
	expect_dropped(_metadata, qmp, wq, &end, 1);

	end.info = 0;
	expect_dropped(_metadata, qmp, wq, &member, 1);
	expect_dropped(_metadata, qmp, wq, &end, 1);
	/* Once for each batch */
	expect_dropped(_metadata, qmp, wq, &end, 0);

	end.batch_id = 2;
	expect_dropped(_metadata, qmp, wq, &end, 0);

	end.batch_id = 1;
	end.fault_addr = 0;
	expect_dropped(_metadata, qmp, wq, &member, 1);
	expect_dropped(_metadata, qmp, wq, &end, 0);
}

TEST_F(bound_limit, flood)
{
	long entries = evl_counter(&self->wq, EVL_ENTRIES);
	long written = evl_counter(&self->wq, EVL_WRITTEN);
	long failures = evl_counter(&self->wq, EVL_FAILURES);
	struct evl_entry entry = {
		.desc_valid = 1,
		.wq_valid = 1,
		.write = 1,
		.info_valid = 1,
		.error = DSA_COMP_CRA_XLAT,
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
	ASSERT_EQ(0, inject(&self->qmp, FLOOD_TEXT, &entry)) {
		TH_LOG("%s", self->qmp.error);
	}
	ASSERT_EQ(entries + FLOOD, wait_for(&self->wq, EVL_ENTRIES, entries + FLOOD));
	EXPECT_EQ(failures + FLOOD - BOUND, evl_counter(&self->wq, EVL_FAILURES));
	EXPECT_EQ(written, evl_counter(&self->wq, EVL_WRITTEN));

	expect_dropped_batches(_metadata, &self->qmp, &self->wq, &entry);
	failures = evl_counter(&self->wq, EVL_FAILURES);

	/* The loss is of one queue's user alone. */
	ASSERT_TRUE(wq_find(&other, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_EQ(0, portal_open(&neighbour, &other, SUBMIT_PORTAL));
	EXPECT_EQ(0, run_kind(&run, &neighbour, &other, REGION_ANON, PAGES, 8, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	portal_close(&neighbour);
	EXPECT_EQ(failures, evl_counter(&self->wq, EVL_FAILURES));

	ASSERT_EQ(0, slow_answer(&slow));
	EXPECT_EQ(written + PAGES + BOUND,
		  wait_for(&self->wq, EVL_WRITTEN, written + PAGES + BOUND));
	slow_put(&slow);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
