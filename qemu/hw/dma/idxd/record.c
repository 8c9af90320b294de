/*
 * DSA and IAA device models: completion records
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"
#include "trace.h"

/**
 * idxd_record_encode: a completion record in memory order
 *
 * @buf: the size of a record, zero
 */
void idxd_record_encode(const IdxdRecord *rec, uint8_t *buf)
{
    buf[0] = rec->status;
    buf[1] = rec->result;
    stl_le_p(buf + 4, rec->completed);
    stq_le_p(buf + 8, rec->fault_addr);
    memcpy(buf + 16, rec->specific, sizeof(rec->specific));
    if (rec->status == IDXD_STS_FLAGS) {
        stl_le_p(buf + 16, rec->invalid_flags);
    }
}

/* Where what a descriptor has to tell went */
typedef enum IdxdOutcome {
    IDXD_TOLD_NOTHING,
    IDXD_TOLD_RECORD,
    IDXD_TOLD_REPORT,
    IDXD_TOLD_ABORTED,
} IdxdOutcome;

static const char *const idxd_outcome_name[] = {
    [IDXD_TOLD_NOTHING] = "none",
    [IDXD_TOLD_RECORD] = "record",
    [IDXD_TOLD_REPORT] = "report",
    [IDXD_TOLD_ABORTED] = "aborted",
};

static bool idxd_record_usable(const IdxdWork *w)
{
    return idxd_desc_flags(&w->desc) & IDXD_FLAG_CRAV &&
           w->rec.status != IDXD_STS_RECORD_ALIGN &&
           w->rec.status != IDXD_STS_PRIV;
}

/*
 * A record must not become visible before those that software still has to
 * write: a batch's comes after its members', a Drain's after those of what it
 * has drained. For a Drain software writes one only if it was requested.
 */
static uint8_t idxd_record_after(IdxdState *s, const IdxdWork *w)
{
    if (w->own_batch) {
        return w->own_batch->logged ? IDXD_EVL_BATCH : 0;
    }
    if (idxd_desc_opcode(&w->desc) == IDXD_OP_DRAIN &&
        idxd_desc_flags(&w->desc) & IDXD_FLAG_RCR && idxd_record_usable(w)) {
        QEMU_LOCK_GUARD(&s->lock);
        return idxd_evl_record_in_log(s, w) ? IDXD_EVL_DRAIN : 0;
    }
    return 0;
}

static IdxdOutcome idxd_record_write(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_record_requester(e->s, w);
    uint64_t addr = idxd_desc_record_addr(&w->desc);
    uint8_t buf[IDXD_RECORD_MAX] = { };
    IdxdXlat xlat;

    idxd_record_encode(&w->rec, buf);
    xlat = idxd_write(e, &rq, addr, buf, IDXD_GET_CLASS(e->s)->record_size,
                      true);
    switch (xlat) {
    case IDXD_XLAT_OK:
        return IDXD_TOLD_RECORD;
    case IDXD_XLAT_ABORTED:
        return IDXD_TOLD_ABORTED;
    default:
        trace_idxd_record_fault(idxd_devfn(e->s), w->seq, w->wq, w->pasid,
                                addr);
        idxd_report(e, w, IDXD_STS_RECORD_FAULT, true, addr);
        return IDXD_TOLD_REPORT;
    }
}

static IdxdOutcome idxd_tell(IdxdEngine *e, IdxdWork *w)
{
    uint32_t flags = idxd_desc_flags(&w->desc);
    bool due = flags & IDXD_FLAG_RCR || w->rec.status != IDXD_STS_SUCCESS;
    uint8_t after = idxd_record_after(e->s, w);

    if (after) {
        idxd_report(e, w, after, true, flags & IDXD_FLAG_CRAV ?
                    idxd_desc_record_addr(&w->desc) : 0);
        return IDXD_TOLD_REPORT;
    }
    if (!due) {
        return IDXD_TOLD_NOTHING;
    }
    if (idxd_record_usable(w)) {
        return idxd_record_write(e, w);
    }
    idxd_report(e, w, w->rec.status & IDXD_STS_MASK,
                w->rec.status & IDXD_STS_WRITE, w->rec.fault_addr);
    return IDXD_TOLD_REPORT;
}

/**
 * idxd_complete: make the end of a descriptor visible
 *
 * Context: an engine's thread, no lock held; may sleep.
 *
 * @w: the descriptor with its record
 */
void idxd_complete(IdxdEngine *e, IdxdWork *w)
{
    IdxdState *s = e->s;
    IdxdOutcome outcome;

    if (!idxd_engine_checkpoint(e)) {
        return;
    }
    outcome = idxd_tell(e, w);
    if (qatomic_read(&e->work->aborted) && outcome != IDXD_TOLD_RECORD) {
        outcome = IDXD_TOLD_ABORTED;
    }
    trace_idxd_complete(idxd_devfn(s), w->seq, w->wq, w->pasid,
                        idxd_desc_opcode(&w->desc), w->rec.status,
                        w->rec.result, w->rec.completed, w->rec.fault_addr,
                        idxd_outcome_name[outcome]);
    if (outcome != IDXD_TOLD_ABORTED) {
        idxd_perf_complete(e, w, outcome == IDXD_TOLD_RECORD);
    }

    if (w->batch && outcome == IDXD_TOLD_REPORT) {
        w->batch->record_missing = true;
    }
    if (w->vector &&
        (outcome == IDXD_TOLD_NOTHING || outcome == IDXD_TOLD_RECORD)) {
        /* The record is visible before the message */
        smp_wmb();
        idxd_irq_raise(s, w->vector);
        idxd_perf_engine(e, IDXD_PERF_COMPLETION, IDXD_PERF_COMPL_INTERRUPT, 1);
    }
}
