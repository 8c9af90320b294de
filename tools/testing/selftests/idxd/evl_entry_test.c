// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries that the device should never log, or that are of nobody's records
 * any more: whatever stands in them, nothing is written for them, they are
 * counted, and those that follow are handled. The entries are put into the log
 * through the machine's monitor.
 */
#include <errno.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/qmp.h"
#include "lib/region.h"
#include "lib/regs.h"

/* A kernel's queue, of setup-wqs.sh -k. */
#define KERNEL_WQ	4

/* Each test takes fewer: two records for an entry that is refused. */
#define PAGES		32

/* What puts entries into a device's log. */
struct log {
	struct wq wq;
	struct portal portal;
	struct region region;
	struct qmp qmp;
	struct evl_entry good;		/* one that the driver must accept */
	unsigned int page;		/* next page for a record */
};

FIXTURE(evl_entry) {
	struct log log;
};

FIXTURE_SETUP(evl_entry)
{
	struct log *log = &self->log;
	struct regs regs;
	long pasid;

	begin_test();
	ASSERT_TRUE(wq_find(&log->wq, WQ_DEDICATED | WQ_PRS_OFF));
	ASSERT_EQ(0, qmp_open(&log->qmp, &log->wq)) {
		TH_LOG("%s", log->qmp.error);
	}
	ASSERT_EQ(0, portal_open(&log->portal, &log->wq, SUBMIT_PORTAL));
	ASSERT_EQ(0, region_get(&log->region, REGION_ANON, PAGES));
	ASSERT_EQ(0, regs_open(&regs, &log->wq));
	pasid = regs_wq_pasid(&regs, log->wq.id);
	regs_close(&regs);
	ASSERT_LT(0, pasid);

	log->good = (struct evl_entry) {
		.desc_valid = 1,
		.wq_valid = 1,
		.write = 1,
		.info_valid = 1,
		.error = DSA_COMP_CRA_XLAT,
		.wq = log->wq.id,
		.opcode = DSA_OPCODE_NOOP,
		.pasid = pasid,
		.info = EVL_INFO_RCR,
		.record.status = DSA_COMP_SUCCESS,
	};
}

FIXTURE_TEARDOWN(evl_entry)
{
	struct log *log = &self->log;

	region_put(&log->region);
	portal_close(&log->portal);
	qmp_close(&log->qmp);
}

static void inject(struct __test_metadata *_metadata, struct qmp *qmp,
		   const struct evl_entry *entry)
{
	char hex[2 * sizeof(*entry) + 1];
	unsigned int i;

	for (i = 0; i < sizeof(*entry); i++)
		sprintf(hex + 2 * i, "%02x", ((const unsigned char *)entry)[i]);
	ASSERT_EQ(0, qmp_set(qmp, "x-test-log", hex)) {
		TH_LOG("%s", qmp->error);
	}
}

static struct dsa_completion_record *next_record(struct log *log)
{
	return region_record(&log->region, log->page++);
}

/* The driver takes this one: entries do get where they should. */
static void expect_written(struct __test_metadata *_metadata, struct log *log,
			   struct evl_entry entry)
{
	struct dsa_completion_record *record = next_record(log);

	entry.fault_addr = (uintptr_t)record;
	inject(_metadata, &log->qmp, &entry);
	ASSERT_TRUE(record_wait(record, RECORD_MS));
	EXPECT_EQ(DSA_COMP_SUCCESS, record->status);
}

static long counted(const struct wq *wq)
{
	return evl_counter(wq, EVL_REFUSED) + evl_counter(wq, EVL_ERRORS);
}

/* Nothing is written, one is counted, and the next one is taken. */
static void expect_refused(struct __test_metadata *_metadata, struct log *log,
			   struct evl_entry entry)
{
	struct dsa_completion_record *record = next_record(log);
	long entries = evl_counter(&log->wq, EVL_ENTRIES);
	long written = evl_counter(&log->wq, EVL_WRITTEN);
	long faults = evl_counter(&log->wq, EVL_FAULTS);
	long before = counted(&log->wq);

	entry.fault_addr = (uintptr_t)record;
	inject(_metadata, &log->qmp, &entry);
	ASSERT_EQ(entries + 1, evl_counter_wait(&log->wq, EVL_ENTRIES, entries + 1));
	/* It would have been written before this one. */
	expect_written(_metadata, log, log->good);
	EXPECT_FALSE(page_present(record));
	EXPECT_EQ(written + 1, evl_counter_wait(&log->wq, EVL_WRITTEN, written + 1));
	EXPECT_EQ(faults + 1, evl_counter(&log->wq, EVL_FAULTS));
	EXPECT_EQ(before + 1, counted(&log->wq));
}

TEST_F(evl_entry, good_one)
{
	expect_written(_metadata, &self->log, self->log.good);
}

TEST_F(evl_entry, queue_out_of_range)
{
	static const unsigned int queues[] = { 8, 16, 127, 128, 255 };
	struct evl_entry entry = self->log.good;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		entry.wq = queues[i];
		expect_refused(_metadata, &self->log, entry);
	}
}

TEST_F(evl_entry, queue_of_another)
{
	struct evl_entry entry = self->log.good;
	struct wq other;

	ASSERT_TRUE(wq_find(&other, WQ_SHARED | WQ_PRS_OFF));
	entry.wq = other.id;
	expect_refused(_metadata, &self->log, entry);
}

TEST_F(evl_entry, queue_not_enabled)
{
	struct evl_entry entry = self->log.good;

	entry.wq = KERNEL_WQ;
	expect_refused(_metadata, &self->log, entry);
}

TEST_F(evl_entry, queue_of_the_kernel)
{
	struct evl_entry entry = self->log.good;
	struct regs regs;

	portal_close(&self->log.portal);
	ASSERT_EQ(0, control_setup("-k"));
	ASSERT_EQ(0, portal_open(&self->log.portal, &self->log.wq, SUBMIT_PORTAL));
	ASSERT_EQ(0, regs_open(&regs, &self->log.wq));
	self->log.good.pasid = regs_wq_pasid(&regs, self->log.wq.id);
	ASSERT_TRUE(regs_wq_enabled(&regs, KERNEL_WQ));
	regs_close(&regs);

	entry = self->log.good;
	entry.wq = KERNEL_WQ;
	expect_refused(_metadata, &self->log, entry);
	/* As the kernel's own descriptors have it. */
	entry.priv = 1;
	entry.pasid = 0;
	expect_refused(_metadata, &self->log, entry);

	portal_close(&self->log.portal);
	EXPECT_EQ(0, control_setup(""));
}

TEST_F(evl_entry, pasid_of_nobody)
{
	static const unsigned int pasids[] = { 0, 1000, 0x80000, 0xfffff };
	struct evl_entry entry = self->log.good;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		entry.pasid = pasids[i];
		expect_refused(_metadata, &self->log, entry);
	}
}

TEST_F(evl_entry, privileged)
{
	struct evl_entry entry = self->log.good;

	entry.priv = 1;
	expect_refused(_metadata, &self->log, entry);
}

TEST_F(evl_entry, fields_not_valid)
{
	struct evl_entry entry = self->log.good;

	entry.desc_valid = 0;
	expect_refused(_metadata, &self->log, entry);
	entry = self->log.good;
	entry.wq_valid = 0;
	expect_refused(_metadata, &self->log, entry);
}

/* Without error information nobody knows what is due. */
TEST_F(evl_entry, info_not_valid)
{
	static const unsigned int codes[] = {
		DSA_COMP_CRA_XLAT, DSA_COMP_DRAIN_EVL, DSA_COMP_BATCH_EVL_ERR,
	};
	struct evl_entry entry = self->log.good;
	unsigned int i;

	entry.info_valid = 0;
	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		entry.error = codes[i];
		expect_refused(_metadata, &self->log, entry);
	}
}

/* An error is reported, and has no record, whatever looks like one. */
TEST_F(evl_entry, errors)
{
	static const unsigned int codes[] = {
		0x00, 0x03, 0x11, 0x19, 0x1b, 0x1f, 0x25, 0x28, 0xff,
	};
	struct evl_entry entry = self->log.good;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		entry.error = codes[i];
		expect_refused(_metadata, &self->log, entry);
	}
}

/* Where no record can be written: nothing is mapped there. */
#define NOWHERE		0x1000

#define BATCH_ID	77

/* A member whose record cannot be written. */
static void member_fails(struct __test_metadata *_metadata, struct log *log)
{
	struct evl_entry entry = log->good;
	long failures = evl_counter(&log->wq, EVL_FAILURES);

	entry.in_batch = 1;
	entry.batch_id = BATCH_ID;
	entry.info |= EVL_INFO_FIRST;
	entry.fault_addr = NOWHERE;
	inject(_metadata, &log->qmp, &entry);
	ASSERT_EQ(failures + 1, evl_counter_wait(&log->wq, EVL_FAILURES, failures + 1));
}

/* A batch ends well: its record is as the device had it. */
static void batch_ends_well(struct __test_metadata *_metadata, struct log *log)
{
	struct dsa_completion_record *record = next_record(log);
	struct evl_entry entry = log->good;

	entry.error = DSA_COMP_BATCH_EVL_ERR;
	entry.batch_id = BATCH_ID;
	entry.opcode = DSA_OPCODE_BATCH;
	entry.fault_addr = (uintptr_t)record;
	inject(_metadata, &log->qmp, &entry);
	ASSERT_TRUE(record_wait(record, RECORD_MS));
	EXPECT_EQ(DSA_COMP_SUCCESS, record->status);
	EXPECT_EQ(0, record->result);
}

/* The end of a batch was never logged: its queue was reset, say. */
TEST_F(evl_entry, batch_after_one_without_end)
{
	struct evl_entry entry = self->log.good;

	member_fails(_metadata, &self->log);
	entry.in_batch = 1;
	entry.batch_id = BATCH_ID;
	entry.info |= EVL_INFO_FIRST;
	expect_written(_metadata, &self->log, entry);
	batch_ends_well(_metadata, &self->log);
}

/* The first entry of the next batch has no place for 'first error'. */
TEST_F(evl_entry, batch_begins_with_an_error)
{
	struct evl_entry entry = self->log.good;
	long errors = evl_counter(&self->log.wq, EVL_ERRORS);
	long failures;

	member_fails(_metadata, &self->log);
	failures = evl_counter(&self->log.wq, EVL_FAILURES);
	/* The failed one ends: its record is due, and has nowhere to go either. */
	entry.error = DSA_COMP_BATCH_EVL_ERR;
	entry.batch_id = BATCH_ID;
	entry.info = 0;
	entry.fault_addr = NOWHERE;
	inject(_metadata, &self->log.qmp, &entry);
	ASSERT_EQ(failures + 1, evl_counter_wait(&self->log.wq, EVL_FAILURES, failures + 1));

	entry = self->log.good;
	entry.in_batch = 1;
	entry.batch_id = BATCH_ID;
	entry.error = 0x11;
	inject(_metadata, &self->log.qmp, &entry);
	ASSERT_EQ(errors + 1, evl_counter_wait(&self->log.wq, EVL_ERRORS, errors + 1));

	/* Not the first one. */
	entry.error = DSA_COMP_CRA_XLAT;
	expect_written(_metadata, &self->log, entry);
	batch_ends_well(_metadata, &self->log);
}

/* Without RCR, the record of a batch is due only if a member's was not written. */
TEST_F(evl_entry, batch_without_rcr)
{
	struct dsa_completion_record *record = next_record(&self->log);
	struct evl_entry entry = self->log.good;

	entry.in_batch = 1;
	entry.batch_id = BATCH_ID;
	entry.info |= EVL_INFO_FIRST;
	expect_written(_metadata, &self->log, entry);
	entry.error = DSA_COMP_BATCH_EVL_ERR;
	entry.info = 0;
	entry.fault_addr = (uintptr_t)record;
	inject(_metadata, &self->log.qmp, &entry);
	expect_written(_metadata, &self->log, self->log.good);
	EXPECT_FALSE(page_present(record));
}

/* A batch of which a member's record cannot be written ends, for address 0. */
static void incomplete_batch_at_zero(struct __test_metadata *_metadata, struct log *log,
				     unsigned int info)
{
	struct evl_entry entry = log->good;

	member_fails(_metadata, log);
	entry.error = DSA_COMP_BATCH_EVL_ERR;
	entry.batch_id = BATCH_ID;
	entry.opcode = DSA_OPCODE_BATCH;
	entry.info = info;
	entry.fault_addr = 0;
	inject(_metadata, &log->qmp, &entry);
	/* When this one is written, that one has been handled. */
	expect_written(_metadata, log, log->good);
}

static void map_zero(struct __test_metadata *_metadata)
{
	ASSERT_EQ(NULL, mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
}

/*
 * The descriptor had no valid record address: the device reports 0, and RCR
 * cannot be set. There is no record to write, nor one to miss.
 */
TEST_F(evl_entry, batch_without_address)
{
	struct log *log = &self->log;
	long failures, written;

	failures = evl_counter(&log->wq, EVL_FAILURES);
	incomplete_batch_at_zero(_metadata, log, 0);
	EXPECT_EQ(failures + 1, evl_counter(&log->wq, EVL_FAILURES));

	/* A record there would be seen now. */
	map_zero(_metadata);
	written = evl_counter(&log->wq, EVL_WRITTEN);
	incomplete_batch_at_zero(_metadata, log, 0);
	EXPECT_FALSE(page_present(NULL));
	EXPECT_EQ(written + 1, evl_counter_wait(&log->wq, EVL_WRITTEN, written + 1));
	EXPECT_EQ(failures + 2, evl_counter(&log->wq, EVL_FAILURES));
}

/* With RCR, 0 is an address like any other. */
TEST_F(evl_entry, batch_at_address_zero)
{
	struct log *log = &self->log;
	long failures, written;

	failures = evl_counter(&log->wq, EVL_FAILURES);
	incomplete_batch_at_zero(_metadata, log, EVL_INFO_RCR);
	EXPECT_EQ(failures + 2, evl_counter(&log->wq, EVL_FAILURES));

	map_zero(_metadata);
	written = evl_counter(&log->wq, EVL_WRITTEN);
	incomplete_batch_at_zero(_metadata, log, EVL_INFO_RCR);
	EXPECT_TRUE(page_present(NULL));
	EXPECT_EQ(written + 2, evl_counter_wait(&log->wq, EVL_WRITTEN, written + 2));
	EXPECT_EQ(failures + 3, evl_counter(&log->wq, EVL_FAILURES));
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
