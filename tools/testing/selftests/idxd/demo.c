// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows the event log at work: one completion record fault in every detail,
 * then some hundred of them, over all kinds of memory, queues and ways to
 * submit, then the page request path beside it.
 *
 * Exit status 0 only if every record was right.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kselftest.h"
#include "lib/caps.h"
#include "lib/clock.h"
#include "lib/evl.h"
#include "lib/names.h"
#include "lib/poll.h"
#include "lib/run.h"
#include "lib/stats.h"
#include "lib/sysfs.h"
#include "lib/trace.h"
#include "lib/work.h"

#define ENTRY_EVENT	"idxd/idxd_evl_entry"
#define REQUEST_EVENT	"intel_iommu/prq_report"

#define PAGES		32

struct totals {
	unsigned int written;
	unsigned int refused;
	unsigned int wrong;
	unsigned int skipped;	/* kinds of memory that the machine does not have */
	unsigned int entries;
	unsigned int requests;
};

static struct totals totals;

/* Of the records written through portals, since show_all() was last called. */
static uint64_t latencies[2048];
static unsigned int latency_count;

static void fail(const char *what, int rc)
{
	fprintf(stderr, "demo: %s: %s\n", what, strerror(-rc));
	exit(1);
}

static void show_device(const struct wq *wq)
{
	const char *pci = strrchr(wq->device, '/');
	char version[32], path[PATH_MAX];
	struct evl_status evl;
	int rc;

	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/dsa%u/version", wq->dev);
	sysfs_read(path, version, sizeof(version));
	rc = evl_status(wq, &evl);
	if (rc)
		fail("cannot read the device's registers", rc);

	printf("Device\n  dsa%u, PCI %s, DSA version %s\n", wq->dev,
	       pci ? pci + 1 : "?", version);
	printf("  event log of %u entries, next entry %u\n\n", evl.size, evl.tail);
}

static void show_queue(unsigned int want)
{
	struct wq wq;

	if (!wq_find(&wq, want))
		return;

	printf("  %-6s  %-9s  room for %2u descriptors, page requests %s\n", wq.name,
	       wq.dedicated ? "dedicated" : "shared",
	       wq.dedicated ? wq.size : wq.threshold,
	       wq.prs_disable ? "off (prs_disable=1)" : "on (prs_disable=0)");
}

/* The words of a descriptor, for a person. */
static void show_descriptor(const struct dsa_hw_desc *desc)
{
	printf("  descriptor    %s of %u bytes at %#llx and %#llx\n",
	       opcode_name(desc->opcode), desc->xfer_size,
	       (unsigned long long)desc->src_addr,
	       (unsigned long long)desc->dst_addr);
	printf("                completion record wanted at %#llx\n",
	       (unsigned long long)desc->completion_addr);
}

static bool show_entry(struct trace *trace, uint64_t record)
{
	struct evl_entry entry;
	char line[2048];
	const char *raw;
	bool found = false;

	while (trace_line(trace, line, sizeof(line))) {
		raw = strstr(line, "raw=");
		if (!raw || evl_parse(raw + 4, &entry) || entry.fault_addr != record)
			continue;
		printf("  event log     the device wrote an entry:\n");
		evl_print(stdout, &entry, "                  ");
		found = entry.error == DSA_COMP_CRA_XLAT;
	}

	return found;
}

/* One fault, step by step. */
static void show_one(const struct wq *wq, struct trace *trace)
{
	long written = evl_counter(wq, EVL_WRITTEN);
	struct dsa_completion_record *record;
	struct work *work = work_alloc(1);
	struct portal portal;
	uint64_t start, end;
	struct region r;
	const char *why;
	int rc;

	rc = portal_open(&portal, wq, SUBMIT_PORTAL);
	if (rc)
		fail("cannot open the queue", rc);
	rc = region_get(&r, REGION_ANON, 1);
	if (rc || !work)
		fail("no memory", rc ? rc : -ENOMEM);

	printf("One fault, step by step (%s, %s)\n", wq->name, portal_how(&portal));
	record = region_record(&r, 0);
	work_prepare_compare(work, 77, record);
	show_descriptor(&work->desc);
	printf("  missing page  %p, %s; in the page table: %s\n", (void *)r.base,
	       region_name(r.kind), page_present(record) ? "yes" : "no");

	start = clock_ns();
	rc = portal_submit(&portal, &work->desc);
	if (rc)
		fail("cannot submit", rc);
	if (!record_wait(record, RECORD_MS)) {
		printf("  record        never came\n\n");
		totals.wrong++;
		return;
	}
	end = clock_ns();

	/* The driver counts when it has written. */
	evl_counter_wait(wq, EVL_WRITTEN, written + 1);
	if (!show_entry(trace, (uintptr_t)record)) {
		printf("  event log     no entry for this record was seen\n");
		totals.wrong++;
	}

	why = work_wrong(work, record);
	printf("  record        as the program sees it:\n                  ");
	record_print(stdout, record);
	printf("\n                  %s\n", why ? why : "which is right");
	printf("  driver        counted: records written %ld -> %ld, page now there: %s\n",
	       written, evl_counter(wq, EVL_WRITTEN),
	       page_present(record) ? "yes" : "no");
	printf("  time          %llu us from submission to completion\n\n",
	       (unsigned long long)((end - start) / NSEC_PER_USEC));

	if (why)
		totals.wrong++;
	else
		totals.written++;
	totals.entries++;
	region_put(&r);
	portal_close(&portal);
	work_free(work, 1);
}

static void show_heading(void)
{
	printf("  %-29s  %-9s  %-9s  %6s  %-16s %6s %6s %6s\n", "memory of the record",
	       "queue", "by", "faults", "records", "median", "p99", "max us");
}

static void show_stats(const struct stats *stats)
{
	printf("%6llu %6llu %6llu\n",
	       (unsigned long long)(stats->median / NSEC_PER_USEC),
	       (unsigned long long)(stats->p99 / NSEC_PER_USEC),
	       (unsigned long long)(stats->max / NSEC_PER_USEC));
}

static void show_run(const struct run *run, enum region_kind kind,
		     const struct portal *p, uint64_t *ns)
{
	struct stats stats;
	unsigned int i;

	printf("  %-29s  %-9s  %-9s  %6u  ", region_name(kind),
	       p->dedicated ? "dedicated" : "shared", portal_how(p),
	       run->submitted);
	if (run->wrong) {
		printf("%u WRONG: %s\n", run->wrong, run->why);
		return;
	}
	if (region_refuses(kind)) {
		printf("refused, counted\n");
		return;
	}
	stats_of(&stats, ns, run->pages);
	printf("%-16s ", "all right");
	show_stats(&stats);
	for (i = 0; i < run->pages && latency_count < ARRAY_SIZE(latencies); i++)
		latencies[latency_count++] = ns[i];
}

static void show_all(unsigned int entries, unsigned int requests)
{
	struct stats stats;

	if (latency_count) {
		stats_of(&stats, latencies, latency_count);
		printf("  %u of them together %60s", latency_count, "");
		show_stats(&stats);
		latency_count = 0;
	}
	printf("  event log entries: %u, page requests: %u\n\n", entries, requests);
}

static void demo_kind(const struct wq *wq, struct portal *portal,
		      enum region_kind kind)
{
	uint64_t ns[PAGES];
	struct run run;
	int rc;

	rc = run_kind(&run, portal, wq, kind, PAGES, 1, ns);
	if (rc == -ENODEV) {
		printf("  %-29s not on this machine\n", region_name(kind));
		totals.skipped++;
		return;
	}
	if (rc && rc != -EBADMSG)
		fail(region_name(kind), rc);
	show_run(&run, kind, portal, ns);
	totals.written += run.written;
	totals.refused += run.refused;
	totals.wrong += run.wrong;
}

static void run_kinds(unsigned int want, enum submit_by by,
		      const enum region_kind *kinds)
{
	struct portal portal;
	struct wq wq;
	int rc;

	if (!wq_find(&wq, want))
		fail("no such queue, see setup-wqs.sh", -ENODEV);
	rc = portal_open(&portal, &wq, by);
	if (rc)
		fail("cannot open the queue", rc);
	for (; *kinds != REGION_KINDS; kinds++)
		demo_kind(&wq, &portal, *kinds);
	portal_close(&portal);
}

/* Ended by REGION_KINDS. */
static const enum region_kind all_kinds[] = {
	REGION_ANON, REGION_DONTNEED, REGION_ZERO_PAGE, REGION_FORKED,
	REGION_FILE_PRIVATE, REGION_FILE_SHARED, REGION_SHMEM_PRIVATE,
	REGION_SHMEM_SHARED, REGION_THP, REGION_HUGETLB, REGION_READONLY,
	REGION_UNMAPPED, REGION_KINDS,
};

static const enum region_kind some_kinds[] = {
	REGION_ANON, REGION_FILE_SHARED, REGION_READONLY, REGION_KINDS,
};

static const enum region_kind writable_kinds[] = {
	REGION_ANON, REGION_DONTNEED, REGION_FORKED, REGION_FILE_SHARED,
	REGION_THP, REGION_HUGETLB, REGION_KINDS,
};

/* In a child, which alone loses the capability; its counts come by a pipe. */
static void run_unprivileged(void)
{
	struct totals before = totals;
	int fd[2], status;
	pid_t pid;

	fflush(stdout);
	if (pipe(fd))
		fail("pipe", -errno);
	pid = fork();
	if (pid < 0)
		fail("fork", -errno);
	if (!pid) {
		status = caps_drop_rawio();
		if (status)
			fail("cannot drop CAP_SYS_RAWIO", status);
		run_kinds(WQ_SHARED | WQ_PRS_OFF, SUBMIT_WRITE, some_kinds);
		run_kinds(WQ_DEDICATED | WQ_PRS_OFF, SUBMIT_WRITE, some_kinds);
		fflush(stdout);
		_exit(write(fd[1], &totals, sizeof(totals)) != sizeof(totals));
	}
	close(fd[1]);
	if (read(fd[0], &totals, sizeof(totals)) != sizeof(totals)) {
		totals = before;
		totals.wrong++;
	}
	close(fd[0]);
	waitpid(pid, &status, 0);
	if (status)
		totals.wrong++;
}

static unsigned int entries_since(const struct wq *wq, long before)
{
	return evl_counter(wq, EVL_ENTRIES) - before;
}

static void demo_event_log(const struct wq *wq, struct trace *trace)
{
	long before = evl_counter(wq, EVL_ENTRIES);
	unsigned int requests, records, wrong = totals.wrong;

	trace_event(trace, REQUEST_EVENT, true);
	trace_event(trace, ENTRY_EVENT, false);
	trace_count(trace, "");
	printf("Page requests off: the device logs the fault, the driver writes the record\n");
	show_heading();
	run_kinds(WQ_SHARED | WQ_PRS_OFF, SUBMIT_PORTAL, all_kinds);
	run_kinds(WQ_DEDICATED | WQ_PRS_OFF, SUBMIT_PORTAL, all_kinds);
	printf("  without CAP_SYS_RAWIO:\n");
	records = totals.written + totals.refused;
	run_unprivileged();

	requests = trace_count(trace, "prq_report");
	totals.entries += entries_since(wq, before);
	records = totals.written + totals.refused;
	show_all(totals.entries, requests);
	if (requests || (wrong == totals.wrong && totals.entries != records)) {
		printf("  WRONG: %u entries and no page requests were due\n", records);
		totals.wrong++;
	}
}

static void demo_page_requests(struct trace *trace)
{
	unsigned int written = totals.written;
	unsigned int entries;
	struct wq wq;
	long before;

	if (!wq_find(&wq, WQ_SHARED | WQ_PRS_ON))
		fail("no queue with page requests, see setup-wqs.sh", -ENODEV);
	before = evl_counter(&wq, EVL_ENTRIES);
	trace_count(trace, "");
	printf("Page requests on: the device asks for the page and writes the record\n");
	show_heading();
	run_kinds(WQ_SHARED | WQ_PRS_ON, SUBMIT_PORTAL, writable_kinds);
	run_kinds(WQ_DEDICATED | WQ_PRS_ON, SUBMIT_PORTAL, writable_kinds);

	totals.requests = trace_count(trace, "prq_report");
	entries = entries_since(&wq, before);
	show_all(entries, totals.requests);
	if (entries || totals.requests < totals.written - written) {
		printf("  WRONG: no entry and %u page requests were due\n",
		       totals.written - written);
		totals.wrong++;
	}
}

static void show_counters(const struct wq *wq)
{
	printf("The driver's counters since it found the device\n");
	printf("  entries taken %ld, record faults %ld, records written %ld, failures %ld\n",
	       evl_counter(wq, EVL_ENTRIES), evl_counter(wq, EVL_FAULTS),
	       evl_counter(wq, EVL_WRITTEN), evl_counter(wq, EVL_FAILURES));
	printf("  refused %ld, other errors %ld\n\n", evl_counter(wq, EVL_REFUSED),
	       evl_counter(wq, EVL_ERRORS));
}

int main(void)
{
	struct trace trace;
	struct wq wq;
	int rc;

	if (!wq_find(&wq, WQ_SHARED | WQ_PRS_OFF))
		fail("no shared queue with page requests off, see setup-wqs.sh", -ENODEV);
	rc = trace_open(&trace);
	if (rc)
		fail("cannot read trace events", rc);

	show_device(&wq);
	printf("Work queues\n");
	show_queue(WQ_DEDICATED | WQ_PRS_OFF);
	show_queue(WQ_SHARED | WQ_PRS_OFF);
	show_queue(WQ_SHARED | WQ_PRS_ON);
	show_queue(WQ_DEDICATED | WQ_PRS_ON);
	printf("\n");

	rc = trace_event(&trace, ENTRY_EVENT, true);
	if (rc)
		fail("the driver has no trace event " ENTRY_EVENT, rc);
	show_one(&wq, &trace);
	demo_event_log(&wq, &trace);
	demo_page_requests(&trace);
	trace_event(&trace, REQUEST_EVENT, false);
	trace_close(&trace);
	show_counters(&wq);

	printf("Summary: %u records: %u written and right, %u refused as they must be, %u wrong\n",
	       totals.written + totals.refused + totals.wrong, totals.written,
	       totals.refused, totals.wrong);
	printf("         %u event log entries, %u page requests, %u kinds of memory not there\n",
	       totals.entries, totals.requests, totals.skipped);

	return totals.wrong ? 1 : 0;
}
