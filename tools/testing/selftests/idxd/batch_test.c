// SPDX-License-Identifier: GPL-2.0-only
/*
 * Batches whose records go through the event log: what a program sees of them,
 * and in which order.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/region.h"
#include "lib/repeat.h"
#include "lib/slow.h"

#define MEMBERS		8
#define ROUNDS		repeat(60)

/* Long enough for what must not happen to happen. */
#define GRACE_US	200000

/* A batch under construction: its records are on pages that are missing. */
struct batch {
	struct portal portal;
	struct region region;		/* a page for each record, the batch's last */
	struct region readonly;		/* where no record can be written */
	struct dsa_hw_desc *members;
	struct dsa_hw_desc desc;
};

FIXTURE(batch) {
	struct wq wq;
	struct batch b;
};

FIXTURE_VARIANT(batch) {
	unsigned int mode;
};

FIXTURE_VARIANT_ADD(batch, dedicated) {
	.mode = WQ_DEDICATED,
};

FIXTURE_VARIANT_ADD(batch, shared) {
	.mode = WQ_SHARED,
};

static struct dsa_completion_record *member(struct batch *b, unsigned int i)
{
	return region_record(&b->region, i);
}

static struct dsa_completion_record *own(struct batch *b)
{
	return region_record(&b->region, MEMBERS);
}

/* A fresh batch of No-ops, all records missing. */
static int batch_renew(struct batch *b)
{
	unsigned int i;

	if (madvise(b->region.base, b->region.len, MADV_DONTNEED))
		return -errno;
	for (i = 0; i < MEMBERS; i++)
		desc_noop(&b->members[i], member(b, i));
	desc_batch(&b->desc, own(b), b->members, MEMBERS);

	return 0;
}

static int batch_start(struct batch *b, const struct wq *wq)
{
	int rc;

	memset(b, 0, sizeof(*b));
	b->members = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (b->members == MAP_FAILED)
		return -errno;
	rc = region_get(&b->region, REGION_ANON, MEMBERS + 1);
	if (!rc)
		rc = region_get(&b->readonly, REGION_READONLY, 1);
	if (!rc)
		rc = portal_open(&b->portal, wq, SUBMIT_PORTAL);

	return rc ? rc : batch_renew(b);
}

FIXTURE_SETUP(batch)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->mode | WQ_PRS_OFF));
	ASSERT_EQ(0, batch_start(&self->b, &self->wq));
}

FIXTURE_TEARDOWN(batch)
{
	portal_close(&self->b.portal);
}

static void submit(struct __test_metadata *_metadata, struct batch *b)
{
	ASSERT_EQ(0, portal_submit(&b->portal, &b->desc));
}

static void expect_batch(struct __test_metadata *_metadata, struct batch *b,
			 unsigned int status, unsigned int result, unsigned int completed)
{
	ASSERT_TRUE(record_wait(own(b), RECORD_MS));
	EXPECT_EQ(status, own(b)->status);
	EXPECT_EQ(result, own(b)->result);
	EXPECT_EQ(completed, own(b)->descs_completed);
}

/* The members from @first to @end have their records when the batch has its. */
static void expect_members(struct __test_metadata *_metadata, struct batch *b,
			   unsigned int first, unsigned int end)
{
	unsigned int i;

	for (i = first; i < end; i++) {
		ASSERT_TRUE(page_present(member(b, i))) {
			TH_LOG("the batch's record came before that of member %u", i);
		}
		EXPECT_EQ(DSA_COMP_SUCCESS, member(b, i)->status);
	}
}

static void expect_not_started(struct __test_metadata *_metadata, struct batch *b,
			       unsigned int first)
{
	unsigned int i;

	usleep(GRACE_US);
	for (i = first; i < MEMBERS; i++)
		EXPECT_FALSE(page_present(member(b, i)));
}

/* Nothing of it was in the log before, so nothing comes after this one. */
static void flush_log(struct __test_metadata *_metadata, struct batch *b)
{
	struct dsa_completion_record *record;
	struct dsa_hw_desc desc;
	struct region r;

	ASSERT_EQ(0, region_get(&r, REGION_ANON, 1));
	record = region_record(&r, 0);
	desc_noop(&desc, record);
	ASSERT_EQ(0, portal_submit(&b->portal, &desc));
	ASSERT_TRUE(record_wait(record, RECORD_MS));
	region_put(&r);
}

TEST_F(batch, all_records_missing)
{
	long batches = evl_counter(&self->wq, EVL_BATCHES);
	long faults = evl_counter(&self->wq, EVL_FAULTS);
	unsigned int round;

	for (round = 0; round < ROUNDS; round++) {
		ASSERT_EQ(0, batch_renew(&self->b));
		submit(_metadata, &self->b);
		expect_batch(_metadata, &self->b, DSA_COMP_SUCCESS, 0, MEMBERS);
		expect_members(_metadata, &self->b, 0, MEMBERS);
	}
	EXPECT_EQ(batches + ROUNDS, evl_counter(&self->wq, EVL_BATCHES));
	EXPECT_EQ(faults + ROUNDS * (MEMBERS + 1), evl_counter(&self->wq, EVL_FAULTS));
}

/* Only the batch's own record is missing: a fault like any other. */
TEST_F(batch, own_record_missing)
{
	long batches = evl_counter(&self->wq, EVL_BATCHES);
	unsigned int i;

	for (i = 0; i < MEMBERS; i++)
		memset(member(&self->b, i), 0, RECORD_SIZE);
	submit(_metadata, &self->b);
	expect_batch(_metadata, &self->b, DSA_COMP_SUCCESS, 0, MEMBERS);
	expect_members(_metadata, &self->b, 0, MEMBERS);
	EXPECT_EQ(batches, evl_counter(&self->wq, EVL_BATCHES));
}

/* The batch's page is there, but its record waits for its members'. */
TEST_F(batch, own_page_present)
{
	memset(own(&self->b), 0, RECORD_SIZE);
	submit(_metadata, &self->b);
	expect_batch(_metadata, &self->b, DSA_COMP_SUCCESS, 0, MEMBERS);
	expect_members(_metadata, &self->b, 0, MEMBERS);
}

TEST_F(batch, members_record_refused)
{
	long failures = evl_counter(&self->wq, EVL_FAILURES);
	unsigned int round, bad;

	for (round = 0; round < ROUNDS; round++) {
		bad = round % MEMBERS;
		ASSERT_EQ(0, batch_renew(&self->b));
		self->b.members[bad].completion_addr =
			(uintptr_t)region_record(&self->b.readonly, 0);
		/* Due without being requested, too. */
		if (round & 1)
			self->b.desc.flags &= ~IDXD_OP_FLAG_RCR;
		submit(_metadata, &self->b);
		expect_batch(_metadata, &self->b, DSA_COMP_BATCH_FAIL, 1, MEMBERS);
		expect_members(_metadata, &self->b, 0, bad);
		expect_members(_metadata, &self->b, bad + 1, MEMBERS);
		EXPECT_EQ(failures + round + 1, evl_counter(&self->wq, EVL_FAILURES));

		/* The identifier is used again, and nothing sticks to it. */
		ASSERT_EQ(0, batch_renew(&self->b));
		submit(_metadata, &self->b);
		expect_batch(_metadata, &self->b, DSA_COMP_SUCCESS, 0, MEMBERS);
		expect_members(_metadata, &self->b, 0, MEMBERS);
	}
	EXPECT_EQ(NULL, region_wrong(&self->b.readonly, 0));
}

TEST_F(batch, record_not_requested)
{
	self->b.desc.flags &= ~IDXD_OP_FLAG_RCR;
	submit(_metadata, &self->b);
	ASSERT_TRUE(record_wait(member(&self->b, MEMBERS - 1), RECORD_MS));
	flush_log(_metadata, &self->b);
	expect_members(_metadata, &self->b, 0, MEMBERS);
	EXPECT_FALSE(page_present(own(&self->b)));
}

/* A batch that has no place for a record does not miss it. */
TEST_F(batch, no_record_address)
{
	long failures = evl_counter(&self->wq, EVL_FAILURES);
	long batches = evl_counter(&self->wq, EVL_BATCHES);

	self->b.members[2].completion_addr = (uintptr_t)region_record(&self->b.readonly, 0);
	self->b.desc.flags &= ~(IDXD_OP_FLAG_CRAV | IDXD_OP_FLAG_RCR);
	submit(_metadata, &self->b);
	ASSERT_TRUE(record_wait(member(&self->b, MEMBERS - 1), RECORD_MS));
	flush_log(_metadata, &self->b);
	expect_members(_metadata, &self->b, 0, 2);
	expect_members(_metadata, &self->b, 3, MEMBERS);
	EXPECT_FALSE(page_present(own(&self->b)));
	EXPECT_EQ(batches + 1, evl_counter(&self->wq, EVL_BATCHES));
	/* That of the member */
	EXPECT_EQ(failures + 1, evl_counter(&self->wq, EVL_FAILURES));
}

/* A member ends with an error, and its record goes through the log. */
TEST_F(batch, member_fails)
{
	desc_init(&self->b.members[3], 0xff, member(&self->b, 3));
	submit(_metadata, &self->b);
	expect_batch(_metadata, &self->b, DSA_COMP_BATCH_FAIL, 1, MEMBERS);
	expect_members(_metadata, &self->b, 0, 3);
	expect_members(_metadata, &self->b, 4, MEMBERS);
	EXPECT_EQ(DSA_COMP_BAD_OPCODE, member(&self->b, 3)->status);
}

/* What has a fence does not start after a record that went through the log. */
TEST_F(batch, fence)
{
	self->b.members[5].flags |= IDXD_OP_FLAG_FENCE;
	submit(_metadata, &self->b);
	expect_batch(_metadata, &self->b, DSA_COMP_BATCH_FAIL, 1, 5);
	expect_members(_metadata, &self->b, 0, 5);
	expect_not_started(_metadata, &self->b, 5);
}

TEST_F(batch, fence_of_the_first)
{
	self->b.members[0].flags |= IDXD_OP_FLAG_FENCE;
	submit(_metadata, &self->b);
	expect_batch(_metadata, &self->b, DSA_COMP_SUCCESS, 0, MEMBERS);
	expect_members(_metadata, &self->b, 0, MEMBERS);
}

/* The list goes on where nothing is; a member before may have failed. */
static void run_list_fault(struct __test_metadata *_metadata, struct batch *b, bool failed)
{
	char *end = (char *)b->members + 4096;
	struct dsa_hw_desc *list = (struct dsa_hw_desc *)end - 4;

	memcpy(list, b->members, 4 * sizeof(*list));
	ASSERT_EQ(0, munmap(end, 4096));
	if (failed)
		desc_init(&list[1], 0xff, member(b, 1));
	desc_batch(&b->desc, own(b), list, MEMBERS);
	submit(_metadata, b);
	expect_batch(_metadata, b, DSA_COMP_BATCH_PAGE_FAULT, failed, 4);
	EXPECT_EQ((uintptr_t)end, own(b)->fault_addr);
	expect_members(_metadata, b, 0, 1);
	expect_members(_metadata, b, 2, 4);
	EXPECT_EQ(failed ? DSA_COMP_BAD_OPCODE : DSA_COMP_SUCCESS, member(b, 1)->status);
	expect_not_started(_metadata, b, 4);
}

TEST_F(batch, list_fault)
{
	run_list_fault(_metadata, &self->b, false);
}

TEST_F(batch, list_fault_after_failure)
{
	run_list_fault(_metadata, &self->b, true);
}

/* Status 6 stays, and the result tells of the record that is missing. */
TEST_F(batch, list_fault_and_record_refused)
{
	struct batch *b = &self->b;
	char *end = (char *)b->members + 4096;
	struct dsa_hw_desc *list = (struct dsa_hw_desc *)end - 4;

	memcpy(list, b->members, 4 * sizeof(*list));
	ASSERT_EQ(0, munmap(end, 4096));
	list[2].completion_addr = (uintptr_t)region_record(&b->readonly, 0);
	desc_batch(&b->desc, own(b), list, MEMBERS);
	submit(_metadata, b);
	expect_batch(_metadata, b, DSA_COMP_BATCH_PAGE_FAULT, 1, 4);
	EXPECT_EQ((uintptr_t)end, own(b)->fault_addr);
}

/* While a member's page does not come, neither does the batch's record. */
static void run_slow_member(struct __test_metadata *_metadata, struct batch *b,
			    enum slow_kind kind)
{
	struct fuse fuse = {};
	struct slow slow;
	int rc = 0;

	if (kind == SLOW_FUSE)
		rc = fuse_start(&fuse, 1);
	if (!rc)
		rc = slow_get(&slow, kind, 1, NULL, &fuse);
	if (rc == -ENODEV)
		SKIP(return, "not in this kernel");
	ASSERT_EQ(0, rc);

	b->members[2].completion_addr = (uintptr_t)slow.base;
	submit(_metadata, b);
	ASSERT_TRUE(record_wait(member(b, 1), RECORD_MS));
	usleep(GRACE_US);
	EXPECT_FALSE(page_present(own(b)));
	ASSERT_EQ(0, slow_answer(&slow));
	expect_batch(_metadata, b, DSA_COMP_SUCCESS, 0, MEMBERS);
	EXPECT_EQ(DSA_COMP_SUCCESS, ((struct dsa_completion_record *)slow.base)->status);
	expect_members(_metadata, b, 0, 2);
	expect_members(_metadata, b, 3, MEMBERS);
	slow_put(&slow);
	if (kind == SLOW_FUSE)
		fuse_stop(&fuse);
}

TEST_F(batch, member_waits_for_userfaultfd)
{
	run_slow_member(_metadata, &self->b, SLOW_UFFD);
}

TEST_F(batch, member_waits_for_fuse)
{
	run_slow_member(_metadata, &self->b, SLOW_FUSE);
}

/* A process whose batches all fail, or none. */
static int interleave(const struct wq *wq, bool failing)
{
	struct batch b;
	unsigned int round;

	if (batch_start(&b, wq))
		return 1;
	for (round = 0; round < 4 * ROUNDS; round++) {
		if (batch_renew(&b))
			return 2;
		if (failing)
			b.members[round % MEMBERS].completion_addr =
				(uintptr_t)region_record(&b.readonly, 0);
		if (portal_submit(&b.portal, &b.desc))
			return 3;
		if (!record_wait(own(&b), RECORD_MS))
			return 4;
		if (own(&b)->status != (failing ? DSA_COMP_BATCH_FAIL : DSA_COMP_SUCCESS) ||
		    own(&b)->result != failing || own(&b)->descs_completed != MEMBERS)
			return 5;
	}
	portal_close(&b.portal);

	return 0;
}

/* Identifiers are used again at once, by whichever process comes next. */
TEST_F(batch, two_processes)
{
	struct wq other;
	int status;
	pid_t pid;

	ASSERT_TRUE(wq_find(&other, WQ_SHARED | WQ_PRS_OFF));
	portal_close(&self->b.portal);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(interleave(&other, true));
	EXPECT_EQ(0, interleave(&self->wq, false));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
