/*
 * DSA and IAA device models: errors that no completion record tells of
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"
#include "trace.h"

/* First quadword of an event log entry and of SWERROR */
#define IDXD_ERR_DESC_VALID     BIT_ULL(2)
#define IDXD_ERR_WQ_VALID       BIT_ULL(3)
#define IDXD_ERR_BATCH          BIT_ULL(4)
#define IDXD_ERR_WRITE          BIT_ULL(5)
#define IDXD_ERR_PRIV           BIT_ULL(6)
#define IDXD_ERR_INFO_VALID     BIT_ULL(7)
#define IDXD_ERR_CODE_SHIFT     8
#define IDXD_ERR_WQ_SHIFT       16
#define IDXD_ERR_BATCH_ID_SHIFT 24
#define IDXD_ERR_OPCODE_SHIFT   32
#define IDXD_ERR_PASID_SHIFT    40
/* Error information, the upper half of the second quadword */
#define IDXD_ERR_INFO_SHIFT     32
#define IDXD_INFO_RCI           BIT(16)
#define IDXD_INFO_IMS           BIT(17)
#define IDXD_INFO_RCR           BIT(18)
#define IDXD_INFO_FIRST         BIT(19)

/* What belongs to a batch: its members, and its own end after them */
static const IdxdBatch *idxd_error_batch(const IdxdWork *w, uint8_t code)
{
    return code == IDXD_EVL_BATCH ? w->own_batch : w->batch;
}

static uint32_t idxd_error_info(const IdxdWork *w, uint8_t code, bool *valid)
{
    const IdxdBatch *batch = idxd_error_batch(w, code);
    uint32_t flags = idxd_desc_flags(&w->desc);
    uint32_t info;

    *valid = true;
    switch (code) {
    case IDXD_STS_FLAGS:
        return w->rec.invalid_flags;
    case IDXD_STS_INT_HANDLE:
    case IDXD_STS_RECORD_FAULT:
    case IDXD_EVL_DRAIN:
    case IDXD_EVL_BATCH:
        info = idxd_desc_int_handle(&w->desc);
        info |= flags & IDXD_FLAG_RCI ? IDXD_INFO_RCI : 0;
        info |= w->ims ? IDXD_INFO_IMS : 0;
        info |= flags & IDXD_FLAG_RCR ? IDXD_INFO_RCR : 0;
        info |= batch && !batch->logged ? IDXD_INFO_FIRST : 0;
        return info;
    case IDXD_STS_BATCH_FAULT:
    case IDXD_STS_READBACK_FAULT:
        /* the operand's number: 0 */
        return 0;
    default:
        *valid = false;
        return 0;
    }
}

static void idxd_error_encode(const IdxdWork *w, uint8_t code, bool write,
                              uint64_t addr, uint64_t head[4])
{
    const IdxdBatch *batch = idxd_error_batch(w, code);
    uint32_t pasid = w->pasid == PCI_NO_PASID ? 0 : w->pasid;
    uint32_t info;
    bool valid;

    info = idxd_error_info(w, code, &valid);
    head[0] = IDXD_ERR_DESC_VALID | IDXD_ERR_WQ_VALID |
              (batch ? IDXD_ERR_BATCH : 0) | (write ? IDXD_ERR_WRITE : 0) |
              (w->priv ? IDXD_ERR_PRIV : 0) |
              (valid ? IDXD_ERR_INFO_VALID : 0) |
              (uint64_t)code << IDXD_ERR_CODE_SHIFT |
              (uint64_t)w->wq << IDXD_ERR_WQ_SHIFT |
              (uint64_t)(batch ? batch->id : 0) << IDXD_ERR_BATCH_ID_SHIFT |
              (uint64_t)idxd_desc_opcode(&w->desc) << IDXD_ERR_OPCODE_SHIFT |
              (uint64_t)pasid << IDXD_ERR_PASID_SHIFT;
    head[1] = (w->batch ? w->batch_index : 0) |
              (uint64_t)info << IDXD_ERR_INFO_SHIFT;
    head[2] = addr;
    head[3] = 0;
}

static void idxd_swerror(IdxdState *s, const IdxdWork *w, uint8_t code,
                         uint64_t head[4])
{
    uint64_t reserved = IDXD_ERR_INFO_VALID |
                        MAKE_64BIT_MASK(IDXD_ERR_BATCH_ID_SHIFT, 8);

    QEMU_LOCK_GUARD(&s->lock);

    trace_idxd_swerror(idxd_devfn(s), code, w->seq, w->wq, w->pasid, head[2]);
    if (s->swerror[0] & R_SWERROR_VALID_MASK) {
        s->swerror[0] |= R_SWERROR_OVERFLOW_MASK;
        return;
    }
    if (code != IDXD_STS_FLAGS) {
        head[1] &= MAKE_64BIT_MASK(0, IDXD_ERR_INFO_SHIFT);
    }
    head[0] = (head[0] & ~reserved) | R_SWERROR_VALID_MASK;
    memcpy(s->swerror, head, sizeof(s->swerror));
    if (FIELD_EX32(s->genctrl, GENCTRL, SWERR_INT)) {
        idxd_irq_cause(s, R_INTCAUSE_SWERR_MASK);
    }
}

/**
 * idxd_report: tell of an error by the event log, or else by SWERROR
 *
 * Context: an engine's thread, no lock held; may sleep while the log is full.
 *
 * @w: the descriptor, or the batch's member
 * @code: error code
 * @write: the access that failed, if it is about one, was a write
 * @addr: fault address
 */
void idxd_report(IdxdEngine *e, const IdxdWork *w, uint8_t code, bool write,
                 uint64_t addr)
{
    IdxdState *s = e->s;
    uint64_t head[4];

    idxd_error_encode(w, code, write, addr, head);
    if (!idxd_evl_in_use(s)) {
        idxd_swerror(s, w, code, head);
    } else if (idxd_evl_log(e, w, head) && w->batch) {
        w->batch->logged = true;
    }
}

/* Context: the device's lock is held */
void idxd_swerror_ack(IdxdState *s, uint32_t val)
{
    s->swerror[0] &= ~(uint64_t)(val & (R_SWERROR_VALID_MASK |
                                        R_SWERROR_OVERFLOW_MASK));
}
