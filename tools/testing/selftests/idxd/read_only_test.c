// SPDX-License-Identifier: GPL-2.0-only
/*
 * On a device with a read-only configuration, only the PASID of a work queue can
 * be written. A reset must not change it: a program could otherwise access memory
 * that is not its own.
 */
#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/qmp.h"
#include "lib/regs.h"
#include "lib/run.h"
#include "lib/sysfs.h"

#define BUS		"/sys/bus/dsa"
#define MAX_DEV		8
#define GENCAP_CONFIG	0x80000000
#define PAGES		4

/* Far longer than a reset takes on the slowest machine. */
#define RESET_NS	(20 * NSEC_PER_SEC)

static long device_caps(unsigned int dev)
{
	char path[80];

	snprintf(path, sizeof(path), BUS "/devices/dsa%u/gen_cap", dev);

	return sysfs_read_long(path, -1);
}

/* The index of the first device that cannot be configured, or -1 */
static int read_only_device(void)
{
	unsigned int dev;
	long cap;

	for (dev = 0; dev < MAX_DEV; dev++) {
		cap = device_caps(dev);
		if (cap >= 0 && !(cap & GENCAP_CONFIG))
			return dev;
	}

	return -1;
}

static int enable_first_wq(int dev)
{
	struct wq wq = { .dev = dev };
	int rc;

	snprintf(wq.name, sizeof(wq.name), "wq%d.0", dev);
	rc = control_wq_attr(&wq, "type", "user");
	if (!rc)
		rc = control_wq_attr(&wq, "name", "fixed");

	return rc ? rc : control_enable_wq(&wq);
}

FIXTURE(read_only) {
	int dev;
	struct wq wq;
	struct regs regs;
};

FIXTURE_VARIANT(read_only) {
	bool halt;
};

FIXTURE_VARIANT_ADD(read_only, flr) {
	.halt = false,
};

FIXTURE_VARIANT_ADD(read_only, halt) {
	.halt = true,
};

FIXTURE_SETUP(read_only)
{
	begin_test();
	self->dev = read_only_device();
	/* It is the only one that has an enabled queue then. */
	ASSERT_EQ(0, control_setup("-d"));
	ASSERT_EQ(0, enable_first_wq(self->dev));
	ASSERT_TRUE(wq_find(&self->wq, WQ_DEDICATED));
	ASSERT_EQ(self->dev, self->wq.dev);
	ASSERT_EQ(0, regs_open(&self->regs, &self->wq));
}

FIXTURE_TEARDOWN(read_only)
{
	regs_close(&self->regs);
	EXPECT_EQ(0, control_disable_wq(&self->wq));
	EXPECT_EQ(0, control_setup(""));
}

static void reset(struct __test_metadata *_metadata, const struct wq *wq,
		  const struct regs *regs, bool halt)
{
	uint64_t end = clock_ns() + RESET_NS;
	struct qmp qmp;

	if (halt) {
		ASSERT_EQ(0, qmp_open(&qmp, wq)) {
			TH_LOG("%s", qmp.error);
		}
		ASSERT_EQ(0, qmp_set(&qmp, "x-test-halt", "software")) {
			TH_LOG("%s", qmp.error);
		}
		qmp_close(&qmp);
	} else {
		ASSERT_EQ(0, control_flr(wq));
	}
	while (!regs_wq_enabled(regs, wq->id) && clock_ns() < end)
		usleep(1000);
	ASSERT_TRUE(regs_wq_enabled(regs, wq->id));
}

static void expect_runs(struct __test_metadata *_metadata, struct portal *portal,
			const struct wq *wq)
{
	struct run run;

	EXPECT_EQ(0, run_kind(&run, portal, wq, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
}

TEST_F(read_only, keeps_pasid)
{
	struct portal portal;
	long pasid;

	ASSERT_EQ(0, portal_open(&portal, &self->wq, SUBMIT_PORTAL));
	pasid = regs_wq_pasid(&self->regs, self->wq.id);
	ASSERT_LT(0, pasid);
	expect_runs(_metadata, &portal, &self->wq);
	reset(_metadata, &self->wq, &self->regs, variant->halt);
	EXPECT_EQ(pasid, regs_wq_pasid(&self->regs, self->wq.id));
	expect_runs(_metadata, &portal, &self->wq);
	portal_close(&portal);

	/* After close(), a reset does not restore the PASID either. */
	ASSERT_EQ(0, control_clients_wait(&self->wq, 0));
	EXPECT_EQ(-1, regs_wq_pasid(&self->regs, self->wq.id));
	reset(_metadata, &self->wq, &self->regs, variant->halt);
	EXPECT_EQ(-1, regs_wq_pasid(&self->regs, self->wq.id));
}

TEST_F(read_only, enabled_again)
{
	unsigned int size = self->wq.size;
	struct portal portal;

	ASSERT_EQ(0, control_disable_wq(&self->wq));
	ASSERT_EQ(0, enable_first_wq(self->dev));
	reset(_metadata, &self->wq, &self->regs, variant->halt);
	ASSERT_TRUE(wq_find(&self->wq, WQ_DEDICATED));
	EXPECT_EQ(size, self->wq.size);
	ASSERT_EQ(0, portal_open(&portal, &self->wq, SUBMIT_PORTAL));
	expect_runs(_metadata, &portal, &self->wq);
	portal_close(&portal);
}

/* An error that no record can tell is in the log, also after a reset. */
TEST_F(read_only, has_event_log)
{
	struct dsa_hw_desc desc;
	struct portal portal;
	long errors;

	ASSERT_EQ(0, portal_open(&portal, &self->wq, SUBMIT_PORTAL));
	desc_noop(&desc, NULL);
	desc.flags = IDXD_OP_FLAG_BOF;
	errors = evl_counter(&self->wq, EVL_ERRORS);
	ASSERT_LE(0, errors);
	ASSERT_EQ(0, portal_submit(&portal, &desc));
	EXPECT_EQ(errors + 1, evl_counter_wait(&self->wq, EVL_ERRORS, errors + 1));
	reset(_metadata, &self->wq, &self->regs, variant->halt);
	ASSERT_EQ(0, portal_submit(&portal, &desc));
	EXPECT_EQ(errors + 2, evl_counter_wait(&self->wq, EVL_ERRORS, errors + 2));
	portal_close(&portal);
}

int main(int argc, char **argv)
{
	if (read_only_device() < 0) {
		printf("1..0 # SKIP no device whose configuration is read only\n");
		return KSFT_SKIP;
	}

	return test_harness_run(argc, argv);
}
