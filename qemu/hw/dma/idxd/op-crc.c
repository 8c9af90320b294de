/*
 * DSA device model: CRC and Copy with CRC
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "idxd.h"

/* CRC-32C, bit 31 is the lowest power */
#define IDXD_CRC_POLY           0x82f63b78
#define IDXD_CRC_SEED_ALIGN     4
/* Bytes that are copied at once; what is copied and what is summed is one */
#define IDXD_CRC_COPY_CHUNK     4096

static uint32_t idxd_crc_table[8][256];

static void idxd_crc_init_table(void)
{
    static gsize done;
    unsigned i, j;

    if (!g_once_init_enter(&done)) {
        return;
    }
    for (i = 0; i < 256; i++) {
        uint32_t r = i;

        for (j = 0; j < 8; j++) {
            r = r >> 1 ^ (r & 1 ? IDXD_CRC_POLY : 0);
        }
        idxd_crc_table[0][i] = r;
    }
    for (i = 1; i < 8; i++) {
        for (j = 0; j < 256; j++) {
            uint32_t r = idxd_crc_table[i - 1][j];

            idxd_crc_table[i][j] = r >> 8 ^ idxd_crc_table[0][r & 0xff];
        }
    }
    g_once_init_leave(&done, 1);
}

/* Reverse the bits of each byte */
static uint64_t idxd_reverse_bytes(uint64_t x)
{
    x = (x >> 1 & 0x5555555555555555) | (x & 0x5555555555555555) << 1;
    x = (x >> 2 & 0x3333333333333333) | (x & 0x3333333333333333) << 2;
    return (x >> 4 & 0x0f0f0f0f0f0f0f0f) | (x & 0x0f0f0f0f0f0f0f0f) << 4;
}

/*
 * The register is kept in the reverse order of bits: a byte then enters it at
 * the low end, with its lowest bit first.
 */
static uint32_t idxd_crc_update(uint32_t r, const uint8_t *p, uint32_t len,
                                bool msb_first)
{
    const uint32_t (*t)[256] = idxd_crc_table;

    for (; len >= 8; p += 8, len -= 8) {
        uint64_t x = ldq_le_p(p);

        x = (msb_first ? idxd_reverse_bytes(x) : x) ^ r;
        r = t[7][extract64(x, 0, 8)] ^ t[6][extract64(x, 8, 8)] ^
            t[5][extract64(x, 16, 8)] ^ t[4][extract64(x, 24, 8)] ^
            t[3][extract64(x, 32, 8)] ^ t[2][extract64(x, 40, 8)] ^
            t[1][extract64(x, 48, 8)] ^ t[0][extract64(x, 56, 8)];
    }
    for (; len; p++, len--) {
        uint64_t x = msb_first ? idxd_reverse_bytes(*p) : *p;

        r = r >> 8 ^ t[0][(r ^ x) & 0xff];
    }
    return r;
}

/* Between a seed, or a result, and the register: the same in both directions */
static uint32_t idxd_crc_register(const IdxdWork *w, uint32_t value)
{
    return idxd_desc_flags(&w->desc) & IDXD_FLAG_CRC_PLAIN ? revbit32(value)
                                                           : ~value;
}

static uint32_t idxd_crc_seed(const IdxdWork *w)
{
    return ldl_le_p(w->desc.raw + 40);
}

static uint64_t idxd_crc_seed_addr(const IdxdWork *w)
{
    return ldq_le_p(w->desc.raw + 48);
}

/* The seed or its address, not both */
static bool idxd_crc_reserved(const IdxdWork *w)
{
    return idxd_desc_flags(&w->desc) & IDXD_FLAG_CRC_SEED_ADDR ?
           idxd_crc_seed(w) : idxd_crc_seed_addr(w);
}

static uint8_t idxd_crc_check(const IdxdState *s, const IdxdWork *w)
{
    uint32_t size = idxd_desc_size(&w->desc);

    /* Without the flag it is 0 */
    if (idxd_crc_seed_addr(w) % IDXD_CRC_SEED_ALIGN) {
        return IDXD_STS_ALIGN;
    }
    if (idxd_desc_opcode(&w->desc) == IDXD_OP_COPY_CRC &&
        idxd_overlap(idxd_desc_src(&w->desc), size,
                     idxd_desc_dst(&w->desc), size)) {
        return IDXD_STS_OVERLAP;
    }
    return IDXD_STS_SUCCESS;
}

/* Get the seed; if that fails the descriptor ends */
static bool idxd_crc_get_seed(IdxdEngine *e, IdxdWork *w,
                              const IdxdRequester *rq, uint32_t *seed)
{
    uint8_t buf[4];
    uint64_t bad;
    IdxdXlat xlat;

    *seed = idxd_crc_seed(w);
    if (!(idxd_desc_flags(&w->desc) & IDXD_FLAG_CRC_SEED_ADDR)) {
        return true;
    }
    xlat = idxd_read(e, rq, idxd_crc_seed_addr(w), buf, sizeof(buf), &bad);
    if (xlat != IDXD_XLAT_OK) {
        idxd_operand_fault(w, xlat, &(IdxdSpan) { .addr = bad }, 0);
        return false;
    }
    *seed = ldl_le_p(buf);
    return true;
}

/*
 * Copy, and sum up what was copied even if the guest changes it meanwhile.
 *
 * Return: the register.
 */
static uint32_t idxd_crc_copy(uint8_t *dst, const uint8_t *src, uint32_t len,
                              uint32_t r, bool msb_first)
{
    uint8_t buf[IDXD_CRC_COPY_CHUNK];
    uint32_t i, n;

    for (i = 0; i < len; i += n) {
        n = MIN(len - i, sizeof(buf));
        memcpy(buf, src + i, n);
        r = idxd_crc_update(r, buf, n, msb_first);
        memcpy(dst + i, buf, n);
    }
    return r;
}

static void idxd_crc_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    bool msb_first = idxd_desc_flags(&w->desc) & IDXD_FLAG_CRC_MSB_FIRST;
    bool copy = idxd_desc_opcode(&w->desc) == IDXD_OP_COPY_CRC;
    uint32_t size = idxd_desc_size(&w->desc);
    uint32_t done, len, seed, r;

    idxd_crc_init_table();
    if (!idxd_crc_get_seed(e, w, &rq, &seed)) {
        return;
    }
    r = idxd_crc_register(w, seed);
    for (done = 0; done < size; done += len) {
        IdxdSpan span[2] = {
            { .addr = idxd_desc_src(&w->desc) + done, .len = size - done },
            { .addr = idxd_desc_dst(&w->desc) + done, .len = size - done,
              .write = true },
        };
        unsigned bad;
        IdxdXlat xlat = idxd_pin(e, &rq, span, copy ? 2 : 1, &bad);

        if (xlat != IDXD_XLAT_OK) {
            idxd_operand_fault(w, xlat, &span[bad], done);
            break;
        }
        len = span[0].len;
        if (copy) {
            len = MIN(len, span[1].len);
            span[1].len = len;
            r = idxd_crc_copy(span[1].ptr, span[0].ptr, len, r, msb_first);
        } else {
            r = idxd_crc_update(r, span[0].ptr, len, msb_first);
        }
        idxd_unpin(e, span, copy ? 2 : 1);
    }
    /* So far, if not all could be done: it is the seed for the rest */
    stq_le_p(w->rec.specific, idxd_crc_register(w, r));
}

const IdxdOp idxd_op_crc = {
    .name = "crc",
    .opcode = IDXD_OP_CRC,
    .flags = IDXD_FLAG_FENCE | IDXD_FLAG_BOF | IDXD_FLAG_TC_A1 |
             IDXD_FLAG_TC_A3 | IDXD_FLAG_CRC_SEED_ADDR | IDXD_FLAG_CRC_PLAIN |
             IDXD_FLAG_CRC_MSB_FIRST,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_SIZE | IDXD_BYTES(40, 4) |
             IDXD_BYTES(48, 8),
    .sized = true,
    .needs_record = true,
    .reserved = idxd_crc_reserved,
    .check = idxd_crc_check,
    .run = idxd_crc_run,
};

const IdxdOp idxd_op_copy_crc = {
    .name = "copy-crc",
    .opcode = IDXD_OP_COPY_CRC,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_TC_A1 | IDXD_FLAG_TC_A3 |
             IDXD_FLAG_CRC_SEED_ADDR | IDXD_FLAG_CRC_PLAIN |
             IDXD_FLAG_CRC_MSB_FIRST,
    .bytes = IDXD_BYTES_SRC | IDXD_BYTES_DST | IDXD_BYTES_SIZE |
             IDXD_BYTES(40, 4) | IDXD_BYTES(48, 8),
    .sized = true,
    .needs_record = true,
    .reserved = idxd_crc_reserved,
    .check = idxd_crc_check,
    .run = idxd_crc_run,
};
