/* SPDX-License-Identifier: GPL-2.0-only */
/* main() of a test program that needs a configured device. */
#ifndef IDXD_TEST_MAIN_H
#define IDXD_TEST_MAIN_H

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../kselftest_harness.h"

/*
 * The limit ends a test that hangs. It is the same for all: what takes a second
 * takes minutes with KASAN, in an emulator, on a busy machine.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 600
#undef TEST_F_TIMEOUT
#include "lib/evl.h"
#include "lib/qmp.h"
#include "lib/wq.h"

/* A test runs in a child: it must not outlive a program that is killed. */
static inline void end_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Has a test of this program failed? It may have been ended anywhere. */
static inline bool test_failed(void)
{
	const struct __fixture_metadata *f;
	const struct __test_metadata *t;

	for (f = __fixture_list; f; f = f->next)
		for (t = f->tests; t; t = t->next)
			if (t->pid && !t->passed)
				return true;

	return false;
}

/*
 * First in the setup of each fixture: the test begins from a known state,
 * whatever became of those before it.
 */
static inline void begin_test(void)
{
	end_with_parent();
	if (test_failed() && system("./restore.sh"))
		printf("# the machine cannot be restored\n");
	if (evl_settle())
		printf("# records of earlier tests are still waiting\n");
}

/*
 * For a setup. After SKIP() and a return, the harness would run the test; it takes
 * this status of the test's process for a skipped test.
 */
#define SKIP_SETUP(reason)	SKIP(_exit(255), reason)

static inline int idxd_test_main(int argc, char **argv)
{
	struct wq wq;

	if (!wq_find(&wq, 0)) {
		printf("1..0 # SKIP no enabled work queue, see setup-wqs.sh\n");
		return KSFT_SKIP;
	}

	return test_harness_run(argc, argv);
}

/* The same for tests that make the device misbehave. */
static inline int monitor_test_main(int argc, char **argv)
{
	struct qmp qmp;
	struct wq wq;

	if (wq_find(&wq, 0)) {
		if (qmp_open(&qmp, &wq)) {
			printf("1..0 # SKIP %s\n", qmp.error);
			return KSFT_SKIP;
		}
		qmp_close(&qmp);
	}

	return idxd_test_main(argc, argv);
}

#endif /* IDXD_TEST_MAIN_H */
