/*
 * Data integrity fields (DIF): tuples that protect blocks of data
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "dif.h"

/* CRC-16 T10, most significant bit first */
#define IDXD_DIF_POLY       0x8bb7

/* Where the fields of a tuple are; they are big-endian */
#define IDXD_TUPLE_GUARD    0
#define IDXD_TUPLE_APP      2
#define IDXD_TUPLE_REF      4

static uint16_t idxd_dif_table[8][256];

static void idxd_dif_init_table(void)
{
    static gsize done;
    unsigned i, j;

    if (!g_once_init_enter(&done)) {
        return;
    }
    for (i = 0; i < 256; i++) {
        uint16_t r = i << 8;

        for (j = 0; j < 8; j++) {
            r = r << 1 ^ (r & 0x8000 ? IDXD_DIF_POLY : 0);
        }
        idxd_dif_table[0][i] = r;
    }
    for (i = 1; i < 8; i++) {
        for (j = 0; j < 256; j++) {
            uint16_t r = idxd_dif_table[i - 1][j];

            idxd_dif_table[i][j] = r << 8 ^ idxd_dif_table[0][r >> 8];
        }
    }
    g_once_init_leave(&done, 1);
}

unsigned idxd_dif_block_size(uint8_t flags)
{
    static const uint16_t size[] = { 512, 520, 4096, IDXD_DIF_BLOCK_MAX };

    return size[flags & IDXD_DIF_BLOCK_MASK];
}

uint32_t idxd_dif_ref(const IdxdDifTags *tags, uint32_t n)
{
    return tags->flags & IDXD_DIF_REF_FIXED ? tags->ref : tags->ref + n;
}

uint16_t idxd_dif_app(const IdxdDifTags *tags, uint32_t n)
{
    return tags->flags & IDXD_DIF_APP_INC ? tags->app + n : tags->app;
}

uint16_t idxd_dif_guard(const uint8_t *data, unsigned len, uint8_t flags)
{
    const uint16_t (*t)[256] = idxd_dif_table;
    uint16_t r = flags & IDXD_DIF_CRC_SEED ? 0xffff : 0;
    const uint8_t *p;

    idxd_dif_init_table();
    /* A block is a multiple of 8 bytes */
    for (p = data; p < data + len; p += 8) {
        r = t[7][p[0] ^ r >> 8] ^ t[6][p[1] ^ (r & 0xff)] ^ t[5][p[2]] ^
            t[4][p[3]] ^ t[3][p[4]] ^ t[2][p[5]] ^ t[1][p[6]] ^ t[0][p[7]];
    }
    return flags & IDXD_DIF_CRC_INVERT ? ~r : r;
}

uint8_t idxd_dif_check(const uint8_t *block, unsigned len, uint8_t flags,
                       const IdxdDifTags *tags, uint32_t n)
{
    uint16_t guard = lduw_be_p(block + len + IDXD_TUPLE_GUARD);
    uint16_t app = lduw_be_p(block + len + IDXD_TUPLE_APP);
    uint32_t ref = ldl_be_p(block + len + IDXD_TUPLE_REF);
    bool app_f = app == UINT16_MAX;
    bool app_ref_f = app_f && ref == UINT32_MAX;
    bool all_f = app_ref_f && guard == UINT16_MAX;
    uint8_t status = 0;

    if (all_f && tags->flags & IDXD_DIF_ALL_F) {
        return tags->flags & IDXD_DIF_ALL_F_ERROR ? IDXD_DIF_BAD_ALL_F : 0;
    }
    if ((app_f && tags->flags & IDXD_DIF_APP_F) ||
        (app_ref_f && tags->flags & IDXD_DIF_APP_REF_F)) {
        return 0;
    }
    if (!(tags->flags & IDXD_DIF_NO_GUARD) &&
        guard != idxd_dif_guard(block, len, flags)) {
        status |= IDXD_DIF_BAD_GUARD;
    }
    if ((app ^ idxd_dif_app(tags, n)) & ~tags->app_mask) {
        status |= IDXD_DIF_BAD_APP;
    }
    if (!(tags->flags & IDXD_DIF_NO_REF) && ref != idxd_dif_ref(tags, n)) {
        status |= IDXD_DIF_BAD_REF;
    }
    return status;
}

void idxd_dif_generate(uint8_t *tuple, const uint8_t *block, unsigned len,
                       uint8_t flags, const IdxdDifTags *tags, uint32_t n)
{
    const uint8_t *old = block + len;

    if (tags->flags & IDXD_DIF_COPY_GUARD) {
        memcpy(tuple + IDXD_TUPLE_GUARD, old + IDXD_TUPLE_GUARD, 2);
    } else {
        stw_be_p(tuple + IDXD_TUPLE_GUARD, idxd_dif_guard(block, len, flags));
    }
    if (tags->flags & IDXD_DIF_COPY_APP) {
        memcpy(tuple + IDXD_TUPLE_APP, old + IDXD_TUPLE_APP, 2);
    } else {
        stw_be_p(tuple + IDXD_TUPLE_APP,
                 idxd_dif_app(tags, n) & ~tags->app_mask);
    }
    if (tags->flags & IDXD_DIF_COPY_REF) {
        memcpy(tuple + IDXD_TUPLE_REF, old + IDXD_TUPLE_REF, 4);
    } else {
        stl_be_p(tuple + IDXD_TUPLE_REF, idxd_dif_ref(tags, n));
    }
}
