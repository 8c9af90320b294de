// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that go, in one way or another, while their records are on the way
 * to them. Nothing may be written for them into memory that is another's by
 * then: PASIDs are used again at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/evl.h"
#include "lib/passfd.h"
#include "lib/poll.h"
#include "lib/repeat.h"
#include "lib/run.h"

#define PAGES		128
#define ROUNDS		repeat(6)
#define PAGE		4096

/* The same address in every process. */
#define PLACE		((char *)0x110000000000)
#define PATTERN		0xc3

/* An end must not take longer than this. */
#define END_NS		PROMPT_NS

FIXTURE(lifetime) {
	struct wq wq;
};

FIXTURE_VARIANT(lifetime) {
	unsigned int mode;
};

FIXTURE_VARIANT_ADD(lifetime, dedicated) {
	.mode = WQ_DEDICATED,
};

FIXTURE_VARIANT_ADD(lifetime, shared) {
	.mode = WQ_SHARED,
};

FIXTURE_SETUP(lifetime)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->mode | WQ_PRS_OFF));
}

FIXTURE_TEARDOWN(lifetime)
{
}

static bool place_map(void)
{
	return mmap(PLACE, PAGES * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == PLACE;
}

/* As many descriptors as may be lost: a dedicated queue drops the rest. */
static bool submit_all(struct portal *p)
{
	struct dsa_hw_desc desc;
	unsigned int i;

	for (i = 0; i < PAGES; i++) {
		desc_noop(&desc, PLACE + i * PAGE);
		if (portal_submit(p, &desc))
			return false;
	}

	return true;
}

/* The ways to go. */
static void end_exit(struct portal *p)
{
	_exit(0);
}

static void end_kill(struct portal *p)
{
	kill(getpid(), SIGKILL);
}

static void end_exec(struct portal *p)
{
	execl("/proc/self/exe", "lifetime_test", "--nothing", NULL);
	_exit(1);
}

static void end_close(struct portal *p)
{
	portal_close(p);
	_exit(0);
}

static void end_unmap(struct portal *p)
{
	munmap(PLACE, PAGES * PAGE);
	portal_close(p);
	_exit(0);
}

/* Closes, and finds its memory as it leaves it: the close has waited. */
static void end_close_and_look(struct portal *p)
{
	unsigned int i;

	portal_close(p);
	memset(PLACE, PATTERN, PAGES * PAGE);
	usleep(20000);
	for (i = 0; i < PAGES * PAGE; i++)
		if ((unsigned char)PLACE[i] != PATTERN)
			_exit(2);
	_exit(0);
}

/*
 * Comes after the other, probably with its PASID, and has other things at the
 * same place. Its own records must come, and nothing else.
 */
static int successor(const struct wq *wq)
{
	struct dsa_completion_record *record = (void *)PLACE;
	struct dsa_hw_desc desc;
	struct portal portal;
	unsigned int i;

	if (!place_map())
		return 20;
	memset(PLACE, PATTERN, PAGES * PAGE);
	if (portal_open_soon(&portal, wq, END_NS))
		return 21;
	for (i = 0; i < 8; i++) {
		madvise(PLACE, PAGE, MADV_DONTNEED);
		desc_noop(&desc, record);
		if (portal_submit(&portal, &desc))
			return 22;
		if (!record_wait(record, RECORD_MS))
			return 23;
	}
	portal_close(&portal);
	for (i = PAGE; i < PAGES * PAGE; i++)
		if ((unsigned char)PLACE[i] != PATTERN)
			return 24;

	return 0;
}

static void run_end(struct __test_metadata *_metadata,
		    const struct wq *wq, void (*end)(struct portal *p),
		    int want_status)
{
	struct portal portal;
	unsigned int round;
	uint64_t start;
	int status;
	pid_t pid;

	for (round = 0; round < ROUNDS; round++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			if (!place_map() ||
			    portal_open_soon(&portal, wq, END_NS) ||
			    !submit_all(&portal))
				_exit(3);
			end(&portal);
		}
		start = clock_ns();
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(want_status, status);
		EXPECT_GT(END_NS, clock_ns() - start);

		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid)
			_exit(successor(wq));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_EQ(0, status) {
			TH_LOG("round %u: successor exits with %d", round,
			       WEXITSTATUS(status));
		}
	}
}

TEST_F(lifetime, exit)
{
	run_end(_metadata, &self->wq, end_exit, 0);
}

TEST_F(lifetime, kill)
{
	run_end(_metadata, &self->wq, end_kill, SIGKILL);
}

TEST_F(lifetime, exec)
{
	run_end(_metadata, &self->wq, end_exec, 0);
}

TEST_F(lifetime, close)
{
	run_end(_metadata, &self->wq, end_close, 0);
}

TEST_F(lifetime, unmap)
{
	run_end(_metadata, &self->wq, end_unmap, 0);
}

TEST_F(lifetime, close_and_look)
{
	run_end(_metadata, &self->wq, end_close_and_look, 0);
}

/*
 * The file goes to another process, and the one that opened it is gone. The
 * other one can do nothing with it but close it.
 */
TEST_F(lifetime, passed_file)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	int pair[2];
	int status;
	pid_t pid;
	int fd;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (!place_map() ||
		    portal_open_soon(&portal, &self->wq, END_NS) ||
		    pass_fd(pair[1], portal.fd) || !submit_all(&portal))
			_exit(3);
		_exit(0);
	}
	fd = take_fd(pair[0]);
	ASSERT_LE(0, fd);

	desc_noop(&desc, PLACE);
	EXPECT_EQ(-1, write(fd, &desc, sizeof(desc)));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0));
	EXPECT_EQ(EPERM, errno);

	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(-1, write(fd, &desc, sizeof(desc)));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(0, close(fd));

	ASSERT_EQ(0, successor(&self->wq));
}

/* A forked child has the file, too, but it stands for the parent's memory. */
TEST_F(lifetime, inherited_file)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	int status;
	pid_t pid;

	ASSERT_TRUE(place_map());
	ASSERT_EQ(0, portal_open(&portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_TRUE(submit_all(&portal));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		desc_noop(&desc, PLACE);
		if (write(portal.fd, &desc, sizeof(desc)) != -1 || errno != EPERM)
			_exit(4);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	portal_close(&portal);
}

/* The close of one file of a process leaves the other one working. */
TEST_F(lifetime, opened_twice)
{
	struct portal one, two;
	struct region r;
	struct run run;

	if (self->wq.dedicated)
		SKIP(return, "a dedicated queue opens once");

	ASSERT_EQ(0, portal_open(&one, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(0, portal_open(&two, &self->wq, SUBMIT_PORTAL));
	ASSERT_TRUE(place_map());
	ASSERT_TRUE(submit_all(&one));
	portal_close(&one);

	ASSERT_EQ(0, region_get(&r, REGION_ANON, 32));
	EXPECT_EQ(0, run_region(&run, &two, &self->wq, &r, 3, 8, NULL)) {
		TH_LOG("%u wrong: %s", run.wrong, run.why);
	}
	region_put(&r);
	portal_close(&two);
}

int main(int argc, char **argv)
{
	/* What end_exec() becomes. */
	if (argc == 2 && !strcmp(argv[1], "--nothing"))
		return 0;

	return idxd_test_main(argc, argv);
}
