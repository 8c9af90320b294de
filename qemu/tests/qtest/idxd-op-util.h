/*
 * What the tests of the idxd devices' operations have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_QTEST_IDXD_OP_UTIL_H
#define TESTS_QTEST_IDXD_OP_UTIL_H

#include "idxd-util.h"

#define OP_RECORD   (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)

/* Buffers in guest memory, and in the address space of idxd-svm-util.h */
#define OP_BUF(n)   (IDXD_TEST_BUFFERS + (n) * 0x100000ULL)

/* A completion record, taken apart */
typedef struct OpRecord {
    uint8_t status;
    uint8_t result;
    uint32_t completed;
    uint64_t fault_addr;
    /* bytes 16 to 31 */
    uint8_t specific[16];
} OpRecord;

/* Start a machine with an idxd-dsa that has @props, and enable it */
void op_start(IdxdTest *t, const char *props);

/*
 * Have a descriptor carried out with a record, all of which must be written,
 * and nothing beside it.
 */
OpRecord op_run(IdxdTest *t, IdxdDesc *d);
/* The same with a record at @addr, which is @pa in guest memory */
OpRecord op_run_at(IdxdTest *t, IdxdDesc *d, uint64_t addr, uint64_t pa);

/* It ends with this, and the rest of the record is 0 */
void op_assert(const OpRecord *r, uint8_t status, uint8_t result,
               uint32_t completed);
void op_assert_run(IdxdTest *t, IdxdDesc *d, uint8_t status, uint8_t result,
                   uint32_t completed);

/* Fill guest memory with what a seed gives, which is returned; to be freed */
uint8_t *op_random(IdxdTest *t, uint64_t addr, size_t len, uint32_t seed);
/* Guest memory holds this */
void op_assert_mem(IdxdTest *t, uint64_t addr, const void *buf, size_t len);

/*
 * CRC-32C as the operations define it: a register of which the most
 * significant bit leaves first
 */
uint32_t op_crc32c(const uint8_t *p, size_t len, uint32_t seed, bool plain,
                   bool msb_first);
/* CRC-16 T10 */
uint16_t op_crc16(const uint8_t *p, size_t len, uint16_t seed);

#endif
