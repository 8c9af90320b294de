/*
 * Fuzzing of the idxd devices: what an input is made of
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_QTEST_FUZZ_IDXD_FUZZ_H
#define TESTS_QTEST_FUZZ_IDXD_FUZZ_H

#include "hw/dma/idxd/idxd.h"
#include "tests/qtest/libqtest.h"

#define IDXD_FUZZ_DEVICES   3
#define IDXD_FUZZ_PASID     0x25

/* Where things are in guest memory, and for IDXD_FUZZ_PASID as well */
#define IDXD_FUZZ_LISTS     0x200000ULL
#define IDXD_FUZZ_RING      0x220000ULL
#define IDXD_FUZZ_RECORDS   0x240000ULL
#define IDXD_FUZZ_BUFFERS   0x280000ULL
/* For the PASID: pages that are there as long as no step maps them anew */
#define IDXD_FUZZ_READ_ONLY 0x3f0000ULL
#define IDXD_FUZZ_MISSING   0x3f2000ULL
#define IDXD_FUZZ_DEVICE    0x3f4000ULL
#define IDXD_FUZZ_RAM_SIZE  0x400000ULL

#define IDXD_FUZZ_ECAM      0xb0000000ULL
#define IDXD_FUZZ_BAR0      0xc0000000ULL
#define IDXD_FUZZ_BAR2      0xc0100000ULL

/* The first byte of an input: a device, and how it is set up */
#define IDXD_FUZZ_IOMMU         BIT(2)
#define IDXD_FUZZ_LOG           BIT(3)
#define IDXD_FUZZ_BOF           BIT(4)
#define IDXD_FUZZ_PRS_OFF       BIT(5)
#define IDXD_FUZZ_LOG_PASID     BIT(6)
/* Registers are left to the input */
#define IDXD_FUZZ_RAW           BIT(7)

/* Milliseconds in which most of what was submitted ends */
#define IDXD_FUZZ_SETTLE        2

/* What is left of an input; there are only zeros after its end */
typedef struct IdxdFuzzInput {
    const uint8_t *data;
    size_t left;
} IdxdFuzzInput;

/* The device that an input is for */
typedef struct IdxdFuzz {
    QTestState *qts;
    IdxdFuzzInput in;
    IdxdState *s;
    bool iommu;
    unsigned iq_tail;
} IdxdFuzz;

/* The next @n bytes, 1 to 8, as a little-endian number */
uint64_t idxd_fuzz_take(IdxdFuzz *f, unsigned n);
/* A number up to @max, which takes as few bytes as it can */
uint64_t idxd_fuzz_below(IdxdFuzz *f, uint64_t max);
/* Where a descriptor points to: good addresses, bad ones, any */
uint64_t idxd_fuzz_addr(IdxdFuzz *f);

/* Registers of 32 bits; memory and configuration space by 1 to 8 bytes */
uint32_t idxd_fuzz_rd(IdxdFuzz *f, uint64_t reg);
void idxd_fuzz_wr(IdxdFuzz *f, uint64_t reg, uint32_t val);
void idxd_fuzz_write(IdxdFuzz *f, uint64_t addr, unsigned size, uint64_t val);
uint64_t idxd_fuzz_config_addr(IdxdFuzz *f, unsigned offset);
void idxd_fuzz_write_config(IdxdFuzz *f, unsigned offset, unsigned size,
                            uint32_t val);
/* What a driver does first, and after an FLR; then configure and enable */
void idxd_fuzz_enable_function(IdxdFuzz *f);
void idxd_fuzz_configure(IdxdFuzz *f, uint8_t setup);
/* A test control, whether it takes the value or not */
void idxd_fuzz_set_control(IdxdFuzz *f, const char *name, const char *value);
/* Let engines and the main loop work; returns whether nothing is left to do */
bool idxd_fuzz_settle(IdxdFuzz *f, unsigned ms);

/* idxd_fuzz_steps.c: the next step of the input */
void idxd_fuzz_step(IdxdFuzz *f);

/* idxd_fuzz_desc.c: 64 bytes of a descriptor, valid or nearly so */
void idxd_fuzz_desc(IdxdFuzz *f, uint8_t *raw);

/* idxd_fuzz_iommu.c: an IOMMU with an address space for the PASID */
void idxd_fuzz_iommu_start(IdxdFuzz *f);
/* Let the device use ATS, PASIDs and page requests */
void idxd_fuzz_iommu_enable_function(IdxdFuzz *f);
/* Map or unmap a page, with or without an invalidation */
void idxd_fuzz_iommu_map(IdxdFuzz *f);
/* Answer page requests: those that are there, or others */
void idxd_fuzz_iommu_respond(IdxdFuzz *f);

#endif
