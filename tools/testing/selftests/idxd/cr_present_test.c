// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of a record comes, goes, or changes while the record waits for those
 * before it: the driver writes what the process itself could write, and only
 * that, whether it needs a page fault or not.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "main.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/slow.h"

#define PAGE		4096
#define PATTERN		0x5a
/* Not the first of its page */
#define PLACE		(3 * RECORD_SIZE)
#define RECORDS		(PAGE / RECORD_SIZE)
/* No more than are under way without filling the smallest work queue or ring */
#define BURST		8
#define GRACE_US	300000

FIXTURE(cr_present) {
	struct wq wq;
	struct portal portal;
	struct slow slow;	/* The record there keeps those after it waiting. */
	char *page;
	struct dsa_completion_record *record;
	long entries;
	long failures;
};

FIXTURE_VARIANT(cr_present) {
	unsigned int want;
};

FIXTURE_VARIANT_ADD(cr_present, dedicated) {
	.want = WQ_DEDICATED | WQ_PRS_OFF,
};

FIXTURE_VARIANT_ADD(cr_present, shared) {
	.want = WQ_SHARED | WQ_PRS_OFF,
};

static bool logged(struct _test_data_cr_present *self)
{
	self->entries++;

	return evl_counter_wait(&self->wq, EVL_ENTRIES, self->entries) == self->entries;
}

FIXTURE_SETUP(cr_present)
{
	struct dsa_hw_desc desc;

	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->want));
	ASSERT_EQ(0, portal_open_soon(&self->portal, &self->wq, WAIT_NS));
	ASSERT_EQ(0, slow_get(&self->slow, SLOW_UFFD, 1, NULL, NULL));
	self->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->page);
	self->record = (void *)(self->page + PLACE);
	self->failures = evl_counter(&self->wq, EVL_FAILURES);
	self->entries = evl_counter(&self->wq, EVL_ENTRIES);

	desc_noop(&desc, self->slow.base);
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(logged(self));
}

FIXTURE_TEARDOWN(cr_present)
{
	portal_close(&self->portal);
	slow_put(&self->slow);
	munmap(self->page, PAGE);
}

/* A record of the page is due, and waits. */
static void submit(struct __test_metadata *_metadata, struct _test_data_cr_present *self)
{
	struct dsa_hw_desc desc;

	desc_noop(&desc, self->record);
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(logged(self));
}

static void go_on(struct __test_metadata *_metadata, struct _test_data_cr_present *self)
{
	ASSERT_EQ(0, slow_answer(&self->slow));
	ASSERT_TRUE(record_wait((void *)self->slow.base, RECORD_MS));
}

static void expect_written(struct __test_metadata *_metadata,
			   struct _test_data_cr_present *self, unsigned char around)
{
	unsigned int i;

	go_on(_metadata, self);
	ASSERT_TRUE(record_wait(self->record, RECORD_MS));
	EXPECT_EQ(DSA_COMP_SUCCESS, self->record->status);
	for (i = 0; i < PAGE; i++)
		if (i < PLACE || i >= PLACE + RECORD_SIZE)
			ASSERT_EQ(around, (unsigned char)self->page[i]);
	EXPECT_EQ(self->failures, evl_counter(&self->wq, EVL_FAILURES));
}

static void expect_refused(struct __test_metadata *_metadata, struct _test_data_cr_present *self)
{
	go_on(_metadata, self);
	EXPECT_EQ(self->failures + 1,
		  evl_counter_wait(&self->wq, EVL_FAILURES, self->failures + 1));
}

static void expect_untouched(struct __test_metadata *_metadata, const char *page)
{
	unsigned int i;

	for (i = 0; i < PAGE; i++)
		ASSERT_EQ(PATTERN, page[i]);
}

TEST_F(cr_present, missing)
{
	submit(_metadata, self);
	expect_written(_metadata, self, 0);
}

TEST_F(cr_present, touched)
{
	submit(_metadata, self);
	memset(self->page, PATTERN, PAGE);
	self->record->status = 0;
	expect_written(_metadata, self, PATTERN);
}

/* The first of them brings the page. */
TEST_F(cr_present, one_page)
{
	struct dsa_completion_record *records = (void *)self->page;
	struct dsa_hw_desc desc;
	unsigned int i, n;

	go_on(_metadata, self);
	for (i = 0; i < RECORDS; i += n) {
		ASSERT_EQ(0, madvise(self->page, PAGE, MADV_DONTNEED));
		for (n = 0; n < BURST; n++) {
			desc_noop(&desc, &records[i + n]);
			ASSERT_EQ(0, portal_submit(&self->portal, &desc));
		}
		for (n = 0; n < BURST; n++) {
			ASSERT_TRUE(record_wait(&records[i + n], RECORD_MS));
			EXPECT_EQ(DSA_COMP_SUCCESS, records[i + n].status);
		}
	}
	EXPECT_EQ(self->failures, evl_counter(&self->wq, EVL_FAILURES));
}

/* The device does not know protection keys either. */
TEST_F(cr_present, protection_key)
{
	int key;

	submit(_metadata, self);
	memset(self->page, PATTERN, PAGE);
	self->record->status = 0;
	key = pkey_alloc(0, 0);
	if (key < 0) {
		slow_answer(&self->slow);
		SKIP(return, "no protection keys");
	}
	ASSERT_EQ(0, pkey_mprotect(self->page, PAGE, PROT_READ | PROT_WRITE, key));
	expect_written(_metadata, self, PATTERN);
	pkey_free(key);
}

TEST_F(cr_present, read_only)
{
	submit(_metadata, self);
	memset(self->page, PATTERN, PAGE);
	ASSERT_EQ(0, mprotect(self->page, PAGE, PROT_READ));
	expect_refused(_metadata, self);
	expect_untouched(_metadata, self->page);
}

TEST_F(cr_present, no_access)
{
	submit(_metadata, self);
	memset(self->page, PATTERN, PAGE);
	ASSERT_EQ(0, mprotect(self->page, PAGE, PROT_NONE));
	expect_refused(_metadata, self);
	ASSERT_EQ(0, mprotect(self->page, PAGE, PROT_READ));
	expect_untouched(_metadata, self->page);
}

TEST_F(cr_present, unmapped)
{
	submit(_metadata, self);
	memset(self->page, PATTERN, PAGE);
	ASSERT_EQ(0, munmap(self->page, PAGE));
	expect_refused(_metadata, self);
}

/* The page is shared until one of the two writes to it. */
TEST_F(cr_present, forked)
{
	int status, go[2];
	pid_t pid;
	char byte;

	submit(_metadata, self);
	memset(self->page, PATTERN, PAGE);
	self->record->status = 0;
	ASSERT_EQ(0, pipe(go));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		end_with_parent();
		if (read(go[0], &byte, 1) != 1)
			_exit(2);
		_exit(self->record->status ? 3 : 0);
	}
	expect_written(_metadata, self, PATTERN);
	ASSERT_EQ(1, write(go[1], "", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(go[0]);
	close(go[1]);
}

/* Its file is to learn of the write. */
TEST_F(cr_present, read_from_a_file)
{
	struct dsa_completion_record seen;
	const char *dir = getenv("IDXD_TEST_DIR");
	char zero[PAGE] = {};
	char name[PATH_MAX];
	int fd;

	snprintf(name, sizeof(name), "%s/cr_present_XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(name);
	ASSERT_LE(0, fd);
	unlink(name);
	ASSERT_EQ(PAGE, write(fd, zero, PAGE));
	ASSERT_EQ(0, fsync(fd));
	ASSERT_EQ(self->page, mmap(self->page, PAGE, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_FIXED, fd, 0));
	submit(_metadata, self);
	ASSERT_EQ(0, *(volatile char *)self->record);
	expect_written(_metadata, self, 0);
	ASSERT_EQ(0, msync(self->page, PAGE, MS_SYNC));
	ASSERT_EQ(sizeof(seen), pread(fd, &seen, sizeof(seen), PLACE));
	EXPECT_EQ(DSA_COMP_SUCCESS, seen.status);
	close(fd);
}

/* As none is written after the file is closed, whatever is there. */
TEST_F(cr_present, closed)
{
	submit(_metadata, self);
	memset(self->page, PATTERN, PAGE);
	portal_close(&self->portal);
	ASSERT_EQ(0, slow_answer(&self->slow));
	usleep(GRACE_US);
	expect_untouched(_metadata, self->page);
	EXPECT_EQ(0, *self->slow.base);
	ASSERT_EQ(0, portal_open_soon(&self->portal, &self->wq, WAIT_NS));
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
