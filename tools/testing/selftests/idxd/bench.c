// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures a device, the driver and the machine between them: how many
 * descriptors a second, how long one takes, how fast memory is moved, and how
 * many completion records a second come by way of the event log.
 *
 * usage: bench [MILLISECONDS]		for each line; 500 if not given
 *
 * Exit status 1 if a record was wrong or did not come.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../kselftest.h"
#include "lib/clock.h"
#include "lib/insn.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/stats.h"

#define SAMPLES		200000u
#define DEPTH		14u		/* descriptors under way: what every queue has room for */
#define BATCH		32u	/* the default of what a queue takes */
#define HUGE		(2UL << 20)
#define FAULT_PAGES	512u
#define SPINS		4096u

static uint64_t budget = 500 * NSEC_PER_MSEC;
static uint64_t samples[SAMPLES];
static struct dsa_completion_record *records;	/* DEPTH of them */
static struct dsa_hw_desc *members;		/* BATCH of them */
static char *src, *dst;

static void fail(const char *what, int rc)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(-rc));
	exit(1);
}

/* What is measured: makes a descriptor for the record. */
struct load {
	const char *name;
	unsigned int depth;	/* under way at a time, up to DEPTH */
	unsigned int per;	/* descriptors in one, its own not counted */
	uint32_t bytes;		/* moved by one */
	void (*make)(const struct load *load, struct dsa_hw_desc *desc, void *record);
};

static void make_noop(const struct load *load, struct dsa_hw_desc *desc, void *record)
{
	desc_noop(desc, record);
}

static void make_batch(const struct load *load, struct dsa_hw_desc *desc, void *record)
{
	desc_batch(desc, record, members, BATCH);
}

static void make_move(const struct load *load, struct dsa_hw_desc *desc, void *record)
{
	desc_memmove(desc, record, dst, src, load->bytes);
}

static const struct load loads[] = {
	{ "no-op, one at a time", 1, 1, 0, make_noop },
	{ "no-op, 14 at a time", DEPTH, 1, 0, make_noop },
	{ "no-op, in batches of 32", 4, BATCH, 0, make_batch },
	{ "move 64 bytes, 14 at a time", DEPTH, 1, 64, make_move },
	{ "move 4 KiB, one at a time", 1, 1, 4096, make_move },
	{ "move 64 KiB, one at a time", 1, 1, 65536, make_move },
	{ "move 1 MiB, one at a time", 1, 1, 1 << 20, make_move },
	{ "move 1 MiB, 4 at a time", 4, 1, 1 << 20, make_move },
};

static void check(const struct dsa_completion_record *record)
{
	if (record->status != DSA_COMP_SUCCESS) {
		fprintf(stderr, "bench: a record has status %#x\n", record->status);
		exit(1);
	}
}

/* As a program waits that wants it soon: the page is there. */
static void spin_for(const struct dsa_completion_record *record)
{
	uint64_t end = 0;
	unsigned int spins = 0;

	while (!__atomic_load_n(&record->status, __ATOMIC_ACQUIRE)) {
		cpu_pause();
		if (++spins % SPINS)
			continue;
		if (!end)
			end = clock_ns() + RECORD_MS * NSEC_PER_MSEC;
		if (clock_ns() > end)
			fail("no record came", -ETIMEDOUT);
	}
	check(record);
}

static void print(const char *name, const char *pages, const struct load *load,
		  uint64_t done, uint64_t ns, unsigned int count)
{
	struct stats stats;

	stats_of(&stats, samples, count);
	printf("%-28s %-6s %9.0f/s  median %8.1f us  p99 %8.1f us", name, pages,
	       done * 1e9 / ns, stats.median / 1e3, stats.p99 / 1e3);
	if (load && load->bytes)
		printf("  %6.2f GB/s", (double)done * load->bytes / ns);
	printf("\n");
	fflush(stdout);
}

static void run(struct portal *p, const struct load *load, const char *pages)
{
	uint64_t start, now, begun[DEPTH], done = 0;
	unsigned int count = 0, next = 0, i;
	struct dsa_hw_desc desc;
	int rc;

	memset(records, 0, DEPTH * sizeof(*records));
	start = clock_ns();
	for (i = 0; i < load->depth; i++) {
		begun[i] = clock_ns();
		load->make(load, &desc, &records[i]);
		rc = portal_submit(p, &desc);
		if (rc)
			fail("cannot submit", rc);
	}
	do {
		i = next;
		next = (next + 1) % load->depth;
		spin_for(&records[i]);
		now = clock_ns();
		if (count < SAMPLES)
			samples[count++] = now - begun[i];
		done += load->per;

		memset(&records[i], 0, sizeof(records[i]));
		begun[i] = clock_ns();
		load->make(load, &desc, &records[i]);
		rc = portal_submit(p, &desc);
		if (rc)
			fail("cannot submit", rc);
	} while (now - start < budget);
	for (i = 0; i < load->depth; i++)
		spin_for(&records[i]);

	print(load->name, pages, load, done, now - start, count);
}

/* Records on pages that are not there, which the driver has to write. */
static void run_faults(struct portal *p, unsigned int depth)
{
	uint64_t start = clock_ns(), ns = 0, begun[FAULT_PAGES], done = 0, round;
	const struct dsa_completion_record *record;
	size_t len = FAULT_PAGES * 4096UL;
	struct dsa_hw_desc desc;
	unsigned int count = 0, i, taken;
	char *base, name[32];
	int rc;

	do {
		base = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (base == MAP_FAILED)
			fail("no memory", -errno);
		madvise(base, len, MADV_NOHUGEPAGE);

		round = clock_ns();
		for (i = 0, taken = 0; taken < FAULT_PAGES;) {
			if (i < FAULT_PAGES && i - taken < depth) {
				desc_noop(&desc, base + i * 4096UL);
				begun[i] = clock_ns();
				rc = portal_submit(p, &desc);
				if (rc)
					fail("cannot submit", rc);
				i++;
				continue;
			}
			record = (void *)(base + taken * 4096UL);
			/* To look at it would bring the page. */
			if (!record_wait(record, RECORD_MS))
				fail("no record came", -ETIMEDOUT);
			check(record);
			if (count < SAMPLES)
				samples[count++] = clock_ns() - begun[taken];
			taken++;
		}
		ns += clock_ns() - round;
		done += FAULT_PAGES;
		munmap(base, len);
	} while (clock_ns() - start < budget);

	snprintf(name, sizeof(name), "faulted record, %s",
		 depth == 1 ? "one at a time" : "14 at a time");
	print(name, "4 KiB", NULL, done, ns, count);
}

static char *buffer(int advice)
{
	char *p = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("no memory", -errno);
	p = (char *)(((uintptr_t)p + HUGE - 1) & ~(HUGE - 1));
	if (madvise(p, HUGE, advice))
		fail("madvise", -errno);
	memset(p, 0x5a, HUGE);

	return p;
}

static void run_all(const struct wq *wq)
{
	struct portal portal;
	unsigned int i;
	int rc;

	rc = portal_open(&portal, wq, SUBMIT_PORTAL);
	if (rc)
		fail("cannot open the queue", rc);
	printf("%s, %s, by %s\n", wq->name, wq->dedicated ? "dedicated" : "shared",
	       portal_how(&portal));

	for (i = 0; i < BATCH; i++)
		members[i].opcode = DSA_OPCODE_NOOP;
	src = buffer(MADV_NOHUGEPAGE);
	dst = buffer(MADV_NOHUGEPAGE);
	for (i = 0; i < ARRAY_SIZE(loads); i++)
		run(&portal, &loads[i], loads[i].bytes ? "4 KiB" : "");
	src = buffer(MADV_HUGEPAGE);
	dst = buffer(MADV_HUGEPAGE);
	for (i = 0; i < ARRAY_SIZE(loads); i++)
		if (loads[i].bytes > 4096)
			run(&portal, &loads[i], "2 MiB");
	run_faults(&portal, 1);
	run_faults(&portal, DEPTH);
	portal_close(&portal);
}

int main(int argc, char **argv)
{
	static const unsigned int kinds[] = { WQ_DEDICATED, WQ_SHARED };
	struct wq wq;
	unsigned int i;

	if (argc > 1)
		budget = strtoul(argv[1], NULL, 10) * NSEC_PER_MSEC;
	if (!budget)
		return 2;

	/* In pages that are there, and are no others' */
	records = (void *)buffer(MADV_NOHUGEPAGE);
	members = (void *)buffer(MADV_NOHUGEPAGE);
	memset(members, 0, BATCH * sizeof(*members));

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!wq_find(&wq, kinds[i] | WQ_PRS_OFF))
			fail("no queue with page requests off", -ENODEV);
		run_all(&wq);
	}
	return 0;
}
