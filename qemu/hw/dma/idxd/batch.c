/*
 * DSA and IAA device models: Batch
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"
#include "trace.h"

/* Members that may be in flight together, if there is no Fence among them */
#define IDXD_BATCH_WINDOW   16

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

static IdxdXlat idxd_batch_read(IdxdEngine *e, const IdxdWork *w, unsigned i,
                                IdxdDesc *desc, uint64_t *bad)
{
    IdxdRequester rq = idxd_record_requester(e->s, w);

    return idxd_read(e, &rq, idxd_desc_src(&w->desc) + i * IDXD_DESC_SIZE,
                     desc->raw, IDXD_DESC_SIZE, bad);
}

static void idxd_batch_member(IdxdEngine *e, const IdxdWork *w,
                              const IdxdDesc *desc, unsigned i)
{
    IdxdBatch *batch = w->own_batch;
    IdxdWork m = {
        .seq = w->seq,
        .pasid = w->pasid,
        .priv = w->priv,
        .wq = w->wq,
        .ims = w->ims,
        .batch = batch,
        .batch_index = i,
        .desc = *desc,
    };

    idxd_execute(e, &m);
    batch->failed |= m.rec.status != IDXD_STS_SUCCESS;
}

/*
 * Carry out the members that may be in flight together, which were read from
 * @first on.  With a seed they are carried out in an order drawn from it and
 * from the place of the batch among all descriptors, so that a run that submits
 * the same has the same orders again.
 */
static bool idxd_batch_window(IdxdEngine *e, const IdxdWork *w,
                              const IdxdDesc *desc, unsigned first, unsigned n)
{
    uint32_t seed[] = { e->s->shuffle, w->seq, first };
    g_autoptr(GRand) rand = NULL;
    unsigned order[IDXD_BATCH_WINDOW];
    unsigned i;

    if (n > 1) {
        rand = g_rand_new_with_seed_array(seed, ARRAY_SIZE(seed));
    }
    for (i = 0; i < n; i++) {
        unsigned j = i ? g_rand_int_range(rand, 0, i + 1) : 0;

        if (j != i) {
            order[i] = order[j];
        }
        order[j] = i;
    }
    for (i = 0; i < n; i++) {
        idxd_batch_member(e, w, &desc[order[i]], first + order[i]);
        if (qatomic_read(&e->work->aborted)) {
            return false;
        }
    }
    return true;
}

/*
 * Members are carried out one after the other.  Those before one with Fence
 * have always completed when it is looked at.
 */
static void idxd_batch_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdState *s = e->s;
    unsigned limit = s->shuffle ? IDXD_BATCH_WINDOW : 1;
    uint32_t count = idxd_desc_size(&w->desc);
    IdxdBatch *batch = &e->batch;
    IdxdDesc desc[IDXD_BATCH_WINDOW];
    unsigned i, n = 0;

    *batch = (IdxdBatch) { .id = idxd_batch_id_alloc(s) };
    w->own_batch = batch;
    trace_idxd_batch(idxd_devfn(s), w->seq, batch->id, count);

    for (i = 0; i < count; i++) {
        uint64_t bad;
        IdxdXlat xlat;
        bool fence;

        if (n == limit) {
            if (!idxd_batch_window(e, w, desc, i - n, n)) {
                return;
            }
            n = 0;
        }
        xlat = idxd_batch_read(e, w, i, &desc[n], &bad);
        fence = xlat == IDXD_XLAT_OK &&
                idxd_desc_flags(&desc[n]) & IDXD_FLAG_FENCE;
        if (n && (xlat != IDXD_XLAT_OK || fence)) {
            if (!idxd_batch_window(e, w, desc, i - n, n)) {
                return;
            }
            desc[0] = desc[n];
            n = 0;
        }
        if (xlat != IDXD_XLAT_OK) {
            idxd_batch_result(w, IDXD_STS_BATCH_FAULT, batch->failed, i);
            w->rec.fault_addr = bad;
            return;
        }
        if (fence && (batch->failed || batch->record_missing)) {
            idxd_batch_result(w, IDXD_STS_BATCH_FAIL, true, i);
            return;
        }
        n++;
    }
    if (!idxd_batch_window(e, w, desc, i - n, n)) {
        return;
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
