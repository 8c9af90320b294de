// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "evl.h"
#include "poll.h"
#include "run.h"
#include "work.h"

static void wrong(struct run *run, const struct region *r, unsigned int page,
		  const char *why)
{
	if (!run->wrong++)
		snprintf(run->why, sizeof(run->why), "%s, page %u: %s",
			 region_name(r->kind), page, why);
}

/* Records that must come: wait for one, and look at it from all sides. */
static void finish_written(struct run *run, const struct region *r,
			   const struct work *w, unsigned int page)
{
	struct dsa_completion_record *record = region_record(r, page);
	const char *why;

	if (!page_present(record) || !record->status) {
		wrong(run, r, page, "no record came");
		return;
	}

	why = work_wrong(w, record);
	if (!why)
		why = region_wrong(r, page);
	if (why) {
		wrong(run, r, page, why);
		return;
	}

	run->record = *record;
	run->written++;
}

static void finish_refused(struct run *run, const struct region *r,
			   unsigned int page)
{
	const char *why = region_wrong(r, page);

	if (why)
		wrong(run, r, page, why);
	else
		run->refused++;
}

/* False if one did not come: that is enough to wait for. */
static bool wait_some(const struct wq *wq, const struct region *r,
		      unsigned int first, unsigned int end, long failures,
		      const uint64_t *start, uint64_t *ns)
{
	unsigned int page;

	if (region_refuses(r->kind))
		return evl_counter_wait(wq, EVL_FAILURES, failures + end) >= failures + end;

	for (page = first; page < end; page++) {
		if (!record_wait(region_record(r, page), RECORD_MS))
			return false;
		if (ns)
			ns[page] = clock_ns() - start[page - first];
	}

	return true;
}

int run_region(struct run *run, struct portal *p, const struct wq *wq,
	       const struct region *r, unsigned int seed, unsigned int burst,
	       uint64_t *ns)
{
	long failures = evl_counter(wq, EVL_FAILURES);
	unsigned int first, end, page;
	uint64_t start[burst];
	struct work *works;
	int rc = 0;

	memset(run, 0, sizeof(*run));
	run->pages = r->pages;
	works = work_alloc(r->pages);
	if (!works)
		return -ENOMEM;

	for (first = 0; !rc && first < r->pages; first = end) {
		end = first + burst < r->pages ? first + burst : r->pages;
		for (page = first; !rc && page < end; page++) {
			work_prepare(&works[page], seed + page,
				     region_record(r, page));
			if (ns)
				ns[page] = 0;
			start[page - first] = clock_ns();
			rc = portal_submit(p, &works[page].desc);
			if (!rc)
				run->submitted++;
		}
		if (!wait_some(wq, r, first, run->submitted, failures, start, ns))
			break;
	}

	for (page = 0; page < run->submitted; page++) {
		run->desc = works[page].desc;
		if (region_refuses(r->kind))
			finish_refused(run, r, page);
		else
			finish_written(run, r, &works[page], page);
	}

	if (region_refuses(r->kind) && failures >= 0 &&
	    evl_counter(wq, EVL_FAILURES) != failures + run->submitted)
		wrong(run, r, 0, "the driver counted another number of failures");

	/* Nothing the device may still write to is given back. */
	if (!run->wrong)
		work_free(works, r->pages);

	return rc ? rc : run->wrong ? -EBADMSG : 0;
}

int run_kind(struct run *run, struct portal *p, const struct wq *wq,
	     enum region_kind kind, unsigned int pages, unsigned int burst,
	     uint64_t *ns)
{
	struct region r;
	int rc;

	memset(run, 0, sizeof(*run));
	if (kind == REGION_THP || kind == REGION_HUGETLB)
		pages = pages < RUN_HUGE_PAGES ? pages : RUN_HUGE_PAGES;

	rc = region_get(&r, kind, pages);
	if (rc)
		return rc;

	/* Every kind has works of its own. */
	rc = run_region(run, p, wq, &r, kind * 100, burst, ns);
	region_put(&r);

	return rc;
}

int run_few(struct run *run, const struct wq *wq)
{
	struct portal portal;
	int rc;

	memset(run, 0, sizeof(*run));
	rc = portal_open(&portal, wq, SUBMIT_PORTAL);
	if (rc)
		return rc;
	rc = run_kind(run, &portal, wq, REGION_ANON, 8, 1, NULL);
	portal_close(&portal);

	return rc;
}
