/*
 * DSA and IAA device models: registers of the performance monitor
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "idxd.h"
#include "trace.h"

static const uint32_t idxd_perf_events[] = {
    [IDXD_PERF_WQ] = IDXD_PERF_WQ_ALL,
    [IDXD_PERF_ENGINE] = IDXD_PERF_ENGINE_ALL,
    [IDXD_PERF_TRANSLATION] = IDXD_PERF_TRANSLATION_ALL,
    [IDXD_PERF_OPERATION] = IDXD_PERF_OPERATION_ALL,
    [IDXD_PERF_COMPLETION] = IDXD_PERF_COMPLETION_ALL,
};

static uint64_t idxd_perf_cap(void)
{
    uint64_t v = 0;

    v = FIELD_DP64(v, PERFCAP, COUNTERS, IDXD_PERF_COUNTERS);
    v = FIELD_DP64(v, PERFCAP, WIDTH, IDXD_PERF_WIDTH);
    v = FIELD_DP64(v, PERFCAP, NUM_CATEGORIES, IDXD_PERF_CATEGORIES);
    v = FIELD_DP64(v, PERFCAP, CATEGORIES,
                   MAKE_64BIT_MASK(0, IDXD_PERF_CATEGORIES));
    v = FIELD_DP64(v, PERFCAP, FILTERS, MAKE_64BIT_MASK(0, IDXD_PERF_FILTERS));
    v = FIELD_DP64(v, PERFCAP, WRITABLE, 1);
    v = FIELD_DP64(v, PERFCAP, FREEZE, 1);
    v = FIELD_DP64(v, PERFCAP, OVERFLOW_INT, 1);
    return v;
}

/* A filter, NULL where there is none */
static uint32_t *idxd_perf_filter(IdxdPerfmon *p, hwaddr addr, uint32_t *mask)
{
    unsigned n = (addr - A_FLTCFG) / IDXD_FLTCFG_STRIDE;
    unsigned i = (addr - A_FLTCFG) % IDXD_FLTCFG_STRIDE / 4;

    if (i >= IDXD_PERF_FILTERS) {
        return NULL;
    }
    *mask = idxd_perf_filter_mask[i];
    return &p->counter[n].filter[i];
}

#define A_EVNTCAP_END   (A_EVNTCAP + IDXD_PERF_CATEGORIES * 8)
#define A_CNTRCFG_END   (A_CNTRCFG + IDXD_PERF_COUNTERS * 8)
#define A_CNTRDATA_END  (A_CNTRDATA + IDXD_PERF_COUNTERS * 8)
#define A_FLTCFG_END    (A_FLTCFG + IDXD_PERF_COUNTERS * IDXD_FLTCFG_STRIDE)

/* 64 bits at an aligned offset */
static uint64_t idxd_perf_load(IdxdPerfmon *p, hwaddr addr)
{
    uint32_t mask, *low, *high;

    switch (addr) {
    case A_PERFCAP:
        return idxd_perf_cap();
    case A_PERFFRZ:
        return p->frozen;
    case A_OVFSTATUS:
        return p->overflow;
    case A_EVNTCAP ... A_EVNTCAP_END - 1:
        return idxd_perf_events[(addr - A_EVNTCAP) / 8];
    case A_CNTRCFG ... A_CNTRCFG_END - 1:
        return p->counter[(addr - A_CNTRCFG) / 8].cfg;
    case A_CNTRDATA ... A_CNTRDATA_END - 1:
        return p->counter[(addr - A_CNTRDATA) / 8].data;
    case A_FLTCFG ... A_FLTCFG_END - 1:
        low = idxd_perf_filter(p, addr, &mask);
        high = idxd_perf_filter(p, addr + 4, &mask);
        return (low ? *low : 0) | (uint64_t)(high ? *high : 0) << 32;
    default:
        return 0;
    }
}

static void idxd_perf_reset_config(IdxdPerfmon *p)
{
    unsigned i;

    p->frozen = 0;
    qatomic_set(&p->categories, 0);
    for (i = 0; i < IDXD_PERF_COUNTERS; i++) {
        p->counter[i].cfg = 0;
        memcpy(p->counter[i].filter, idxd_perf_filter_mask,
               sizeof(p->counter[i].filter));
    }
}

static void idxd_perf_reset_counters(IdxdPerfmon *p)
{
    unsigned i;

    p->overflow = 0;
    for (i = 0; i < IDXD_PERF_COUNTERS; i++) {
        p->counter[i].data = 0;
        p->counter[i].rest = 0;
    }
}

static void idxd_perf_configure(IdxdPerfmon *p, unsigned n, uint64_t cfg)
{
    uint32_t categories = 0;
    unsigned i;

    cfg &= R_CNTRCFG_ENABLE_MASK | R_CNTRCFG_OVERFLOW_INT_MASK |
           R_CNTRCFG_OVERFLOW_FREEZE_MASK | R_CNTRCFG_CATEGORY_MASK |
           R_CNTRCFG_EVENTS_MASK;
    p->counter[n].cfg = cfg;
    p->counter[n].rest = 0;
    for (i = 0; i < IDXD_PERF_COUNTERS; i++) {
        cfg = p->counter[i].cfg;
        if (FIELD_EX64(cfg, CNTRCFG, ENABLE)) {
            categories |= BIT(FIELD_EX64(cfg, CNTRCFG, CATEGORY));
        }
    }
    qatomic_set(&p->categories, categories);
}

static void idxd_perf_store(IdxdPerfmon *p, hwaddr addr, uint64_t val)
{
    uint32_t mask, *filter;
    unsigned i;

    switch (addr) {
    case A_CNTRCFG ... A_CNTRCFG_END - 1:
        idxd_perf_configure(p, (addr - A_CNTRCFG) / 8, val);
        break;
    case A_CNTRDATA ... A_CNTRDATA_END - 1:
        i = (addr - A_CNTRDATA) / 8;
        p->counter[i].data = val & IDXD_PERF_MAX;
        p->counter[i].rest = 0;
        break;
    case A_FLTCFG ... A_FLTCFG_END - 1:
        for (i = 0; i < 2; i++) {
            filter = idxd_perf_filter(p, addr + i * 4, &mask);
            if (filter) {
                *filter = extract64(val, i * 32, 32) & mask;
            }
        }
        break;
    }
}

/* Registers of 32 bits, in which what is written is not what is read */
static bool idxd_perf_control(IdxdPerfmon *p, hwaddr addr, uint32_t val)
{
    switch (addr) {
    case A_PERFRST:
        if (FIELD_EX32(val, PERFRST, CONFIG)) {
            idxd_perf_reset_config(p);
        }
        if (FIELD_EX32(val, PERFRST, COUNTER)) {
            idxd_perf_reset_counters(p);
        }
        return true;
    case A_PERFFRZ:
        p->frozen = val & IDXD_PERF_ALL;
        return true;
    case A_OVFSTATUS:
        p->overflow &= ~val;
        return true;
    default:
        return false;
    }
}

static uint64_t idxd_perf_read(void *opaque, hwaddr addr, unsigned size)
{
    IdxdState *s = opaque;
    uint64_t val;

    WITH_QEMU_LOCK_GUARD(&s->perf.lock) {
        val = idxd_perf_load(&s->perf, QEMU_ALIGN_DOWN(addr, 8));
    }
    val = extract64(val, addr % 8 * 8, size * 8);
    trace_idxd_perf_read(idxd_devfn(s), addr, size, val);
    return val;
}

static void idxd_perf_write(void *opaque, hwaddr addr, uint64_t val,
                            unsigned size)
{
    IdxdState *s = opaque;
    hwaddr base = QEMU_ALIGN_DOWN(addr, 8);

    trace_idxd_perf_write(idxd_devfn(s), addr, size, val);

    QEMU_LOCK_GUARD(&s->perf.lock);

    if (!idxd_perf_control(&s->perf, addr, val)) {
        val = deposit64(idxd_perf_load(&s->perf, base), addr % 8 * 8, size * 8,
                        val);
        idxd_perf_store(&s->perf, base, val);
    }
}

const MemoryRegionOps idxd_perf_ops = {
    .read = idxd_perf_read,
    .write = idxd_perf_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {
        .min_access_size = 4,
        .max_access_size = 8,
    },
    .impl = {
        .min_access_size = 4,
        .max_access_size = 8,
    },
};

/* Who counts may hold the device's lock, or not */
static void idxd_perf_bh(void *opaque)
{
    IdxdState *s = opaque;

    QEMU_LOCK_GUARD(&s->lock);
    idxd_irq_cause(s, R_INTCAUSE_PERFMON_MASK);
}

/**
 * idxd_perf_reset: stop and forget all counters
 *
 * Reset Device does not: whoever counts is not who configures WQs.
 *
 * Context: BQL held, no engine counts.
 */
void idxd_perf_reset(IdxdState *s)
{
    QEMU_LOCK_GUARD(&s->perf.lock);
    idxd_perf_reset_config(&s->perf);
    idxd_perf_reset_counters(&s->perf);
    qemu_bh_cancel(s->perf.bh);
}

void idxd_perf_init(IdxdState *s)
{
    s->perf.bh = qemu_bh_new_guarded(idxd_perf_bh, s,
                                     &DEVICE(s)->mem_reentrancy_guard);
    idxd_perf_reset(s);
}

/* No engine counts any more; a late vCPU finds no counter that does */
void idxd_perf_exit(IdxdState *s)
{
    idxd_perf_reset(s);
    qemu_bh_delete(s->perf.bh);
}
