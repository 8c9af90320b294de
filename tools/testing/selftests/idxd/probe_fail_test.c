// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory runs out in the driver's probe(), at each place where it can: nothing
 * stays behind, and the next attempt works. Needs a kernel with fault injection.
 *
 * The first allocations are the driver's own: each of them fails once. Those after
 * them register its devices: with IDXD_TEST_LONG every so many of these fail,
 * others in each run. Other parts of the kernel may warn of that.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "main.h"
#include "lib/control.h"
#include "lib/fail_nth.h"
#include "lib/run.h"

#define DRIVER		"/sys/bus/pci/drivers/idxd/"
#define CPU_STATES	"/sys/devices/system/cpu/hotplug/states"

/* Far more allocations than there are. */
#define MOST		1000000U

/* All of the first ones, and so many of the others */
#define FIRST		200
#define SAMPLES		60

static unsigned int random_below(unsigned int limit)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);

	return now.tv_nsec / 1000 % limit;
}

/* Which allocation is the next one to fail? */
static unsigned int next_nth(unsigned int nth, unsigned int all)
{
	unsigned int step = all > FIRST + SAMPLES ? (all - FIRST) / SAMPLES : 1;

	if (nth < FIRST)
		return nth + 1;
	if (nth == FIRST)
		return nth + 1 + random_below(step);

	return nth + step;
}

static unsigned int count(const char *pattern)
{
	unsigned int found;
	glob_t names;

	if (glob(pattern, 0, NULL, &names))
		return 0;
	found = names.gl_pathc;
	globfree(&names);

	return found;
}

/* Everything that has the device's number in its name */
static unsigned int left_behind(const struct wq *wq)
{
	static const char *const patterns[] = {
		"/sys/bus/dsa/devices/dsa%1$u",
		"/sys/bus/dsa/devices/*%1$u.*",
		"/sys/bus/event_source/devices/dsa%1$u",
		"/sys/kernel/debug/idxd/dsa%1$u",
		"/dev/dsa/wq%1$u.*",
	};
	unsigned int i, found = 0;
	char pattern[80];

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		snprintf(pattern, sizeof(pattern), patterns[i], wq->dev);
		found += count(pattern);
	}

	return found;
}

static bool is_bound(const struct wq *wq)
{
	char path[PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s/driver", wq->device);

	return !access(path, F_OK);
}

FIXTURE(probe_fail) {
	struct wq wq;
};

FIXTURE_SETUP(probe_fail)
{
	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED | WQ_PRS_OFF));
}

FIXTURE_TEARDOWN(probe_fail)
{
	struct run run;

	if (!is_bound(&self->wq))
		EXPECT_EQ(0, control_bind_pci(&self->wq));
	EXPECT_EQ(0, control_setup(""));
	EXPECT_EQ(0, run_few(&run, &self->wq)) {
		TH_LOG("%u of %u wrong: %s", run.wrong, run.submitted, run.why);
	}
}

/* Return: what is left of @nth after the driver was bound, or refused it with *@rc */
static unsigned int bind_failing(const struct wq *wq, unsigned int nth, int *rc)
{
	const char *name = strrchr(wq->device, '/') + 1;
	int fd = open(DRIVER "bind", O_WRONLY | O_CLOEXEC);
	int fail = fail_nth_begin(nth);

	*rc = write(fd, name, strlen(name)) < 0 ? -errno : 0;
	nth = fail_nth_end(fail);
	close(fd);

	return nth;
}

TEST_F(probe_fail, each_allocation)
{
	unsigned int nth, all, last, tried = 0, refused = 0;
	int rc;

	ASSERT_EQ(0, control_unbind_pci(&self->wq));
	ASSERT_EQ(0, left_behind(&self->wq));
	all = MOST - bind_failing(&self->wq, MOST, &rc);
	ASSERT_EQ(0, rc);
	ASSERT_LT(FIRST, all);
	ASSERT_GT(MOST, all);
	ASSERT_EQ(0, control_unbind_pci(&self->wq));

	last = getenv("IDXD_TEST_LONG") ? all : FIRST;
	for (nth = 1; nth <= last; nth = next_nth(nth, all)) {
		bind_failing(&self->wq, nth, &rc);
		tried++;
		if (rc) {
			refused++;
			/* Allocating interrupt vectors fails with -ENOSPC. */
			ASSERT_TRUE(rc == -ENOMEM || rc == -ENOSPC) {
				TH_LOG("allocation %u: %d", nth, rc);
			}
			ASSERT_FALSE(is_bound(&self->wq));
		} else {
			/* Some can do without; it is the same device. */
			ASSERT_TRUE(is_bound(&self->wq));
			ASSERT_LT(0, left_behind(&self->wq)) {
				TH_LOG("allocation %u: it has another name", nth);
			}
			ASSERT_EQ(0, control_unbind_pci(&self->wq));
		}
		ASSERT_EQ(0, left_behind(&self->wq)) {
			TH_LOG("allocation %u", nth);
		}
	}
	TH_LOG("%u allocations, %u of %u that failed refuse the device", all, refused, tried);
	EXPECT_LT(FIRST / 2, refused);
}

int main(int argc, char **argv)
{
	if (fail_nth_prepare()) {
		printf("1..0 # SKIP no fault injection in this kernel\n");
		return KSFT_SKIP;
	}

	return idxd_test_main(argc, argv);
}
