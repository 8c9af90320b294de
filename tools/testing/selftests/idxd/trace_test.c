// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trace events of a record that faulted: the entry that was taken, and the
 * record that was written, or why it was not.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/region.h"
#include "lib/trace.h"

#define ENTRY	"idxd_evl_entry"
#define WRITE	"idxd_cr_write"
#define FAIL	"idxd_cr_fail"

static const char *const events[] = { ENTRY, WRITE, FAIL };

FIXTURE(trace) {
	struct trace trace;
	struct wq wq;
	struct portal portal;
	/* Of what was traced: how often, and the last of each. */
	unsigned int count[3];
	char last[3][1024];
};

FIXTURE_SETUP(trace)
{
	unsigned int i;

	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(0, trace_open(&self->trace));
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		char name[40];

		snprintf(name, sizeof(name), "idxd/%s", events[i]);
		ASSERT_EQ(0, trace_event(&self->trace, name, true));
	}
	trace_count(&self->trace, "");
}

FIXTURE_TEARDOWN(trace)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		char name[40];

		snprintf(name, sizeof(name), "idxd/%s", events[i]);
		trace_event(&self->trace, name, false);
	}
	trace_close(&self->trace);
	portal_close(&self->portal);
}

/* One descriptor with its record there; the events that it makes. */
static void submit_traced(struct __test_metadata *_metadata, struct _test_data_trace *self,
			  void *record, enum evl_counter ends)
{
	long before = evl_counter(&self->wq, ends);
	struct dsa_hw_desc desc;
	char line[1024];
	unsigned int i;

	desc_noop(&desc, record);
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_LE(before + 1, evl_counter_wait(&self->wq, ends, before + 1));

	while (trace_line(&self->trace, line, sizeof(line))) {
		for (i = 0; i < ARRAY_SIZE(events); i++) {
			if (!strstr(line, events[i]))
				continue;
			self->count[i]++;
			snprintf(self->last[i], sizeof(self->last[i]), "%s", line);
		}
	}
}

static void expect_traced(struct __test_metadata *_metadata, const char *line,
			  const struct wq *wq, const void *addr, int err)
{
	char want[80];

	snprintf(want, sizeof(want), "dsa%u ", wq->dev);
	EXPECT_NE(NULL, strstr(line, want));
	snprintf(want, sizeof(want), "wq=%u addr=%#lx err=%d", wq->id,
		 (unsigned long)addr, err);
	EXPECT_NE(NULL, strstr(line, want)) {
		TH_LOG("wanted '%s', seen '%s'", want, line);
	}
}

TEST_F(trace, record_written)
{
	struct dsa_completion_record *record;
	struct region r;

	ASSERT_EQ(0, region_get(&r, REGION_ANON, 1));
	record = region_record(&r, 0);
	submit_traced(_metadata, self, record, EVL_WRITTEN);
	EXPECT_EQ(1, self->count[0]);
	EXPECT_EQ(1, self->count[1]);
	EXPECT_EQ(0, self->count[2]);
	expect_traced(_metadata, self->last[1], &self->wq, record, 0);
	region_put(&r);
}

TEST_F(trace, record_failed)
{
	struct dsa_completion_record *record;
	struct region r;

	ASSERT_EQ(0, region_get(&r, REGION_READONLY_NEW, 1));
	record = region_record(&r, 0);
	submit_traced(_metadata, self, record, EVL_FAILURES);
	EXPECT_EQ(1, self->count[0]);
	EXPECT_EQ(0, self->count[1]);
	EXPECT_EQ(1, self->count[2]);
	expect_traced(_metadata, self->last[2], &self->wq, record, -EFAULT);
	region_put(&r);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
