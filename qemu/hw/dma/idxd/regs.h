/*
 * Registers of Intel DSA 2.0 and IAA devices
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DMA_IDXD_REGS_H
#define HW_DMA_IDXD_REGS_H

#include "hw/registerfields.h"

#define IDXD_VERSION_1_0        0x0100
#define IDXD_VERSION_2_0        0x0200

/* BAR 0: the offsets below 0x200 are fixed, those of the tables are ours */
#define IDXD_MMIO_SIZE          0x10000
#define IDXD_REGS_END           0x200
#define IDXD_GRPCFG_BASE        0x400
#define IDXD_MSIX_PERM_BASE     0x800
#define IDXD_WQCFG_BASE         0x1000
#define IDXD_MSIX_TABLE_BASE    0x2000
#define IDXD_MSIX_PBA_BASE      0x3000
#define IDXD_PERFMON_BASE       0x4000
#define IDXD_PERFMON_SIZE       0x1000
/* The unit of the offsets in the table offset registers */
#define IDXD_TABLE_UNIT         0x100

REG32(VERSION,          0x00)
REG32(GENCAP_LO,        0x10)
    FIELD(GENCAP_LO, BLOCK_ON_FAULT,    0, 1)
    FIELD(GENCAP_LO, OVERLAP_COPY,      1, 1)
    FIELD(GENCAP_LO, CACHE_CONTROL,     2, 1)
    FIELD(GENCAP_LO, CACHE_FLUSH,       3, 1)
    FIELD(GENCAP_LO, COMMAND_CAP,       4, 1)
    FIELD(GENCAP_LO, DEST_READBACK,     8, 1)
    FIELD(GENCAP_LO, DRAIN_READBACK,    9, 1)
    FIELD(GENCAP_LO, EVENT_LOG,         13, 2)
    FIELD(GENCAP_LO, MAX_XFER_SHIFT,    16, 5)
    FIELD(GENCAP_LO, MAX_BATCH_SHIFT,   21, 4)
    FIELD(GENCAP_LO, CONFIG,            31, 1)
REG32(WQCAP_LO,         0x20)
    FIELD(WQCAP_LO, TOTAL_SIZE,         0, 16)
    FIELD(WQCAP_LO, NUM_WQS,            16, 8)
    FIELD(WQCAP_LO, WQCFG_SIZE,         24, 4)
REG32(WQCAP_HI,         0x24)
    FIELD(WQCAP_HI, SHARED,             16, 1)
    FIELD(WQCAP_HI, DEDICATED,          17, 1)
    FIELD(WQCAP_HI, PRIORITY,           19, 1)
    FIELD(WQCAP_HI, OCCUPANCY,          20, 1)
    FIELD(WQCAP_HI, OP_CONFIG,          22, 1)
    FIELD(WQCAP_HI, PRS_DISABLE,        23, 1)
REG32(GRPCAP,           0x30)
    FIELD(GRPCAP, NUM_GROUPS,           0, 8)
    FIELD(GRPCAP, READ_BUFFERS,         8, 8)
    FIELD(GRPCAP, READ_BUFFER_CONTROL,  16, 1)
    FIELD(GRPCAP, READ_BUFFER_LIMIT,    17, 1)
    FIELD(GRPCAP, PROGRESS_LIMIT,       18, 1)
REG32(ENGCAP,           0x38)
REG32(OPCAP,            0x40)   /* 8 registers */
REG32(OFFSETS0,         0x60)
    FIELD(OFFSETS0, GRPCFG,             0, 16)
    FIELD(OFFSETS0, WQCFG,              16, 16)
REG32(OFFSETS1,         0x64)
    FIELD(OFFSETS1, MSIX_PERM,          0, 16)
REG32(OFFSETS2,         0x68)
    FIELD(OFFSETS2, PERFMON,            0, 16)
REG32(GENCFG,           0x80)
    FIELD(GENCFG, READ_BUFFER_LIMIT,    0, 8)
    FIELD(GENCFG, USER_INT_ENABLE,      12, 1)
    FIELD(GENCFG, EVL_ENABLE,           13, 1)
REG32(GENCTRL,          0x88)
    FIELD(GENCTRL, SWERR_INT,           0, 1)
    FIELD(GENCTRL, HALT_INT,            1, 1)
    FIELD(GENCTRL, EVL_INT,             2, 1)
REG32(GENSTS,           0x90)
    FIELD(GENSTS, STATE,                0, 2)
    FIELD(GENSTS, RESET_TYPE,           2, 2)
REG32(INTCAUSE,         0x98)
    FIELD(INTCAUSE, SWERR,              0, 1)
    FIELD(INTCAUSE, COMMAND,            1, 1)
    FIELD(INTCAUSE, PERFMON,            3, 1)
    FIELD(INTCAUSE, HALT,               4, 1)
    FIELD(INTCAUSE, EVL,                5, 1)
    FIELD(INTCAUSE, HANDLES_REVOKED,    31, 1)
REG32(CMD,              0xa0)
    FIELD(CMD, OPERAND,                 0, 20)
    FIELD(CMD, CODE,                    20, 5)
    FIELD(CMD, REQ_INT,                 31, 1)
REG32(CMDSTS,           0xa8)
    FIELD(CMDSTS, ERROR,                0, 8)
    FIELD(CMDSTS, RESULT,               8, 16)
    FIELD(CMDSTS, ACTIVE,               31, 1)
REG32(CMDCAP,           0xb0)
REG32(SWERROR,          0xc0)   /* 8 registers */
    FIELD(SWERROR, VALID,               0, 1)
    FIELD(SWERROR, OVERFLOW,            1, 1)
#define IDXD_SWERROR_END        0xe0
REG32(EVLCFG0,          0xe0)
    FIELD(EVLCFG0, PASID_ENABLE,        0, 1)
    FIELD(EVLCFG0, PRIV,                1, 1)
    FIELD(EVLCFG0, BASE_LO,             12, 20)
REG32(EVLCFG1,          0xe4)   /* base address 63:32 */
REG32(EVLCFG2,          0xe8)
    FIELD(EVLCFG2, SIZE,                0, 16)
    FIELD(EVLCFG2, PASID_LO,            16, 16)
REG32(EVLCFG3,          0xec)
    FIELD(EVLCFG3, PASID_HI,            0, 4)
REG32(EVLSTATUS_LO,     0xf0)
    FIELD(EVLSTATUS_LO, HEAD,           0, 16)
REG32(EVLSTATUS_HI,     0xf4)
    FIELD(EVLSTATUS_HI, TAIL,           0, 16)
    FIELD(EVLSTATUS_HI, PENDING,        30, 1)

REG32(IAACAP_LO,        0x180)
REG32(IAACAP_HI,        0x184)

#define IDXD_EVL_SIZE_MIN       64

/* GRPCFG: per group four 64-bit WQ bitmaps, an engine bitmap, and flags */
#define IDXD_GRPCFG_STRIDE      64
#define IDXD_GRPCFG_USED        48
#define IDXD_GRPCFG_ENGINES     32
#define IDXD_GRPCFG_FLAGS       40
REG32(GRPFLAGS,         0x0)
    FIELD(GRPFLAGS, TC_A,               0, 3)
    FIELD(GRPFLAGS, TC_B,               3, 3)
    FIELD(GRPFLAGS, USE_BUFFER_LIMIT,   7, 1)
    FIELD(GRPFLAGS, BUFFERS_RESERVED,   8, 8)
    FIELD(GRPFLAGS, BUFFERS_ALLOWED,    20, 8)
REG32(GRPFLAGS_HI,      0x4)
    FIELD(GRPFLAGS_HI, DESC_PROGRESS,   0, 2)
    FIELD(GRPFLAGS_HI, BATCH_PROGRESS,  4, 2)

/* MSI-X permission table */
#define IDXD_MSIX_PERM_STRIDE   8
REG32(MSIX_PERM,        0x0)
    FIELD(MSIX_PERM, IGNORE,            2, 1)
    FIELD(MSIX_PERM, PASID_ENABLE,      3, 1)
    FIELD(MSIX_PERM, PASID,             12, 20)

/* WQCFG: one per WQ; WQCAP.WQCFG_SIZE is log2 of the stride less 5 */
#define IDXD_WQCFG_SHIFT        6
#define IDXD_WQCFG_STRIDE       (1 << IDXD_WQCFG_SHIFT)
#define IDXD_WQCFG_WORDS        (IDXD_WQCFG_STRIDE / 4)
REG32(WQCFG0,           0x00)
    FIELD(WQCFG0, SIZE,                 0, 16)
REG32(WQCFG1,           0x04)
    FIELD(WQCFG1, THRESHOLD,            0, 16)
REG32(WQCFG2,           0x08)
    FIELD(WQCFG2, DEDICATED,            0, 1)
    FIELD(WQCFG2, BLOCK_ON_FAULT,       1, 1)
    FIELD(WQCFG2, PRS_DISABLE,          3, 1)
    FIELD(WQCFG2, PRIORITY,             4, 4)
    FIELD(WQCFG2, PASID,                8, 20)
    FIELD(WQCFG2, PASID_ENABLE,         28, 1)
    FIELD(WQCFG2, PRIV,                 29, 1)
REG32(WQCFG3,           0x0c)
    FIELD(WQCFG3, MAX_XFER_SHIFT,       0, 5)
    FIELD(WQCFG3, MAX_BATCH_SHIFT,      5, 4)
REG32(WQCFG6,           0x18)
    FIELD(WQCFG6, OCCUPANCY,            0, 16)
    FIELD(WQCFG6, STATE,                30, 2)
REG32(WQCFG8,           0x20)   /* op config, 8 registers */

/* BAR 2: pages of a WQ */
#define IDXD_PORTAL_PAGE_SHIFT  12
#define IDXD_PORTAL_WQ_SHIFT    14
#define IDXD_PORTAL_LIMITED     BIT(0)
#define IDXD_PORTAL_IMS         BIT(1)

/* GENSTS.STATE */
typedef enum IdxdDeviceState {
    IDXD_DISABLED = 0,
    IDXD_ENABLED = 1,
    IDXD_DRAINING = 2,
    IDXD_HALTED = 3,
} IdxdDeviceState;

/* GENSTS.RESET_TYPE */
typedef enum IdxdResetType {
    IDXD_RESET_SOFTWARE = 0,
    IDXD_RESET_FLR = 1,
    IDXD_RESET_WARM = 2,
    IDXD_RESET_COLD = 3,
} IdxdResetType;

typedef enum IdxdCommand {
    IDXD_CMD_ENABLE_DEVICE = 1,
    IDXD_CMD_DISABLE_DEVICE = 2,
    IDXD_CMD_DRAIN_ALL = 3,
    IDXD_CMD_ABORT_ALL = 4,
    IDXD_CMD_RESET_DEVICE = 5,
    IDXD_CMD_ENABLE_WQ = 6,
    IDXD_CMD_DISABLE_WQ = 7,
    IDXD_CMD_DRAIN_WQ = 8,
    IDXD_CMD_ABORT_WQ = 9,
    IDXD_CMD_RESET_WQ = 10,
    IDXD_CMD_DRAIN_PASID = 11,
    IDXD_CMD_ABORT_PASID = 12,
    IDXD_CMD_REQUEST_INT_HANDLE = 13,
    IDXD_CMD_RELEASE_INT_HANDLE = 14,
} IdxdCommand;

/* Bits 1 to 14 of CMDCAP */
#define IDXD_CMDCAP_ALL         0x7ffe

/* Operand of the interrupt handle commands: an IMS entry is meant */
#define IDXD_CMD_HANDLE_IMS     BIT(16)

/* CMDSTS.ERROR; what a code stands for is what accel-config says of it */
typedef enum IdxdCommandError {
    IDXD_CMDERR_NONE = 0,
    IDXD_CMDERR_INVALID_CMD = 0x01,
    IDXD_CMDERR_INVALID_WQ = 0x02,
    IDXD_CMDERR_HARDWARE = 0x03,
    /* Enable Device */
    IDXD_CMDERR_DEVICE_ENABLED = 0x10,
    IDXD_CMDERR_CONFIG = 0x11,
    IDXD_CMDERR_BUS_MASTER = 0x12,
    IDXD_CMDERR_TOTAL_SIZE = 0x14,
    IDXD_CMDERR_GROUP_INCOMPLETE = 0x15,
    IDXD_CMDERR_GROUP_WQ = 0x16,
    IDXD_CMDERR_GROUP_ENGINE = 0x17,
    IDXD_CMDERR_READ_BUFFERS = 0x18,
    /* Enable WQ */
    IDXD_CMDERR_DEVICE_NOT_ENABLED = 0x20,
    IDXD_CMDERR_WQ_ENABLED = 0x21,
    IDXD_CMDERR_WQ_SIZE = 0x22,
    IDXD_CMDERR_WQ_PRIORITY = 0x23,
    IDXD_CMDERR_WQ_MODE = 0x24,
    IDXD_CMDERR_WQ_BLOCK_ON_FAULT = 0x25,
    IDXD_CMDERR_WQ_PASID = 0x26,
    IDXD_CMDERR_WQ_MAX_BATCH = 0x27,
    IDXD_CMDERR_WQ_MAX_XFER = 0x28,
    IDXD_CMDERR_WQ_PRIV = 0x2a,
    /* Disable Device, Drain and Abort of all or of a PASID */
    IDXD_CMDERR_DEVICE_DISABLED = 0x31,
    /* Disable, Drain, Abort and Reset WQ */
    IDXD_CMDERR_WQ_NOT_ENABLED = 0x32,
    /* interrupt handles */
    IDXD_CMDERR_INT_INDEX = 0x41,
    IDXD_CMDERR_NO_HANDLE = 0x42,
} IdxdCommandError;

#endif
