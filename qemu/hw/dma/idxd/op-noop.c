/*
 * DSA and IAA device models: No-op and Drain
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"

const IdxdOp idxd_op_noop = {
    .name = "noop",
    .opcode = IDXD_OP_NOOP,
    .flags = IDXD_FLAG_FENCE,
};

/* The readback addresses are there only if their flags are */
static bool idxd_drain_reserved(const IdxdWork *w)
{
    uint32_t flags = idxd_desc_flags(&w->desc);

    return (!(flags & IDXD_FLAG_DRAIN_ADDR1) && idxd_desc_src(&w->desc)) ||
           (!(flags & IDXD_FLAG_DRAIN_ADDR2) && idxd_desc_dst(&w->desc));
}

/* What of the same WQ and PASID was submitted before is still in the device */
static bool idxd_drain_pending(IdxdState *s, const IdxdWork *drain)
{
    IdxdWork *w;

    QTAILQ_FOREACH(w, &s->works, all) {
        if (w == drain) {
            return false;
        }
        if (w->wq == drain->wq && w->pasid == drain->pasid) {
            return true;
        }
    }
    return false;
}

static bool idxd_drain_readback(IdxdEngine *e, IdxdWork *w, uint64_t addr)
{
    IdxdRequester rq = idxd_record_requester(e->s, w);
    uint64_t bad;
    uint8_t byte;

    if (idxd_read(e, &rq, addr, &byte, 1, &bad) == IDXD_XLAT_OK) {
        return true;
    }
    w->rec.status = IDXD_STS_READBACK_FAULT;
    w->rec.fault_addr = bad;
    return false;
}

static void idxd_drain_run(IdxdEngine *e, IdxdWork *w)
{
    uint32_t flags = idxd_desc_flags(&w->desc);
    IdxdState *s = e->s;

    WITH_QEMU_LOCK_GUARD(&s->lock) {
        while (idxd_drain_pending(s, w) && !qatomic_read(&w->aborted)) {
            idxd_engine_wait(e);
        }
    }
    if (flags & IDXD_FLAG_DRAIN_ADDR1 &&
        !idxd_drain_readback(e, w, idxd_desc_src(&w->desc))) {
        return;
    }
    if (flags & IDXD_FLAG_DRAIN_ADDR2) {
        idxd_drain_readback(e, w, idxd_desc_dst(&w->desc));
    }
}

const IdxdOp idxd_op_drain = {
    .name = "drain",
    .opcode = IDXD_OP_DRAIN,
    .flags = IDXD_FLAG_TC_A1 | IDXD_FLAG_TC_A2 | IDXD_FLAG_DRAIN_ADDR1 |
             IDXD_FLAG_DRAIN_ADDR2 | IDXD_FLAG_DRAIN_TC_A |
             IDXD_FLAG_DRAIN_TC_B,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_DST,
    .reserved = idxd_drain_reserved,
    .run = idxd_drain_run,
};
