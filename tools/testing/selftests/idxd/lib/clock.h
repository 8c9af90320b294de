/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IDXD_TEST_CLOCK_H
#define IDXD_TEST_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NSEC_PER_USEC	1000ULL
#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_SEC	1000000000ULL

/* To wait for what must come, if it takes minutes where much else goes on. */
#define WAIT_NS		(60 * NSEC_PER_SEC)

/*
 * What waits for nothing takes far less than this, with KASAN in an emulator on
 * a busy machine as well; what waits for a page that does not come takes for ever.
 */
#define PROMPT_NS	(20 * NSEC_PER_SEC)

/* Nanoseconds on a clock that nobody sets. */
static inline uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);

	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

#endif /* IDXD_TEST_CLOCK_H */
