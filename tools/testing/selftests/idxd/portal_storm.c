// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives a work queue copies without end, whether the device takes them or not:
 * for who then resets the device, or takes it away. Says 'going' when the first
 * record has come.
 *
 * usage: portal_storm dedicated|shared [COPIES]
 *
 * With COPIES, so many one after the other, each of which must be right.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/work.h"

#define OPEN_NS		WAIT_NS

static struct dsa_completion_record record;

static void fail(const char *what, int rc)
{
	fprintf(stderr, "portal_storm: %s: %s\n", what, strerror(-rc));
	exit(1);
}

static void copy(struct portal *portal, struct work *w, unsigned int seed)
{
	const char *wrong;
	int rc;

	memset(&record, 0, sizeof(record));
	work_prepare(w, seed, &record);
	rc = portal_submit(portal, &w->desc);
	if (rc)
		fail("cannot submit", rc);
	if (!record_wait(&record, RECORD_MS))
		fail("no record", -ETIMEDOUT);
	wrong = work_wrong(w, &record);
	if (wrong) {
		fprintf(stderr, "portal_storm: %s\n", wrong);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	unsigned int i, copies = argc > 2 ? atoi(argv[2]) : 0;
	struct portal portal;
	struct work *w;
	struct wq wq;
	int rc;

	if (argc < 2 || (strcmp(argv[1], "dedicated") && strcmp(argv[1], "shared")))
		return 2;
	if (!wq_find(&wq, WQ_PRS_OFF | (*argv[1] == 'd' ? WQ_DEDICATED : WQ_SHARED)))
		fail("no such queue", -ENODEV);
	rc = portal_open_soon(&portal, &wq, OPEN_NS);
	if (rc)
		fail("cannot open the queue", rc);
	w = work_alloc(1);
	if (!w)
		fail("no memory", -ENOMEM);

	copy(&portal, w, 0);
	printf("going\n");
	fflush(stdout);
	for (i = 1; i < copies; i++)
		copy(&portal, w, i);
	/* A shared queue that takes nothing any more is asked again and again. */
	while (!copies)
		portal_submit(&portal, &w->desc);

	return 0;
}
