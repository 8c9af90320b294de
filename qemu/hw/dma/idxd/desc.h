/*
 * Descriptors and completion records of DSA and IAA
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DMA_IDXD_DESC_H
#define HW_DMA_IDXD_DESC_H

#include "qemu/bitops.h"
#include "qemu/bswap.h"

#define IDXD_DESC_SIZE          64
#define IDXD_RECORD_MAX         64
#define IDXD_EVL_ENTRY_MAX      128

enum {
    IDXD_OP_NOOP = 0x00,
    IDXD_OP_BATCH = 0x01,
    IDXD_OP_DRAIN = 0x02,
    IDXD_OP_MOVE = 0x03,
    IDXD_OP_FILL = 0x04,
    IDXD_OP_COMPARE = 0x05,
    IDXD_OP_COMPARE_PATTERN = 0x06,
    IDXD_OP_CREATE_DELTA = 0x07,
    IDXD_OP_APPLY_DELTA = 0x08,
    IDXD_OP_DUALCAST = 0x09,
    IDXD_OP_TRANSLATION_FETCH = 0x0a,
    IDXD_OP_CRC = 0x10,
    IDXD_OP_COPY_CRC = 0x11,
    IDXD_OP_DIF_CHECK = 0x12,
    IDXD_OP_DIF_INSERT = 0x13,
    IDXD_OP_DIF_STRIP = 0x14,
    IDXD_OP_DIF_UPDATE = 0x15,
    IDXD_OP_DIX_GENERATE = 0x17,
    IDXD_OP_CACHE_FLUSH = 0x20,
};

/* Flags, 24 bits */
#define IDXD_FLAG_FENCE         BIT(0)
#define IDXD_FLAG_BOF           BIT(1)
#define IDXD_FLAG_CRAV          BIT(2)
#define IDXD_FLAG_RCR           BIT(3)
#define IDXD_FLAG_RCI           BIT(4)
#define IDXD_FLAG_CR_STS        BIT(5)
#define IDXD_FLAG_CHECK         BIT(7)
#define IDXD_FLAG_CACHE         BIT(8)
#define IDXD_FLAG_TC_A1         BIT(9)
#define IDXD_FLAG_TC_A2         BIT(10)
#define IDXD_FLAG_TC_A3         BIT(11)
#define IDXD_FLAG_TC_CR         BIT(12)
#define IDXD_FLAG_ORDER         BIT(13)
#define IDXD_FLAG_READBACK      BIT(14)
#define IDXD_FLAG_STS           BIT(15)
#define IDXD_FLAG_DRAIN_ADDR1   BIT(16)
#define IDXD_FLAG_DRAIN_ADDR2   BIT(17)
#define IDXD_FLAG_DRAIN_TC_A    BIT(18)
#define IDXD_FLAG_DRAIN_TC_B    BIT(19)
#define IDXD_FLAG_FILL_16       BIT(18)
#define IDXD_FLAG_DUALCAST_STS  BIT(16)
#define IDXD_FLAG_CRC_SEED_ADDR BIT(16)
#define IDXD_FLAG_CRC_PLAIN     BIT(17)
#define IDXD_FLAG_CRC_MSB_FIRST BIT(18)

/* DIF flags, byte 42 of a descriptor; bits 1:0 are the block size */
#define IDXD_DIF_BLOCK_MASK     0x03
#define IDXD_DIF_CRC_SEED       BIT(2)
#define IDXD_DIF_CRC_INVERT     BIT(3)
#define IDXD_DIF_FLAGS          0x0f

/* Flags of the source's tuples, byte 40 */
#define IDXD_DIF_ALL_F_ERROR    BIT(0)
#define IDXD_DIF_ALL_F          BIT(1)
#define IDXD_DIF_APP_F          BIT(2)
#define IDXD_DIF_APP_REF_F      BIT(3)
#define IDXD_DIF_NO_GUARD       BIT(5)
#define IDXD_DIF_NO_REF         BIT(6)

/* Flags of the destination's tuples, byte 41 */
#define IDXD_DIF_COPY_APP       BIT(3)
#define IDXD_DIF_COPY_GUARD     BIT(5)
#define IDXD_DIF_COPY_REF       BIT(6)
#define IDXD_DIF_COPY_ALL       (IDXD_DIF_COPY_APP | IDXD_DIF_COPY_GUARD | \
                                 IDXD_DIF_COPY_REF)
#define IDXD_DIF_DST_RESERVED   0x07

/* Flags of both */
#define IDXD_DIF_APP_INC        BIT(4)
#define IDXD_DIF_REF_FIXED      BIT(7)

/* DIF status, the result of a completion record */
#define IDXD_DIF_BAD_GUARD      BIT(0)
#define IDXD_DIF_BAD_APP        BIT(1)
#define IDXD_DIF_BAD_REF        BIT(2)
#define IDXD_DIF_BAD_ALL_F      BIT(3)

/* Status of a completion record, and error codes of SWERROR and event log */
enum {
    IDXD_STS_NONE = 0x00,
    IDXD_STS_SUCCESS = 0x01,
    IDXD_STS_UNEXPECTED = 0x02,
    IDXD_STS_FAULT = 0x03,
    IDXD_STS_FAULT_REFUSED = 0x04,
    IDXD_STS_BATCH_FAIL = 0x05,
    IDXD_STS_BATCH_FAULT = 0x06,
    IDXD_STS_DELTA_ORDER = 0x07,
    IDXD_STS_DELTA_OFFSET = 0x08,
    IDXD_STS_DIF = 0x09,
    IDXD_STS_OPCODE = 0x10,
    IDXD_STS_FLAGS = 0x11,
    IDXD_STS_RESERVED = 0x12,
    IDXD_STS_XFER_SIZE = 0x13,
    IDXD_STS_BATCH_COUNT = 0x14,
    IDXD_STS_DELTA_SIZE = 0x15,
    IDXD_STS_OVERLAP = 0x16,
    IDXD_STS_DUALCAST_ALIGN = 0x17,
    IDXD_STS_LIST_ALIGN = 0x18,
    IDXD_STS_INT_HANDLE = 0x19,
    IDXD_STS_RECORD_FAULT = 0x1a,
    IDXD_STS_RECORD_ALIGN = 0x1b,
    IDXD_STS_ALIGN = 0x1c,
    IDXD_STS_PRIV = 0x1d,
    IDXD_STS_READBACK_FAULT = 0x1f,
    IDXD_STS_HW_ERROR = 0x20,
    IDXD_STS_TRANSLATION = 0x22,
    /* event log only */
    IDXD_EVL_DRAIN = 0x26,
    IDXD_EVL_BATCH = 0x27,
    /*
     * SWERROR and event log only, for a 64-byte write that a portal dropped.
     * The contract names no code; this one means nothing else.
     */
    IDXD_ERR_PORTAL = 0x50,
};

#define IDXD_STS_MASK           0x7f
#define IDXD_STS_WRITE          0x80

/* A descriptor as it was written: offsets in bytes, little-endian fields */
typedef struct IdxdDesc {
    uint8_t raw[IDXD_DESC_SIZE];
} IdxdDesc;

static inline uint32_t idxd_desc_pasid(const IdxdDesc *d)
{
    return extract32(ldl_le_p(d->raw), 0, 20);
}

static inline bool idxd_desc_priv(const IdxdDesc *d)
{
    return extract32(ldl_le_p(d->raw), 31, 1);
}

static inline uint32_t idxd_desc_flags(const IdxdDesc *d)
{
    return extract32(ldl_le_p(d->raw + 4), 0, 24);
}

static inline uint8_t idxd_desc_opcode(const IdxdDesc *d)
{
    return d->raw[7];
}

static inline uint64_t idxd_desc_record_addr(const IdxdDesc *d)
{
    return ldq_le_p(d->raw + 8);
}

static inline uint64_t idxd_desc_src(const IdxdDesc *d)
{
    return ldq_le_p(d->raw + 16);
}

static inline uint64_t idxd_desc_dst(const IdxdDesc *d)
{
    return ldq_le_p(d->raw + 24);
}

static inline uint32_t idxd_desc_size(const IdxdDesc *d)
{
    return ldl_le_p(d->raw + 32);
}

static inline uint16_t idxd_desc_int_handle(const IdxdDesc *d)
{
    return lduw_le_p(d->raw + 36);
}

/* A completion record before it is encoded; zero where nothing is said */
typedef struct IdxdRecord {
    uint8_t status;
    uint8_t result;
    /* bytes, or descriptors of a batch, completed */
    uint32_t completed;
    uint64_t fault_addr;
    uint32_t invalid_flags;
    /* bytes 16 to 31, in memory order */
    uint8_t specific[16];
} IdxdRecord;

#endif
