// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory runs out in open(), at each place where it can: nothing stays behind,
 * and the next open() works. Needs a kernel with fault injection.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "main.h"
#include "lib/control.h"
#include "lib/fail_nth.h"
#include "lib/run.h"

/* Far more allocations than open() makes. */
#define MOST		2000

/* Far more than the messages that the kernel lets pass meanwhile. */
#define FAILURES	200

FIXTURE(open_fail) {
	struct wq wq;
};

FIXTURE_VARIANT(open_fail) {
	unsigned int want;
};

FIXTURE_VARIANT_ADD(open_fail, dedicated) {
	.want = WQ_DEDICATED | WQ_PRS_OFF,
};

FIXTURE_VARIANT_ADD(open_fail, shared) {
	.want = WQ_SHARED | WQ_PRS_OFF,
};

FIXTURE_SETUP(open_fail)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->want));
}

FIXTURE_TEARDOWN(open_fail)
{
}

static unsigned int files(const struct wq *wq)
{
	unsigned int count;
	char pattern[120];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "/sys/bus/dsa/devices/%s/dsa!%s/file*",
		 wq->name, wq->name);
	if (glob(pattern, 0, NULL, &found))
		return 0;
	count = found.gl_pathc;
	globfree(&found);

	return count;
}

/*
 * Opens with the @nth allocation failing. *@fd is what open() returned, or the
 * negative error. False if there were not so many.
 */
static bool open_failing(const struct wq *wq, unsigned int nth, int *fd)
{
	int fail = fail_nth_begin(nth);

	if (fail < 0) {
		*fd = fail;
		return false;
	}
	*fd = open(wq->node, O_RDWR | O_CLOEXEC);
	if (*fd < 0)
		*fd = -errno;

	return !fail_nth_end(fail);
}

TEST_F(open_fail, each_allocation)
{
	unsigned int nth, refused = 0;
	struct run run;
	int fd;

	for (nth = 1; nth < MOST && open_failing(&self->wq, nth, &fd); nth++) {
		if (fd < 0) {
			refused++;
			EXPECT_EQ(-ENOMEM, fd);
			ASSERT_EQ(0, files(&self->wq));
			ASSERT_EQ(0, control_clients(&self->wq));
		} else {
			/* Some can do without. */
			close(fd);
			ASSERT_EQ(0, control_clients_wait(&self->wq, 0));
		}
	}
	if (fd >= 0)
		close(fd);
	TH_LOG("%u allocations, %u refuse the file", nth - 1, refused);
	EXPECT_LT(nth, MOST);
	EXPECT_LT(10, refused);

	EXPECT_EQ(0, run_few(&run, &self->wq)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	EXPECT_EQ(0, control_clients_wait(&self->wq, 0));
	EXPECT_EQ(0, files(&self->wq));
}

/* Lines of the kernel's log since the last call that have @text */
static unsigned int log_count(int kmsg, const char *text)
{
	unsigned int count = 0;
	char line[1024];
	ssize_t len;

	for (;;) {
		len = read(kmsg, line, sizeof(line) - 1);
		/* Some lines may be overwritten already. */
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return count;
		line[len] = '\0';
		count += !!strstr(line, text);
	}
}

/* A program that lets open() fail again and again does not fill the log. */
TEST_F(open_fail, few_messages)
{
	static const char text[] = "pasid allocation failed";
	unsigned int i, nth, refused = 0, seen = 0;
	int kmsg, fd;

	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, kmsg);
	ASSERT_LE(0, lseek(kmsg, 0, SEEK_END));

	for (nth = 1; !seen && nth < MOST; nth++) {
		ASSERT_TRUE(open_failing(&self->wq, nth, &fd));
		if (fd >= 0)
			close(fd);
		seen = log_count(kmsg, text);
	}
	ASSERT_EQ(1, seen);

	/* What other work frees in between, open() need not allocate: some succeed. */
	for (i = 0; refused < FAILURES && i < 4 * FAILURES; i++) {
		ASSERT_TRUE(open_failing(&self->wq, nth - 1, &fd));
		if (fd < 0)
			refused++;
		else
			close(fd);
	}
	EXPECT_EQ(FAILURES, refused);
	seen += log_count(kmsg, text);
	TH_LOG("%u messages of %u failures", seen, refused);
	EXPECT_GE(FAILURES / 2, seen);
	close(kmsg);
}

int main(int argc, char **argv)
{
	if (fail_nth_prepare()) {
		printf("1..0 # SKIP no fault injection in this kernel\n");
		return KSFT_SKIP;
	}

	return idxd_test_main(argc, argv);
}
