/*
 * QTest testcase for idxd-dsa: members of a batch in another order than that
 * of the list, drawn from a seed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-util.h"

#define RING        64
#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define MEMBERS     24
#define SEEDS       4
#define BUFFER(i)   (IDXD_TEST_BUFFERS + (i) * 64)
#define VALUE       0x5a
#define NOWHERE(i)  (IDXD_TEST_NOWHERE + (i) * 32)

static void start(IdxdTest *t, unsigned seed)
{
    g_autofree char *device = g_strdup_printf("idxd-dsa,x-test=on,x-shuffle=%u",
                                              seed);

    idxd_test_start(t, "", device);
    idxd_enable(t, RING);
}

static void run(IdxdTest *t, unsigned count, uint8_t status)
{
    uint64_t record = idxd_record(t, 0);
    IdxdDesc d;

    idxd_desc(&d, IDXD_OP_BATCH, RECORD, record, IDXD_TEST_LIST, 0, count);
    idxd_submit(t, 0, &d);
    g_assert_cmphex(idxd_wait(t, record), ==, status);
}

/* Each member copies what the one before it has written */
static void run_chain(IdxdTest *t, uint32_t flags, uint8_t *result)
{
    unsigned i;
    IdxdDesc d;

    qtest_memset(t->qts, BUFFER(0), 0, BUFFER(MEMBERS + 1) - BUFFER(0));
    qtest_writeb(t->qts, BUFFER(0), VALUE);
    for (i = 0; i < MEMBERS; i++) {
        idxd_desc(&d, IDXD_OP_MOVE, flags, 0, BUFFER(i), BUFFER(i + 1), 1);
        qtest_memwrite(t->qts, IDXD_TEST_LIST + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    run(t, MEMBERS, IDXD_STS_SUCCESS);
    for (i = 0; i < MEMBERS; i++) {
        result[i] = qtest_readb(t->qts, BUFFER(i + 1));
    }
}

static bool is_right(const uint8_t *result)
{
    return result[MEMBERS - 1] == VALUE;
}

/* A client that leaves out the fences gets away with it in one order only */
static void test_dependent_members(void)
{
    uint8_t result[MEMBERS];
    unsigned seed;
    IdxdTest t;

    for (seed = 0; seed <= SEEDS; seed++) {
        start(&t, seed);
        run_chain(&t, 0, result);
        g_assert_cmpint(is_right(result), ==, !seed);
        run_chain(&t, IDXD_FLAG_FENCE, result);
        g_assert_true(is_right(result));
        idxd_test_quit(&t);
    }
}

/* The same seed and the same descriptors give the same orders again */
static void test_replay(void)
{
    uint8_t result[SEEDS][2][MEMBERS], again[2][MEMBERS];
    bool differ = false;
    unsigned seed;
    IdxdTest t;

    for (seed = 0; seed < SEEDS; seed++) {
        start(&t, seed + 1);
        run_chain(&t, 0, result[seed][0]);
        run_chain(&t, 0, result[seed][1]);
        idxd_test_quit(&t);

        start(&t, seed + 1);
        run_chain(&t, 0, again[0]);
        run_chain(&t, 0, again[1]);
        idxd_test_quit(&t);
        g_assert_cmpmem(result[seed], sizeof(again), again, sizeof(again));
        differ |= memcmp(result[seed], result[0], sizeof(again));
    }
    g_assert_true(differ);
}

/*
 * Whatever the order, each member is carried out once, the first entry says
 * that it is, and the batch's comes last.
 */
static void test_log(void)
{
    bool in_order = true;
    uint32_t seen = 0;
    IdxdTestEntry e;
    unsigned i;
    IdxdTest t;
    IdxdDesc d;

    start(&t, 1);
    for (i = 0; i < MEMBERS; i++) {
        idxd_desc(&d, IDXD_OP_NOOP, RECORD, NOWHERE(i), 0, 0, 0);
        qtest_memwrite(t.qts, IDXD_TEST_LIST + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    idxd_desc(&d, IDXD_OP_BATCH, RECORD, idxd_record(&t, 0), IDXD_TEST_LIST, 0,
              MEMBERS);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, MEMBERS + 1);
    for (i = 0; i < MEMBERS; i++) {
        e = idxd_log_entry(&t, i);
        g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
        g_assert_cmpint(e.first, ==, !i);
        g_assert_cmphex(e.addr, ==, NOWHERE(e.batch_index));
        g_assert_cmphex(seen & BIT(e.batch_index), ==, 0);
        seen |= BIT(e.batch_index);
        in_order &= e.batch_index == i;
    }
    g_assert_cmphex(seen, ==, MAKE_64BIT_MASK(0, MEMBERS));
    g_assert_false(in_order);
    e = idxd_log_entry(&t, MEMBERS);
    g_assert_cmphex(e.code, ==, IDXD_EVL_BATCH);
    g_assert_false(e.first);
    idxd_test_quit(&t);
}

/* What was read before the list ends is carried out; a fence looks at all */
static void test_failures(void)
{
    uint64_t list = (128ULL << 20) - 5 * IDXD_DESC_SIZE;
    uint64_t record;
    unsigned i;
    IdxdTest t;
    IdxdDesc d;

    start(&t, 1);
    for (i = 0; i < 5; i++) {
        idxd_desc(&d, IDXD_OP_NOOP, RECORD, idxd_record(&t, 1 + i), 0, 0, 0);
        qtest_memwrite(t.qts, list + i * IDXD_DESC_SIZE, d.raw, IDXD_DESC_SIZE);
    }
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_BATCH, RECORD, record, list, 0, 8);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_BATCH_FAULT);
    g_assert_cmpuint(qtest_readl(t.qts, record + 4), ==, 5);
    for (i = 0; i < 5; i++) {
        g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS + (1 + i) *
                                    IDXD_RECORD_MAX), ==, IDXD_STS_SUCCESS);
    }

    /* One of those before the fence fails, whichever comes last */
    for (i = 0; i < 8; i++) {
        idxd_desc(&d, i == 1 ? 0x3f : IDXD_OP_NOOP,
                  RECORD | (i == 6 ? IDXD_FLAG_FENCE : 0),
                  idxd_record(&t, 1 + i), 0, 0, 0);
        qtest_memwrite(t.qts, IDXD_TEST_LIST + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    run(&t, 8, IDXD_STS_BATCH_FAIL);
    g_assert_cmpuint(qtest_readl(t.qts, IDXD_TEST_RECORDS + 4), ==, 6);
    for (i = 0; i < 8; i++) {
        g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS + (1 + i) *
                                    IDXD_RECORD_MAX), ==,
                        i >= 6 ? 0 : i == 1 ? IDXD_STS_OPCODE
                                            : IDXD_STS_SUCCESS);
    }
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/shuffle/dependent-members", test_dependent_members);
    qtest_add_func("idxd/shuffle/replay", test_replay);
    qtest_add_func("idxd/shuffle/log", test_log);
    qtest_add_func("idxd/shuffle/failures", test_failures);

    return g_test_run();
}
