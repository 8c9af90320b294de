// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file that was opened before its work queue was disabled: it is of no use
 * any more, also when the queue is enabled again, and does no harm to those
 * who open the queue then.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/control.h"
#include "lib/run.h"

#define PAGES		8

FIXTURE(stale_file) {
	struct wq wq;
	struct portal old;
};

FIXTURE_VARIANT(stale_file) {
	unsigned int want;
};

FIXTURE_VARIANT_ADD(stale_file, dedicated) {
	.want = WQ_DEDICATED | WQ_PRS_OFF,
};

FIXTURE_VARIANT_ADD(stale_file, shared) {
	.want = WQ_SHARED | WQ_PRS_OFF,
};

FIXTURE_VARIANT_ADD(stale_file, dedicated_prs) {
	.want = WQ_DEDICATED | WQ_PRS_ON,
};

FIXTURE_VARIANT_ADD(stale_file, shared_prs) {
	.want = WQ_SHARED | WQ_PRS_ON,
};

FIXTURE_SETUP(stale_file)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->want));
	ASSERT_EQ(0, portal_open(&self->old, &self->wq, SUBMIT_WRITE));
}

FIXTURE_TEARDOWN(stale_file)
{
	portal_close(&self->old);
	EXPECT_EQ(0, control_setup(""));
}

static void expect_stale(struct __test_metadata *_metadata, struct portal *p)
{
	struct dsa_completion_record record __aligned(32) = {};
	struct dsa_hw_desc desc;

	desc_noop(&desc, &record);
	EXPECT_EQ(-ENXIO, portal_submit(p, &desc));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, p->fd, 0));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(0, record.status);
}

static void expect_works(struct __test_metadata *_metadata, struct portal *p,
			 const struct wq *wq)
{
	struct run run;

	EXPECT_EQ(0, run_kind(&run, p, wq, REGION_ANON, PAGES, 1, NULL)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
	EXPECT_EQ(PAGES, run.written);
}

TEST_F(stale_file, queue_disabled)
{
	expect_works(_metadata, &self->old, &self->wq);
	ASSERT_EQ(0, control_disable_wq(&self->wq));
	expect_stale(_metadata, &self->old);
}

TEST_F(stale_file, device_disabled)
{
	ASSERT_EQ(0, control_disable_device(&self->wq));
	expect_stale(_metadata, &self->old);
}

static sigjmp_buf no_portal;

static void on_sigbus(int sig)
{
	siglongjmp(no_portal, 1);
}

/* Whoever has the portal mapped must not reach the next user of the queue. */
TEST_F(stale_file, mapping)
{
	struct portal mapped;
	struct run run;

	portal_close(&self->old);
	ASSERT_EQ(0, portal_open(&mapped, &self->wq, SUBMIT_PORTAL));
	expect_works(_metadata, &mapped, &self->wq);
	ASSERT_EQ(0, control_disable_wq(&self->wq));
	ASSERT_EQ(0, control_setup(""));
	ASSERT_EQ(0, portal_open(&self->old, &self->wq, SUBMIT_PORTAL));

	ASSERT_NE(SIG_ERR, signal(SIGBUS, on_sigbus));
	if (!sigsetjmp(no_portal, 1)) {
		run_kind(&run, &mapped, &self->wq, REGION_ANON, 1, 1, NULL);
		TH_LOG("the mapping is still there");
		EXPECT_TRUE(false);
	}
	signal(SIGBUS, SIG_DFL);

	expect_works(_metadata, &self->old, &self->wq);
	portal_close(&mapped);
}

TEST_F(stale_file, queue_enabled_again)
{
	struct portal new;

	ASSERT_EQ(0, control_disable_wq(&self->wq));
	ASSERT_EQ(0, control_setup(""));
	expect_stale(_metadata, &self->old);

	/* Before and after the old file is closed. */
	ASSERT_EQ(0, portal_open(&new, &self->wq, SUBMIT_PORTAL));
	EXPECT_EQ(1, control_clients(&self->wq));
	expect_works(_metadata, &new, &self->wq);
	expect_stale(_metadata, &self->old);
	portal_close(&self->old);
	EXPECT_EQ(1, control_clients(&self->wq));
	expect_works(_metadata, &new, &self->wq);
	portal_close(&new);
	EXPECT_EQ(0, control_clients_wait(&self->wq, 0));
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
