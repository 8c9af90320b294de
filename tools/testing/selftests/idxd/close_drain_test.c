// SPDX-License-Identifier: GPL-2.0-only
/*
 * Closing a file waits for what the device still has of it, and for the records
 * that the device then leaves to the driver; only then is the PASID let go.
 */
#include <pthread.h>
#include <stdbool.h>

#include "main.h"
#include "lib/clock.h"
#include "lib/desc.h"
#include "lib/portal.h"
#include "lib/qmp.h"
#include "lib/region.h"
#include "lib/repeat.h"

#define DESCS		8u	/* every other one's record is on a page that is missing */
#define ROUNDS		repeat(10)
#define ALL_ENGINES	"0xf"
/* A close() that waits for nothing takes far less. */
#define WAITS_US	300000
#define SOON_NS		PROMPT_NS

FIXTURE(close_drain) {
	struct wq wq;
	struct qmp qmp;
};

FIXTURE_VARIANT(close_drain) {
	unsigned int want;
};

FIXTURE_VARIANT_ADD(close_drain, dedicated) {
	.want = WQ_DEDICATED | WQ_PRS_OFF,
};

FIXTURE_VARIANT_ADD(close_drain, shared) {
	.want = WQ_SHARED | WQ_PRS_OFF,
};

FIXTURE_SETUP(close_drain)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, variant->want));
	ASSERT_EQ(0, qmp_open(&self->qmp, &self->wq));
}

FIXTURE_TEARDOWN(close_drain)
{
	qmp_set(&self->qmp, "x-test-hold", "0");
	qmp_close(&self->qmp);
}

struct closing {
	struct portal portal;
	bool closed;
};

static void *close_it(void *arg)
{
	struct closing *c = arg;

	portal_close(&c->portal);
	__atomic_store_n(&c->closed, true, __ATOMIC_RELEASE);

	return NULL;
}

static void close_with_work(struct __test_metadata *_metadata, const struct wq *wq,
			    struct qmp *qmp)
{
	struct dsa_completion_record *record[DESCS];
	struct region present, missing;
	struct closing c = {};
	struct dsa_hw_desc desc;
	pthread_t thread;
	unsigned int i;
	uint64_t start;

	ASSERT_EQ(0, region_get(&present, REGION_ANON, DESCS / 2));
	ASSERT_EQ(0, region_get(&missing, REGION_ANON, DESCS / 2));
	ASSERT_EQ(0, portal_open_soon(&c.portal, wq, SOON_NS));
	ASSERT_EQ(0, qmp_set(qmp, "x-test-hold", ALL_ENGINES)) {
		TH_LOG("%s", qmp->error);
	}
	for (i = 0; i < DESCS; i++) {
		record[i] = region_record(i % 2 ? &missing : &present, i / 2);
		if (i % 2 == 0)
			memset(record[i], 0, sizeof(*record[i]));
		desc_noop(&desc, record[i]);
		ASSERT_EQ(0, portal_submit(&c.portal, &desc));
	}

	ASSERT_EQ(0, pthread_create(&thread, NULL, close_it, &c));
	usleep(WAITS_US);
	EXPECT_FALSE(__atomic_load_n(&c.closed, __ATOMIC_ACQUIRE));

	start = clock_ns();
	ASSERT_EQ(0, qmp_set(qmp, "x-test-hold", "0"));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_GT(SOON_NS, clock_ns() - start);
	for (i = 0; i < DESCS; i++)
		EXPECT_EQ(DSA_COMP_SUCCESS, record[i]->status) {
			TH_LOG("record %u", i);
		}
	region_put(&missing);
	region_put(&present);
}

TEST_F(close_drain, work_under_way)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++)
		close_with_work(_metadata, &self->wq, &self->qmp);
}

int main(int argc, char **argv)
{
	return monitor_test_main(argc, argv);
}
