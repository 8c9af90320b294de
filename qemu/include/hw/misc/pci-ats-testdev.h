/*
 * PCI test device with ATS, PASID and PRI: registers
 *
 * BAR 0 is 4 KiB of memory.  The guest sets ADDR, PASID and FLAGS, and writes
 * to CMD, which is done when the write is; then it reads the results.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_MISC_PCI_ATS_TESTDEV_H
#define HW_MISC_PCI_ATS_TESTDEV_H

#define TYPE_PCI_ATS_TESTDEV "pci-ats-testdev"

/* Offsets in the configuration space */
#define ATS_TESTDEV_ATS_CAP         0x100
#define ATS_TESTDEV_PASID_CAP       0x110
#define ATS_TESTDEV_PRI_CAP         0x120

#define ATS_TESTDEV_ADDR            0x00    /* 64 bits */
#define ATS_TESTDEV_PASID           0x08    /* all ones: no PASID */
#define ATS_TESTDEV_FLAGS           0x0c
#define     ATS_TESTDEV_NO_WRITE    (1 << 0)
#define     ATS_TESTDEV_PRIV        (1 << 1)
#define     ATS_TESTDEV_EXEC        (1 << 2)
#define     ATS_TESTDEV_LPIG        (1 << 3)
#define     ATS_TESTDEV_READ        (1 << 4)
#define     ATS_TESTDEV_WRITE       (1 << 5)
#define     ATS_TESTDEV_PRGI(n)     ((n) << 16)
#define ATS_TESTDEV_CMD             0x10
#define     ATS_TESTDEV_TRANSLATE   1
#define     ATS_TESTDEV_REQUEST     2

/* What the last command returned */
#define ATS_TESTDEV_RESULT          0x14
/* Its translation */
#define ATS_TESTDEV_XLAT            0x18    /* 64 bits */
#define ATS_TESTDEV_MASK            0x20    /* 64 bits */
#define ATS_TESTDEV_PERM            0x28
#define ATS_TESTDEV_ERRORS          0x2c

/* The last invalidation, and how many there were */
#define ATS_TESTDEV_INV_IOVA        0x30    /* 64 bits */
#define ATS_TESTDEV_INV_MASK        0x38    /* 64 bits */
#define ATS_TESTDEV_INV_PASID       0x40
#define ATS_TESTDEV_INV_COUNT       0x44

/* The last page request group response, and how many there were */
#define ATS_TESTDEV_RESP_PASID      0x48
#define ATS_TESTDEV_RESP_PRGI       0x4c
#define ATS_TESTDEV_RESP_CODE       0x50
#define ATS_TESTDEV_RESP_COUNT      0x54

#endif /* HW_MISC_PCI_ATS_TESTDEV_H */
