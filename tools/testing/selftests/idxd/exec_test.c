// SPDX-License-Identifier: GPL-2.0-only
/*
 * ENQCMD and exec. A thread gets its PASID at its first ENQCMD; exec takes it
 * away, and the new program gets its own in the same way, however it was started
 * and whatever the thread did before. A program that has opened no work queue
 * has no PASID.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "main.h"
#include "lib/insn.h"
#include "lib/poll.h"
#include "lib/portal.h"

#define HOPS		"5"
#define STACK_BYTES	(256 * 1024)

/* What the new program does: the first argument of this one, and its end. */
#define DO_HOP		"--hop"		/* submit, then exec again, N times */
#define DO_FORK		"--fork"	/* fork: the child submits, then the parent */
#define DO_NOTHING	"--nothing"	/* ENQCMD without a queue */
#define DO_INHERIT	"--inherit"	/* map the queue that was opened before exec */

enum outcome {
	ALL_RIGHT,
	NO_QUEUE = 10,
	NOT_SUBMITTED,
	NO_EXEC,
	NO_FORK,
	CHILD_FAILED,
	MAPPED,
	SUBMITTED,
};

static bool submit(struct portal *portal)
{
	struct dsa_completion_record record __aligned(32) = {};
	struct dsa_hw_desc desc;

	desc_noop(&desc, &record);

	return !portal_submit(portal, &desc) && record_wait(&record, RECORD_MS) &&
	       record.status == DSA_COMP_SUCCESS;
}

static bool open_queue(struct portal *portal)
{
	struct wq wq;

	return wq_find(&wq, WQ_SHARED | WQ_PRS_OFF) &&
	       !portal_open(portal, &wq, SUBMIT_PORTAL);
}

/* Returns only if it fails. */
static int run_program(const char *what, const char *arg)
{
	execl("/proc/self/exe", "exec_test", what, arg, NULL);

	return NO_EXEC;
}

static int do_hop(int left)
{
	struct portal portal;
	char arg[16];

	if (!open_queue(&portal))
		return NO_QUEUE;
	if (!submit(&portal))
		return NOT_SUBMITTED;
	if (!left)
		return ALL_RIGHT;
	snprintf(arg, sizeof(arg), "%d", left - 1);

	return run_program(DO_HOP, arg);
}

static int do_fork(void)
{
	struct portal portal, own;
	int status;
	pid_t pid;

	if (!open_queue(&portal))
		return NO_QUEUE;
	pid = fork();
	if (pid < 0)
		return NO_FORK;
	if (!pid)
		_exit(!open_queue(&own) ? NO_QUEUE : !submit(&own) ? NOT_SUBMITTED : ALL_RIGHT);
	if (waitpid(pid, &status, 0) != pid || status)
		return CHILD_FAILED;

	return submit(&portal) ? ALL_RIGHT : NOT_SUBMITTED;
}

/* Ends with SIGSEGV if all is right. */
static int do_nothing(void)
{
	struct line line = {}, target = {};

	signal(SIGSEGV, SIG_DFL);
	enqcmd(&target, &line);

	return SUBMITTED;
}

static int do_inherit(int fd)
{
	if (mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED || errno != EPERM)
		return MAPPED;

	return do_nothing();
}

static int program(char **argv)
{
	if (!strcmp(argv[1], DO_HOP))
		return do_hop(atoi(argv[2]));
	if (!strcmp(argv[1], DO_FORK))
		return do_fork();
	if (!strcmp(argv[1], DO_INHERIT))
		return do_inherit(atoi(argv[2]));

	return do_nothing();
}

FIXTURE(exec) {
	struct portal portal;
};

/* All tests exec from a thread that has used ENQCMD. */
FIXTURE_SETUP(exec)
{
	begin_test();
	ASSERT_TRUE(open_queue(&self->portal));
	ASSERT_TRUE(submit(&self->portal));
}

FIXTURE_TEARDOWN(exec)
{
	portal_close(&self->portal);
}

static void expect_end(struct __test_metadata *_metadata, pid_t pid, int signal)
{
	int status;

	ASSERT_LT(0, pid);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(signal, status & 0x7f);
	if (!signal)
		EXPECT_EQ(ALL_RIGHT, WEXITSTATUS(status));
}

/* A process that has used ENQCMD and then executes another program */
static pid_t start_program(const char *what, const char *arg)
{
	struct portal portal;
	pid_t pid = fork();

	if (pid)
		return pid;
	end_with_parent();
	if (!open_queue(&portal))
		_exit(NO_QUEUE);
	if (!submit(&portal))
		_exit(NOT_SUBMITTED);
	_exit(run_program(what, arg));
}

TEST_F(exec, several_times)
{
	expect_end(_metadata, start_program(DO_HOP, HOPS), 0);
}

TEST_F(exec, then_fork)
{
	expect_end(_metadata, start_program(DO_FORK, NULL), 0);
}

TEST_F(exec, no_queue_no_pasid)
{
	expect_end(_metadata, start_program(DO_NOTHING, NULL), SIGSEGV);
}

TEST_F(exec, inherited_file_no_pasid)
{
	char fd[16];
	int copy;

	copy = dup(self->portal.fd);
	ASSERT_LE(0, copy);
	ASSERT_EQ(0, fcntl(copy, F_SETFD, 0));
	snprintf(fd, sizeof(fd), "%d", copy);
	expect_end(_metadata, start_program(DO_INHERIT, fd), SIGSEGV);
	close(copy);
}

static void *exec_in_thread(void *submits)
{
	struct portal portal;

	if (submits && (!open_queue(&portal) || !submit(&portal)))
		_exit(NOT_SUBMITTED);
	_exit(run_program(DO_HOP, HOPS));
}

/* The thread takes the place of the leader, which has its own PASID state. */
static void run_thread(struct __test_metadata *_metadata, bool leader_submits,
		       bool thread_submits)
{
	struct portal portal;
	pthread_t thread;
	pid_t pid = fork();

	if (!pid) {
		end_with_parent();
		if (leader_submits && (!open_queue(&portal) || !submit(&portal)))
			_exit(NOT_SUBMITTED);
		if (pthread_create(&thread, NULL, exec_in_thread,
				   thread_submits ? &thread_submits : NULL))
			_exit(NO_FORK);
		for (;;)
			pause();
	}
	expect_end(_metadata, pid, 0);
}

TEST_F(exec, thread_that_submitted)
{
	run_thread(_metadata, false, true);
}

TEST_F(exec, thread_beside_one_that_submitted)
{
	run_thread(_metadata, true, false);
}

TEST_F(exec, threads_that_both_submitted)
{
	run_thread(_metadata, true, true);
}

/* Shares the memory of its parent, and its PASID, until it calls exec. */
static int vforked(void *portal)
{
	if (!submit(portal))
		_exit(NOT_SUBMITTED);
	_exit(run_program(DO_HOP, HOPS));
}

TEST_F(exec, vfork)
{
	char *stack = malloc(STACK_BYTES);

	ASSERT_NE(NULL, stack);
	expect_end(_metadata, clone(vforked, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD,
				    &self->portal), 0);
	free(stack);
	EXPECT_TRUE(submit(&self->portal));
}

TEST_F(exec, posix_spawn)
{
	char *const argv[] = { "exec_test", DO_HOP, HOPS, NULL };
	pid_t pid;

	ASSERT_EQ(0, posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ));
	expect_end(_metadata, pid, 0);
	EXPECT_TRUE(submit(&self->portal));
}

/* Nothing is lost by an exec that fails. */
TEST_F(exec, fails)
{
	char path[] = "/tmp/exec-testXXXXXX";
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fchmod(fd, 0700));
	ASSERT_EQ(4, write(fd, "none", 4));
	close(fd);

	EXPECT_EQ(-1, execl("/nowhere", "nowhere", NULL));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_TRUE(submit(&self->portal));
	EXPECT_EQ(-1, execl(path, path, NULL));
	EXPECT_EQ(ENOEXEC, errno);
	EXPECT_TRUE(submit(&self->portal));
	unlink(path);
}

static struct portal *handler_portal;
static bool handler_submitted;
static bool handler_drops_fpu;

static void handler(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	WRITE_ONCE(handler_submitted, submit(handler_portal));
	/* The kernel then restores the initial state. */
	if (handler_drops_fpu)
		uc->uc_mcontext.fpregs = NULL;
}

static void run_signal(struct __test_metadata *_metadata, struct portal *portal, bool drops_fpu)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t stack = { .ss_size = STACK_BYTES };

	stack.ss_sp = malloc(STACK_BYTES);
	ASSERT_NE(NULL, stack.ss_sp);
	ASSERT_EQ(0, sigaltstack(&stack, NULL));
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	handler_portal = portal;
	WRITE_ONCE(handler_submitted, false);
	handler_drops_fpu = drops_fpu;
	ASSERT_EQ(0, raise(SIGUSR1));
	EXPECT_TRUE(READ_ONCE(handler_submitted));
	EXPECT_TRUE(submit(portal));
	stack.ss_flags = SS_DISABLE;
	sigaltstack(&stack, NULL);
	free(stack.ss_sp);
}

/* Signals leave the PASID alone, though they bring FPU state back. */
TEST_F(exec, not_signal)
{
	run_signal(_metadata, &self->portal, false);
}

TEST_F(exec, not_signal_with_initial_state)
{
	run_signal(_metadata, &self->portal, true);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strncmp(argv[1], "--", 2))
		return program(argv);

	return idxd_test_main(argc, argv);
}
