/*
 * DSA device model: Dualcast
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"

/* Bits of the two destinations that must be the same */
#define IDXD_DUALCAST_ALIGN     0xfff

static uint64_t idxd_dualcast_dst2(const IdxdWork *w)
{
    return ldq_le_p(w->desc.raw + 40);
}

static uint8_t idxd_dualcast_check(const IdxdState *s, const IdxdWork *w)
{
    uint32_t size = idxd_desc_size(&w->desc);
    uint64_t src = idxd_desc_src(&w->desc);
    uint64_t dst1 = idxd_desc_dst(&w->desc);
    uint64_t dst2 = idxd_dualcast_dst2(w);

    if ((dst1 ^ dst2) & IDXD_DUALCAST_ALIGN) {
        return IDXD_STS_DUALCAST_ALIGN;
    }
    if (idxd_overlap(src, size, dst1, size) ||
        idxd_overlap(src, size, dst2, size) ||
        idxd_overlap(dst1, size, dst2, size)) {
        return IDXD_STS_OVERLAP;
    }
    return IDXD_STS_SUCCESS;
}

static void idxd_dualcast_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint32_t size = idxd_desc_size(&w->desc);
    uint32_t done, len;

    for (done = 0; done < size; done += len) {
        IdxdSpan span[3] = {
            { .addr = idxd_desc_src(&w->desc) + done, .len = size - done },
            { .addr = idxd_desc_dst(&w->desc) + done, .len = size - done,
              .write = true },
            { .addr = idxd_dualcast_dst2(w) + done, .len = size - done,
              .write = true },
        };
        unsigned bad;
        IdxdXlat xlat = idxd_pin(e, &rq, span, 3, &bad);

        if (xlat != IDXD_XLAT_OK) {
            idxd_operand_fault(w, xlat, &span[bad], done);
            return;
        }
        len = MIN(span[0].len, MIN(span[1].len, span[2].len));
        /* The addresses do not overlap, what they are mapped to may */
        memmove(span[1].ptr, span[0].ptr, len);
        memmove(span[2].ptr, span[0].ptr, len);
        span[1].len = len;
        span[2].len = len;
        idxd_unpin(e, span, 3);
    }
}

const IdxdOp idxd_op_dualcast = {
    .name = "dualcast",
    .opcode = IDXD_OP_DUALCAST,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_TC_A1 | IDXD_FLAG_TC_A3 |
             IDXD_FLAG_DUALCAST_STS,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_DST | IDXD_BYTES_SIZE |
             IDXD_BYTES(40, 8),
    .sized = true,
    .check = idxd_dualcast_check,
    .run = idxd_dualcast_run,
};
