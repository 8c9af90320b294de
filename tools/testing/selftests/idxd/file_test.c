// SPDX-License-Identifier: GPL-2.0-only
/*
 * The directory in sysfs that stands for an opened file: when it is there, and
 * what its counters count.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/file.h"
#include "lib/passfd.h"
#include "lib/run.h"
#include "lib/sysfs.h"

#define SOON_NS		WAIT_NS

FIXTURE(file) {
	struct wq wq;
	struct portal portal;
	int ids[FILES_MAX];
};

FIXTURE_VARIANT(file) {
	unsigned int mode;
};

FIXTURE_VARIANT_ADD(file, dedicated) {
	.mode = WQ_DEDICATED,
};

FIXTURE_VARIANT_ADD(file, shared) {
	.mode = WQ_SHARED,
};

FIXTURE_SETUP(file)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->mode | WQ_PRS_OFF));
	ASSERT_EQ(0, control_clients_wait(&self->wq, 0));
	ASSERT_EQ(0, file_list(&self->wq, self->ids));
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(1, file_list(&self->wq, self->ids));
}

FIXTURE_TEARDOWN(file)
{
	portal_close(&self->portal);
}

static int files_soon(const struct wq *wq, int want)
{
	uint64_t end = clock_ns() + SOON_NS;
	int ids[FILES_MAX];
	int seen;

	do {
		seen = file_list(wq, ids);
		if (seen == want)
			break;
		usleep(1000);
	} while (clock_ns() < end);

	return seen;
}

static void fault(struct __test_metadata *_metadata, struct portal *p, const struct wq *wq,
		  enum region_kind kind, unsigned int pages)
{
	struct run run;

	ASSERT_EQ(0, run_kind(&run, p, wq, kind, pages, 4, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	ASSERT_EQ(pages, run.written + run.refused);
}

static void expect_counts(struct __test_metadata *_metadata, const struct wq *wq, int id,
			  long faults, long failures)
{
	EXPECT_EQ(faults, file_attr(wq, id, "cr_faults"));
	EXPECT_EQ(failures, file_attr(wq, id, "cr_fault_failures"));
}

TEST_F(file, open_and_close)
{
	EXPECT_EQ(getpid(), file_attr(&self->wq, self->ids[0], "pid"));
	expect_counts(_metadata, &self->wq, self->ids[0], 0, 0);
	portal_close(&self->portal);
	EXPECT_EQ(0, file_list(&self->wq, self->ids));
}

TEST_F(file, counts)
{
	long faults = evl_counter(&self->wq, EVL_FAULTS);

	fault(_metadata, &self->portal, &self->wq, REGION_ANON, 10);
	expect_counts(_metadata, &self->wq, self->ids[0], 10, 0);
	fault(_metadata, &self->portal, &self->wq, REGION_READONLY, 3);
	expect_counts(_metadata, &self->wq, self->ids[0], 13, 3);
	EXPECT_EQ(faults + 13, evl_counter(&self->wq, EVL_FAULTS));

	/* A new file of the queue starts at 0. */
	portal_close(&self->portal);
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(1, file_list(&self->wq, self->ids));
	expect_counts(_metadata, &self->wq, self->ids[0], 0, 0);
}

/* Both show what was counted for the process since each of them was opened. */
TEST_F(file, opened_twice)
{
	struct portal two;
	int ids[FILES_MAX];

	if (self->wq.dedicated) {
		EXPECT_EQ(-EBUSY, portal_open(&two, &self->wq, SUBMIT_PORTAL));
		/* It has left nothing behind. */
		EXPECT_EQ(1, file_list(&self->wq, ids));
		EXPECT_EQ(1, control_clients(&self->wq));
		return;
	}

	fault(_metadata, &self->portal, &self->wq, REGION_ANON, 7);
	ASSERT_EQ(0, portal_open(&two, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(2, file_list(&self->wq, ids));
	expect_counts(_metadata, &self->wq, ids[0] + ids[1] - self->ids[0], 0, 0);
	fault(_metadata, &two, &self->wq, REGION_ANON, 5);
	fault(_metadata, &self->portal, &self->wq, REGION_READONLY, 2);
	expect_counts(_metadata, &self->wq, self->ids[0], 14, 2);
	expect_counts(_metadata, &self->wq, ids[0] + ids[1] - self->ids[0], 7, 2);

	/* The close of one does not disturb the other. */
	portal_close(&self->portal);
	ASSERT_EQ(1, file_list(&self->wq, ids));
	EXPECT_NE(self->ids[0], ids[0]);
	fault(_metadata, &two, &self->wq, REGION_ANON, 1);
	expect_counts(_metadata, &self->wq, ids[0], 8, 2);
	portal_close(&two);
	EXPECT_EQ(0, file_list(&self->wq, ids));
}

/* It is one of the bus, and none of its drivers is for it. */
TEST_F(file, on_the_bus)
{
	static const char *const binds[] = {
		"idxd/bind", "user/bind", "dmaengine/bind", "dsa/bind",
	};
	char path[PATH_MAX + 16], link[PATH_MAX], real[PATH_MAX], name[24];
	unsigned int i;

	snprintf(name, sizeof(name), "file%d", self->ids[0]);
	snprintf(link, sizeof(link), "/sys/bus/dsa/devices/%s", name);
	ASSERT_NE(NULL, realpath(link, real));
	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/%s/dsa!%s/%s", self->wq.name,
		 self->wq.name, name);
	ASSERT_NE(NULL, realpath(path, link));
	EXPECT_STREQ(link, real);

	snprintf(path, sizeof(path), "%s/driver", real);
	EXPECT_NE(0, access(path, F_OK));
	for (i = 0; i < ARRAY_SIZE(binds); i++) {
		snprintf(path, sizeof(path), "/sys/bus/dsa/drivers/%s", binds[i]);
		if (!access(path, F_OK))
			EXPECT_EQ(-ENODEV, sysfs_write(path, name));
	}

	portal_close(&self->portal);
	EXPECT_NE(0, access(real, F_OK));
}

/* Waits for the event that has happened to something of that name. */
static bool uevent_wait(int fd, const char *action, const char *name)
{
	uint64_t end = clock_ns() + SOON_NS;
	char text[4096], *at;
	ssize_t n;

	while (clock_ns() < end) {
		n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
		if (n < 0) {
			usleep(1000);
			continue;
		}
		text[n] = '\0';
		at = strchr(text, '@');
		if (at && !strncmp(text, action, at - text) &&
		    !strcmp(strrchr(at, '/') + 1, name))
			return true;
	}

	return false;
}

TEST_F(file, uevents)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	char name[24];
	int fd;

	portal_close(&self->portal);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&addr, sizeof(addr)));

	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
	ASSERT_EQ(1, file_list(&self->wq, self->ids));
	snprintf(name, sizeof(name), "file%d", self->ids[0]);
	EXPECT_TRUE(uevent_wait(fd, "add", name));
	portal_close(&self->portal);
	EXPECT_TRUE(uevent_wait(fd, "remove", name));
	close(fd);
}

/* Another process on the queue has counters of its own. */
TEST_F(file, another_process)
{
	int ids[FILES_MAX];
	struct portal mine;
	int status, other;
	int fd[2];
	pid_t pid;
	char byte;

	if (self->wq.dedicated)
		SKIP(return, "a dedicated queue opens once");

	ASSERT_EQ(0, pipe(fd));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		struct run run;

		if (portal_open(&mine, &self->wq, SUBMIT_PORTAL) ||
		    run_kind(&run, &mine, &self->wq, REGION_ANON, 6, 1, NULL) ||
		    write(fd[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	ASSERT_EQ(1, read(fd[0], &byte, 1));
	ASSERT_EQ(2, file_list(&self->wq, ids));
	other = ids[0] + ids[1] - self->ids[0];
	EXPECT_EQ(pid, file_attr(&self->wq, other, "pid"));
	expect_counts(_metadata, &self->wq, other, 6, 0);
	expect_counts(_metadata, &self->wq, self->ids[0], 0, 0);

	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(1, files_soon(&self->wq, 1));
	EXPECT_EQ(getpid(), file_attr(&self->wq, self->ids[0], "pid"));
}

/* A forked child has the file as well: it is there until both are gone. */
TEST_F(file, forked)
{
	int fd[2], status;
	pid_t pid;
	char byte;

	ASSERT_EQ(0, pipe(fd));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(read(fd[0], &byte, 1) != 1);
	fault(_metadata, &self->portal, &self->wq, REGION_ANON, 4);
	portal_close(&self->portal);
	ASSERT_EQ(1, file_list(&self->wq, self->ids));
	EXPECT_EQ(getpid(), file_attr(&self->wq, self->ids[0], "pid"));
	ASSERT_EQ(1, write(fd[1], "", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, files_soon(&self->wq, 0));
}

/* Who opened it has gone, and another holds it. */
TEST_F(file, opener_gone)
{
	int pair[2], status, fd;
	struct portal portal;
	pid_t pid;

	portal_close(&self->portal);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(portal_open(&portal, &self->wq, SUBMIT_WRITE) ||
		      pass_fd(pair[1], portal.fd));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	fd = take_fd(pair[0]);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, file_list(&self->wq, self->ids));
	expect_counts(_metadata, &self->wq, self->ids[0], 0, 0);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, files_soon(&self->wq, 0));
}

TEST_F(file, exec)
{
	struct portal portal;
	int status;
	pid_t pid;

	portal_close(&self->portal);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (portal_open(&portal, &self->wq, SUBMIT_PORTAL))
			_exit(1);
		execl("/proc/self/exe", "file_test", "--wait", NULL);
		_exit(2);
	}
	/* It is closed on exec, while the process goes on. */
	usleep(100000);
	EXPECT_EQ(0, files_soon(&self->wq, 0));
	ASSERT_EQ(0, waitpid(pid, &status, WNOHANG));
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
}

/* Read from inside another PID namespace, the number is not somebody else's. */
TEST_F(file, pid_namespace)
{
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (unshare(CLONE_NEWPID))
			_exit(4);
		pid = fork();
		if (!pid)
			_exit(file_attr(&self->wq, self->ids[0], "pid") != 0);
		if (waitpid(pid, &status, 0) != pid)
			_exit(2);
		_exit(WEXITSTATUS(status));
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	if (WEXITSTATUS(status) == 4)
		SKIP(return, "no PID namespaces");
	EXPECT_EQ(0, status);
}

/* The queue goes while the file is open. */
TEST_F(file, queue_disabled)
{
	ASSERT_EQ(0, control_disable_wq(&self->wq));
	EXPECT_EQ(0, file_list(&self->wq, self->ids));
	ASSERT_EQ(0, control_setup(""));
	EXPECT_EQ(0, file_list(&self->wq, self->ids));
	portal_close(&self->portal);
	EXPECT_EQ(0, file_list(&self->wq, self->ids));
	EXPECT_EQ(0, control_clients(&self->wq));
}

int main(int argc, char **argv)
{
	/* What the exec test becomes. */
	if (argc == 2 && !strcmp(argv[1], "--wait"))
		return pause();

	return idxd_test_main(argc, argv);
}
