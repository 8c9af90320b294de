/*
 * Performance monitor of Intel DSA 2.0 and IAA devices: registers and events
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DMA_IDXD_PERFMON_H
#define HW_DMA_IDXD_PERFMON_H

#include "hw/registerfields.h"

#define IDXD_PERF_COUNTERS      8
#define IDXD_PERF_WIDTH         48
#define IDXD_PERF_ALL           MAKE_64BIT_MASK(0, IDXD_PERF_COUNTERS)
#define IDXD_PERF_MAX           MAKE_64BIT_MASK(0, IDXD_PERF_WIDTH)

/* BAR 0: offsets in the performance monitor's table */
REG64(PERFCAP,          0x000)
    FIELD(PERFCAP, COUNTERS,            0, 6)
    FIELD(PERFCAP, WIDTH,               8, 8)
    FIELD(PERFCAP, NUM_CATEGORIES,      16, 4)
    FIELD(PERFCAP, CATEGORIES,          20, 16)
    FIELD(PERFCAP, FILTERS,             36, 8)
    FIELD(PERFCAP, PER_COUNTER,         52, 1)
    FIELD(PERFCAP, WRITABLE,            53, 1)
    FIELD(PERFCAP, FREEZE,              54, 1)
    FIELD(PERFCAP, OVERFLOW_INT,        55, 1)
REG32(PERFRST,          0x010)
    FIELD(PERFRST, CONFIG,              0, 1)
    FIELD(PERFRST, COUNTER,             1, 1)
/* Bit N is about counter N */
REG32(PERFFRZ,          0x020)
REG32(OVFSTATUS,        0x030)
/* One for each category, a mask of its events */
REG64(EVNTCAP,          0x080)
/* One for each counter */
REG64(CNTRCFG,          0x100)
    FIELD(CNTRCFG, ENABLE,              0, 1)
    FIELD(CNTRCFG, OVERFLOW_INT,        1, 1)
    FIELD(CNTRCFG, OVERFLOW_FREEZE,     2, 1)
    FIELD(CNTRCFG, CATEGORY,            8, 4)
    FIELD(CNTRCFG, EVENTS,              32, 28)
REG64(CNTRDATA,         0x200)
/* 8 registers for each counter, of which IDXD_PERF_FILTERS are there */
REG32(FLTCFG,           0x300)
#define IDXD_FLTCFG_STRIDE      32

/*
 * What can be counted: a counter counts some of the events of a category.
 * Bits 0 to 15 are the device's; public tools know them by these numbers.  From
 * bit 16 on they are the model's own.
 */
typedef enum IdxdPerfCategory {
    IDXD_PERF_WQ,
    IDXD_PERF_ENGINE,
    IDXD_PERF_TRANSLATION,
    IDXD_PERF_OPERATION,
    IDXD_PERF_COMPLETION,
    IDXD_PERF_CATEGORIES,
} IdxdPerfCategory;

/*
 * Descriptors accepted by a shared WQ through a limited or an unlimited portal,
 * or by a dedicated WQ; taken by an engine; answered 'retry'; dropped
 */
#define IDXD_PERF_WQ_LIMITED            BIT(0)
#define IDXD_PERF_WQ_UNLIMITED          BIT(2)
#define IDXD_PERF_WQ_DEDICATED          BIT(4)
#define IDXD_PERF_WQ_ACCEPTED           (IDXD_PERF_WQ_LIMITED | \
                                         IDXD_PERF_WQ_UNLIMITED | \
                                         IDXD_PERF_WQ_DEDICATED)
#define IDXD_PERF_WQ_DISPATCHED         BIT(16)
#define IDXD_PERF_WQ_RETRY              BIT(17)
#define IDXD_PERF_WQ_DROPPED            BIT(18)
#define IDXD_PERF_WQ_ALL                0x70015

/*
 * Operands, in units of 32 bytes; how often operands are read and written;
 * descriptors; members of batches
 */
#define IDXD_PERF_ENGINE_READ           BIT(0)
#define IDXD_PERF_ENGINE_WRITTEN        BIT(1)
#define IDXD_PERF_ENGINE_READS          BIT(2)
#define IDXD_PERF_ENGINE_WRITES         BIT(3)
#define IDXD_PERF_ENGINE_DESCRIPTORS    BIT(16)
#define IDXD_PERF_ENGINE_MEMBERS        BIT(17)
#define IDXD_PERF_ENGINE_ALL            0x3000f
#define IDXD_PERF_UNIT                  32

/*
 * Translations without and with a page fault; those that got a place in the
 * cache, and those that did not, because an invalidation overtook them.
 * Translations found in the cache; asked for; answered without the right that
 * is needed; page requests; their answers; invalidations
 */
#define IDXD_PERF_XLAT_NO_FAULT         BIT(0)
#define IDXD_PERF_XLAT_FAULT            BIT(1)
#define IDXD_PERF_ATC_ALLOCATED         BIT(6)
#define IDXD_PERF_ATC_NOT_ALLOCATED     BIT(7)
#define IDXD_PERF_ATC_HIT               BIT(16)
#define IDXD_PERF_ATS_REQUEST           BIT(17)
#define IDXD_PERF_ATS_FAULT             BIT(18)
#define IDXD_PERF_PAGE_REQUEST          BIT(19)
#define IDXD_PERF_PAGE_SUCCESS          BIT(20)
#define IDXD_PERF_PAGE_FAILURE          BIT(21)
#define IDXD_PERF_ATC_INVALIDATION      BIT(22)
#define IDXD_PERF_TRANSLATION_ALL       0x7f00c3

/* Bit N is opcode N; the last one is for all from it on */
#define IDXD_PERF_OPCODE_OTHER          27
#define IDXD_PERF_OPERATION_ALL         0xfffffff

/*
 * Descriptors that ended with an error; with success.  Completion records
 * written; event log entries written; completion interrupts; descriptors that
 * were given up
 */
#define IDXD_PERF_COMPL_ERROR           BIT(3)
#define IDXD_PERF_COMPL_SUCCESS         BIT(4)
#define IDXD_PERF_COMPL_RECORD          BIT(16)
#define IDXD_PERF_COMPL_LOG             BIT(17)
#define IDXD_PERF_COMPL_INTERRUPT       BIT(18)
#define IDXD_PERF_COMPL_ABORTED         BIT(19)
#define IDXD_PERF_COMPLETION_ALL        0xf0018

/*
 * What of it is counted: bit N of a filter lets through WQ N, traffic class N,
 * the page size 4 KiB, 2 MiB or 1 GiB, the transfer sizes from 0, 512, 4 Ki,
 * 16 Ki, 64 Ki, 256 Ki, 1 Mi and 4 Mi bytes on, engine N.  A filter of all ones
 * lets everything through, and so does one that does not apply to the event.
 */
typedef enum IdxdPerfFilter {
    IDXD_PERF_FILTER_WQ,
    IDXD_PERF_FILTER_TC,
    IDXD_PERF_FILTER_PAGE,
    IDXD_PERF_FILTER_SIZE,
    IDXD_PERF_FILTER_ENGINE,
    IDXD_PERF_FILTERS,
} IdxdPerfFilter;

#endif
