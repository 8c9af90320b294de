/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_STATS_H_
#define _IDXD_EVL_STATS_H_

#include <linux/atomic.h>

/**
 * enum idxd_evl_stat - counters of a device's event log
 * @IDXD_EVL_ENTRIES: entries taken from the ring
 * @IDXD_EVL_CR_FAULTS: completion record faults and ends of batches of open files
 * @IDXD_EVL_BATCHES: those of them that are ends of batches
 * @IDXD_EVL_DRAINS: ends of Drain descriptors of open files
 * @IDXD_EVL_CR_WRITTEN: records written
 * @IDXD_EVL_CR_FAILED: records that were due and could not be written
 * @IDXD_EVL_REFUSED: entries with a record that do not belong to an open file
 * @IDXD_EVL_ERRORS: entries that report an error
 * @IDXD_EVL_FULL: how often the drain found the ring full
 * @IDXD_EVL_NR_STATS: number of counters
 */
enum idxd_evl_stat {
	IDXD_EVL_ENTRIES,
	IDXD_EVL_CR_FAULTS,
	IDXD_EVL_BATCHES,
	IDXD_EVL_DRAINS,
	IDXD_EVL_CR_WRITTEN,
	IDXD_EVL_CR_FAILED,
	IDXD_EVL_REFUSED,
	IDXD_EVL_ERRORS,
	IDXD_EVL_FULL,
	IDXD_EVL_NR_STATS,
};

/**
 * enum idxd_evl_refusal - why an entry with a record is refused
 * @IDXD_EVL_NOT_REFUSED: nothing in the entry is a reason to refuse it
 * @IDXD_EVL_REFUSED_INCOMPLETE: a required field is marked invalid
 * @IDXD_EVL_REFUSED_PRIVILEGED: it is privileged; submissions of user space are not
 * @IDXD_EVL_REFUSED_QUEUE: the device has no such work queue
 * @IDXD_EVL_REFUSED_KERNEL: the work queue is used by the kernel
 * @IDXD_EVL_REFUSED_FILE: no open file corresponds to the work queue and PASID
 */
enum idxd_evl_refusal {
	IDXD_EVL_NOT_REFUSED,
	IDXD_EVL_REFUSED_INCOMPLETE,
	IDXD_EVL_REFUSED_PRIVILEGED,
	IDXD_EVL_REFUSED_QUEUE,
	IDXD_EVL_REFUSED_KERNEL,
	IDXD_EVL_REFUSED_FILE,
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
