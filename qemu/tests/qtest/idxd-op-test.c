/*
 * QTest testcase for idxd-dsa: operations that move, fill and compare memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-op-util.h"

#define SRC     OP_BUF(0)
#define DST     OP_BUF(1)
#define DST2    OP_BUF(2)

/* Lengths around those at which a device may go over to something else */
static const uint32_t sizes[] = {
    1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 255, 1023, 1024, 1025, 1033, 4095, 4096,
    4097, 8193, 65535, 65536, 65537, 0x20007,
};

static void test_move(void)
{
    g_autofree uint8_t *data = NULL;
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    op_start(&t, "");
    data = op_random(&t, SRC, 0x30000, 1);
    for (i = 0; i < ARRAY_SIZE(sizes); i++) {
        uint64_t from = i * 3, to = i * 5;

        qtest_memset(t.qts, DST, 0xaa, 0x30000);
        idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, SRC + from, DST + 1 + to,
                  sizes[i]);
        op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
        op_assert_mem(&t, DST + 1 + to, data + from, sizes[i]);
        g_assert_cmphex(qtest_readb(t.qts, DST + to), ==, 0xaa);
        g_assert_cmphex(qtest_readb(t.qts, DST + 1 + to + sizes[i]), ==, 0xaa);
    }
    idxd_test_quit(&t);
}

/* Ranges that overlap: as if the source had been read whole first */
static void test_move_overlap(void)
{
    static const uint32_t by[] = { 0, 1, 8, 4095, 4096, 4097, 65536, 0x1ffff };
    const uint32_t len = 0x20000;
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    op_start(&t, "");
    for (i = 0; i < ARRAY_SIZE(by); i++) {
        g_autofree uint8_t *up = op_random(&t, SRC, len, i);
        g_autofree uint8_t *down = NULL;

        idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, SRC, SRC + by[i], len);
        op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
        op_assert_mem(&t, SRC + by[i], up, len);

        down = op_random(&t, SRC + by[i], len, i + 100);
        idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, SRC + by[i], SRC, len);
        op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
        op_assert_mem(&t, SRC, down, len);
    }
    idxd_test_quit(&t);

    /* A device that does not copy within itself */
    op_start(&t, ",overlap-copy=off");
    g_assert_cmphex(idxd_rd(&t, A_GENCAP_LO) & R_GENCAP_LO_OVERLAP_COPY_MASK,
                    ==, 0);
    for (i = 0; i < ARRAY_SIZE(by); i++) {
        idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, SRC, SRC + by[i], len);
        op_assert_run(&t, &d, IDXD_STS_OVERLAP, 0, 0);
        idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, SRC + by[i], SRC, len);
        op_assert_run(&t, &d, IDXD_STS_OVERLAP, 0, 0);
    }
    idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, SRC, SRC + len, len);
    op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
    idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, SRC + len, SRC, len);
    op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
    idxd_test_quit(&t);
}

static void test_fill(void)
{
    static const char pattern[] = "0123456789abcdef";
    IdxdTest t;
    IdxdDesc d;
    unsigned i, j, period;

    op_start(&t, "");
    for (i = 0; i < ARRAY_SIZE(sizes); i++) {
        for (period = 8; period <= 16; period += 8) {
            g_autofree uint8_t *expected = g_malloc(sizes[i] + 2);
            uint32_t flags = period == 16 ? 1 << 18 : 0;

            expected[0] = expected[sizes[i] + 1] = 0xaa;
            for (j = 0; j < sizes[i]; j++) {
                expected[1 + j] = pattern[j % period];
            }
            qtest_memset(t.qts, DST, 0xaa, 0x30000);
            idxd_desc(&d, IDXD_OP_FILL, OP_RECORD | flags, 0, 0, DST + 1 + i,
                      sizes[i]);
            memcpy(d.raw + 16, pattern, 8);
            if (period == 16) {
                memcpy(d.raw + 40, pattern + 8, 8);
            }
            op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
            op_assert_mem(&t, DST + i, expected,
                          sizes[i] + 2);
        }
    }
    /* The high half of a pattern of 8 bytes */
    idxd_desc(&d, IDXD_OP_FILL, OP_RECORD, 0, 1, DST, 8);
    d.raw[47] = 1;
    op_assert_run(&t, &d, IDXD_STS_RESERVED, 0, 0);
    idxd_test_quit(&t);
}

static uint8_t check_status(uint8_t result, uint8_t expected)
{
    return result == expected ? IDXD_STS_SUCCESS : IDXD_STS_UNEXPECTED;
}

static void test_compare(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned i, at, want;

    op_start(&t, "");
    for (i = 0; i < ARRAY_SIZE(sizes); i++) {
        uint64_t src1 = SRC + i, src2 = DST + 3 * i;
        g_autofree uint8_t *data = op_random(&t, src1, sizes[i], i);

        qtest_memwrite(t.qts, src2, data, sizes[i]);
        /* What comes after the end does not count */
        qtest_writeb(t.qts, src1 + sizes[i], 1);
        qtest_writeb(t.qts, src2 + sizes[i], 2);
        idxd_desc(&d, IDXD_OP_COMPARE, OP_RECORD, 0, src1, src2, sizes[i]);
        op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
        for (at = 0; at < sizes[i]; at += sizes[i] / 3 + 1) {
            qtest_writeb(t.qts, src2 + at, ~data[at]);
            op_assert_run(&t, &d, IDXD_STS_SUCCESS, 1, at);
            qtest_writeb(t.qts, src2 + at, data[at]);
        }
    }

    /* The result that is expected, which is not looked at without the flag */
    for (want = 0; want <= 2; want++) {
        for (i = 0; i < 2; i++) {
            qtest_writeb(t.qts, SRC, 5);
            qtest_writeb(t.qts, DST, 5 + i);
            idxd_desc(&d, IDXD_OP_COMPARE, OP_RECORD, 0, SRC, DST, 1);
            d.raw[40] = want;
            op_assert_run(&t, &d, IDXD_STS_SUCCESS, i, 0);
            d.raw[4] |= IDXD_FLAG_CHECK;
            op_assert_run(&t, &d, check_status(i, want), i, 0);
        }
    }
    idxd_test_quit(&t);
}

static void test_compare_pattern(void)
{
    const uint64_t pattern = 0x8877665544332211;
    IdxdTest t;
    IdxdDesc d;
    unsigned i, at, want;

    op_start(&t, "");
    for (i = 0; i < ARRAY_SIZE(sizes); i++) {
        uint64_t src = SRC + i;
        g_autofree uint8_t *data = g_malloc(sizes[i]);

        for (at = 0; at < sizes[i]; at++) {
            data[at] = 0x11 * (1 + at % 8);
        }
        qtest_memwrite(t.qts, src, data, sizes[i]);
        qtest_writeb(t.qts, src + sizes[i], 0xff);
        idxd_desc(&d, IDXD_OP_COMPARE_PATTERN, OP_RECORD, 0, src, pattern,
                  sizes[i]);
        op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
        for (at = 0; at < sizes[i]; at += sizes[i] / 3 + 1) {
            qtest_writeb(t.qts, src + at, 0);
            op_assert_run(&t, &d, IDXD_STS_SUCCESS, 1, at / 8 * 8);
            qtest_writeb(t.qts, src + at, data[at]);
        }
    }
    for (want = 0; want <= 2; want++) {
        for (i = 0; i < 2; i++) {
            qtest_writeb(t.qts, SRC, 0x11 + i);
            idxd_desc(&d, IDXD_OP_COMPARE_PATTERN, OP_RECORD | IDXD_FLAG_CHECK,
                      0, SRC, pattern, 1);
            d.raw[40] = want;
            op_assert_run(&t, &d, check_status(i, want), i, 0);
        }
    }
    idxd_test_quit(&t);
}

static void dualcast(IdxdDesc *d, uint64_t src, uint64_t dst1, uint64_t dst2,
                     uint32_t size)
{
    idxd_desc(d, IDXD_OP_DUALCAST, OP_RECORD, 0, src, dst1, size);
    stq_le_p(d->raw + 40, dst2);
}

static void test_dualcast(void)
{
    static const struct {
        uint64_t src, dst1, dst2;
        uint8_t status;
    } checks[] = {
        { SRC, DST, DST2 + 1, IDXD_STS_DUALCAST_ALIGN },
        { SRC, DST, DST2 + 0x800, IDXD_STS_DUALCAST_ALIGN },
        { SRC, DST, DST, IDXD_STS_OVERLAP },
        { SRC, DST, DST + 0x1000, IDXD_STS_OVERLAP },
        { SRC, DST + 0x1000, DST, IDXD_STS_OVERLAP },
        { SRC, SRC + 0x1fff, DST + 0xfff, IDXD_STS_OVERLAP },
        { SRC, DST + 0xfff, SRC + 0x1fff, IDXD_STS_OVERLAP },
        { SRC, SRC - 0x1fff, DST + 1, IDXD_STS_OVERLAP },
        { SRC, SRC + 0x2000, SRC - 0x2000, IDXD_STS_SUCCESS },
        { SRC, DST, DST + 0x2000, IDXD_STS_SUCCESS },
    };
    g_autofree uint8_t *data = NULL;
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    op_start(&t, "");
    data = op_random(&t, SRC, 0x30000, 7);
    for (i = 0; i < ARRAY_SIZE(sizes); i++) {
        qtest_memset(t.qts, DST, 0, 0x30000);
        qtest_memset(t.qts, DST2, 0, 0x30000);
        dualcast(&d, SRC + i, DST + 0x123, DST2 + 0x7123, sizes[i]);
        op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
        op_assert_mem(&t, DST + 0x123, data + i, sizes[i]);
        op_assert_mem(&t, DST2 + 0x7123, data + i, sizes[i]);
        g_assert_cmphex(qtest_readb(t.qts, DST + 0x123 + sizes[i]), ==, 0);
        g_assert_cmphex(qtest_readb(t.qts, DST2 + 0x7123 + sizes[i]), ==, 0);
    }
    for (i = 0; i < ARRAY_SIZE(checks); i++) {
        dualcast(&d, checks[i].src, checks[i].dst1, checks[i].dst2, 0x2000);
        op_assert_run(&t, &d, checks[i].status, 0, 0);
    }
    idxd_test_quit(&t);
}

/* They change nothing; only a flush cares for what is not there */
static void test_flush_and_fetch(void)
{
    g_autofree uint8_t *data = NULL;
    IdxdTest t;
    IdxdDesc d;
    OpRecord r;
    unsigned i;

    op_start(&t, "");
    data = op_random(&t, SRC, 0x30000, 9);
    for (i = 0; i < ARRAY_SIZE(sizes); i++) {
        idxd_desc(&d, IDXD_OP_CACHE_FLUSH,
                  OP_RECORD | (i % 2 ? IDXD_FLAG_CACHE : 0), 0, 0, SRC + i,
                  sizes[i]);
        op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
        idxd_desc(&d, IDXD_OP_TRANSLATION_FETCH, OP_RECORD, 0, SRC + i, 0,
                  sizes[i]);
        stl_le_p(d.raw + 48, i * 1000);
        op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
    }
    op_assert_mem(&t, SRC, data, 0x30000);

    idxd_desc(&d, IDXD_OP_CACHE_FLUSH, OP_RECORD, 0, 0, IDXD_TEST_NOWHERE, 8);
    r = op_run(&t, &d);
    g_assert_cmphex(r.status, ==, IDXD_STS_TRANSLATION);
    g_assert_cmphex(r.fault_addr, ==, IDXD_TEST_NOWHERE);
    idxd_desc(&d, IDXD_OP_TRANSLATION_FETCH, OP_RECORD, 0, IDXD_TEST_NOWHERE, 0,
              0x10000);
    op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
    idxd_test_quit(&t);
}

static void test_drain(void)
{
    IdxdTest t;
    IdxdDesc d;
    OpRecord r;
    unsigned i;

    op_start(&t, "");
    idxd_desc(&d, IDXD_OP_DRAIN, OP_RECORD, 0, 0, 0, 0);
    op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
    for (i = 0; i < 2; i++) {
        idxd_desc(&d, IDXD_OP_DRAIN, OP_RECORD | 1 << (16 + i), 0, 0, 0, 0);
        stq_le_p(d.raw + 16 + 8 * i, SRC);
        op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
        stq_le_p(d.raw + 16 + 8 * i, IDXD_TEST_NOWHERE + i);
        r = op_run(&t, &d);
        g_assert_cmphex(r.status, ==, IDXD_STS_READBACK_FAULT);
        g_assert_cmphex(r.fault_addr, ==, IDXD_TEST_NOWHERE + i);
        /* An address without its flag */
        d.raw[6] = 0;
        op_assert_run(&t, &d, IDXD_STS_RESERVED, 0, 0);
    }
    idxd_test_quit(&t);
}

/* A result other than the expected one stops a batch at the next fence */
static void test_unexpected_in_batch(void)
{
    IdxdTest t;
    IdxdDesc d, list[4];
    unsigned i;

    op_start(&t, "");
    qtest_writeb(t.qts, SRC, 1);
    qtest_writeb(t.qts, DST, 2);
    qtest_writeb(t.qts, DST2, 0);
    for (i = 0; i < 4; i++) {
        idxd_desc(&list[i], IDXD_OP_MOVE, OP_RECORD, idxd_record(&t, 1 + i),
                  SRC, DST2 + i, 1);
        qtest_writeb(t.qts, DST2 + i, 0);
    }
    idxd_desc(&list[0], IDXD_OP_COMPARE, OP_RECORD | IDXD_FLAG_CHECK,
              idxd_record(&t, 1), SRC, DST, 1);
    list[2].raw[4] |= IDXD_FLAG_FENCE;
    qtest_memwrite(t.qts, IDXD_TEST_LIST, list, sizeof(list));
    idxd_desc(&d, IDXD_OP_BATCH, OP_RECORD, 0, IDXD_TEST_LIST, 0, 4);
    op_assert_run(&t, &d, IDXD_STS_BATCH_FAIL, 1, 2);
    g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS + 64), ==,
                    IDXD_STS_UNEXPECTED);
    g_assert_cmphex(qtest_readl(t.qts, DST2), ==, 0x0100);
    g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS + 3 * 64), ==, 0);

    /* As it was expected, all goes on */
    list[0].raw[40] = 1;
    qtest_memwrite(t.qts, IDXD_TEST_LIST, list, sizeof(list));
    op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 4);
    g_assert_cmphex(qtest_readl(t.qts, DST2), ==, 0x01010100);
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/op/" #name, test_##name)
    ADD(move);
    ADD(move_overlap);
    ADD(fill);
    ADD(compare);
    ADD(compare_pattern);
    ADD(dualcast);
    ADD(flush_and_fetch);
    ADD(drain);
    ADD(unexpected_in_batch);

    return g_test_run();
}
