/*
 * DSA and IAA device models: work queues, and what is in flight
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"
#include "trace.h"

/**
 * idxd_work_accept: a piece of work is in the device from now on
 *
 * Context: the device's lock is held.
 *
 * @queue: where an engine takes it from
 */
void idxd_work_accept(IdxdState *s, IdxdWork *w, IdxdWorkQueue *queue)
{
    w->seq = s->next_seq++;
    w->evl_mark = s->evl.logged;
    w->queue = queue;
    QSIMPLEQ_INSERT_TAIL(queue, w, next);
    QTAILQ_INSERT_TAIL(&s->works, w, all);
    if (w->kind == IDXD_WORK_DESC) {
        idxd_engines_wake_one(s, idxd_wq_group(s, w->wq));
    } else {
        idxd_engines_wake(s);
    }
}

static IdxdWork *idxd_work_take(IdxdWorkQueue *queue)
{
    IdxdWork *w = QSIMPLEQ_FIRST(queue);

    if (w) {
        QSIMPLEQ_REMOVE_HEAD(queue, next);
    }
    return w;
}

/* The group of an engine, -1 if it is in none */
static int idxd_engine_group(const IdxdState *s, const IdxdEngine *e)
{
    unsigned i;

    for (i = 0; i < s->num_groups; i++) {
        if (idxd_group_has_engine(s, i, e->id)) {
            return i;
        }
    }
    return -1;
}

/*
 * The WQs of a group take turns; in a turn one has as many descriptors as its
 * priority says.
 */
static IdxdWq *idxd_wq_pick(IdxdState *s, unsigned group)
{
    bool refill;

    for (refill = false; ; refill = true) {
        bool work = false;
        unsigned i;

        for (i = 1; i <= s->num_wqs; i++) {
            unsigned n = (s->last_wq[group] + i) % s->num_wqs;
            IdxdWq *wq = &s->wq[n];

            if (!(s->grpcfg[group][n / 8] & BIT(n % 8)) || !wq->occupancy) {
                continue;
            }
            work = true;
            if (refill) {
                wq->credit = FIELD_EX32(wq->cfg[R_WQCFG2], WQCFG2, PRIORITY);
            }
            if (wq->credit) {
                wq->credit--;
                s->last_wq[group] = n;
                return wq;
            }
        }
        if (!work || refill) {
            return NULL;
        }
    }
}

/**
 * idxd_wq_dispatch: the next descriptor for an engine
 *
 * Context: the device's lock is held.
 *
 * Return: NULL if there is none.
 */
IdxdWork *idxd_wq_dispatch(IdxdState *s, const IdxdEngine *e)
{
    IdxdWork *w;
    IdxdWq *wq;
    int group;

    if (e->id == s->num_engines) {
        return idxd_work_take(&s->test.log);
    }
    w = idxd_work_take(&s->portal_errors);
    if (w) {
        return w;
    }
    group = idxd_engine_group(s, e);
    wq = group < 0 ? NULL : idxd_wq_pick(s, group);
    if (!wq) {
        return NULL;
    }
    w = idxd_work_take(&wq->queue);
    wq->occupancy--;
    trace_idxd_dispatch(idxd_devfn(s), w->seq, w->wq, e->id);
    idxd_perf_wq(s, IDXD_PERF_WQ, IDXD_PERF_WQ_DISPATCHED, w->wq);
    return w;
}

/**
 * idxd_wq_retire: a descriptor has ended, and so has all that it caused
 *
 * Context: the device's lock is held; frees @w.
 */
void idxd_wq_retire(IdxdState *s, IdxdWork *w)
{
    trace_idxd_retire(idxd_devfn(s), w->seq, w->wq, w->aborted);
    QTAILQ_REMOVE(&s->works, w, all);
    if (w->kind == IDXD_WORK_PORTAL_ERROR) {
        s->wq[w->wq].portal_error = false;
    } else if (w->aborted) {
        idxd_perf_wq(s, IDXD_PERF_COMPLETION, IDXD_PERF_COMPL_ABORTED, w->wq);
    }
    g_free(w);
    idxd_cmd_check(s);
    /* Drain descriptors wait for this */
    idxd_engines_wake_busy(s);
}

/**
 * idxd_works_pending: whether some of what was accepted has not ended
 *
 * Context: the device's lock is held.
 *
 * @filter, @operand: which descriptors
 * @until: sequence number of the first one that does not matter
 */
bool idxd_works_pending(IdxdState *s, IdxdWorkFilter *filter, uint32_t operand,
                        uint64_t until)
{
    IdxdWork *w;

    QTAILQ_FOREACH(w, &s->works, all) {
        if (w->seq >= until) {
            return false;
        }
        if (filter(w, operand)) {
            return true;
        }
    }
    return false;
}

static bool idxd_work_is_running(const IdxdState *s, const IdxdWork *w)
{
    unsigned i;

    for (i = 0; i < idxd_num_threads(s); i++) {
        if (s->engine[i].work == w) {
            return true;
        }
    }
    return false;
}

/**
 * idxd_works_abort: give up descriptors
 *
 * Those that no engine has yet are gone when this returns, the others soon.
 *
 * Context: the device's lock is held.
 *
 * @filter, @operand: which descriptors
 */
void idxd_works_abort(IdxdState *s, IdxdWorkFilter *filter, uint32_t operand)
{
    IdxdWork *w, *next;

    QTAILQ_FOREACH_SAFE(w, &s->works, all, next) {
        if (!filter(w, operand)) {
            continue;
        }
        qatomic_set(&w->aborted, true);
        if (idxd_work_is_running(s, w)) {
            continue;
        }
        QSIMPLEQ_REMOVE(w->queue, w, IdxdWork, next);
        if (w->kind == IDXD_WORK_DESC) {
            s->wq[w->wq].occupancy--;
        }
        idxd_wq_retire(s, w);
    }
    idxd_engines_wake(s);
}
