// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reset of the whole device, with work queues and engines that are not in
 * use, half configured, or refused by the device: those that are in use come
 * back as they were. One that cannot come back lets go of its programs.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/qmp.h"
#include "lib/regs.h"
#include "lib/run.h"
#include "lib/sysfs.h"

#define BUS		"/sys/bus/dsa"
#define PAGES		4
#define KERNEL_WQ	4	/* of setup-wqs.sh -k */

/* Far longer than a reset takes on the slowest machine. */
#define RESET_NS	(20 * NSEC_PER_SEC)

/* PCI express extended capabilities */
#define PCI_EXT_CAPS	0x100
#define PCI_EXT_PASID	0x1b
#define PCI_PASID_CTRL	6

FIXTURE(reset_config) {
	struct wq dedicated;
	struct wq shared;	/* in the group of the one above */
	struct wq other;	/* dedicated, in another group */
	struct wq fourth;	/* shared, in that group, too */
	struct regs regs;
	struct qmp qmp;
};

FIXTURE_VARIANT(reset_config) {
	bool halt;
};

FIXTURE_VARIANT_ADD(reset_config, flr) {
	.halt = false,
};

FIXTURE_VARIANT_ADD(reset_config, halt) {
	.halt = true,
};

FIXTURE_SETUP(reset_config)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->dedicated, WQ_DEDICATED | WQ_PRS_OFF));
	ASSERT_TRUE(wq_find(&self->shared, WQ_SHARED | WQ_PRS_OFF));
	ASSERT_TRUE(wq_find(&self->other, WQ_DEDICATED | WQ_PRS_ON));
	ASSERT_TRUE(wq_find(&self->fourth, WQ_SHARED | WQ_PRS_ON));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->dedicated)) {
		TH_LOG("%s", self->qmp.error);
	}
	ASSERT_EQ(0, regs_open(&self->regs, &self->dedicated));
}

FIXTURE_TEARDOWN(reset_config)
{
	regs_close(&self->regs);
	qmp_close(&self->qmp);
	/* If one fails, the next one is to begin anew. */
	if (control_setup("")) {
		EXPECT_EQ(0, control_unbind_pci(&self->dedicated));
		EXPECT_EQ(0, control_bind_pci(&self->dedicated));
		EXPECT_EQ(0, control_setup(""));
	}
}

static bool device_back(const struct regs *regs)
{
	uint64_t end = clock_ns() + RESET_NS;

	while (clock_ns() < end) {
		if (regs_state(regs) == GENSTS_ENABLED)
			return true;
		usleep(1000);
	}

	return false;
}

static bool wq_back(const struct regs *regs, unsigned int id)
{
	uint64_t end = clock_ns() + RESET_NS;

	while (clock_ns() < end) {
		if (regs_wq_enabled(regs, id))
			return true;
		usleep(1000);
	}

	return false;
}

static bool wq_has_driver(const struct wq *wq)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BUS "/devices/%s/driver", wq->name);

	return !access(path, F_OK);
}

/* Soon: the driver says so after the device does. */
static bool device_enabled(const struct wq *wq)
{
	uint64_t end = clock_ns() + RESET_NS;
	char path[PATH_MAX], state[20];

	snprintf(path, sizeof(path), BUS "/devices/dsa%u/state", wq->dev);
	do {
		if (sysfs_read(path, state, sizeof(state)) > 0 && !strcmp(state, "enabled"))
			return true;
		usleep(1000);
	} while (clock_ns() < end);

	return false;
}

/* @qmp: have the device halt there and ask for a reset, or NULL */
static void reset(struct __test_metadata *_metadata, const struct wq *wq,
		  const struct regs *regs, struct qmp *qmp)
{
	if (qmp) {
		ASSERT_EQ(0, qmp_set(qmp, "x-test-halt", "software")) {
			TH_LOG("%s", qmp->error);
		}
	} else {
		ASSERT_EQ(0, control_flr(wq));
	}
	ASSERT_TRUE(device_back(regs));
	EXPECT_TRUE(device_enabled(wq));
}

#define RESET(qmp)	reset(_metadata, &self->dedicated, &self->regs, qmp)

static void expect_runs(struct __test_metadata *_metadata, struct portal *portal,
			const struct wq *wq)
{
	struct run run;

	EXPECT_EQ(0, run_kind(&run, portal, wq, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%s: %u of %u wrong: %s", wq->name, run.wrong, run.submitted, run.why);
	}
}

static void expect_works(struct __test_metadata *_metadata, const struct regs *regs,
			 const struct wq *wq)
{
	struct portal portal;

	ASSERT_TRUE(wq_back(regs, wq->id)) {
		TH_LOG("%s is not back", wq->name);
	}
	ASSERT_EQ(0, portal_open_soon(&portal, wq, RESET_NS));
	expect_runs(_metadata, &portal, wq);
	portal_close(&portal);
}

/* Disabled, and not touched after that: it counts as shared. */
TEST_F(reset_config, disabled)
{
	struct portal portal;

	ASSERT_EQ(0, portal_open(&portal, &self->dedicated, SUBMIT_PORTAL));
	ASSERT_EQ(0, control_disable_wq(&self->other));
	RESET(variant->halt ? &self->qmp : NULL);

	ASSERT_TRUE(wq_back(&self->regs, self->dedicated.id));
	expect_runs(_metadata, &portal, &self->dedicated);
	portal_close(&portal);
	expect_works(_metadata, &self->regs, &self->shared);
	EXPECT_FALSE(regs_wq_enabled(&self->regs, self->other.id));

	/* It can be had again, with its size and in its group. */
	ASSERT_EQ(0, control_configure_wq(&self->other));
	ASSERT_EQ(0, control_enable_wq(&self->other));
	expect_works(_metadata, &self->regs, &self->other);
}

TEST_F(reset_config, all_disabled)
{
	ASSERT_EQ(0, control_disable_wq(&self->dedicated));
	ASSERT_EQ(0, control_disable_wq(&self->shared));
	ASSERT_EQ(0, control_disable_wq(&self->fourth));
	ASSERT_EQ(0, control_disable_wq(&self->other));
	RESET(variant->halt ? &self->qmp : NULL);

	ASSERT_EQ(0, control_configure_wq(&self->other));
	ASSERT_EQ(0, control_enable_wq(&self->other));
	expect_works(_metadata, &self->regs, &self->other);
}

/* Configured for the next time, when the device is enabled again. */
TEST_F(reset_config, group_removed)
{
	ASSERT_EQ(0, control_disable_wq(&self->other));
	ASSERT_EQ(0, control_wq_attr(&self->other, "group_id", "-1"));
	RESET(variant->halt ? &self->qmp : NULL);
	expect_works(_metadata, &self->regs, &self->dedicated);
	expect_works(_metadata, &self->regs, &self->fourth);
}

TEST_F(reset_config, group_without_engine)
{
	ASSERT_EQ(0, control_disable_wq(&self->other));
	ASSERT_EQ(0, control_wq_attr(&self->other, "group_id", "2"));
	RESET(variant->halt ? &self->qmp : NULL);
	expect_works(_metadata, &self->regs, &self->dedicated);
	expect_works(_metadata, &self->regs, &self->fourth);
}

TEST_F(reset_config, engine_removed)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BUS "/devices/engine%u.1/group_id", self->other.dev);
	ASSERT_EQ(0, sysfs_write(path, "-1"));
	RESET(variant->halt ? &self->qmp : NULL);
	expect_works(_metadata, &self->regs, &self->dedicated);
	expect_works(_metadata, &self->regs, &self->fourth);
}

TEST_F(reset_config, half_configured)
{
	ASSERT_EQ(0, control_disable_wq(&self->other));
	ASSERT_EQ(0, control_wq_attr(&self->other, "type", "user"));
	ASSERT_EQ(0, control_wq_attr(&self->other, "mode", "shared"));
	RESET(variant->halt ? &self->qmp : NULL);
	expect_works(_metadata, &self->regs, &self->dedicated);
	expect_works(_metadata, &self->regs, &self->fourth);
}

/* The device refuses it each time, and says why each time. */
TEST_F(reset_config, refused)
{
	unsigned int i;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BUS "/devices/dsa%u/cmd_status", self->other.dev);
	ASSERT_EQ(0, control_disable_wq(&self->other));
	ASSERT_EQ(0, control_configure_wq(&self->other));
	ASSERT_EQ(0, control_wq_attr(&self->other, "priority", "0"));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, sysfs_write(path, "1"));
		EXPECT_NE(0, control_enable_wq(&self->other));
		EXPECT_NE(0, sysfs_read_long(path, 0));
	}
	RESET(variant->halt ? &self->qmp : NULL);
	expect_works(_metadata, &self->regs, &self->dedicated);
	expect_works(_metadata, &self->regs, &self->fourth);

	ASSERT_EQ(0, control_wq_attr(&self->other, "priority", "1"));
	ASSERT_EQ(0, control_enable_wq(&self->other));
	expect_works(_metadata, &self->regs, &self->other);
}

/* Another one is enabled beside it, without a reset. */
TEST_F(reset_config, enabled_beside)
{
	ASSERT_EQ(0, control_disable_wq(&self->shared));
	ASSERT_EQ(0, control_disable_wq(&self->other));
	ASSERT_EQ(0, control_configure_wq(&self->other));
	ASSERT_EQ(0, control_enable_wq(&self->other));
	expect_works(_metadata, &self->regs, &self->other);
	RESET(variant->halt ? &self->qmp : NULL);
	expect_works(_metadata, &self->regs, &self->other);
	expect_works(_metadata, &self->regs, &self->dedicated);
}

TEST_F(reset_config, kernel_queue)
{
	char name[16];

	snprintf(name, sizeof(name), "wq%u.%u", self->dedicated.dev, KERNEL_WQ);
	ASSERT_EQ(0, control_setup("-k"));
	ASSERT_EQ(0, control_disable_wq(&self->other));
	RESET(variant->halt ? &self->qmp : NULL);
	EXPECT_TRUE(wq_back(&self->regs, KERNEL_WQ));
	expect_works(_metadata, &self->regs, &self->dedicated);

	ASSERT_EQ(0, sysfs_write(BUS "/drivers/dmaengine/unbind", name));
	RESET(variant->halt ? &self->qmp : NULL);
	expect_works(_metadata, &self->regs, &self->dedicated);
	EXPECT_FALSE(regs_wq_enabled(&self->regs, KERNEL_WQ));
}

/* No queue was enabled yet. */
TEST_F(reset_config, nothing_enabled)
{
	char name[16];

	snprintf(name, sizeof(name), "dsa%u", self->dedicated.dev);
	ASSERT_EQ(0, control_setup("-n"));
	ASSERT_EQ(0, sysfs_write(BUS "/drivers/idxd/bind", name));
	RESET(variant->halt ? &self->qmp : NULL);
	ASSERT_EQ(0, control_enable_wq(&self->shared));
	expect_works(_metadata, &self->regs, &self->shared);
}

/* Where the function's control register for PASIDs is, or 0 */
static off_t pasid_control(int fd)
{
	off_t at = PCI_EXT_CAPS;
	uint32_t header;

	while (at && pread(fd, &header, sizeof(header), at) == sizeof(header)) {
		if ((header & 0xffff) == PCI_EXT_PASID)
			return at + PCI_PASID_CTRL;
		at = header >> 20;
	}

	return 0;
}

/* Uses its portal until it is taken away. */
static void child_submits(const struct wq *wq, int ready)
{
	struct dsa_completion_record record __aligned(32) = {};
	struct dsa_hw_desc desc;
	struct portal portal;

	if (portal_open(&portal, wq, SUBMIT_PORTAL) || write(ready, "", 1) != 1)
		_exit(1);
	desc_noop(&desc, &record);
	for (;;)
		portal_submit(&portal, &desc);
}

/* A function without PASIDs cannot have the shared queues back. */
TEST_F(reset_config, does_not_come_back)
{
	struct dsa_completion_record record __aligned(32) = {};
	struct dsa_hw_desc desc;
	char config[PATH_MAX + 8], byte;
	struct portal portal;
	struct pollfd pfd;
	int fd, status, ready[2];
	uint16_t off = 0;
	uint64_t end;
	off_t at;
	pid_t pid;

	if (!variant->halt)
		SKIP(return, "the kernel turns PASIDs on again in a function reset");

	snprintf(config, sizeof(config), "%s/config", self->shared.device);
	fd = open(config, O_RDWR);
	ASSERT_LE(0, fd);
	at = pasid_control(fd);
	ASSERT_NE(0, at);
	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		child_submits(&self->shared, ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	ASSERT_EQ(0, portal_open(&portal, &self->shared, SUBMIT_WRITE));

	ASSERT_EQ(sizeof(off), pwrite(fd, &off, sizeof(off), at));
	RESET(variant->halt ? &self->qmp : NULL);

	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGBUS, WTERMSIG(status));
	for (end = clock_ns() + RESET_NS; wq_has_driver(&self->shared) && clock_ns() < end;)
		usleep(1000);
	EXPECT_FALSE(wq_has_driver(&self->shared));
	desc_noop(&desc, &record);
	EXPECT_EQ(-ENXIO, portal_submit(&portal, &desc));
	pfd = (struct pollfd) { .fd = portal.fd, .events = POLLIN };
	EXPECT_EQ(1, poll(&pfd, 1, 0));
	EXPECT_EQ(POLLERR | POLLHUP, pfd.revents & (POLLERR | POLLHUP));
	portal_close(&portal);
	close(fd);

	/* Those that can are back, and the others are when they are enabled. */
	EXPECT_TRUE(wq_back(&self->regs, self->dedicated.id));
	RESET(NULL);
	expect_works(_metadata, &self->regs, &self->dedicated);
	ASSERT_EQ(0, control_setup(""));
	expect_works(_metadata, &self->regs, &self->shared);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
