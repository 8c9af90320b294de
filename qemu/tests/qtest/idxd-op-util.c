/*
 * What the tests of the idxd devices' operations have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "idxd-op-util.h"

#define RECORD_SIZE     32
/* What no record has in bytes that are to be written */
#define POISON          0xee

void op_start(IdxdTest *t, const char *props)
{
    g_autofree char *device = g_strdup_printf("idxd-dsa%s", props);

    idxd_test_start(t, "", device);
    idxd_enable(t, 0);
}

OpRecord op_run_at(IdxdTest *t, IdxdDesc *d, uint64_t addr, uint64_t pa)
{
    uint8_t buf[2 * RECORD_SIZE], poison[RECORD_SIZE];
    OpRecord r;

    stq_le_p(d->raw + 8, addr);
    memset(buf, POISON, sizeof(buf));
    memset(poison, POISON, sizeof(poison));
    buf[0] = 0;
    qtest_memwrite(t->qts, pa, buf, sizeof(buf));
    idxd_submit(t, 0, d);
    idxd_wait(t, pa);
    qtest_memread(t->qts, pa, buf, sizeof(buf));
    g_assert_cmpmem(buf + RECORD_SIZE, RECORD_SIZE, poison, RECORD_SIZE);
    /* Fault information is of no use without the numbers of operands */
    g_assert_cmphex(lduw_le_p(buf + 2), ==, 0);
    r.status = buf[0];
    r.result = buf[1];
    r.completed = ldl_le_p(buf + 4);
    r.fault_addr = ldq_le_p(buf + 8);
    memcpy(r.specific, buf + 16, sizeof(r.specific));
    return r;
}

OpRecord op_run(IdxdTest *t, IdxdDesc *d)
{
    return op_run_at(t, d, IDXD_TEST_RECORDS, IDXD_TEST_RECORDS);
}

void op_assert(const OpRecord *r, uint8_t status, uint8_t result,
               uint32_t completed)
{
    g_assert_cmphex(r->status, ==, status);
    g_assert_cmphex(r->result, ==, result);
    g_assert_cmphex(r->completed, ==, completed);
    g_assert_cmphex(r->fault_addr, ==, 0);
    g_assert_true(buffer_is_zero(r->specific, sizeof(r->specific)));
}

void op_assert_run(IdxdTest *t, IdxdDesc *d, uint8_t status, uint8_t result,
                   uint32_t completed)
{
    OpRecord r = op_run(t, d);

    op_assert(&r, status, result, completed);
}

uint8_t *op_random(IdxdTest *t, uint64_t addr, size_t len, uint32_t seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    uint8_t *p = g_malloc(len);
    size_t i;

    for (i = 0; i < len; i++) {
        p[i] = g_rand_int(rand);
    }
    g_rand_free(rand);
    qtest_memwrite(t->qts, addr, p, len);
    return p;
}

void op_assert_mem(IdxdTest *t, uint64_t addr, const void *buf, size_t len)
{
    g_autofree uint8_t *p = g_malloc(len);

    qtest_memread(t->qts, addr, p, len);
    g_assert_cmpmem(p, len, buf, len);
}

static uint32_t reverse(uint32_t v, unsigned bits)
{
    uint32_t r = 0;
    unsigned i;

    for (i = 0; i < bits; i++) {
        r |= (v >> i & 1) << (bits - 1 - i);
    }
    return r;
}

uint32_t op_crc32c(const uint8_t *p, size_t len, uint32_t seed, bool plain,
                   bool msb_first)
{
    uint32_t r = plain ? seed : reverse(~seed, 32);
    size_t i;
    int bit;

    for (i = 0; i < len; i++) {
        r ^= (msb_first ? p[i] : reverse(p[i], 8)) << 24;
        for (bit = 0; bit < 8; bit++) {
            r = r << 1 ^ (r >> 31 ? 0x1edc6f41 : 0);
        }
    }
    return plain ? r : ~reverse(r, 32);
}

uint16_t op_crc16(const uint8_t *p, size_t len, uint16_t seed)
{
    uint16_t r = seed;
    size_t i;
    int bit;

    for (i = 0; i < len; i++) {
        for (bit = 7; bit >= 0; bit--) {
            bool out = (r >> 15 ^ p[i] >> bit) & 1;

            r = r << 1 ^ (out ? 0x8bb7 : 0);
        }
    }
    return r;
}
