/*
 * DSA and IAA device models: checks of a descriptor, and carrying it out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"
#include "trace.h"

#define IDXD_FLAGS_COMMON   (IDXD_FLAG_CRAV | IDXD_FLAG_RCR | IDXD_FLAG_RCI | \
                             IDXD_FLAG_CR_STS | IDXD_FLAG_TC_CR)

static const IdxdOp *const idxd_ops[] = {
    [IDXD_OP_NOOP] = &idxd_op_noop,
    [IDXD_OP_BATCH] = &idxd_op_batch,
    [IDXD_OP_DRAIN] = &idxd_op_drain,
    [IDXD_OP_MOVE] = &idxd_op_move,
    [IDXD_OP_FILL] = &idxd_op_fill,
    [IDXD_OP_COMPARE] = &idxd_op_compare,
    [IDXD_OP_COMPARE_PATTERN] = &idxd_op_compare_pattern,
    [IDXD_OP_CREATE_DELTA] = &idxd_op_create_delta,
    [IDXD_OP_APPLY_DELTA] = &idxd_op_apply_delta,
    [IDXD_OP_DUALCAST] = &idxd_op_dualcast,
    [IDXD_OP_TRANSLATION_FETCH] = &idxd_op_translation_fetch,
    [IDXD_OP_CRC] = &idxd_op_crc,
    [IDXD_OP_COPY_CRC] = &idxd_op_copy_crc,
    [IDXD_OP_DIF_CHECK] = &idxd_op_dif_check,
    [IDXD_OP_DIF_INSERT] = &idxd_op_dif_insert,
    [IDXD_OP_DIF_STRIP] = &idxd_op_dif_strip,
    [IDXD_OP_DIF_UPDATE] = &idxd_op_dif_update,
    [IDXD_OP_DIX_GENERATE] = &idxd_op_dix_generate,
    [IDXD_OP_CACHE_FLUSH] = &idxd_op_cache_flush,
};

/**
 * idxd_wq_prs: whether page requests may be made for a WQ's descriptors
 *
 * Context: any; the WQ is not disabled, so that its configuration stays.
 */
bool idxd_wq_prs(const IdxdState *s, unsigned wq)
{
    return !FIELD_EX32(s->wq[wq].cfg[R_WQCFG2], WQCFG2, PRS_DISABLE);
}

/**
 * idxd_operand_requester: for access to a descriptor's sources, destinations
 */
IdxdRequester idxd_operand_requester(const IdxdState *s, const IdxdWork *w)
{
    IdxdRequester rq = idxd_record_requester(s, w);

    rq.page_request &= !!(idxd_desc_flags(&w->desc) & IDXD_FLAG_BOF);
    rq.operand = true;
    return rq;
}

/**
 * idxd_record_requester: for access to completion record and descriptor list
 */
IdxdRequester idxd_record_requester(const IdxdState *s, const IdxdWork *w)
{
    return (IdxdRequester) {
        .pasid = w->pasid,
        .priv = w->priv && w->pasid != PCI_NO_PASID,
        .page_request = w->pasid != PCI_NO_PASID && idxd_wq_prs(s, w->wq),
    };
}

/**
 * idxd_operand_fault: end a descriptor because an operand is not accessible
 *
 * @span: the operand, @addr is that of the first byte that is not accessible
 * @completed: bytes done so far
 */
void idxd_operand_fault(IdxdWork *w, IdxdXlat xlat, const IdxdSpan *span,
                        uint32_t completed)
{
    switch (xlat) {
    case IDXD_XLAT_FAULT:
        w->rec.status = IDXD_STS_FAULT | (span->write ? IDXD_STS_WRITE : 0);
        break;
    case IDXD_XLAT_REFUSED:
        w->rec.status = IDXD_STS_FAULT_REFUSED |
                        (span->write ? IDXD_STS_WRITE : 0);
        break;
    default:
        w->rec.status = IDXD_STS_TRANSLATION;
        break;
    }
    w->rec.fault_addr = span->addr;
    w->rec.completed = completed;
}

static const IdxdOp *idxd_find_op(IdxdState *s, const IdxdWork *w)
{
    uint8_t opcode = idxd_desc_opcode(&w->desc);
    const uint32_t *config = &s->wq[w->wq].cfg[R_WQCFG8];

    if (opcode >= ARRAY_SIZE(idxd_ops) ||
        !(IDXD_GET_CLASS(s)->opcap & BIT_ULL(opcode)) ||
        (s->prop_op_config &&
         !(config[opcode / 32] & BIT(opcode % 32)))) {
        return NULL;
    }
    if (w->batch && (opcode == IDXD_OP_BATCH || opcode == IDXD_OP_DRAIN)) {
        return NULL;
    }
    return idxd_ops[opcode];
}

/* Flags that are reserved because GENCAP does not have what they are about */
static uint32_t idxd_flags_without_cap(IdxdState *s, const IdxdOp *op)
{
    uint32_t cap = idxd_gencap(s);
    uint32_t flags = 0;

    if (!(cap & (op->opcode == IDXD_OP_CACHE_FLUSH ?
                 R_GENCAP_LO_CACHE_FLUSH_MASK :
                 R_GENCAP_LO_CACHE_CONTROL_MASK))) {
        flags |= IDXD_FLAG_CACHE;
    }
    if (!(cap & R_GENCAP_LO_DEST_READBACK_MASK)) {
        flags |= IDXD_FLAG_READBACK;
    }
    if (op->opcode == IDXD_OP_DRAIN &&
        !(cap & R_GENCAP_LO_DRAIN_READBACK_MASK)) {
        flags |= IDXD_FLAG_DRAIN_ADDR1 | IDXD_FLAG_DRAIN_ADDR2;
    }
    return flags;
}

static uint32_t idxd_invalid_flags(IdxdState *s, const IdxdWork *w,
                                   const IdxdOp *op)
{
    uint32_t flags = idxd_desc_flags(&w->desc);
    uint32_t cfg = s->wq[w->wq].cfg[R_WQCFG2];
    uint32_t allowed = op->flags & ~idxd_flags_without_cap(s, op);
    uint32_t bad = flags & ~(IDXD_FLAGS_COMMON | allowed);

    if (!w->batch) {
        bad |= flags & IDXD_FLAG_FENCE;
    }
    if (!FIELD_EX32(cfg, WQCFG2, BLOCK_ON_FAULT)) {
        bad |= flags & IDXD_FLAG_BOF;
    }
    if (!(flags & IDXD_FLAG_CRAV)) {
        bad |= flags & IDXD_FLAG_RCR;
    }
    if (op->needs_record) {
        bad |= ~flags & IDXD_FLAG_RCR;
    }
    return bad;
}

static bool idxd_reserved_set(const IdxdWork *w, const IdxdOp *op)
{
    uint64_t unused = ~(IDXD_BYTES(0, 16) | op->bytes);

    if (idxd_desc_flags(&w->desc) & IDXD_FLAG_RCI) {
        unused &= ~IDXD_BYTES(36, 2);
    }
    for (; unused; unused &= unused - 1) {
        if (w->desc.raw[ctz64(unused)]) {
            return true;
        }
    }
    return extract32(ldl_le_p(w->desc.raw), 20, 11) ||
           (op->reserved && op->reserved(w));
}

static bool idxd_size_valid(const IdxdState *s, const IdxdWork *w)
{
    uint32_t cfg = s->wq[w->wq].cfg[R_WQCFG3];
    uint64_t max = BIT_ULL(FIELD_EX32(cfg, WQCFG3, MAX_XFER_SHIFT));
    uint32_t size = idxd_desc_size(&w->desc);

    return size && size <= max;
}

static uint8_t idxd_check(IdxdState *s, IdxdWork *w, const IdxdOp **op)
{
    uint32_t flags = idxd_desc_flags(&w->desc);

    *op = NULL;
    if (flags & IDXD_FLAG_CRAV && idxd_desc_record_addr(&w->desc) &
        (IDXD_GET_CLASS(s)->record_size - 1)) {
        return IDXD_STS_RECORD_ALIGN;
    }
    if (w->priv && w->pasid != PCI_NO_PASID &&
        !pcie_pasid_priv_enabled(PCI_DEVICE(s))) {
        return IDXD_STS_PRIV;
    }
    *op = idxd_find_op(s, w);
    if (!*op) {
        return IDXD_STS_OPCODE;
    }
    w->rec.invalid_flags = idxd_invalid_flags(s, w, *op);
    if (w->rec.invalid_flags) {
        return IDXD_STS_FLAGS;
    }
    if (idxd_reserved_set(w, *op)) {
        return IDXD_STS_RESERVED;
    }
    if (flags & IDXD_FLAG_RCI && !w->vector) {
        return IDXD_STS_INT_HANDLE;
    }
    if ((*op)->sized && !idxd_size_valid(s, w)) {
        return IDXD_STS_XFER_SIZE;
    }
    return (*op)->check ? (*op)->check(s, w) : IDXD_STS_SUCCESS;
}

/**
 * idxd_execute: carry out a descriptor, a batch's member too
 *
 * Context: an engine's thread, no lock held; may sleep. The record is set when
 * this returns, unless the descriptor was given up.
 */
void idxd_execute(IdxdEngine *e, IdxdWork *w)
{
    const IdxdOp *op;
    unsigned vector;

    /* Once: what becomes of the handle later does not concern it any more */
    if (idxd_desc_flags(&w->desc) & IDXD_FLAG_RCI &&
        idxd_irq_handle_valid(e->s, w, &vector)) {
        w->vector = vector;
    }
    w->rec.status = idxd_check(e->s, w, &op);
    trace_idxd_execute(idxd_devfn(e->s), w->seq, w->wq,
                       op ? op->name : "none", w->batch ? w->batch_index : -1,
                       idxd_desc_flags(&w->desc), idxd_desc_src(&w->desc),
                       idxd_desc_dst(&w->desc), idxd_desc_size(&w->desc));
    idxd_perf_execute(e, w, op && op->sized);
    if (w->rec.status == IDXD_STS_SUCCESS && op->run) {
        op->run(e, w);
    }
    idxd_complete(e, w);
    if (w->own_batch) {
        idxd_batch_end(e->s, w);
    }
}
