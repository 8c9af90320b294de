/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IDXD_TEST_STATS_H
#define IDXD_TEST_STATS_H

#include <stdint.h>

struct stats {
	uint64_t median;
	uint64_t p99;
	uint64_t max;
};

/**
 * stats_of() - describe some times
 * @stats: filled in
 * @ns: the times; they are sorted
 * @count: how many, at least 1
 */
void stats_of(struct stats *stats, uint64_t *ns, unsigned int count);

#endif /* IDXD_TEST_STATS_H */
