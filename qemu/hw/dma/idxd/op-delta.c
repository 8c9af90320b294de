/*
 * DSA device model: Create Delta and Apply Delta
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"

#define IDXD_DELTA_MAX_XFER     0x80000
#define IDXD_DELTA_UNIT         8
/* An entry of a delta record: which unit, and its bytes */
#define IDXD_DELTA_ENTRY        10
#define IDXD_DELTA_DATA         2
#define IDXD_DELTA_MIN_ROOM     80
/* Bytes of a delta record that are read or written at once */
#define IDXD_DELTA_CHUNK        (512 * IDXD_DELTA_ENTRY)

/* Result of Create Delta */
enum {
    IDXD_DELTA_EQUAL,
    IDXD_DELTA_DIFFERENT,
    IDXD_DELTA_NO_ROOM,
};

static bool idxd_delta_size_valid(uint32_t size)
{
    return size % IDXD_DELTA_UNIT == 0 && size <= IDXD_DELTA_MAX_XFER;
}

static uint64_t idxd_create_delta_addr(const IdxdWork *w)
{
    return ldq_le_p(w->desc.raw + 40);
}

static uint32_t idxd_create_delta_room(const IdxdWork *w)
{
    return ldl_le_p(w->desc.raw + 48);
}

static uint8_t idxd_create_delta_check(const IdxdState *s, const IdxdWork *w)
{
    uint32_t size = idxd_desc_size(&w->desc);
    uint32_t room = idxd_create_delta_room(w);
    uint64_t delta = idxd_create_delta_addr(w);
    uint64_t src1 = idxd_desc_src(&w->desc);
    uint64_t src2 = idxd_desc_dst(&w->desc);

    if (!idxd_delta_size_valid(size)) {
        return IDXD_STS_XFER_SIZE;
    }
    if (room % IDXD_DELTA_ENTRY || room < IDXD_DELTA_MIN_ROOM) {
        return IDXD_STS_DELTA_SIZE;
    }
    if ((src1 | src2) % IDXD_DELTA_UNIT) {
        return IDXD_STS_ALIGN;
    }
    if (idxd_overlap(src1, size, delta, room) ||
        idxd_overlap(src2, size, delta, room)) {
        return IDXD_STS_OVERLAP;
    }
    return IDXD_STS_SUCCESS;
}

/* Entries of a delta record on their way to memory */
typedef struct IdxdDelta {
    /* bytes that are in memory, and that there is room for besides */
    uint32_t size;
    uint32_t room;
    /* bytes in buf */
    uint32_t staged;
    uint8_t buf[IDXD_DELTA_CHUNK];
} IdxdDelta;

/*
 * Stage entries for the units that differ.
 *
 * Return: bytes looked at; less than @len if there is no place for an entry.
 */
static uint32_t idxd_create_delta_scan(IdxdDelta *d, const uint8_t *src1,
                                       const uint8_t *src2, uint32_t len,
                                       uint32_t offset)
{
    uint32_t limit = MIN(d->room, sizeof(d->buf));
    uint32_t i;

    for (i = 0; i < len; i += IDXD_DELTA_UNIT) {
        uint64_t unit = ldq_le_p(src2 + i);

        if (ldq_le_p(src1 + i) == unit) {
            continue;
        }
        if (limit - d->staged < IDXD_DELTA_ENTRY) {
            break;
        }
        stw_le_p(d->buf + d->staged, (offset + i) / IDXD_DELTA_UNIT);
        stq_le_p(d->buf + d->staged + IDXD_DELTA_DATA, unit);
        d->staged += IDXD_DELTA_ENTRY;
    }
    return i;
}

/* Write what is staged; if that fails the descriptor ends */
static bool idxd_create_delta_write(IdxdEngine *e, IdxdWork *w,
                                    const IdxdRequester *rq, IdxdDelta *d)
{
    uint64_t addr = idxd_create_delta_addr(w) + d->size;
    uint64_t bad;
    IdxdXlat xlat = idxd_write_pages(e, rq, addr, d->buf, d->staged, &bad);
    uint32_t written = d->staged;

    if (xlat != IDXD_XLAT_OK) {
        written = QEMU_ALIGN_DOWN(bad - addr, IDXD_DELTA_ENTRY);
        idxd_operand_fault(w, xlat, &(IdxdSpan) { .addr = bad, .write = true },
                           lduw_le_p(d->buf + written) * IDXD_DELTA_UNIT);
    }
    d->size += written;
    d->room -= written;
    d->staged = 0;
    return xlat == IDXD_XLAT_OK;
}

/* Put the differences of some bytes into the record; false at the end */
static bool idxd_create_delta_step(IdxdEngine *e, IdxdWork *w, IdxdDelta *d,
                                   uint32_t *done)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint32_t size = idxd_desc_size(&w->desc);
    IdxdSpan span[2] = {
        { .addr = idxd_desc_src(&w->desc) + *done, .len = size - *done },
        { .addr = idxd_desc_dst(&w->desc) + *done, .len = size - *done },
    };
    uint32_t len, seen;
    unsigned bad;
    IdxdXlat xlat = idxd_pin(e, &rq, span, 2, &bad);

    if (xlat != IDXD_XLAT_OK) {
        idxd_operand_fault(w, xlat, &span[bad], *done);
        return false;
    }
    len = QEMU_ALIGN_DOWN(MIN(span[0].len, span[1].len), IDXD_DELTA_UNIT);
    seen = idxd_create_delta_scan(d, span[0].ptr, span[1].ptr, len, *done);
    idxd_unpin(e, span, 2);
    if (!len) {
        /* RAM that ends within a unit */
        idxd_operand_fault(w, IDXD_XLAT_ERROR,
                           &span[span[1].len < span[0].len], *done);
        return false;
    }
    if (!idxd_create_delta_write(e, w, &rq, d)) {
        return false;
    }
    *done += seen;
    if (seen < len && d->room < IDXD_DELTA_ENTRY) {
        w->rec.result = IDXD_DELTA_NO_ROOM;
        w->rec.completed = *done;
        return false;
    }
    return *done < size;
}

static void idxd_create_delta_run(IdxdEngine *e, IdxdWork *w)
{
    uint8_t expected = w->desc.raw[56];
    uint32_t done = 0;
    IdxdDelta d;

    d.size = 0;
    d.room = idxd_create_delta_room(w);
    d.staged = 0;
    while (idxd_create_delta_step(e, w, &d, &done)) {
        /* there is more */
    }
    stl_le_p(w->rec.specific, d.size);
    if (w->rec.status != IDXD_STS_SUCCESS) {
        return;
    }
    if (w->rec.result != IDXD_DELTA_NO_ROOM && d.size) {
        w->rec.result = IDXD_DELTA_DIFFERENT;
    }
    if (idxd_desc_flags(&w->desc) & IDXD_FLAG_CHECK &&
        !(expected & BIT(w->rec.result))) {
        w->rec.status = IDXD_STS_UNEXPECTED;
    }
}

const IdxdOp idxd_op_create_delta = {
    .name = "create-delta",
    .opcode = IDXD_OP_CREATE_DELTA,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_CHECK | IDXD_FLAG_TC_A1 |
             IDXD_FLAG_TC_A3,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_DST | IDXD_BYTES_SIZE |
             IDXD_BYTES(40, 8) | IDXD_BYTES(48, 4) | IDXD_BYTES(56, 1),
    .sized = true,
    .needs_record = true,
    .check = idxd_create_delta_check,
    .run = idxd_create_delta_run,
};

static uint32_t idxd_apply_delta_size(const IdxdWork *w)
{
    return ldl_le_p(w->desc.raw + 40);
}

static uint8_t idxd_apply_delta_check(const IdxdState *s, const IdxdWork *w)
{
    uint32_t size = idxd_desc_size(&w->desc);
    uint32_t delta_size = idxd_apply_delta_size(w);
    uint64_t dst = idxd_desc_dst(&w->desc);

    if (!idxd_delta_size_valid(size)) {
        return IDXD_STS_XFER_SIZE;
    }
    if (delta_size % IDXD_DELTA_ENTRY || !delta_size) {
        return IDXD_STS_DELTA_SIZE;
    }
    if (dst % IDXD_DELTA_UNIT) {
        return IDXD_STS_ALIGN;
    }
    if (idxd_overlap(idxd_desc_src(&w->desc), delta_size, dst, size)) {
        return IDXD_STS_OVERLAP;
    }
    return IDXD_STS_SUCCESS;
}

/* What of a delta record was read, and the unit that was last written */
typedef struct IdxdDeltaEntries {
    uint8_t buf[IDXD_DELTA_CHUNK];
    uint32_t len;
    uint32_t pos;
    int32_t last;
} IdxdDeltaEntries;

static uint8_t idxd_apply_delta_entry_check(const IdxdDeltaEntries *d,
                                            uint32_t size)
{
    uint16_t unit = lduw_le_p(d->buf + d->pos);

    if (unit <= d->last) {
        return IDXD_STS_DELTA_ORDER;
    }
    if (unit * IDXD_DELTA_UNIT >= size) {
        return IDXD_STS_DELTA_OFFSET;
    }
    return IDXD_STS_SUCCESS;
}

/* Apply entries from the next one on, to one span of the destination */
static bool idxd_apply_delta_span(IdxdEngine *e, IdxdWork *w,
                                  const IdxdRequester *rq, IdxdDeltaEntries *d,
                                  uint32_t done)
{
    uint32_t size = idxd_desc_size(&w->desc);
    uint32_t start = lduw_le_p(d->buf + d->pos) * IDXD_DELTA_UNIT;
    IdxdSpan span = { .addr = idxd_desc_dst(&w->desc) + start,
                      .len = size - start, .write = true };
    uint32_t first = d->pos, end = 0;
    unsigned bad;
    IdxdXlat xlat = idxd_pin(e, rq, &span, 1, &bad);

    if (xlat != IDXD_XLAT_OK) {
        idxd_operand_fault(w, xlat, &span, done + d->pos);
        return false;
    }
    while (d->pos < d->len &&
           idxd_apply_delta_entry_check(d, size) == IDXD_STS_SUCCESS) {
        const uint8_t *entry = d->buf + d->pos;
        uint32_t offset = lduw_le_p(entry) * IDXD_DELTA_UNIT - start;

        if (offset + IDXD_DELTA_UNIT > span.len) {
            break;
        }
        memcpy(span.ptr + offset, entry + IDXD_DELTA_DATA, IDXD_DELTA_UNIT);
        end = offset + IDXD_DELTA_UNIT;
        d->last = lduw_le_p(entry);
        d->pos += IDXD_DELTA_ENTRY;
    }
    span.len = MAX(end, 1);
    idxd_unpin(e, &span, 1);
    if (d->pos == first) {
        /* RAM that ends within a unit */
        idxd_operand_fault(w, IDXD_XLAT_ERROR, &span, done + first);
        return false;
    }
    return true;
}

static void idxd_apply_delta_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint64_t delta = idxd_desc_src(&w->desc);
    uint32_t size = idxd_desc_size(&w->desc);
    uint32_t delta_size = idxd_apply_delta_size(w);
    IdxdDeltaEntries d;
    uint32_t done;

    d.last = -1;
    for (done = 0; done < delta_size; done += d.len) {
        uint64_t bad;
        IdxdXlat xlat;

        d.len = MIN(delta_size - done, sizeof(d.buf));
        d.pos = 0;
        xlat = idxd_read(e, &rq, delta + done, d.buf, d.len, &bad);
        if (xlat != IDXD_XLAT_OK) {
            d.len = QEMU_ALIGN_DOWN(bad - (delta + done), IDXD_DELTA_ENTRY);
        }
        while (d.pos < d.len) {
            uint8_t status = idxd_apply_delta_entry_check(&d, size);

            if (status != IDXD_STS_SUCCESS) {
                w->rec.status = status;
                w->rec.completed = done + d.pos;
                return;
            }
            if (!idxd_apply_delta_span(e, w, &rq, &d, done)) {
                return;
            }
        }
        if (xlat != IDXD_XLAT_OK) {
            idxd_operand_fault(w, xlat, &(IdxdSpan) { .addr = bad },
                               done + d.len);
            return;
        }
    }
}

const IdxdOp idxd_op_apply_delta = {
    .name = "apply-delta",
    .opcode = IDXD_OP_APPLY_DELTA,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_TC_A1,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_DST | IDXD_BYTES_SIZE |
             IDXD_BYTES(40, 4),
    .sized = true,
    .check = idxd_apply_delta_check,
    .run = idxd_apply_delta_run,
};
