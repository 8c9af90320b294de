// SPDX-License-Identifier: GPL-2.0-only
/*
 * An error that no record can tell goes into the event log; poll() of the
 * character device and the attribute 'errors' of the device tell of it, as they
 * do without an event log.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "main.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/portal.h"
#include "lib/sysfs.h"

#define WAIT_MS	10000

FIXTURE(poll) {
	struct wq wq;
	struct portal portal;
};

FIXTURE_VARIANT(poll) {
	unsigned int want;
};

FIXTURE_VARIANT_ADD(poll, dedicated) {
	.want = WQ_DEDICATED | WQ_PRS_OFF,
};

FIXTURE_VARIANT_ADD(poll, shared) {
	.want = WQ_SHARED | WQ_PRS_OFF,
};

/* What was told once is told for as long as the driver has the device. */
FIXTURE_SETUP(poll)
{
	end_with_parent();
	ASSERT_TRUE(wq_find(&self->wq, variant->want));
	ASSERT_EQ(0, control_setup("-d"));
	ASSERT_EQ(0, control_unbind_pci(&self->wq));
	ASSERT_EQ(0, control_bind_pci(&self->wq));
	ASSERT_EQ(0, control_setup(""));
	ASSERT_TRUE(wq_find(&self->wq, variant->want));
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
}

FIXTURE_TEARDOWN(poll)
{
	portal_close(&self->portal);
}

static unsigned long long first_word(const struct wq *wq)
{
	char path[80], text[120];

	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/dsa%u/errors", wq->dev);
	if (sysfs_read(path, text, sizeof(text)) < 0)
		return ~0ULL;

	return strtoull(text, NULL, 16);
}

TEST_F(poll, error_without_record)
{
	struct pollfd pfd = { .fd = self->portal.fd, .events = POLLIN };
	struct dsa_hw_desc desc;

	EXPECT_EQ(0, poll(&pfd, 1, 0));
	EXPECT_EQ(0, first_word(&self->wq));

	/* A record is requested, and there is no address for it. */
	desc_noop(&desc, NULL);
	desc.flags = IDXD_OP_FLAG_RCR;
	ASSERT_EQ(0, portal_submit(&self->portal, &desc));

	EXPECT_EQ(1, poll(&pfd, 1, WAIT_MS));
	EXPECT_TRUE(pfd.revents & POLLIN);
	EXPECT_EQ(DSA_COMP_INVALID_FLAGS, (first_word(&self->wq) >> 8) & 0xff);
	EXPECT_LT(0, evl_counter(&self->wq, EVL_ERRORS));
}

TEST_F(poll, queue_disabled)
{
	struct pollfd pfd = { .fd = self->portal.fd, .events = POLLIN };

	ASSERT_EQ(0, control_disable_wq(&self->wq));
	EXPECT_EQ(1, poll(&pfd, 1, WAIT_MS));
	EXPECT_EQ(POLLERR | POLLHUP, pfd.revents);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
