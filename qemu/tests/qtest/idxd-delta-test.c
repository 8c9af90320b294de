/*
 * QTest testcase for idxd-dsa: Create Delta and Apply Delta
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-op-util.h"

#define SRC1        OP_BUF(0)
#define SRC2        OP_BUF(1)
#define DELTA       OP_BUF(2)
#define MAX_SIZE    0x80000
#define MAX_ROOM    (MAX_SIZE / 8 * 10)

static void create(IdxdDesc *d, uint32_t size, uint64_t delta, uint32_t room)
{
    idxd_desc(d, IDXD_OP_CREATE_DELTA, OP_RECORD, 0, SRC1, SRC2, size);
    stq_le_p(d->raw + 40, delta);
    stl_le_p(d->raw + 48, room);
}

static void apply(IdxdDesc *d, uint64_t delta, uint32_t delta_size,
                  uint64_t dst, uint32_t size)
{
    idxd_desc(d, IDXD_OP_APPLY_DELTA, OP_RECORD, 0, delta, dst, size);
    stl_le_p(d->raw + 40, delta_size);
}

static void assert_create(IdxdTest *t, IdxdDesc *d, uint8_t status,
                          uint8_t result, uint32_t completed,
                          uint32_t delta_size)
{
    OpRecord r = op_run(t, d);

    g_assert_cmphex(ldl_le_p(r.specific), ==, delta_size);
    memset(r.specific, 0, 4);
    op_assert(&r, status, result, completed);
}

/* A record by hand */
static void test_known(void)
{
    static const uint8_t src1[32] = "one.....two.....three...four....";
    static const uint8_t src2[32] = "one.....TWO.....three...FOUR...!";
    static const uint8_t delta[20] = "\1\0TWO.....\3\0FOUR...!";
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    qtest_memwrite(t.qts, SRC1, src1, 32);
    qtest_memwrite(t.qts, SRC2, src2, 32);
    qtest_memset(t.qts, DELTA, 0xaa, 100);
    create(&d, 32, DELTA, 80);
    assert_create(&t, &d, IDXD_STS_SUCCESS, 1, 0, 20);
    op_assert_mem(&t, DELTA, delta, 20);
    g_assert_cmphex(qtest_readb(t.qts, DELTA + 20), ==, 0xaa);

    apply(&d, DELTA, 20, SRC1, 32);
    op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
    op_assert_mem(&t, SRC1, src2, 32);
    idxd_test_quit(&t);
}

/* What the record of two buffers is; returns its size */
static uint32_t reference(const uint8_t *src1, const uint8_t *src2,
                          uint32_t size, uint8_t *delta)
{
    uint32_t len = 0, i;

    for (i = 0; i < size / 8; i++) {
        if (memcmp(src1 + i * 8, src2 + i * 8, 8)) {
            delta[len++] = i & 0xff;
            delta[len++] = i >> 8;
            memcpy(delta + len, src2 + i * 8, 8);
            len += 8;
        }
    }
    return len;
}

static void test_sizes(void)
{
    static const uint32_t sizes[] = {
        8, 16, 72, 4096, 4104, 8192, 0x10000, 0x20008, MAX_SIZE,
    };
    /* One byte in how many differs */
    static const uint32_t rates[] = { 1, 3, 8, 100, 5000, 60000 };
    g_autofree uint8_t *delta = g_malloc(MAX_ROOM + 10);
    unsigned i, j, k;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    for (i = 0; i < ARRAY_SIZE(sizes); i++) {
        for (j = 0; j < ARRAY_SIZE(rates); j++) {
            g_autofree uint8_t *src1 = op_random(&t, SRC1, sizes[i], i);
            g_autofree uint8_t *src2 = g_memdup2(src1, sizes[i]);
            uint64_t at = DELTA + i + 3 * j;
            uint32_t len;

            for (k = rates[j] / 2; k < sizes[i]; k += rates[j]) {
                src2[k] ^= 1 << k % 8;
            }
            qtest_memwrite(t.qts, SRC2, src2, sizes[i]);
            len = reference(src1, src2, sizes[i], delta);
            delta[len] = 0xaa;
            qtest_memset(t.qts, at, 0xaa, len + 1);
            create(&d, sizes[i], at, MAX_ROOM);
            assert_create(&t, &d, IDXD_STS_SUCCESS, len ? 1 : 0, 0, len);
            op_assert_mem(&t, at, delta, len + 1);
            if (len) {
                apply(&d, at, len, SRC1, sizes[i]);
                op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);
                op_assert_mem(&t, SRC1, src2, sizes[i]);
            }
        }
    }
    idxd_test_quit(&t);
}

/* As many entries as there is room for */
static void test_room(void)
{
    static const uint32_t rooms[] = { 80, 90, 400, 5110, 5120, 5130, 8000 };
    const uint32_t size = 0x4000;
    g_autofree uint8_t *src1 = NULL;
    g_autofree uint8_t *src2 = NULL;
    g_autofree uint8_t *delta = g_malloc(size / 8 * 10);
    uint32_t len, last;
    unsigned i, n;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    src1 = op_random(&t, SRC1, size, 1);
    src2 = g_memdup2(src1, size);
    for (i = 8; i < size; i += 16) {
        src2[i]++;
    }
    qtest_memwrite(t.qts, SRC2, src2, size);
    len = reference(src1, src2, size, delta);
    for (i = 0; i < ARRAY_SIZE(rooms); i++) {
        qtest_memset(t.qts, DELTA, 0xaa, size);
        create(&d, size, DELTA, rooms[i]);
        n = rooms[i] / 10;
        assert_create(&t, &d, IDXD_STS_SUCCESS, 2, n * 16 + 8, rooms[i]);
        op_assert_mem(&t, DELTA, delta, rooms[i]);
        g_assert_cmphex(qtest_readb(t.qts, DELTA + rooms[i]), ==, 0xaa);
    }
    /* All but the last one, and all */
    last = len - 10;
    create(&d, size, DELTA, last);
    assert_create(&t, &d, IDXD_STS_SUCCESS, 2, size - 8, last);
    create(&d, size, DELTA, len);
    assert_create(&t, &d, IDXD_STS_SUCCESS, 1, 0, len);
    /* Nothing differs after the place is used up */
    create(&d, 160, DELTA, 100);
    assert_create(&t, &d, IDXD_STS_SUCCESS, 1, 0, 100);
    create(&d, 168, DELTA, 100);
    assert_create(&t, &d, IDXD_STS_SUCCESS, 1, 0, 100);
    create(&d, 176, DELTA, 100);
    assert_create(&t, &d, IDXD_STS_SUCCESS, 2, 168, 100);
    idxd_test_quit(&t);
}

/* Each result with each mask */
static void test_expected(void)
{
    unsigned result, mask;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    qtest_memset(t.qts, SRC1, 1, 256);
    for (result = 0; result < 3; result++) {
        uint32_t entries = result == 0 ? 0 : result == 1 ? 2 : 9;
        uint32_t written = result == 2 ? 80 : entries * 10;

        qtest_memset(t.qts, SRC2, 1, 256);
        qtest_memset(t.qts, SRC2, 2, entries * 8);
        for (mask = 0; mask < 16; mask++) {
            uint8_t status = mask >> result & 1 ? IDXD_STS_SUCCESS :
                                                  IDXD_STS_UNEXPECTED;

            create(&d, 256, DELTA, 80);
            d.raw[56] = mask == 15 ? 0xff : mask | 0xa0;
            d.raw[4] |= IDXD_FLAG_CHECK;
            assert_create(&t, &d, status, result, result == 2 ? 64 : 0,
                          written);
            d.raw[4] &= ~IDXD_FLAG_CHECK;
            assert_create(&t, &d, IDXD_STS_SUCCESS, result,
                          result == 2 ? 64 : 0, written);
        }
    }
    idxd_test_quit(&t);
}

static void test_create_checks(void)
{
    static const struct {
        uint64_t src1, src2, delta;
        uint32_t size, room;
        uint8_t status;
    } checks[] = {
        { SRC1, SRC2, DELTA, 64, 80, IDXD_STS_SUCCESS },
        { SRC1, SRC2, DELTA + 1, 64, 80, IDXD_STS_SUCCESS },
        { SRC1, SRC1, DELTA, 64, 80, IDXD_STS_SUCCESS },
        { SRC1, SRC1 + 8, DELTA, 64, 80, IDXD_STS_SUCCESS },
        { SRC1, SRC2, DELTA, 0, 80, IDXD_STS_XFER_SIZE },
        { SRC1, SRC2, DELTA, 63, 80, IDXD_STS_XFER_SIZE },
        { SRC1, SRC2, DELTA, 60, 80, IDXD_STS_XFER_SIZE },
        { SRC1, SRC2, DELTA, MAX_SIZE + 8, 80, IDXD_STS_XFER_SIZE },
        { SRC1, SRC2, DELTA, 64, 0, IDXD_STS_DELTA_SIZE },
        { SRC1, SRC2, DELTA, 64, 70, IDXD_STS_DELTA_SIZE },
        { SRC1, SRC2, DELTA, 64, 85, IDXD_STS_DELTA_SIZE },
        { SRC1, SRC2, DELTA, 64, 88, IDXD_STS_DELTA_SIZE },
        { SRC1 + 1, SRC2, DELTA, 64, 80, IDXD_STS_ALIGN },
        { SRC1, SRC2 + 4, DELTA, 64, 80, IDXD_STS_ALIGN },
        { SRC1, SRC2, SRC1 + 63, 64, 80, IDXD_STS_OVERLAP },
        { SRC1, SRC2, SRC1 + 64, 64, 80, IDXD_STS_SUCCESS },
        { SRC1, SRC2, SRC1 - 79, 64, 80, IDXD_STS_OVERLAP },
        { SRC1, SRC2, SRC1 - 80, 64, 80, IDXD_STS_SUCCESS },
        { SRC1, SRC2, SRC2, 64, 80, IDXD_STS_OVERLAP },
    };
    unsigned i;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    for (i = 0; i < ARRAY_SIZE(checks); i++) {
        qtest_memset(t.qts, SRC1, 0, 256);
        qtest_memset(t.qts, SRC2, 0, 256);
        create(&d, checks[i].size, checks[i].delta, checks[i].room);
        stq_le_p(d.raw + 16, checks[i].src1);
        stq_le_p(d.raw + 24, checks[i].src2);
        op_assert_run(&t, &d, checks[i].status, 0, 0);
    }
    idxd_test_quit(&t);
}

static void test_apply_checks(void)
{
    static const struct {
        uint64_t delta, dst;
        uint32_t delta_size, size;
        uint8_t status;
    } checks[] = {
        { DELTA + 1, SRC1, 10, 64, IDXD_STS_SUCCESS },
        { DELTA, SRC1, 10, 0, IDXD_STS_XFER_SIZE },
        { DELTA, SRC1, 10, 65, IDXD_STS_XFER_SIZE },
        { DELTA, SRC1, 10, MAX_SIZE + 8, IDXD_STS_XFER_SIZE },
        { DELTA, SRC1, 10, MAX_SIZE, IDXD_STS_SUCCESS },
        { DELTA, SRC1, 0, 64, IDXD_STS_DELTA_SIZE },
        { DELTA, SRC1, 5, 64, IDXD_STS_DELTA_SIZE },
        { DELTA, SRC1, 16, 64, IDXD_STS_DELTA_SIZE },
        { DELTA, SRC1 + 2, 10, 64, IDXD_STS_ALIGN },
        { SRC1 + 63, SRC1, 10, 64, IDXD_STS_OVERLAP },
        { SRC1 + 64, SRC1, 10, 64, IDXD_STS_SUCCESS },
        { SRC1 - 9, SRC1, 10, 64, IDXD_STS_OVERLAP },
        { SRC1 - 10, SRC1, 10, 64, IDXD_STS_SUCCESS },
    };
    unsigned i;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    for (i = 0; i < ARRAY_SIZE(checks); i++) {
        qtest_memset(t.qts, SRC1 - 10, 0, 256);
        qtest_memset(t.qts, DELTA, 0, 256);
        apply(&d, checks[i].delta, checks[i].delta_size, checks[i].dst,
              checks[i].size);
        op_assert_run(&t, &d, checks[i].status, 0, 0);
    }
    idxd_test_quit(&t);
}

/* Entries that make no sense, after some that do */
static void test_apply_bad_entries(void)
{
    static const struct {
        uint16_t offset[5];
        uint8_t status;
        unsigned good;
    } checks[] = {
        { { 0, 1, 2, 3, 7 }, IDXD_STS_SUCCESS, 5 },
        { { 8, 1, 2, 3, 4 }, IDXD_STS_DELTA_OFFSET, 0 },
        { { 0, 0xffff, 2, 3, 4 }, IDXD_STS_DELTA_OFFSET, 1 },
        { { 0, 1, 2, 3, 8 }, IDXD_STS_DELTA_OFFSET, 4 },
        { { 0, 0, 2, 3, 4 }, IDXD_STS_DELTA_ORDER, 1 },
        { { 1, 2, 0, 3, 4 }, IDXD_STS_DELTA_ORDER, 2 },
        { { 3, 4, 5, 7, 6 }, IDXD_STS_DELTA_ORDER, 4 },
    };
    unsigned i, j;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    for (i = 0; i < ARRAY_SIZE(checks); i++) {
        uint8_t delta[50], expected[72];
        bool good = checks[i].good == 5;

        memset(expected, 0xaa, sizeof(expected));
        qtest_memset(t.qts, SRC1, 0xaa, sizeof(expected));
        for (j = 0; j < 5; j++) {
            stw_le_p(delta + 10 * j, checks[i].offset[j]);
            memset(delta + 10 * j + 2, j, 8);
            if (j < checks[i].good) {
                memset(expected + 8 * checks[i].offset[j], j, 8);
            }
        }
        qtest_memwrite(t.qts, DELTA, delta, sizeof(delta));
        apply(&d, DELTA, 50, SRC1, 64);
        op_assert_run(&t, &d, checks[i].status, 0,
                      good ? 0 : 10 * checks[i].good);
        op_assert_mem(&t, SRC1, expected, sizeof(expected));
    }
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/delta/" #name, test_##name)
    ADD(known);
    ADD(sizes);
    ADD(room);
    ADD(expected);
    ADD(create_checks);
    ADD(apply_checks);
    ADD(apply_bad_entries);

    return g_test_run();
}
