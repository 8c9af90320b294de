// SPDX-License-Identifier: GPL-2.0-only
/*
 * The errors attribute of a device: its format, and that the address of an error
 * is shown only to who may see that of others. The error is put into the event
 * log through the machine's monitor.
 */
#include <fcntl.h>
#include <unistd.h>

#include "main.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/qmp.h"

#define NOBODY	65534
#define ADDRESS	0x123456789a40

/* Eight words of 32 bits, the highest first, with commas and a newline */
#define TEXT	72

FIXTURE(errors) {
	struct evl_entry entry;
	char path[80];
};

FIXTURE_SETUP(errors)
{
	char hex[2 * sizeof(self->entry) + 1];
	struct qmp qmp;
	struct wq wq;
	unsigned int i;
	long errors;

	begin_test();
	ASSERT_TRUE(wq_find(&wq, 0));
	snprintf(self->path, sizeof(self->path), "/sys/bus/dsa/devices/dsa%u/errors", wq.dev);

	self->entry = (struct evl_entry) {
		.desc_valid = 1,
		.wq_valid = 1,
		.write = 1,
		.error = DSA_COMP_CRA_ALIGN,
		.wq = wq.id,
		.opcode = DSA_OPCODE_MEMMOVE,
		.pasid = 0x54321,
		.fault_addr = ADDRESS,
	};
	for (i = 0; i < sizeof(self->entry); i++)
		sprintf(hex + 2 * i, "%02x", ((unsigned char *)&self->entry)[i]);

	errors = evl_counter(&wq, EVL_ERRORS);
	ASSERT_EQ(0, qmp_open(&qmp, &wq)) {
		TH_LOG("%s", qmp.error);
	}
	ASSERT_EQ(0, qmp_set(&qmp, "x-test-log", hex)) {
		TH_LOG("%s", qmp.error);
	}
	qmp_close(&qmp);
	ASSERT_EQ(errors + 1, evl_counter_wait(&wq, EVL_ERRORS, errors + 1));
}

FIXTURE_TEARDOWN(errors)
{
}

/* Opens the attribute as another user, who has no capabilities. */
static int open_as_nobody(const char *path)
{
	int fd;

	if (seteuid(NOBODY))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);

	return seteuid(0) ? -1 : fd;
}

/* What is shown is the entry's first half, with 'valid' set. */
static void expect_errors(struct __test_metadata *_metadata, const struct evl_entry *entry,
			  int fd, uint64_t address)
{
	char text[2 * TEXT];
	unsigned int w[8];
	uint64_t q[4];
	int words;

	ASSERT_LE(0, fd);
	ASSERT_EQ(TEXT, pread(fd, text, sizeof(text), 0));
	text[TEXT] = '\0';
	ASSERT_EQ('\n', text[TEXT - 1]);
	words = sscanf(text, "%8x,%8x,%8x,%8x,%8x,%8x,%8x,%8x",
		       &w[7], &w[6], &w[5], &w[4], &w[3], &w[2], &w[1], &w[0]);
	ASSERT_EQ(8, words);
	memcpy(q, entry, sizeof(q));
	q[0] |= 1;
	q[2] = address;
	EXPECT_EQ(0, memcmp(q, w, sizeof(q))) {
		TH_LOG("%s", text);
	}
}

TEST_F(errors, opened_by_root)
{
	int fd = open(self->path, O_RDONLY | O_CLOEXEC);

	expect_errors(_metadata, &self->entry, fd, ADDRESS);
	/* What counts is who opened the file, not who reads it. */
	ASSERT_EQ(0, seteuid(NOBODY));
	expect_errors(_metadata, &self->entry, fd, ADDRESS);
	ASSERT_EQ(0, seteuid(0));
}

TEST_F(errors, opened_by_nobody)
{
	int fd = open_as_nobody(self->path);

	/* Root is reading. */
	expect_errors(_metadata, &self->entry, fd, 0);
	ASSERT_EQ(0, seteuid(NOBODY));
	expect_errors(_metadata, &self->entry, fd, 0);
	ASSERT_EQ(0, seteuid(0));
}

TEST_F(errors, in_pieces)
{
	int fd = open(self->path, O_RDONLY | O_CLOEXEC);
	char whole[2 * TEXT], pieces[2 * TEXT];
	size_t len = 0;
	ssize_t n;

	ASSERT_LE(0, fd);
	ASSERT_EQ(TEXT, pread(fd, whole, sizeof(whole), 0));
	while ((n = read(fd, pieces + len, 7)) > 0)
		len += n;
	EXPECT_EQ(0, n);
	ASSERT_EQ(TEXT, len);
	EXPECT_EQ(0, memcmp(whole, pieces, TEXT));
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
