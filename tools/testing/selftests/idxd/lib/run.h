/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors whose records go to the pages of a region. */
#ifndef IDXD_TEST_RUN_H
#define IDXD_TEST_RUN_H

#include "portal.h"
#include "region.h"
#include "wq.h"

/* Huge pages that run_kind() takes at most: the pool is small. */
#define RUN_HUGE_PAGES	2

struct run {
	unsigned int pages;	/* of the region */
	unsigned int submitted;	/* fewer than the region's pages if one was lost */
	unsigned int written;	/* records that are right, in memory that may be written */
	unsigned int refused;	/* records that rightly stayed away, and were counted */
	unsigned int wrong;	/* everything else */
	char why[200];		/* what was wrong with the first of them */
	struct dsa_hw_desc desc;		/* the last descriptor */
	struct dsa_completion_record record;	/* its record, if written */
};

/**
 * run_region() - submit a descriptor for each page of a region and check all
 * @run: filled in; what it held before is forgotten
 * @p: opened portal of @wq
 * @wq: the queue
 * @r: fresh region: no page of it has had a record yet
 * @seed: makes the descriptors differ from those of another run
 * @burst: how many descriptors may be under way at a time, from 1
 * @ns: from submission to completion of each, for @r->pages of them, or NULL;
 *	0 for those that are refused
 *
 * Return: 0 if all records are as they must be, else -EBADMSG, or the negative
 * errno of a submission.
 */
int run_region(struct run *run, struct portal *p, const struct wq *wq,
	       const struct region *r, unsigned int seed, unsigned int burst,
	       uint64_t *ns);

/**
 * run_kind() - run_region() on a region of its own
 * @run: filled in
 * @p: opened portal of @wq
 * @wq: the queue
 * @kind: kind of memory for the records
 * @pages: how many records; fewer if the kind's pages are huge
 * @burst: how many descriptors may be under way at a time, from 1
 * @ns: times of up to @pages records, see run_region(), or NULL
 *
 * Return: 0 if all records are as they must be; -ENODEV if the machine has no
 * memory of this kind; another negative errno as run_region() returns it.
 */
int run_kind(struct run *run, struct portal *p, const struct wq *wq,
	     enum region_kind kind, unsigned int pages, unsigned int burst,
	     uint64_t *ns);

/**
 * run_few() - open a queue anew, have a few records written, and close it
 * @run: filled in
 * @wq: the queue
 *
 * Return: 0 if the queue works, a negative errno of open() or of run_kind() if
 * it does not.
 */
int run_few(struct run *run, const struct wq *wq);

#endif /* IDXD_TEST_RUN_H */
