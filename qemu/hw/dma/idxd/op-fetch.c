/*
 * DSA device model: Translation Fetch and Cache Flush, which access no data
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/units.h"
#include "idxd.h"

#define IDXD_PAGE_SIZE      (4 * KiB)

static uint64_t idxd_to_next_page(uint64_t addr)
{
    return IDXD_PAGE_SIZE - addr % IDXD_PAGE_SIZE;
}

/*
 * Translations are asked for a page at a time.
 *
 * @span: out, its address is that of the first page without one
 */
static IdxdXlat idxd_touch(IdxdEngine *e, const IdxdRequester *rq,
                           uint64_t addr, IdxdSpan *span)
{
    unsigned bad;
    IdxdXlat xlat;

    *span = (IdxdSpan) { .addr = addr, .len = 1 };
    xlat = idxd_pin(e, rq, span, 1, &bad);
    if (xlat == IDXD_XLAT_OK) {
        idxd_unpin(e, span, 1);
    }
    return xlat;
}

/* The size is that of a region, no data is transferred: it has no maximum */
static uint8_t idxd_fetch_check(const IdxdState *s, const IdxdWork *w)
{
    return idxd_desc_size(&w->desc) ? IDXD_STS_SUCCESS : IDXD_STS_XFER_SIZE;
}

static void idxd_fetch_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint64_t addr = idxd_desc_src(&w->desc);
    uint32_t size = idxd_desc_size(&w->desc);
    uint32_t stride = ldl_le_p(w->desc.raw + 48);
    uint64_t done, step;

    for (done = 0; done < size; done += step) {
        IdxdSpan span;

        /* Pages that cannot be translated are passed over */
        if (idxd_touch(e, &rq, addr + done, &span) == IDXD_XLAT_ABORTED) {
            return;
        }
        step = MAX(stride, idxd_to_next_page(addr + done));
    }
}

const IdxdOp idxd_op_translation_fetch = {
    .name = "translation-fetch",
    .opcode = IDXD_OP_TRANSLATION_FETCH,
    .flags = IDXD_FLAG_FENCE | IDXD_FLAG_BOF | IDXD_FLAG_CACHE |
             IDXD_FLAG_TC_A1,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_SIZE | IDXD_BYTES(48, 4),
    .check = idxd_fetch_check,
    .run = idxd_fetch_run,
};

/* Caches are not modelled; pages are translated as they would be */
static void idxd_flush_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint64_t addr = idxd_desc_dst(&w->desc);
    uint32_t size = idxd_desc_size(&w->desc);
    uint64_t done;

    for (done = 0; done < size; done += idxd_to_next_page(addr + done)) {
        IdxdSpan span;
        IdxdXlat xlat = idxd_touch(e, &rq, addr + done, &span);

        if (xlat != IDXD_XLAT_OK) {
            idxd_operand_fault(w, xlat, &span, done);
            return;
        }
    }
}

const IdxdOp idxd_op_cache_flush = {
    .name = "cache-flush",
    .opcode = IDXD_OP_CACHE_FLUSH,
    .flags = IDXD_FLAGS_WRITER,
    .bytes = IDXD_BYTES_DST | IDXD_BYTES_SIZE,
    .sized = true,
    .run = idxd_flush_run,
};
