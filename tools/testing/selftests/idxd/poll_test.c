// SPDX-License-Identifier: GPL-2.0-only
/*
 * An error that no record can tell goes into the event log; poll() of the
 * character device and the attribute 'errors' of the device tell of it, as they
 * do without an event log.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/evl.h"
#include "lib/portal.h"
#include "lib/sysfs.h"

#define WAIT_MS		(2 * PROMPT_NS / NSEC_PER_MSEC)
/* What is told only when poll() gives up was not told. */
#define SOON_NS		(WAIT_MS / 2 * NSEC_PER_MSEC)
/* By then poll() sleeps. */
#define LATER_US	300000

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
	begin_test();
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
	unsigned int high, low;

	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/dsa%u/errors", wq->dev);
	if (sysfs_read(path, text, sizeof(text)) < 0)
		return ~0ULL;

	/* A bitmap of 256 bits, the highest word of 32 bits first */
	if (sscanf(text, "%*x,%*x,%*x,%*x,%*x,%*x,%x,%x", &high, &low) != 2)
		return ~0ULL;

	return (unsigned long long)high << 32 | low;
}

static void *submit_later(void *arg)
{
	struct portal *portal = arg;
	struct dsa_hw_desc desc;

	usleep(LATER_US);
	/* A record is requested, and there is no address for it. */
	desc_noop(&desc, NULL);
	desc.flags = IDXD_OP_FLAG_RCR;

	return (void *)(long)portal_submit(portal, &desc);
}

static void *disable_later(void *arg)
{
	usleep(LATER_US);

	return (void *)(long)control_disable_wq(arg);
}

/* Sleep in poll() while another thread does something that it must tell of. */
static short poll_during(struct __test_metadata *_metadata, int fd,
			 void *(*what)(void *), void *arg)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint64_t start = clock_ns();
	pthread_t thread;
	void *rc;

	EXPECT_EQ(0, poll(&pfd, 1, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, what, arg));
	EXPECT_EQ(1, poll(&pfd, 1, WAIT_MS));
	EXPECT_GT(SOON_NS, clock_ns() - start);
	ASSERT_EQ(0, pthread_join(thread, &rc));
	EXPECT_EQ(NULL, rc);

	return pfd.revents;
}

TEST_F(poll, error_without_record)
{
	EXPECT_EQ(0, first_word(&self->wq));
	EXPECT_TRUE(poll_during(_metadata, self->portal.fd, submit_later, &self->portal) & POLLIN);
	EXPECT_EQ(DSA_COMP_INVALID_FLAGS, (first_word(&self->wq) >> 8) & 0xff);
	EXPECT_LT(0, evl_counter(&self->wq, EVL_ERRORS));
}

TEST_F(poll, queue_disabled)
{
	EXPECT_EQ(POLLERR | POLLHUP,
		  poll_during(_metadata, self->portal.fd, disable_later, &self->wq));
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
