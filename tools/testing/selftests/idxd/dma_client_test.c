// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of a client in the kernel are in the device when it is reset, when it
 * halts, when their work queue or the whole device is taken away, and when the
 * client gives them up: they end, the device leaves the memory alone, and no
 * descriptor is lost. dmatest is the client; engines that are held keep what it
 * submits in the device.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/dmatest.h"
#include "lib/regs.h"
#include "lib/repeat.h"
#include "lib/sysfs.h"

/* What setup-wqs.sh -k makes: the kernel's work queue, and its size */
#define KERNEL_WQ	4
#define DEPTH		16

/* Some find no descriptor. */
#define THREADS		(DEPTH + DEPTH / 4)
#define ROUNDS		3
#define STOPS		8
#define COPIES		20
#define ALL_ENGINES	"0xf"
/* Longer than whatever happens to copies may take on a slow machine */
#define PATIENT_MS	60000
#define SOON_NS		(20 * NSEC_PER_SEC)

FIXTURE(dma_client) {
	struct wq wq;		/* another queue of the device */
	char name[24];		/* of the kernel's */
	struct qmp qmp;
	struct regs regs;
	struct dmatest dmatest;
};

FIXTURE_SETUP(dma_client)
{
	int rc;

	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, 0));
	snprintf(self->name, sizeof(self->name), "wq%u.%u", self->wq.dev, KERNEL_WQ);
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq)) {
		TH_LOG("%s", self->qmp.error);
	}
	ASSERT_EQ(0, control_setup("-k"));
	ASSERT_EQ(0, regs_open(&self->regs, &self->wq));
	rc = dmatest_open(&self->dmatest);
	if (rc == -ENOENT)
		SKIP_SETUP("there is no dmatest module");
	ASSERT_EQ(0, rc);
}

FIXTURE_TEARDOWN(dma_client)
{
	qmp_set(&self->qmp, "x-test-hold", "0");
	EXPECT_EQ(0, dmatest_close(&self->dmatest));
	regs_close(&self->regs);
	qmp_close(&self->qmp);
}

static void hold_engines(struct __test_metadata *_metadata,
			 struct _test_data_dma_client *self, const char *engines)
{
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-hold", engines)) {
		TH_LOG("%s", self->qmp.error);
	}
}

static unsigned int in_device(const struct regs *regs)
{
	return regs_wq_occupancy(regs, KERNEL_WQ);
}

/* As many as there are descriptors wait in the device, or fewer after some time. */
static unsigned int most_in_device(const struct regs *regs)
{
	uint64_t end = clock_ns() + SOON_NS;
	unsigned int now, most = 0;

	do {
		now = in_device(regs);
		if (now > most)
			most = now;
		if (most == DEPTH)
			break;
		usleep(10000);
	} while (clock_ns() < end);

	return most;
}

/* The threads go on, and use all descriptors. */
static void expect_all_in_use(struct __test_metadata *_metadata,
			      struct _test_data_dma_client *self)
{
	hold_engines(_metadata, self, ALL_ENGINES);
	EXPECT_EQ(DEPTH, most_in_device(&self->regs));
	dmatest_listen(&self->dmatest);
	EXPECT_EQ(0, self->dmatest.timeouts);
}

/* A client that comes now finds all as it should be. */
static void expect_works(struct __test_metadata *_metadata, struct _test_data_dma_client *self)
{
	struct dmatest *d = &self->dmatest;

	hold_engines(_metadata, self, "0");
	ASSERT_EQ(0, dmatest_start(d, THREADS, repeat(COPIES), PATIENT_MS, true));
	ASSERT_TRUE(dmatest_end(d, THREADS));
	EXPECT_EQ(THREADS * repeat(COPIES), d->copies);
	EXPECT_EQ(0, d->failures);

	ASSERT_EQ(0, dmatest_start(d, THREADS, 0, PATIENT_MS, true));
	expect_all_in_use(_metadata, self);
	hold_engines(_metadata, self, "0");
	EXPECT_EQ(0, dmatest_stop());
}

/* Every descriptor is in the device. */
static void fill(struct __test_metadata *_metadata, struct _test_data_dma_client *self)
{
	ASSERT_EQ(0, dmatest_start(&self->dmatest, THREADS, 0, PATIENT_MS, false));
	hold_engines(_metadata, self, ALL_ENGINES);
	ASSERT_EQ(DEPTH, most_in_device(&self->regs));
}

static void expect_stops(struct __test_metadata *_metadata)
{
	uint64_t start = clock_ns();

	EXPECT_EQ(0, dmatest_stop());
	EXPECT_GT(SOON_NS, clock_ns() - start);
}

TEST_F(dma_client, function_reset)
{
	unsigned int round;

	fill(_metadata, self);
	for (round = 0; round < repeat(ROUNDS); round++) {
		ASSERT_EQ(0, control_flr(&self->wq));
		expect_all_in_use(_metadata, self);
	}
	expect_stops(_metadata);
	expect_works(_metadata, self);
}

/* The driver resets what has to be reset, and says so. */
static void run_halts(struct __test_metadata *_metadata, struct _test_data_dma_client *self,
		      const char *kind)
{
	struct dmatest *d = &self->dmatest;
	unsigned int round;
	uint64_t end;

	fill(_metadata, self);
	for (round = 0; round < repeat(ROUNDS); round++) {
		ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-halt", kind)) {
			TH_LOG("%s", self->qmp.error);
		}
		end = clock_ns() + SOON_NS;
		do {
			usleep(10000);
			dmatest_listen(d);
		} while (d->halts <= round && clock_ns() < end);
		EXPECT_EQ(round + 1, d->halts);
		expect_all_in_use(_metadata, self);
	}
	expect_stops(_metadata);
	expect_works(_metadata, self);
}

TEST_F(dma_client, halt_for_software_reset)
{
	run_halts(_metadata, self, "software");
}

TEST_F(dma_client, halt_for_function_reset)
{
	run_halts(_metadata, self, "flr");
}

/* The driver cannot reset the system: the client gets errors, and goes. */
TEST_F(dma_client, halt_for_good)
{
	struct dmatest *d = &self->dmatest;
	uint64_t end;

	fill(_metadata, self);
	ASSERT_EQ(0, qmp_set(&self->qmp, "x-test-halt", "cold"));
	end = clock_ns() + SOON_NS;
	do {
		usleep(10000);
		dmatest_listen(d);
	} while (!d->halts && clock_ns() < end);
	EXPECT_EQ(1, d->halts);
	EXPECT_EQ(0, in_device(&self->regs));
	dmatest_listen(d);
	EXPECT_EQ(0, d->timeouts);
	expect_stops(_metadata);

	ASSERT_EQ(0, control_flr(&self->wq));
	expect_works(_metadata, self);
}

/* The device does not write to the memory of a client that has gone. */
TEST_F(dma_client, stopped)
{
	unsigned int i;

	for (i = 0; i < repeat(ROUNDS); i++) {
		fill(_metadata, self);
		expect_stops(_metadata);
		EXPECT_EQ(0, in_device(&self->regs));
		hold_engines(_metadata, self, "0");
	}
	for (i = 0; i < repeat(STOPS); i++) {
		ASSERT_EQ(0, dmatest_start(&self->dmatest, THREADS, 0, PATIENT_MS, true));
		usleep(200000);
		expect_stops(_metadata);
	}
	expect_works(_metadata, self);
}

static int driver_unbind(const char *bus, const char *driver, const char *device)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s/unbind", bus, driver);

	return sysfs_write(path, device);
}

/* Its client gets errors meanwhile, also when there is a new channel. */
TEST_F(dma_client, work_queue_disabled)
{
	struct dmatest *d = &self->dmatest;

	fill(_metadata, self);
	EXPECT_EQ(0, driver_unbind("dsa", "dmaengine", self->name));
	EXPECT_EQ(0, in_device(&self->regs));
	ASSERT_EQ(0, control_setup("-k"));
	usleep(500000);
	EXPECT_EQ(0, in_device(&self->regs));
	dmatest_listen(d);
	EXPECT_EQ(0, d->timeouts);
	expect_stops(_metadata);
	expect_works(_metadata, self);
}

TEST_F(dma_client, device_disabled)
{
	fill(_metadata, self);
	EXPECT_EQ(0, control_disable_device(&self->wq));
	dmatest_listen(&self->dmatest);
	EXPECT_EQ(0, self->dmatest.timeouts);
	expect_stops(_metadata);
	hold_engines(_metadata, self, "0");
	ASSERT_EQ(0, control_setup("-k"));
	expect_works(_metadata, self);
}

TEST_F(dma_client, driver_unbound)
{
	fill(_metadata, self);
	EXPECT_EQ(0, control_unbind_pci(&self->wq));
	EXPECT_EQ(0, control_bind_pci(&self->wq));
	dmatest_listen(&self->dmatest);
	EXPECT_EQ(0, self->dmatest.timeouts);
	expect_stops(_metadata);
	hold_engines(_metadata, self, "0");
	ASSERT_EQ(0, control_setup("-k"));
	expect_works(_metadata, self);
}

TEST_F(dma_client, function_removed)
{
	char path[PATH_MAX + 8];

	fill(_metadata, self);
	snprintf(path, sizeof(path), "%s/remove", self->wq.device);
	regs_close(&self->regs);
	EXPECT_EQ(0, sysfs_write(path, "1"));
	usleep(500000);
	dmatest_listen(&self->dmatest);
	EXPECT_EQ(0, self->dmatest.timeouts);
	expect_stops(_metadata);
	hold_engines(_metadata, self, "0");
	EXPECT_EQ(0, sysfs_write("/sys/bus/pci/rescan", "1"));
	ASSERT_EQ(0, control_setup("-k"));
	ASSERT_EQ(0, regs_open(&self->regs, &self->wq));
	expect_works(_metadata, self);
}

/* Not while there is a client, but then. */
TEST_F(dma_client, module_unloaded)
{
	fill(_metadata, self);
	EXPECT_NE(0, system("rmmod idxd 2>/dev/null"));
	expect_stops(_metadata);
	hold_engines(_metadata, self, "0");
	regs_close(&self->regs);
	EXPECT_EQ(0, system("rmmod idxd"));
	EXPECT_EQ(0, system("modprobe idxd"));
	ASSERT_EQ(0, control_setup("-k"));
	ASSERT_EQ(0, regs_open(&self->regs, &self->wq));
	expect_works(_metadata, self);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
