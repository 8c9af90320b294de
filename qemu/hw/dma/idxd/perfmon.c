/*
 * DSA and IAA device models: counting for the performance monitor
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/units.h"
#include "idxd.h"
#include "trace.h"

const uint32_t idxd_perf_filter_mask[IDXD_PERF_FILTERS] = {
    [IDXD_PERF_FILTER_WQ] = 0xffffffff,
    [IDXD_PERF_FILTER_TC] = 0xff,
    [IDXD_PERF_FILTER_PAGE] = 0xf,
    [IDXD_PERF_FILTER_SIZE] = 0xff,
    [IDXD_PERF_FILTER_ENGINE] = 0xff,
};

/* What an event is about: bits that a filter must have, 0 if none applies */
typedef struct IdxdPerfAttr {
    uint32_t need[IDXD_PERF_FILTERS];
} IdxdPerfAttr;

/* What a filter cannot name passes it only if everything does */
static void idxd_perf_need(IdxdPerfAttr *attr, IdxdPerfFilter filter,
                           unsigned n)
{
    uint32_t mask = idxd_perf_filter_mask[filter];

    attr->need[filter] = n < 32 && mask & BIT(n) ? BIT(n) : mask;
}

static bool idxd_perf_passes(const IdxdPerfCounter *c, const IdxdPerfAttr *attr)
{
    unsigned i;

    for (i = 0; i < IDXD_PERF_FILTERS; i++) {
        if ((c->filter[i] & attr->need[i]) != attr->need[i]) {
            return false;
        }
    }
    return true;
}

static void idxd_perf_add(IdxdState *s, unsigned i, uint64_t n)
{
    IdxdPerfmon *p = &s->perf;
    IdxdPerfCounter *c = &p->counter[i];
    bool overflow = n > IDXD_PERF_MAX - c->data;

    c->data = (c->data + n) & IDXD_PERF_MAX;
    if (!overflow) {
        return;
    }
    trace_idxd_perf_overflow(idxd_devfn(s), i);
    p->overflow |= BIT(i);
    if (FIELD_EX64(c->cfg, CNTRCFG, OVERFLOW_FREEZE)) {
        p->frozen = IDXD_PERF_ALL;
    }
    if (FIELD_EX64(c->cfg, CNTRCFG, OVERFLOW_INT)) {
        qemu_bh_schedule(p->bh);
    }
}

static void idxd_perf_count(IdxdState *s, IdxdPerfCategory category,
                            uint32_t event, uint64_t n,
                            const IdxdPerfAttr *attr)
{
    bool data = category == IDXD_PERF_ENGINE &&
                event & (IDXD_PERF_ENGINE_READ | IDXD_PERF_ENGINE_WRITTEN);
    IdxdPerfmon *p = &s->perf;
    unsigned i;

    QEMU_LOCK_GUARD(&p->lock);

    for (i = 0; i < IDXD_PERF_COUNTERS; i++) {
        IdxdPerfCounter *c = &p->counter[i];
        uint64_t units = n;

        if (!FIELD_EX64(c->cfg, CNTRCFG, ENABLE) || p->frozen & BIT(i) ||
            FIELD_EX64(c->cfg, CNTRCFG, CATEGORY) != category ||
            !(FIELD_EX64(c->cfg, CNTRCFG, EVENTS) & event) ||
            !idxd_perf_passes(c, attr)) {
            continue;
        }
        if (data) {
            units += c->rest;
            c->rest = units % IDXD_PERF_UNIT;
            units /= IDXD_PERF_UNIT;
        }
        idxd_perf_add(s, i, units);
    }
}

/* Nearly always nobody counts */
static bool idxd_perf_is_counted(const IdxdState *s, IdxdPerfCategory category)
{
    return unlikely(qatomic_read(&s->perf.categories) & BIT(category));
}

/**
 * idxd_perf_wq: count what happens to a WQ
 *
 * Context: any thread; the device's lock may be held.
 *
 * @event: one bit of the category's events
 */
void idxd_perf_wq(IdxdState *s, IdxdPerfCategory category, uint32_t event,
                  unsigned wq)
{
    IdxdPerfAttr attr = { };

    if (!idxd_perf_is_counted(s, category)) {
        return;
    }
    idxd_perf_need(&attr, IDXD_PERF_FILTER_WQ, wq);
    idxd_perf_count(s, category, event, 1, &attr);
}

/* A test's own thread and work have no numbers that filters know */
static void idxd_perf_attr(const IdxdEngine *e, unsigned wq, IdxdPerfAttr *attr)
{
    *attr = (IdxdPerfAttr) { };
    idxd_perf_need(attr, IDXD_PERF_FILTER_WQ, wq);
    idxd_perf_need(attr, IDXD_PERF_FILTER_ENGINE,
                   e->id < e->s->num_engines ? e->id : UINT_MAX);
}

/**
 * idxd_perf_engine: count what an engine does for the descriptor that it has
 *
 * Context: an engine's thread; the locks of the device may be held.
 *
 * @event: one bit of the category's events
 * @n: how often; bytes if it is about data
 */
void idxd_perf_engine(const IdxdEngine *e, IdxdPerfCategory category,
                      uint32_t event, uint64_t n)
{
    IdxdPerfAttr attr;

    if (idxd_perf_is_counted(e->s, category)) {
        idxd_perf_attr(e, e->work->wq, &attr);
        idxd_perf_count(e->s, category, event, n, &attr);
    }
}

/**
 * idxd_perf_translation: count what an engine does with a translation
 *
 * Context: as for idxd_perf_engine().
 *
 * @event: one bit of the category's events
 * @addr_mask: of the page
 */
void idxd_perf_translation(const IdxdEngine *e, uint32_t event,
                           uint64_t addr_mask)
{
    IdxdPerfAttr attr;

    if (!idxd_perf_is_counted(e->s, IDXD_PERF_TRANSLATION)) {
        return;
    }
    idxd_perf_attr(e, e->work->wq, &attr);
    idxd_perf_need(&attr, IDXD_PERF_FILTER_PAGE,
                   (addr_mask >= 2 * MiB - 1) + (addr_mask >= 1 * GiB - 1));
    idxd_perf_count(e->s, IDXD_PERF_TRANSLATION, event, 1, &attr);
}

/**
 * idxd_perf_invalidation: count an invalidation of translations
 *
 * Context: any thread but an engine's, no lock held.
 */
void idxd_perf_invalidation(IdxdState *s)
{
    static const IdxdPerfAttr any;

    if (idxd_perf_is_counted(s, IDXD_PERF_TRANSLATION)) {
        idxd_perf_count(s, IDXD_PERF_TRANSLATION, IDXD_PERF_ATC_INVALIDATION,
                        1, &any);
    }
}

/* The class that the descriptor selects for its first address */
static unsigned idxd_perf_traffic_class(const IdxdState *s, const IdxdWork *w)
{
    int group = idxd_wq_group(s, w->wq);

    if (group < 0) {
        return 0;
    }
    return extract32(s->grpcfg[group][IDXD_GRPCFG_FLAGS],
                     idxd_desc_flags(&w->desc) & IDXD_FLAG_TC_A1 ? 3 : 0, 3);
}

static unsigned idxd_perf_size_class(uint32_t size)
{
    unsigned class = size >= 512;

    for (size /= 4 * KiB; size && class < 7; size /= 4) {
        class++;
    }
    return class;
}

/**
 * idxd_perf_execute: count a descriptor that is carried out
 *
 * Context: an engine's thread, no lock held.
 *
 * @sized: the descriptor has a transfer size
 */
void idxd_perf_execute(const IdxdEngine *e, const IdxdWork *w, bool sized)
{
    const IdxdState *s = e->s;
    unsigned opcode = idxd_desc_opcode(&w->desc);
    IdxdPerfAttr attr;

    idxd_perf_engine(e, IDXD_PERF_ENGINE, w->batch ? IDXD_PERF_ENGINE_MEMBERS :
                     IDXD_PERF_ENGINE_DESCRIPTORS, 1);
    if (!idxd_perf_is_counted(s, IDXD_PERF_OPERATION)) {
        return;
    }
    idxd_perf_attr(e, w->wq, &attr);
    idxd_perf_need(&attr, IDXD_PERF_FILTER_TC, idxd_perf_traffic_class(s, w));
    if (sized) {
        idxd_perf_need(&attr, IDXD_PERF_FILTER_SIZE,
                       idxd_perf_size_class(idxd_desc_size(&w->desc)));
    }
    idxd_perf_count(e->s, IDXD_PERF_OPERATION,
                    BIT(MIN(opcode, IDXD_PERF_OPCODE_OTHER)), 1, &attr);
}

/**
 * idxd_perf_complete: count a descriptor that has ended, and was not given up
 *
 * Context: an engine's thread, no lock held.
 *
 * @record: its completion record was written
 */
void idxd_perf_complete(const IdxdEngine *e, const IdxdWork *w, bool record)
{
    idxd_perf_engine(e, IDXD_PERF_COMPLETION,
                     w->rec.status == IDXD_STS_SUCCESS ?
                     IDXD_PERF_COMPL_SUCCESS : IDXD_PERF_COMPL_ERROR, 1);
    if (record) {
        idxd_perf_engine(e, IDXD_PERF_COMPLETION, IDXD_PERF_COMPL_RECORD, 1);
    }
}
