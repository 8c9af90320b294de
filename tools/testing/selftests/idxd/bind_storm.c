// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens and closes queues of several devices without end, which binds and
 * unbinds PASIDs, while page requests are under way. Each process has a thread
 * for each device that opens and closes; every other process also has one that
 * makes the first device ask for pages. All of them must go on all the time.
 *
 * usage: bind_storm SECONDS [stuck]
 *
 * With 'stuck', two processes beside them have pages that do not come: the last
 * device has asked for one of them, and the other keeps the mmap_lock of its
 * process, which waits to open a queue.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/poll.h"
#include "lib/portal.h"
#include "lib/slow.h"

#define PROCESSES	4
#define DEVICES		3
#define WORKERS		(DEVICES + 1)	/* of a process: the last one submits */
#define PAGES		16

/* Longer than anything takes on a slow machine with much to do. */
#define STALL_NS	(40 * NSEC_PER_SEC)
#define END_NS		(20 * NSEC_PER_SEC)

static struct wq wqs[DEVICES];
static unsigned int devices;

struct shared {
	atomic_bool stop;
	atomic_uint failed;
	atomic_ulong count[PROCESSES][WORKERS];
};

static struct shared *shared;

struct worker {
	unsigned int process;
	unsigned int number;
};

static void *fail(const char *what, int rc)
{
	printf("# %s: %s\n", what, strerror(-rc));
	fflush(stdout);
	atomic_fetch_add(&shared->failed, 1);

	return NULL;
}

static void *open_and_close(void *arg)
{
	const struct worker *w = arg;
	struct portal portal;
	int rc;

	while (!atomic_load(&shared->stop)) {
		rc = portal_open(&portal, &wqs[w->number], SUBMIT_PORTAL);
		if (rc)
			return fail("open", rc);
		portal_close(&portal);
		atomic_fetch_add(&shared->count[w->process][w->number], 1);
	}

	return NULL;
}

/* The pages of the records are missing, again and again. */
static void *request_pages(void *arg)
{
	const struct worker *w = arg;
	struct dsa_hw_desc desc;
	struct portal portal;
	unsigned int i;
	char *base;
	int rc;

	rc = portal_open(&portal, &wqs[0], SUBMIT_PORTAL);
	if (rc)
		return fail("open", rc);
	base = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return fail("mmap", -errno);

	while (!atomic_load(&shared->stop)) {
		madvise(base, PAGES * 4096, MADV_DONTNEED);
		for (i = 0; i < PAGES; i++) {
			desc_noop(&desc, base + i * 4096);
			rc = portal_submit(&portal, &desc);
			if (rc)
				return fail("submit", rc);
		}
		for (i = 0; i < PAGES; i++)
			if (!record_wait((void *)(base + i * 4096), STALL_NS / NSEC_PER_MSEC))
				return fail("record", -ETIMEDOUT);
		atomic_fetch_add(&shared->count[w->process][w->number], 1);
	}
	portal_close(&portal);

	return NULL;
}

static bool submits(unsigned int process)
{
	return process % 2 == 0;
}

static void process_main(unsigned int process)
{
	struct worker workers[WORKERS];
	pthread_t threads[WORKERS];
	unsigned int i, n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < WORKERS; i++) {
		bool last = i == WORKERS - 1;

		if (last ? !submits(process) : i >= devices)
			continue;
		workers[i] = (struct worker){ .process = process, .number = i };
		if (pthread_create(&threads[n++], NULL, last ? request_pages : open_and_close,
				   &workers[i]))
			_exit(1);
	}
	while (n--)
		pthread_join(threads[n], NULL);
	_exit(0);
}

/* A page that the device has asked for does not come. */
static void stuck_device(struct fuse *fuse)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	struct slow slow;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (portal_open(&portal, &wqs[devices - 1], SUBMIT_PORTAL) ||
	    slow_get(&slow, SLOW_FUSE, 1, NULL, fuse))
		_exit(1);
	desc_noop(&desc, slow.base);
	if (portal_submit(&portal, &desc))
		_exit(1);
	pause();
}

static void *read_own_memory(void *slow)
{
	int mem = open("/proc/self/mem", O_RDONLY);
	char byte;

	/* Another page than the one of stuck_device() */
	if (pread(mem, &byte, 1, (uintptr_t)((struct slow *)slow)->base + 4096) < 0)
		perror("# /proc/self/mem");

	return NULL;
}

/* The mmap_lock of the process is held. */
static void stuck_opener(struct fuse *fuse)
{
	struct portal portal;
	struct slow slow;
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (slow_get(&slow, SLOW_FUSE, 2, NULL, fuse) ||
	    pthread_create(&thread, NULL, read_own_memory, &slow))
		_exit(1);
	sleep(1);
	portal_open(&portal, &wqs[0], SUBMIT_PORTAL);
	pause();
}

static pid_t start_stuck(void (*stuck_main)(struct fuse *fuse), struct fuse *fuse)
{
	pid_t pid = fork();

	if (!pid) {
		stuck_main(fuse);
		_exit(1);
	}

	return pid;
}

/* Returns the time since the slowest worker went on last. */
static uint64_t slowest(void)
{
	static uint64_t since[PROCESSES][WORKERS];
	static unsigned long last[PROCESSES][WORKERS];
	uint64_t now = clock_ns(), longest = 0;
	unsigned int p, w;

	for (p = 0; p < PROCESSES; p++) {
		for (w = 0; w < WORKERS; w++) {
			unsigned long count = atomic_load(&shared->count[p][w]);

			if (w == WORKERS - 1 ? !submits(p) : w >= devices)
				continue;
			if (!since[p][w] || count != last[p][w])
				since[p][w] = now;
			last[p][w] = count;
			if (now - since[p][w] > longest)
				longest = now - since[p][w];
		}
	}

	return longest;
}

static unsigned long total(unsigned int worker)
{
	unsigned long sum = 0;
	unsigned int p;

	for (p = 0; p < PROCESSES; p++)
		sum += atomic_load(&shared->count[p][worker]);

	return sum;
}

/* Processes that cannot end are left behind. */
static bool all_end(const pid_t *pids, unsigned int n)
{
	uint64_t end = clock_ns() + END_NS;
	unsigned int i, gone = 0;

	for (;;) {
		for (i = 0; i < n; i++)
			gone += waitpid(pids[i], NULL, WNOHANG) == pids[i];
		if (gone == n || clock_ns() > end)
			return gone == n;
		usleep(10000);
	}
}

int main(int argc, char **argv)
{
	uint64_t now, end, longest = 0;
	pid_t pids[PROCESSES], stuck[2];
	struct fuse fuse;
	unsigned int i;
	bool ended;

	if (argc < 2)
		return 2;
	while (devices < DEVICES && wq_find_on(&wqs[devices], devices, WQ_SHARED | WQ_PRS_ON))
		devices++;
	if (devices < 2) {
		fprintf(stderr, "bind_storm: there are not enough devices\n");
		return 1;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		return 1;

	if (argc > 2) {
		if (fuse_start(&fuse, 2)) {
			fprintf(stderr, "bind_storm: no FUSE\n");
			return 1;
		}
		stuck[0] = start_stuck(stuck_device, &fuse);
		stuck[1] = start_stuck(stuck_opener, &fuse);
		sleep(2);
		if (fuse_waiting(&fuse) < 2) {
			fprintf(stderr, "bind_storm: the pages were not asked for\n");
			return 1;
		}
	}

	for (i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (!pids[i])
			process_main(i);
	}
	now = clock_ns();
	for (end = now + atoi(argv[1]) * NSEC_PER_SEC; now < end; now = clock_ns()) {
		uint64_t ns = slowest();

		if (ns > longest)
			longest = ns;
		if (longest > STALL_NS || atomic_load(&shared->failed))
			break;
		usleep(100000);
	}

	printf("# pages asked for by %lu rounds", total(WORKERS - 1));
	for (i = 0; i < devices; i++)
		printf(", %s opened %lu times", wqs[i].name, total(i));
	printf("; longest wait %llu ms\n", (unsigned long long)(longest / NSEC_PER_MSEC));

	atomic_store(&shared->stop, true);
	ended = all_end(pids, PROCESSES);
	if (!ended)
		printf("# a process cannot end\n");
	if (argc > 2) {
		for (i = 0; i < 2; i++)
			kill(stuck[i], SIGKILL);
		/* A read that the server has taken cannot be interrupted. */
		fuse_answer(&fuse);
		if (!all_end(stuck, 2)) {
			printf("# a process that was stuck does not end\n");
			ended = false;
		}
		fuse_stop(&fuse);
	}

	return longest > STALL_NS || atomic_load(&shared->failed) || !ended;
}
