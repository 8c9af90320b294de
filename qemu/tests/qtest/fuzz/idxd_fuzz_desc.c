/*
 * Fuzzing of the idxd devices: descriptors
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd_fuzz.h"

/* All operations of DSA, also those that a device may not have */
static const uint8_t opcodes[] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a,
    0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x17, 0x20,
};

static const uint32_t sizes[] = {
    64, 1, 2, 3, 7, 8, 10, 16, 80, 100, 512, 520, 1024, 4096, 4104, 4112,
    8192, 65520, 65536, 65537, 0x80000, 0x80008, UINT32_MAX, 0,
};

/* Flags that belong together; the first ones are those of most descriptors */
static const uint32_t flags[] = {
    IDXD_FLAG_CRAV | IDXD_FLAG_RCR,
    IDXD_FLAG_CRAV | IDXD_FLAG_RCR | IDXD_FLAG_BOF,
    IDXD_FLAG_CRAV,
    0,
    IDXD_FLAG_CRAV | IDXD_FLAG_RCR | IDXD_FLAG_FENCE,
    IDXD_FLAG_CRAV | IDXD_FLAG_RCR | IDXD_FLAG_RCI,
    IDXD_FLAG_CRAV | IDXD_FLAG_RCR | IDXD_FLAG_CHECK,
    IDXD_FLAG_RCI,
};

static uint32_t take_size(IdxdFuzz *f)
{
    uint8_t how = idxd_fuzz_take(f, 1);

    if (how < 0x80) {
        return sizes[how % ARRAY_SIZE(sizes)];
    }
    return how < 0xf0 ? idxd_fuzz_take(f, 2) : idxd_fuzz_take(f, 4);
}

/* Common flags, and some of bits 23:16, whose meaning depends on the opcode */
static uint32_t take_flags(IdxdFuzz *f)
{
    uint8_t how = idxd_fuzz_take(f, 1);
    uint32_t val = flags[how % ARRAY_SIZE(flags)];

    val |= (how >> 3 & 7) << 16;
    if (how & 0x40) {
        val ^= idxd_fuzz_take(f, 3);
    }
    return val;
}

/* One of the last three words: addresses, sizes, tags, masks, or nothing */
static uint64_t take_word(IdxdFuzz *f)
{
    uint8_t how = idxd_fuzz_take(f, 1);

    switch (how % 6) {
    case 0:
        return 0;
    case 1:
        return idxd_fuzz_addr(f);
    case 2:
        return take_size(f);
    case 3:
        return idxd_fuzz_take(f, 3);
    case 4:
        return idxd_fuzz_take(f, 4);
    default:
        return idxd_fuzz_take(f, 8);
    }
}

/* A handle that could have been given, of any epoch, or any value */
static uint16_t take_handle(IdxdFuzz *f)
{
    unsigned vector = idxd_fuzz_take(f, 1);
    uint16_t handle = 0;

    if (vector >= 0x40) {
        return idxd_fuzz_take(f, 2);
    }
    vector %= f->s->num_wqs + 2;
    if (f->s->prop_int_handles && vector <= f->s->num_wqs) {
        WITH_QEMU_LOCK_GUARD(&f->s->lock) {
            handle = f->s->int_handle[vector];
        }
    }
    return handle ? handle : vector;
}

/* Zero in a good descriptor: what the operation has no use for */
static void clear_unused(uint8_t *raw, uint8_t opcode, uint32_t bits)
{
    bool drain = opcode == IDXD_OP_DRAIN;

    if (opcode == IDXD_OP_CACHE_FLUSH ||
        (drain && !(bits & IDXD_FLAG_DRAIN_ADDR1))) {
        stq_le_p(raw + 16, 0);
    }
    if (opcode == IDXD_OP_TRANSLATION_FETCH || opcode == IDXD_OP_CRC ||
        opcode == IDXD_OP_DIF_CHECK ||
        (drain && !(bits & IDXD_FLAG_DRAIN_ADDR2))) {
        stq_le_p(raw + 24, 0);
    }
    if (drain) {
        stl_le_p(raw + 32, 0);
    }
}

void idxd_fuzz_desc(IdxdFuzz *f, uint8_t *raw)
{
    uint8_t how = idxd_fuzz_take(f, 1);
    uint8_t opcode = idxd_fuzz_take(f, 1);
    uint32_t bits = take_flags(f);
    uint64_t record = IDXD_FUZZ_RECORDS + (how >> 4 & 7) * IDXD_RECORD_MAX;

    if (opcode < 0xf0) {
        opcode = opcodes[opcode % ARRAY_SIZE(opcodes)];
    }
    memset(raw, 0, IDXD_DESC_SIZE);
    stl_le_p(raw, f->iommu ? IDXD_FUZZ_PASID : 0);
    stl_le_p(raw + 4, bits | (uint32_t)opcode << 24);
    stq_le_p(raw + 8, how & 0x80 ? idxd_fuzz_addr(f) : record);
    if (opcode == IDXD_OP_BATCH) {
        stq_le_p(raw + 16, how & 4 ? idxd_fuzz_addr(f) :
                 IDXD_FUZZ_LISTS + (how & 3) * 4 * IDXD_DESC_SIZE);
        stl_le_p(raw + 32, how & 8 ? take_size(f) :
                 2 + idxd_fuzz_take(f, 1) % 15);
    } else if (opcode != IDXD_OP_NOOP) {
        stq_le_p(raw + 16, idxd_fuzz_addr(f));
        stq_le_p(raw + 24, idxd_fuzz_addr(f));
        stl_le_p(raw + 32, take_size(f));
        if (!(how & 4)) {
            clear_unused(raw, opcode, bits);
        }
        if (how & 1) {
            stq_le_p(raw + 40, take_word(f));
            stq_le_p(raw + 48, take_word(f));
            stq_le_p(raw + 56, take_word(f));
        }
    }
    if (bits & IDXD_FLAG_RCI) {
        stw_le_p(raw + 36, take_handle(f));
    }
    if (how & 2) {
        unsigned offset = idxd_fuzz_take(f, 1) % IDXD_DESC_SIZE;

        raw[offset] = idxd_fuzz_take(f, 1);
    }
}
