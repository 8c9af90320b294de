// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI function goes while processes are just opening its work queues: it
 * waits for them, and not for ever. Then it comes back.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "main.h"
#include "lib/cgroup.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/fuse.h"
#include "lib/run.h"
#include "lib/sysfs.h"

#define OPENERS		12

/* With IDXD_TEST_LONG, for minutes */
#define STORM_NS	(20 * NSEC_PER_SEC)
#define STORM_LONG_NS	(240 * NSEC_PER_SEC)

/*
 * An opener has some seconds until it is killed. One that has nearly none of a
 * CPU takes some more for what it does under a lock.
 */
#define REMOVE_NS	(60 * NSEC_PER_SEC)

enum slow {
	SLOW_NOT,
	SLOW_IDLE,
	SLOW_CPU,
	SLOW_MEMORY,
	SLOW_KINDS,
};

FIXTURE(open_remove) {
	struct wq wq;
	pid_t child[OPENERS + 1];
	unsigned int children;
};

FIXTURE_SETUP(open_remove)
{
	begin_test();
	self->children = 0;
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
}

static int come_back(void)
{
	int rc = sysfs_write("/sys/bus/pci/rescan", "1");

	return rc ? rc : control_setup("");
}

FIXTURE_TEARDOWN(open_remove)
{
	struct run run;
	unsigned int i;

	for (i = 0; i < self->children; i++) {
		kill(self->child[i], SIGKILL);
		waitpid(self->child[i], NULL, 0);
	}
	cgroup_remove("cpu");
	cgroup_remove("memory");
	EXPECT_EQ(0, come_back());
	EXPECT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
	EXPECT_EQ(0, run_few(&run, &self->wq)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
}

static int remove_function(const struct wq *wq)
{
	char path[PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s/remove", wq->device);

	return sysfs_write(path, "1");
}

/* Only when nobody else wants the CPU */
static int be_idle(void)
{
	struct sched_param param = {};
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		return -errno;

	return sched_setscheduler(0, SCHED_IDLE, &param) ? -errno : 0;
}

/* A process is slowed down at any point of open(), also where it holds locks. */
static void be_slow(unsigned int how)
{
	int rc = 0;

	switch (how % SLOW_KINDS) {
	case SLOW_NOT:
		break;
	case SLOW_IDLE:
		rc = be_idle();
		break;
	case SLOW_CPU:
		rc = cgroup_enter("cpu", "cpu.max", "2000 100000");
		break;
	case SLOW_MEMORY:
		/* Sleeps when it allocates more, for up to 2 s. */
		rc = cgroup_enter("memory", "memory.high", "65536");
		break;
	}
	if (rc == -ENODEV)
		rc = be_idle();
	if (rc)
		_exit(2);
}

/* What goes on beside be_idle() */
static void hog_main(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	for (;;)
		__asm__ volatile("pause");
}

static void *open_and_close(void *arg)
{
	glob_t nodes;
	size_t i;
	int fd;

	for (;;) {
		if (glob("/dev/dsa/wq*", 0, NULL, &nodes))
			continue;
		for (i = 0; i < nodes.gl_pathc; i++) {
			fd = open(nodes.gl_pathv[i], O_RDWR | O_CLOEXEC);
			if (fd >= 0)
				close(fd);
		}
		globfree(&nodes);
	}

	return NULL;
}

static void opener_main(void)
{
	pthread_t thread;

	/* Two of one process share what is bound. */
	if (pthread_create(&thread, NULL, open_and_close, NULL))
		_exit(1);
	open_and_close(NULL);
}

TEST_F(open_remove, storm)
{
	uint64_t now, end, longest = 0;
	unsigned int rounds;
	pid_t pid;

	for (self->children = 0; self->children <= OPENERS; self->children++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			end_with_parent();
			if (!self->children)
				hog_main();
			be_slow(self->children);
			opener_main();
		}
		self->child[self->children] = pid;
	}

	end = clock_ns() + (getenv("IDXD_TEST_LONG") ? STORM_LONG_NS : STORM_NS);
	for (rounds = 0; (now = clock_ns()) < end; rounds++) {
		usleep(rounds % 7 * 10000);
		ASSERT_EQ(0, remove_function(&self->wq));
		if (clock_ns() - now > longest)
			longest = clock_ns() - now;
		ASSERT_EQ(0, come_back());
		ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
	}
	/* All of them are still at it. */
	EXPECT_EQ(0, waitpid(-1, NULL, WNOHANG));
	TH_LOG("removed %u times, in %llu ms at most", rounds,
	       (unsigned long long)(longest / NSEC_PER_MSEC));
	EXPECT_GT(REMOVE_NS, longest);
}

static void *read_own_memory(void *arg)
{
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char byte;

	/* With mmap_lock held until the page comes */
	if (fd < 0 || pread(fd, &byte, 1, (off_t)(uintptr_t)arg) != 1)
		_exit(2);

	return NULL;
}

/* Keeps its mmap_lock, which the bind waits for, to itself. */
static void hold_main(const struct wq *wq, const struct fuse *fuse)
{
	pthread_t thread;
	void *page;
	int fd;

	end_with_parent();
	fd = open(fuse->path, O_RDWR | O_CLOEXEC);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (fd < 0 || page == MAP_FAILED ||
	    pthread_create(&thread, NULL, read_own_memory, page))
		_exit(3);
	usleep(300000);
	open(wq->node, O_RDWR | O_CLOEXEC);
	_exit(4);
}

TEST_F(open_remove, mmap_lock_held)
{
	struct fuse fuse;
	uint64_t start;
	int status = 0;
	pid_t pid;

	if (fuse_start(&fuse, 1))
		SKIP(return, "no FUSE in this kernel");
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		hold_main(&self->wq, &fuse);
		_exit(1);
	}
	sleep(1);
	EXPECT_EQ(1, fuse_waiting(&fuse));

	start = clock_ns();
	EXPECT_EQ(0, remove_function(&self->wq));
	TH_LOG("removed in %llu ms", (unsigned long long)((clock_ns() - start) / NSEC_PER_MSEC));
	EXPECT_GT(REMOVE_NS, clock_ns() - start);
	fuse_answer(&fuse);
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(SIGKILL, status);
	fuse_stop(&fuse);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
