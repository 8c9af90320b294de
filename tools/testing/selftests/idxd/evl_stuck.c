// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has completion records written to pages that come only when it is told to
 * let them: their entries of the event log wait. Prints the address of the
 * first record; the others follow a page apart, in the order of submission.
 *
 * usage: evl_stuck PAGES
 * commands on standard input:
 *	answer N	lets the first N pages come, waits for their records
 */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/slow.h"

#define PAGE 4096UL

static void fail(const char *what, int rc)
{
	fprintf(stderr, "evl_stuck: %s: %s\n", what, strerror(-rc));
	exit(1);
}

static int answer(struct slow *s, unsigned int page)
{
	struct uffdio_zeropage zero = {
		.range = {
			.start = (uintptr_t)s->base + page * PAGE,
			.len = PAGE,
		},
	};

	return ioctl(s->fd, UFFDIO_ZEROPAGE, &zero) && errno != EEXIST ? -errno : 0;
}

int main(int argc, char **argv)
{
	unsigned int pages = argc > 1 ? atoi(argv[1]) : 0;
	unsigned int i, n, written = 0;
	struct dsa_hw_desc desc;
	struct portal portal;
	char line[64];
	struct slow s;
	struct wq wq;
	int rc;

	if (!pages)
		return 2;
	if (!wq_find(&wq, WQ_SHARED | WQ_PRS_OFF))
		fail("no shared queue without page requests", -ENODEV);
	rc = portal_open(&portal, &wq, SUBMIT_PORTAL);
	if (rc)
		fail("cannot open the queue", rc);
	rc = slow_get(&s, SLOW_UFFD, pages, NULL, NULL);
	if (rc)
		fail("no userfaultfd", rc);

	for (i = 0; i < pages; i++) {
		desc_noop(&desc, s.base + i * PAGE);
		rc = portal_submit(&portal, &desc);
		if (rc)
			fail("cannot submit", rc);
	}
	printf("records %#lx %s\n", (unsigned long)s.base, wq.name);
	fflush(stdout);

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "answer %u", &n) != 1 || n > pages)
			return 2;
		for (; written < n; written++) {
			rc = answer(&s, written);
			if (rc)
				fail("cannot answer", rc);
			if (!record_wait((void *)(s.base + written * PAGE), RECORD_MS))
				fail("no record", -ETIMEDOUT);
		}
		printf("written %u\n", written);
		fflush(stdout);
	}

	return 0;
}
