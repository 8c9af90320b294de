// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file whose last reference is dropped by the kernel, not by a process: it
 * was on its way through a socket that is garbage by then. The kernel closes
 * all such files in one thread, one after the other: the close of a work queue
 * that waits for a record must not hold up the others.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/passfd.h"
#include "lib/repeat.h"
#include "lib/run.h"
#include "lib/slow.h"

/* The kernel has begun to close the file by then, and waits for much longer. */
#define BEGIN_US	300000
#define HANGUP_MS	10000

FIXTURE(close_worker) {
	struct wq wq;
	pid_t opener;
};

FIXTURE_VARIANT(close_worker) {
	unsigned int want;
};

FIXTURE_VARIANT_ADD(close_worker, dedicated) {
	.want = WQ_DEDICATED | WQ_PRS_OFF,
};

FIXTURE_VARIANT_ADD(close_worker, shared) {
	.want = WQ_SHARED | WQ_PRS_OFF,
};

/* Give @fd's last reference to a socket that only itself refers to. */
static int drop_in_kernel(int fd)
{
	int pair[2];
	int rc;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	rc = pass_fd(pair[0], fd);
	if (!rc)
		rc = pass_fd(pair[0], pair[1]);
	close(fd);
	close(pair[1]);
	/* The garbage is looked for now. */
	close(pair[0]);

	return rc;
}

/* Has a record whose page does not come, and lives on without its file. */
static void opener_main(const struct wq *wq, int ready)
{
	long entries = evl_counter(wq, EVL_ENTRIES);
	struct dsa_hw_desc desc;
	struct portal portal;
	struct slow slow;

	end_with_parent();
	if (portal_open(&portal, wq, SUBMIT_WRITE) || slow_get(&slow, SLOW_UFFD, 1, NULL, NULL))
		_exit(2);
	desc_noop(&desc, slow.base);
	if (portal_submit(&portal, &desc) ||
	    evl_counter_wait(wq, EVL_ENTRIES, entries + 1) <= entries)
		_exit(3);
	if (drop_in_kernel(portal.fd) || write(ready, "", 1) != 1)
		_exit(4);
	pause();
}

FIXTURE_SETUP(close_worker)
{
	int ready[2];
	char byte;

	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->want));
	ASSERT_EQ(0, pipe(ready));
	self->opener = fork();
	ASSERT_LE(0, self->opener);
	if (!self->opener) {
		opener_main(&self->wq, ready[1]);
		_exit(1);
	}
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	close(ready[0]);
}

FIXTURE_TEARDOWN(close_worker)
{
	struct run run;

	kill(self->opener, SIGKILL);
	waitpid(self->opener, NULL, 0);
	EXPECT_EQ(0, control_setup(""));
	/* A device that was bound anew may have another number. */
	EXPECT_TRUE(wq_find(&self->wq, (self->wq.dedicated ? WQ_DEDICATED : WQ_SHARED) |
				       WQ_PRS_OFF));
	EXPECT_EQ(0, run_few(&run, &self->wq)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
}

TEST_F(close_worker, others_go_on)
{
	struct pollfd pfd = { .events = POLLIN };
	uint64_t start;
	int pipes[2];

	usleep(BEGIN_US);
	EXPECT_EQ(1, control_clients(&self->wq));
	ASSERT_EQ(0, pipe(pipes));
	pfd.fd = pipes[0];
	start = clock_ns();
	ASSERT_EQ(0, drop_in_kernel(pipes[1]));
	EXPECT_EQ(1, poll(&pfd, 1, HANGUP_MS));
	/* Closed before the other one, which came first */
	EXPECT_EQ(1, control_clients(&self->wq));
	TH_LOG("the other file was closed after %llu ms",
	       (unsigned long long)((clock_ns() - start) / NSEC_PER_MSEC));
	close(pipes[0]);
	EXPECT_EQ(0, control_clients_wait(&self->wq, 0));
}

/* What the administrator does must find the file, though it has no owner. */
TEST_F(close_worker, queue_disabled)
{
	EXPECT_EQ(0, control_disable_wq(&self->wq));
}

TEST_F(close_worker, driver_unbound)
{
	usleep(BEGIN_US);
	EXPECT_EQ(0, control_unbind_pci(&self->wq));
	EXPECT_EQ(0, control_bind_pci(&self->wq));
}

/* Nothing keeps the module but what it waits for. */
TEST_F(close_worker, module_unloaded)
{
	unsigned int round;
	int fd;

	for (round = 0; round < repeat(3); round++) {
		fd = open(self->wq.node, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			EXPECT_EQ(0, drop_in_kernel(fd));
		/* Busy until the file is closed, as far as the kernel knows. */
		while (system("rmmod idxd 2>/dev/null"))
			usleep(1000);
		ASSERT_EQ(0, system("modprobe idxd"));
		ASSERT_EQ(0, control_setup(""));
	}
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
