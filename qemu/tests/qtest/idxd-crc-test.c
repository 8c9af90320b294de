/*
 * QTest testcase for idxd-dsa: CRC and Copy with CRC
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "idxd-op-util.h"

#define SRC         OP_BUF(0)
#define DST         OP_BUF(1)
#define SEED        OP_BUF(2)

/* Flags: the seed is in memory, not inverted, highest bit first */
#define SEED_ADDR   (1 << 16)
#define PLAIN       (1 << 17)
#define MSB_FIRST   (1 << 18)

static void crc(IdxdDesc *d, bool copy, uint32_t flags, uint64_t src,
                uint32_t size, uint32_t seed)
{
    idxd_desc(d, copy ? IDXD_OP_COPY_CRC : IDXD_OP_CRC, OP_RECORD | flags, 0,
              src, copy ? DST + 5 : 0, size);
    stl_le_p(d->raw + 40, seed);
}

static void assert_crc(IdxdTest *t, IdxdDesc *d, uint32_t value)
{
    OpRecord r = op_run(t, d);

    g_assert_cmphex(ldq_le_p(r.specific), ==, value);
    memset(r.specific, 0, 8);
    op_assert(&r, IDXD_STS_SUCCESS, 0, 0);
}

/* '123456789' is what CRCs are compared by; e3069283 is that of CRC-32C */
static void test_known(void)
{
    static const struct {
        uint32_t flags;
        uint32_t seed;
        uint32_t value;
    } known[] = {
        { 0, 0, 0xe3069283 },
        { MSB_FIRST, 0, 0xa8f022a0 },
        { PLAIN, 0, 0x045fc71a },
        { PLAIN | MSB_FIRST, 0, 0xc052a8c8 },
        { 0, 0x12345678, 0x27d87b6a },
        { MSB_FIRST, 0x12345678, 0x6c2ecb49 },
        { PLAIN, 0x12345678, 0xa1b203f2 },
        { PLAIN | MSB_FIRST, 0x12345678, 0x65bf6c20 },
    };
    uint8_t rfc3720[32];
    unsigned i, copy;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    qtest_memwrite(t.qts, SRC, "123456789", 9);
    for (i = 0; i < ARRAY_SIZE(known); i++) {
        for (copy = 0; copy < 2; copy++) {
            crc(&d, copy, known[i].flags, SRC, 9, known[i].seed);
            assert_crc(&t, &d, known[i].value);

            /* The same seed in memory */
            crc(&d, copy, known[i].flags | SEED_ADDR, SRC, 9, 0);
            stq_le_p(d.raw + 48, SEED + 4 * i);
            qtest_writel(t.qts, SEED + 4 * i, known[i].seed);
            assert_crc(&t, &d, known[i].value);
        }
        g_assert_cmphex(op_crc32c((const uint8_t *)"123456789", 9,
                                  known[i].seed, known[i].flags & PLAIN,
                                  known[i].flags & MSB_FIRST), ==,
                        known[i].value);
    }

    /* The examples of RFC 3720, B.4 */
    memset(rfc3720, 0, sizeof(rfc3720));
    qtest_memwrite(t.qts, SRC, rfc3720, 32);
    crc(&d, false, 0, SRC, 32, 0);
    assert_crc(&t, &d, 0x8a9136aa);
    memset(rfc3720, 0xff, sizeof(rfc3720));
    qtest_memwrite(t.qts, SRC, rfc3720, 32);
    assert_crc(&t, &d, 0x62a8ab43);
    for (i = 0; i < 32; i++) {
        rfc3720[i] = i;
    }
    qtest_memwrite(t.qts, SRC, rfc3720, 32);
    assert_crc(&t, &d, 0x46dd794e);
    for (i = 0; i < 32; i++) {
        rfc3720[i] = 31 - i;
    }
    qtest_memwrite(t.qts, SRC, rfc3720, 32);
    assert_crc(&t, &d, 0x113fdb5c);
    idxd_test_quit(&t);
}

static void test_sizes(void)
{
    static const uint32_t sizes[] = {
        1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 255, 4095, 4096, 4097, 65536,
        0x20003,
    };
    g_autofree uint8_t *data = NULL;
    unsigned i, j, mode;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    data = op_random(&t, SRC, 0x30000, 11);
    for (i = 0; i < ARRAY_SIZE(sizes); i++) {
        for (mode = 0; mode < 8; mode++) {
            bool plain = mode & 1, msb_first = mode & 2, copy = mode & 4;
            uint32_t flags = (plain ? PLAIN : 0) | (msb_first ? MSB_FIRST : 0);
            uint32_t seed = 0x9e3779b1 * (i + mode);

            qtest_memset(t.qts, DST, 0, 0x30000);
            crc(&d, copy, flags, SRC + i, sizes[i], seed);
            assert_crc(&t, &d, op_crc32c(data + i, sizes[i], seed, plain,
                                         msb_first));
            if (copy) {
                op_assert_mem(&t, DST + 5, data + i, sizes[i]);
                g_assert_cmphex(qtest_readb(t.qts, DST + 4), ==, 0);
                g_assert_cmphex(qtest_readb(t.qts, DST + 5 + sizes[i]), ==, 0);
            }
        }
    }

    /* A result is the seed of what follows */
    for (mode = 0; mode < 4; mode++) {
        uint32_t flags = mode << 17, whole, v = 0x5eed;

        whole = op_crc32c(data, 1000, v, mode & 1, mode & 2);
        for (j = 0; j < 1000; j += 100) {
            OpRecord r;

            crc(&d, false, flags, SRC + j, 100, v);
            r = op_run(&t, &d);
            v = ldl_le_p(r.specific);
        }
        g_assert_cmphex(v, ==, whole);
    }
    idxd_test_quit(&t);
}

static void test_checks(void)
{
    unsigned copy, i;
    IdxdTest t;
    IdxdDesc d;
    OpRecord r;

    op_start(&t, "");
    for (copy = 0; copy < 2; copy++) {
        /* Seeds at two places, or at one that is not said */
        crc(&d, copy, SEED_ADDR, SRC, 9, 1);
        stq_le_p(d.raw + 48, SEED);
        op_assert_run(&t, &d, IDXD_STS_RESERVED, 0, 0);
        crc(&d, copy, 0, SRC, 9, 0);
        stq_le_p(d.raw + 48, SEED);
        op_assert_run(&t, &d, IDXD_STS_RESERVED, 0, 0);
        for (i = 1; i < 4; i++) {
            crc(&d, copy, SEED_ADDR, SRC, 9, 0);
            stq_le_p(d.raw + 48, SEED + i);
            op_assert_run(&t, &d, IDXD_STS_ALIGN, 0, 0);
        }

        /* CRCs of 64 bits are not there */
        crc(&d, copy, 1 << 19, SRC, 9, 0);
        r = op_run(&t, &d);
        g_assert_cmphex(r.status, ==, IDXD_STS_FLAGS);
        g_assert_cmphex(ldl_le_p(r.specific), ==, 1 << 19);

        crc(&d, copy, SEED_ADDR, SRC, 9, 0);
        stq_le_p(d.raw + 48, IDXD_TEST_NOWHERE);
        r = op_run(&t, &d);
        g_assert_cmphex(r.status, ==, IDXD_STS_TRANSLATION);
        g_assert_cmphex(r.fault_addr, ==, IDXD_TEST_NOWHERE);
    }

    /* A copy onto itself, and beside itself */
    for (i = 0; i <= 0x2000; i += 0x800) {
        uint8_t status = i < 0x2000 ? IDXD_STS_OVERLAP : IDXD_STS_SUCCESS;

        idxd_desc(&d, IDXD_OP_COPY_CRC, OP_RECORD, 0, SRC, SRC + i, 0x2000);
        g_assert_cmphex(op_run(&t, &d).status, ==, status);
        idxd_desc(&d, IDXD_OP_COPY_CRC, OP_RECORD, 0, SRC + i, SRC, 0x2000);
        g_assert_cmphex(op_run(&t, &d).status, ==, status);
    }
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/crc/known", test_known);
    qtest_add_func("idxd/crc/sizes", test_sizes);
    qtest_add_func("idxd/crc/checks", test_checks);

    return g_test_run();
}
