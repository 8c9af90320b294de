/*
 * DSA and IAA device models: Memory Move and Fill
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/units.h"
#include "idxd.h"

/* Bytes of a pattern's copies that are written at once */
#define IDXD_FILL_CHUNK     1024

static uint32_t idxd_from_page_start(uint64_t end)
{
    return (end - 1) % (4 * KiB) + 1;
}

static uint8_t idxd_move_check(const IdxdState *s, const IdxdWork *w)
{
    uint32_t size = idxd_desc_size(&w->desc);

    if (!s->prop_overlap_copy &&
        idxd_overlap(idxd_desc_src(&w->desc), size,
                     idxd_desc_dst(&w->desc), size)) {
        return IDXD_STS_OVERLAP;
    }
    return IDXD_STS_SUCCESS;
}

static void idxd_move_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint64_t src = idxd_desc_src(&w->desc);
    uint64_t dst = idxd_desc_dst(&w->desc);
    uint32_t size = idxd_desc_size(&w->desc);
    bool backward = dst > src && dst - src < size;
    uint32_t done, len;

    for (done = 0; done < size; done += len) {
        uint64_t offset = done;
        IdxdSpan span[2];
        unsigned bad;
        IdxdXlat xlat;

        len = size - done;
        if (backward) {
            len = MIN(len, idxd_from_page_start(src + size - done));
            len = MIN(len, idxd_from_page_start(dst + size - done));
            offset = size - done - len;
        }
        span[0] = (IdxdSpan) { .addr = src + offset, .len = len };
        span[1] = (IdxdSpan) { .addr = dst + offset, .len = len,
                               .write = true };
        xlat = idxd_pin(e, &rq, span, 2, &bad);
        if (xlat != IDXD_XLAT_OK) {
            w->rec.result = backward;
            idxd_operand_fault(w, xlat, &span[bad], done);
            return;
        }
        len = MIN(span[0].len, span[1].len);
        if (backward && offset + len < size - done) {
            /* RAM that ends within a page: the end of the piece is missing */
            bad = span[1].len < span[0].len;
            span[bad].addr += len;
            idxd_unpin(e, span, 2);
            w->rec.result = backward;
            idxd_operand_fault(w, IDXD_XLAT_ERROR, &span[bad], done);
            return;
        }
        memmove(span[1].ptr, span[0].ptr, len);
        span[1].len = len;
        idxd_unpin(e, span, 2);
    }
}

const IdxdOp idxd_op_move = {
    .name = "move",
    .opcode = IDXD_OP_MOVE,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_TC_A1,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_DST | IDXD_BYTES_SIZE,
    .sized = true,
    .check = idxd_move_check,
    .run = idxd_move_run,
};

static unsigned idxd_fill_period(const IdxdWork *w)
{
    return idxd_desc_flags(&w->desc) & IDXD_FLAG_FILL_16 ? 16 : 8;
}

static bool idxd_fill_reserved(const IdxdWork *w)
{
    return idxd_fill_period(w) == 8 && ldq_le_p(w->desc.raw + 40);
}

static void idxd_fill_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint64_t dst = idxd_desc_dst(&w->desc);
    uint32_t size = idxd_desc_size(&w->desc);
    unsigned period = idxd_fill_period(w);
    uint8_t buf[IDXD_FILL_CHUNK + 16];
    uint32_t done, i, n;

    memcpy(buf, w->desc.raw + 16, 8);
    memcpy(buf + 8, w->desc.raw + (period == 16 ? 40 : 16), 8);
    n = MIN(size, IDXD_FILL_CHUNK);
    for (i = 16; i < n + 16; i *= 2) {
        memcpy(buf + i, buf, MIN(i, sizeof(buf) - i));
    }

    for (done = 0; done < size; ) {
        IdxdSpan span = { .addr = dst + done, .len = size - done,
                          .write = true };
        unsigned bad;
        IdxdXlat xlat = idxd_pin(e, &rq, &span, 1, &bad);

        if (xlat != IDXD_XLAT_OK) {
            /* Whole patterns, so that the rest begins with its first byte */
            idxd_operand_fault(w, xlat, &span, QEMU_ALIGN_DOWN(done, period));
            return;
        }
        for (i = 0; i < span.len; i += n) {
            n = MIN(span.len - i, IDXD_FILL_CHUNK);
            memcpy(span.ptr + i, buf + done % period, n);
        }
        done += span.len;
        idxd_unpin(e, &span, 1);
    }
}

const IdxdOp idxd_op_fill = {
    .name = "fill",
    .opcode = IDXD_OP_FILL,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_FILL_16,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_DST | IDXD_BYTES_SIZE |
             IDXD_BYTES(40, 8),
    .sized = true,
    .reserved = idxd_fill_reserved,
    .run = idxd_fill_run,
};
