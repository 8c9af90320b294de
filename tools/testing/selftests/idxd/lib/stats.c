// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "stats.h"

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void stats_of(struct stats *stats, uint64_t *ns, unsigned int count)
{
	qsort(ns, count, sizeof(*ns), compare);
	stats->median = ns[count / 2];
	stats->p99 = ns[(count * 99 - 1) / 100];
	stats->max = ns[count - 1];
}
