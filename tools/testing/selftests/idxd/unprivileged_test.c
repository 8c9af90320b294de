// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process without CAP_SYS_RAWIO: it may not map a portal of a device whose
 * submission is not safe, but write() takes its descriptors, and their records
 * may fault like any other.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "main.h"
#include "lib/caps.h"
#include "lib/evl.h"
#include "lib/poll.h"
#include "lib/run.h"
#include "lib/sysfs.h"

#define PAGES	64
#define BURST	8
#define NOBODY	65534

#define DEVICE_VERSION_2	0x200

FIXTURE(unprivileged) {
	struct wq wq;
	struct portal portal;
};

FIXTURE_VARIANT(unprivileged) {
	unsigned int mode;
};

FIXTURE_VARIANT_ADD(unprivileged, dedicated) {
	.mode = WQ_DEDICATED,
};

FIXTURE_VARIANT_ADD(unprivileged, shared) {
	.mode = WQ_SHARED,
};

FIXTURE_SETUP(unprivileged)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->mode | WQ_PRS_OFF));

	ASSERT_EQ(0, caps_drop_rawio());
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_WRITE));
}

FIXTURE_TEARDOWN(unprivileged)
{
	portal_close(&self->portal);
}

TEST_F(unprivileged, portal_is_refused)
{
	void *page;

	page = mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, self->portal.fd, 0);
	EXPECT_EQ(MAP_FAILED, page);
	EXPECT_EQ(EPERM, errno);
}

static void check_kind(struct __test_metadata *_metadata,
		       const struct wq *wq, struct portal *portal, enum region_kind kind)
{
	struct run run;

	EXPECT_EQ(0, run_kind(&run, portal, wq, kind, PAGES, BURST, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	EXPECT_EQ(PAGES, run.submitted);
}

TEST_F(unprivileged, records_are_written)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_ANON);
}

TEST_F(unprivileged, read_only_is_refused)
{
	check_kind(_metadata, &self->wq, &self->portal, REGION_READONLY);
}

/* The counters are for everybody, and the log works for any user. */
TEST_F(unprivileged, another_user)
{
	ASSERT_EQ(0, setresgid(NOBODY, NOBODY, NOBODY));
	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	EXPECT_LE(0, evl_counter(&self->wq, EVL_FAULTS));
	check_kind(_metadata, &self->wq, &self->portal, REGION_READONLY_NEW);
}

/* Its members are not looked at, which devices of version 1 cannot have. */
TEST_F(unprivileged, batch)
{
	struct dsa_hw_desc members[2] __aligned(64);
	struct dsa_completion_record records[3] __aligned(32) = {};
	struct dsa_hw_desc desc;
	char path[80];
	long version;

	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/dsa%u/version", self->wq.dev);
	version = sysfs_read_long(path, -1);
	ASSERT_LT(0, version);

	desc_noop(&members[0], &records[0]);
	desc_noop(&members[1], &records[1]);
	desc_batch(&desc, &records[2], members, 2);
	if (version < DEVICE_VERSION_2) {
		EXPECT_EQ(-EINVAL, portal_submit(&self->portal, &desc));
		EXPECT_EQ(0, records[0].status | records[1].status | records[2].status);
		return;
	}
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));
	ASSERT_TRUE(record_wait(&records[2], RECORD_MS));
	EXPECT_EQ(DSA_COMP_SUCCESS, records[2].status);
	EXPECT_EQ(2, records[2].descs_completed);
	EXPECT_EQ(DSA_COMP_SUCCESS, records[0].status);
	EXPECT_EQ(DSA_COMP_SUCCESS, records[1].status);
}

/* The descriptor itself may be out of reach. */
TEST_F(unprivileged, bad_pointer)
{
	EXPECT_EQ(-EFAULT, portal_submit(&self->portal, NULL));
	EXPECT_EQ(-EFAULT, portal_submit(&self->portal, (void *)-64));
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
