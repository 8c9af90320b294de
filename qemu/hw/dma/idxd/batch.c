/*
 * DSA and IAA device models: Batch
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"
#include "trace.h"

static uint8_t idxd_batch_id_alloc(IdxdState *s)
{
    unsigned i;

    QEMU_BUILD_BUG_ON(IDXD_MAX_ENGINES > 64);
    QEMU_LOCK_GUARD(&s->lock);

    /* Each engine has one batch at most, so that one of 64 is free */
    i = ctz64(~s->batch_ids);
    s->batch_ids |= BIT_ULL(i);
    return i;
}

/**
 * idxd_batch_end: a batch's record is where it belongs
 *
 * Context: an engine's thread, no lock held.
 */
void idxd_batch_end(IdxdState *s, IdxdWork *w)
{
    QEMU_LOCK_GUARD(&s->lock);
    s->batch_ids &= ~BIT_ULL(w->own_batch->id);
    w->own_batch = NULL;
}

static void idxd_batch_result(IdxdWork *w, uint8_t status, bool failed,
                            unsigned completed)
{
    w->rec.status = status;
    w->rec.result = failed;
    w->rec.completed = completed;
}

static uint8_t idxd_batch_check(const IdxdState *s, const IdxdWork *w)
{
    uint32_t cfg = s->wq[w->wq].cfg[R_WQCFG3];
    uint32_t count = idxd_desc_size(&w->desc);

    if (count < 2 || count > BIT(FIELD_EX32(cfg, WQCFG3, MAX_BATCH_SHIFT))) {
        return IDXD_STS_BATCH_COUNT;
    }
    if (idxd_desc_src(&w->desc) % IDXD_DESC_SIZE) {
        return IDXD_STS_LIST_ALIGN;
    }
    return IDXD_STS_SUCCESS;
}

/*
 * Members run one after the other, so that what comes before one with Fence
 * has always completed.
 */
static void idxd_batch_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdState *s = e->s;
    IdxdRequester rq = idxd_record_requester(s, w);
    uint32_t count = idxd_desc_size(&w->desc);
    IdxdBatch *batch = &e->batch;
    unsigned i;

    *batch = (IdxdBatch) { .id = idxd_batch_id_alloc(s) };
    w->own_batch = batch;
    trace_idxd_batch(idxd_devfn(s), w->seq, batch->id, count);

    for (i = 0; i < count; i++) {
        IdxdWork m = {
            .seq = w->seq,
            .pasid = w->pasid,
            .priv = w->priv,
            .wq = w->wq,
            .ims = w->ims,
            .batch = batch,
            .batch_index = i,
        };
        uint64_t bad;
        IdxdXlat xlat;

        xlat = idxd_read(e, &rq,
                         idxd_desc_src(&w->desc) + i * IDXD_DESC_SIZE,
                         m.desc.raw, IDXD_DESC_SIZE, &bad);
        if (xlat != IDXD_XLAT_OK) {
            idxd_batch_result(w, IDXD_STS_BATCH_FAULT, batch->failed, i);
            w->rec.fault_addr = bad;
            return;
        }
        if (idxd_desc_flags(&m.desc) & IDXD_FLAG_FENCE &&
            (batch->failed || batch->record_missing)) {
            idxd_batch_result(w, IDXD_STS_BATCH_FAIL, true, i);
            return;
        }
        idxd_execute(e, &m);
        if (qatomic_read(&e->work->aborted)) {
            return;
        }
        batch->failed |= m.rec.status != IDXD_STS_SUCCESS;
    }
    idxd_batch_result(w, batch->failed ? IDXD_STS_BATCH_FAIL : IDXD_STS_SUCCESS,
                    batch->failed, count);
}

const IdxdOp idxd_op_batch = {
    .name = "batch",
    .opcode = IDXD_OP_BATCH,
    .flags = IDXD_FLAG_TC_A1,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_SIZE,
    .check = idxd_batch_check,
    .run = idxd_batch_run,
};
