/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_STATS_H_
#define _IDXD_EVL_STATS_H_

#include <linux/atomic.h>

/**
 * enum idxd_evl_stat - what is counted of a device's event log
 * @IDXD_EVL_ENTRIES: entries taken from the ring
 * @IDXD_EVL_CR_FAULTS: completion record faults and batches, of open files
 * @IDXD_EVL_CR_WRITTEN: records written
 * @IDXD_EVL_CR_FAILED: records that were due and could not be written
 * @IDXD_EVL_REFUSED: entries that no open file stands for
 * @IDXD_EVL_ERRORS: entries that report an error
 * @IDXD_EVL_NR_STATS: how many there are
 */
enum idxd_evl_stat {
	IDXD_EVL_ENTRIES,
	IDXD_EVL_CR_FAULTS,
	IDXD_EVL_CR_WRITTEN,
	IDXD_EVL_CR_FAILED,
	IDXD_EVL_REFUSED,
	IDXD_EVL_ERRORS,
	IDXD_EVL_NR_STATS,
};

/**
 * struct idxd_evl_stats - counters of a device's event log, since probe
 * @n: by &enum idxd_evl_stat; any context, no lock
 */
struct idxd_evl_stats {
	atomic64_t n[IDXD_EVL_NR_STATS];
};

static inline void idxd_evl_count(struct idxd_evl_stats *stats, enum idxd_evl_stat stat)
{
	atomic64_inc(&stats->n[stat]);
}

#endif
