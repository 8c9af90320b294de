/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of a device's performance monitor. The driver passes the numbers of
 * events on as they are; those from bit 16 on exist in QEMU's model only.
 */
#ifndef IDXD_TEST_PERFMON_H
#define IDXD_TEST_PERFMON_H

#include <stdint.h>

#include "wq.h"

enum perfmon_category {
	PERFMON_WQ,
	PERFMON_ENGINE,
	PERFMON_TRANSLATION,
	PERFMON_OPERATION,	/* event bit N is opcode N */
	PERFMON_COMPLETION,
};

/* Events, which can be combined within a category */
#define PERFMON_WQ_ACCEPTED		0x15	/* shared or dedicated, by any portal */
#define PERFMON_WQ_DISPATCHED		0x10000
#define PERFMON_ENGINE_READ		0x1	/* in units of 32 bytes */
#define PERFMON_ENGINE_WRITTEN		0x2
#define PERFMON_ENGINE_DESCRIPTORS	0x10000
#define PERFMON_ENGINE_MEMBERS		0x20000
#define PERFMON_COMPLETION_OTHER	0x8	/* than success */
#define PERFMON_COMPLETION_SUCCESS	0x10
#define PERFMON_COMPLETION_RECORD	0x10000
#define PERFMON_COMPLETION_LOG		0x20000

#define PERFMON_UNIT			32

/* Filters: a mask each, in the second word of an event's configuration */
#define PERFMON_ONLY_WQ(mask)		((uint64_t)(mask))
#define PERFMON_ONLY_SIZE(mask)		((uint64_t)(mask) << 44)
#define PERFMON_ONLY_ENGINE(mask)	((uint64_t)(mask) << 52)
/* Sizes from 64 KiB to less than 256 KiB */
#define PERFMON_SIZE_64K		0x10

/**
 * perfmon_open() - start to count
 * @wq: a queue of the device
 * @category: of the events
 * @events: mask of events
 * @filters: PERFMON_ONLY_*, 0 for everything
 * @group: descriptor of the leader of a group of counters, or -1
 *
 * Return: a file descriptor to be closed; -ENOENT if the device has no
 * performance monitor for the kernel; another negative errno.
 */
int perfmon_open(const struct wq *wq, enum perfmon_category category,
		 uint32_t events, uint64_t filters, int group);

/* What was counted so far, or -1. */
int64_t perfmon_read(int fd);

/**
 * perfmon_settle() - read a counter when it has settled
 * @fd: of perfmon_open()
 * @want: what is expected; the device may count after it wrote a record
 *
 * Return: @want, or what the counter shows instead after some time.
 */
int64_t perfmon_settle(int fd, int64_t want);

#endif /* IDXD_TEST_PERFMON_H */
