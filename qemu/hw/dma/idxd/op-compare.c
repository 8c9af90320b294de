/*
 * DSA and IAA device models: Compare and Compare Pattern
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"

#define IDXD_PATTERN_SIZE   8
/* Bytes of a pattern's copies that are compared at once */
#define IDXD_PATTERN_CHUNK  1024

/* The guest can change the buffers meanwhile: len where none is found then */
static uint32_t idxd_first_difference(const uint8_t *a, const uint8_t *b,
                                      uint32_t len)
{
    uint32_t i;

    if (!memcmp(a, b, len)) {
        return len;
    }
    for (i = 0; i < len && a[i] == b[i]; i++) {
        /* keep looking */
    }
    return i;
}

/* The end of a comparison that could be carried out */
static void idxd_compare_result(IdxdWork *w, bool different, uint32_t offset)
{
    uint8_t expected = w->desc.raw[40];

    w->rec.result = different;
    w->rec.completed = different ? offset : 0;
    if (idxd_desc_flags(&w->desc) & IDXD_FLAG_CHECK &&
        w->rec.result != expected) {
        w->rec.status = IDXD_STS_UNEXPECTED;
    }
}

static void idxd_compare_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint64_t src1 = idxd_desc_src(&w->desc);
    uint64_t src2 = idxd_desc_dst(&w->desc);
    uint32_t size = idxd_desc_size(&w->desc);
    uint32_t done, len, same;

    for (done = 0; done < size; done += len) {
        IdxdSpan span[2] = {
            { .addr = src1 + done, .len = size - done },
            { .addr = src2 + done, .len = size - done },
        };
        unsigned bad;
        IdxdXlat xlat = idxd_pin(e, &rq, span, 2, &bad);

        if (xlat != IDXD_XLAT_OK) {
            idxd_operand_fault(w, xlat, &span[bad], done);
            return;
        }
        len = MIN(span[0].len, span[1].len);
        same = idxd_first_difference(span[0].ptr, span[1].ptr, len);
        idxd_unpin(e, span, 2);
        if (same < len) {
            idxd_compare_result(w, true, done + same);
            return;
        }
    }
    idxd_compare_result(w, false, 0);
}

const IdxdOp idxd_op_compare = {
    .name = "compare",
    .opcode = IDXD_OP_COMPARE,
    .flags = IDXD_FLAG_FENCE | IDXD_FLAG_BOF | IDXD_FLAG_CHECK |
             IDXD_FLAG_TC_A1 | IDXD_FLAG_TC_A2,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_DST | IDXD_BYTES_SIZE |
             IDXD_BYTES(40, 1),
    .sized = true,
    .needs_record = true,
    .run = idxd_compare_run,
};

static void idxd_compare_pattern_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint8_t buf[IDXD_PATTERN_CHUNK + IDXD_PATTERN_SIZE];
    uint64_t src = idxd_desc_src(&w->desc);
    uint32_t size = idxd_desc_size(&w->desc);
    uint32_t done, i, n, same = 0;
    IdxdSpan span;

    n = MIN(size, IDXD_PATTERN_CHUNK);
    for (i = 0; i < n + IDXD_PATTERN_SIZE; i += IDXD_PATTERN_SIZE) {
        memcpy(buf + i, w->desc.raw + 24, IDXD_PATTERN_SIZE);
    }

    for (done = 0; done < size; done += span.len) {
        unsigned bad;
        IdxdXlat xlat;

        span = (IdxdSpan) { .addr = src + done, .len = size - done };
        xlat = idxd_pin(e, &rq, &span, 1, &bad);
        if (xlat != IDXD_XLAT_OK) {
            /* Whole patterns, so that the rest begins with its first byte */
            idxd_operand_fault(w, xlat, &span,
                               QEMU_ALIGN_DOWN(done, IDXD_PATTERN_SIZE));
            return;
        }
        for (i = 0; i < span.len; i += n) {
            n = MIN(span.len - i, IDXD_PATTERN_CHUNK);
            same = idxd_first_difference(span.ptr + i,
                                         buf + done % IDXD_PATTERN_SIZE, n);
            if (same < n) {
                break;
            }
        }
        idxd_unpin(e, &span, 1);
        if (i < span.len) {
            idxd_compare_result(w, true, QEMU_ALIGN_DOWN(done + i + same,
                                                         IDXD_PATTERN_SIZE));
            return;
        }
    }
    idxd_compare_result(w, false, 0);
}

const IdxdOp idxd_op_compare_pattern = {
    .name = "compare-pattern",
    .opcode = IDXD_OP_COMPARE_PATTERN,
    .flags = IDXD_FLAG_FENCE | IDXD_FLAG_BOF | IDXD_FLAG_CHECK |
             IDXD_FLAG_TC_A1,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_DST | IDXD_BYTES_SIZE |
             IDXD_BYTES(40, 1),
    .sized = true,
    .needs_record = true,
    .run = idxd_compare_pattern_run,
};
