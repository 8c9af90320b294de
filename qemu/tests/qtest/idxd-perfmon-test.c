/*
 * QTest testcase for idxd-dsa: performance monitor
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/dma/idxd/perfmon.h"
#include "idxd-util.h"

#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define SRC         IDXD_TEST_BUFFERS
#define DST         (IDXD_TEST_BUFFERS + 0x100000)
#define WIDTH_MAX   MAKE_64BIT_MASK(0, IDXD_PERF_WIDTH)
#define ALL         MAKE_64BIT_MASK(0, IDXD_PERF_COUNTERS)

static uint64_t rdq(IdxdTest *t, uint64_t reg)
{
    return qpci_io_readq(t->dev, t->regs, IDXD_PERFMON_BASE + reg);
}

static void wrq(IdxdTest *t, uint64_t reg, uint64_t val)
{
    qpci_io_writeq(t->dev, t->regs, IDXD_PERFMON_BASE + reg, val);
}

static uint32_t rdl(IdxdTest *t, uint64_t reg)
{
    return idxd_rd(t, IDXD_PERFMON_BASE + reg);
}

static void wrl(IdxdTest *t, uint64_t reg, uint32_t val)
{
    idxd_wr(t, IDXD_PERFMON_BASE + reg, val);
}

static uint64_t filter(unsigned counter, IdxdPerfFilter f)
{
    return A_FLTCFG + counter * IDXD_FLTCFG_STRIDE + f * 4;
}

/* Counter @n counts from 0 on, whatever it did before */
static void count(IdxdTest *t, unsigned n, IdxdPerfCategory category,
                  uint64_t events)
{
    wrq(t, A_CNTRCFG + n * 8, 0);
    wrq(t, A_CNTRDATA + n * 8, 0);
    wrq(t, A_CNTRCFG + n * 8, R_CNTRCFG_ENABLE_MASK |
        (uint64_t)category << R_CNTRCFG_CATEGORY_SHIFT |
        events << R_CNTRCFG_EVENTS_SHIFT);
}

static uint64_t counted(IdxdTest *t, unsigned n)
{
    return rdq(t, A_CNTRDATA + n * 8);
}

static void start(IdxdTest *t)
{
    idxd_test_start(t, "", "idxd-dsa,x-test=on");
    idxd_enable_groups(t, 0);
}

static void run(IdxdTest *t, unsigned wq, uint8_t opcode, uint32_t flags,
                uint32_t size)
{
    uint64_t record = idxd_record(t, 0);
    IdxdDesc d;

    idxd_desc(&d, opcode, RECORD | flags, record, size ? SRC : 0,
              size ? DST : 0, size);
    idxd_submit(t, wq, &d);
    g_assert_cmphex(idxd_wait(t, record), ==, IDXD_STS_SUCCESS);
    /* The record is there before all is counted */
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
}

static void noops(IdxdTest *t, unsigned wq, unsigned n)
{
    while (n--) {
        run(t, wq, IDXD_OP_NOOP, 0, 0);
    }
}

static void test_capabilities(void)
{
    static const uint32_t events[] = { 0x70015, 0x3000f, 0x7f00c3,
                                       0xfffffff, 0xf0018 };
    uint64_t cap;
    unsigned i;
    IdxdTest t;

    start(&t);
    g_assert_cmphex(idxd_rd(&t, A_OFFSETS2) * IDXD_TABLE_UNIT, ==,
                    IDXD_PERFMON_BASE);
    cap = rdq(&t, A_PERFCAP);
    g_assert_cmpuint(cap & 0x3f, ==, 8);
    g_assert_cmpuint(cap >> 8 & 0xff, ==, 48);
    g_assert_cmpuint(cap >> 16 & 0xf, ==, ARRAY_SIZE(events));
    g_assert_cmphex(cap >> 20 & 0xffff, ==, 0x1f);
    g_assert_cmphex(cap >> 36 & 0xff, ==, 0x1f);
    /* Writable counters, freeze, overflow interrupt; not per counter */
    g_assert_cmphex(cap >> 52, ==, 0xe);
    for (i = 0; i < ARRAY_SIZE(events); i++) {
        g_assert_cmphex(rdq(&t, A_EVNTCAP + i * 8), ==, events[i]);
    }
    idxd_test_quit(&t);

    idxd_test_start(&t, "", "idxd-dsa,perfmon=off");
    g_assert_cmphex(idxd_rd(&t, A_OFFSETS2), ==, 0);
    wrl(&t, A_CNTRCFG, 1);
    g_assert_cmphex(rdl(&t, A_CNTRCFG), !=, 1);
    idxd_test_quit(&t);
}

/* What can be written to each register, in which piece */
static void test_registers(void)
{
    uint64_t cfg = 0x0fffffff00000f07;
    IdxdTest t;
    unsigned i;

    start(&t);
    for (i = 0; i < IDXD_PERF_COUNTERS; i++) {
        wrq(&t, A_CNTRCFG + i * 8, UINT64_MAX);
        g_assert_cmphex(rdq(&t, A_CNTRCFG + i * 8), ==, cfg);
        wrl(&t, A_CNTRCFG + i * 8, 0);
        g_assert_cmphex(rdq(&t, A_CNTRCFG + i * 8), ==, cfg & ~0xffffffffull);
        wrl(&t, A_CNTRCFG + i * 8 + 4, 0x55);
        g_assert_cmphex(rdq(&t, A_CNTRCFG + i * 8), ==, 0x5500000000);
        wrq(&t, A_CNTRDATA + i * 8, UINT64_MAX);
        g_assert_cmphex(rdq(&t, A_CNTRDATA + i * 8), ==, WIDTH_MAX);
        wrl(&t, A_CNTRDATA + i * 8 + 4, 0x1234);
        g_assert_cmphex(rdq(&t, A_CNTRDATA + i * 8), ==, 0x1234ffffffff);
        wrl(&t, filter(i, IDXD_PERF_FILTER_PAGE), UINT32_MAX);
        g_assert_cmphex(rdl(&t, filter(i, IDXD_PERF_FILTER_PAGE)), ==, 0xf);
        wrl(&t, filter(i, IDXD_PERF_FILTERS), UINT32_MAX);
        g_assert_cmphex(rdl(&t, filter(i, IDXD_PERF_FILTERS)), ==, 0);
        wrl(&t, filter(i, IDXD_PERF_FILTER_SIZE), 0x21);
        g_assert_cmphex(rdl(&t, filter(i, IDXD_PERF_FILTER_SIZE)), ==, 0x21);
        g_assert_cmphex(rdl(&t, filter(i, IDXD_PERF_FILTER_ENGINE)), ==, 0xff);
    }
    wrl(&t, A_PERFFRZ, UINT32_MAX);
    g_assert_cmphex(rdl(&t, A_PERFFRZ), ==, ALL);

    /* Configuration and counters are reset one without the other */
    wrl(&t, A_PERFRST, R_PERFRST_CONFIG_MASK);
    g_assert_cmphex(rdl(&t, A_PERFRST), ==, 0);
    g_assert_cmphex(rdl(&t, A_PERFFRZ), ==, 0);
    g_assert_cmphex(rdq(&t, A_CNTRCFG), ==, 0);
    g_assert_cmphex(rdl(&t, filter(7, IDXD_PERF_FILTER_SIZE)), ==, 0xff);
    g_assert_cmphex(rdq(&t, A_CNTRDATA), ==, 0x1234ffffffff);
    wrq(&t, A_CNTRCFG, 0x100);
    wrl(&t, A_PERFRST, R_PERFRST_COUNTER_MASK);
    g_assert_cmphex(rdq(&t, A_CNTRDATA), ==, 0);
    g_assert_cmphex(rdq(&t, A_CNTRCFG), ==, 0x100);

    /* Nothing else is there, also behind the last counter */
    for (i = 0; i < IDXD_PERFMON_SIZE; i += 4) {
        if (i < A_CNTRCFG || (i - A_CNTRCFG) % 0x100 >= 0x40) {
            uint32_t old = rdl(&t, i);

            if (i < A_FLTCFG || i >= A_FLTCFG + 0x100) {
                wrl(&t, i, UINT32_MAX);
                g_assert_cmphex(rdl(&t, i), ==, i == A_PERFFRZ ? ALL : old);
            }
        }
    }
    idxd_test_quit(&t);
}

static void test_categories(void)
{
    IdxdTest t;
    unsigned i;
    IdxdDesc d;

    start(&t);
    count(&t, 0, IDXD_PERF_WQ, IDXD_PERF_WQ_ACCEPTED);
    count(&t, 1, IDXD_PERF_WQ, IDXD_PERF_WQ_DROPPED);
    count(&t, 2, IDXD_PERF_ENGINE, IDXD_PERF_ENGINE_READ);
    count(&t, 3, IDXD_PERF_ENGINE, IDXD_PERF_ENGINE_WRITTEN);
    count(&t, 4, IDXD_PERF_OPERATION, 1 << IDXD_OP_NOOP);
    count(&t, 5, IDXD_PERF_OPERATION, 1 << IDXD_OP_MOVE | 1 << IDXD_OP_FILL);
    count(&t, 6, IDXD_PERF_COMPLETION, IDXD_PERF_COMPL_SUCCESS);
    count(&t, 7, IDXD_PERF_COMPLETION, IDXD_PERF_COMPL_ERROR);

    noops(&t, 0, 3);
    run(&t, 1, IDXD_OP_MOVE, 0, 4096);
    /* Together these have a unit of data more */
    run(&t, 1, IDXD_OP_MOVE, 0, 48);
    run(&t, 1, IDXD_OP_MOVE, 0, 16);
    run(&t, 2, IDXD_OP_FILL, 0, 320);
    idxd_desc(&d, 0x7f, RECORD, idxd_record(&t, 0), 0, 0, 0);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS), ==, IDXD_STS_OPCODE);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_WQ, 1 << 7), ==, 0);
    idxd_submit(&t, 7, &d);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
    g_assert_cmpuint(counted(&t, 0), ==, 8);
    g_assert_cmpuint(counted(&t, 1), ==, 1);
    g_assert_cmpuint(counted(&t, 2), ==, 128 + 2);
    g_assert_cmpuint(counted(&t, 3), ==, 128 + 2 + 10);
    g_assert_cmpuint(counted(&t, 4), ==, 3);
    g_assert_cmpuint(counted(&t, 5), ==, 4);
    g_assert_cmpuint(counted(&t, 6), ==, 7);
    g_assert_cmpuint(counted(&t, 7), ==, 1);

    /* A batch, whose members have no records */
    count(&t, 0, IDXD_PERF_WQ, IDXD_PERF_WQ_DISPATCHED);
    count(&t, 1, IDXD_PERF_ENGINE, IDXD_PERF_ENGINE_DESCRIPTORS);
    count(&t, 2, IDXD_PERF_ENGINE, IDXD_PERF_ENGINE_MEMBERS);
    count(&t, 3, IDXD_PERF_OPERATION, 1 << IDXD_OP_BATCH);
    count(&t, 4, IDXD_PERF_COMPLETION, IDXD_PERF_COMPL_RECORD);
    count(&t, 5, IDXD_PERF_ENGINE, IDXD_PERF_ENGINE_READ);
    count(&t, 6, IDXD_PERF_COMPLETION, IDXD_PERF_COMPL_ABORTED);
    count(&t, 7, IDXD_PERF_TRANSLATION, IDXD_PERF_TRANSLATION_ALL);
    idxd_desc(&d, IDXD_OP_NOOP, 0, 0, 0, 0, 0);
    for (i = 0; i < 5; i++) {
        qtest_memwrite(t.qts, IDXD_TEST_LIST + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    idxd_desc(&d, IDXD_OP_BATCH, RECORD, idxd_record(&t, 0), IDXD_TEST_LIST, 0,
              5);
    idxd_submit(&t, 3, &d);
    g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS), ==, IDXD_STS_SUCCESS);
    idxd_testctl(&t, "x-test-hold", "0xf");
    idxd_submit(&t, 3, &d);
    idxd_submit(&t, 3, &d);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ABORT_ALL, 0), ==, 0);
    g_assert_cmpuint(counted(&t, 0), ==, 1);
    g_assert_cmpuint(counted(&t, 1), ==, 1);
    g_assert_cmpuint(counted(&t, 2), ==, 5);
    g_assert_cmpuint(counted(&t, 3), ==, 1);
    g_assert_cmpuint(counted(&t, 4), ==, 1);
    g_assert_cmpuint(counted(&t, 5), ==, 0);
    g_assert_cmpuint(counted(&t, 6), ==, 2);
    g_assert_cmpuint(counted(&t, 7), ==, 0);
    idxd_test_quit(&t);
}

/* By the numbers that public tools use, whatever their names are here */
static void test_public_events(void)
{
    IdxdTest t;
    IdxdDesc d;

    start(&t);
    count(&t, 0, 0, 0x5);
    count(&t, 1, 0, 0x10);
    count(&t, 2, 1, 0x1);
    count(&t, 3, 1, 0x2);
    count(&t, 4, 1, 0x4);
    count(&t, 5, 1, 0x8);
    count(&t, 6, 4, 0x8);
    count(&t, 7, 4, 0x10);
    run(&t, 0, IDXD_OP_MOVE, 0, 4096);
    run(&t, 1, IDXD_OP_MOVE, 0, 4096);
    run(&t, 2, IDXD_OP_FILL, 0, 64);
    idxd_desc(&d, 0x7f, RECORD, idxd_record(&t, 0), 0, 0, 0);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS), ==, IDXD_STS_OPCODE);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
    g_assert_cmpuint(counted(&t, 0), ==, 0);
    g_assert_cmpuint(counted(&t, 1), ==, 4);
    g_assert_cmpuint(counted(&t, 2), ==, 2 * 4096 / 32);
    g_assert_cmpuint(counted(&t, 3), ==, (2 * 4096 + 64) / 32);
    g_assert_cmpuint(counted(&t, 4), ==, 2);
    g_assert_cmpuint(counted(&t, 5), ==, 3);
    g_assert_cmpuint(counted(&t, 6), ==, 1);
    g_assert_cmpuint(counted(&t, 7), ==, 3);
    idxd_test_quit(&t);
}

static void test_filters(void)
{
    IdxdTest t;

    /* WQ N is engine N % 4's; the class is A, or B by a flag */
    idxd_test_start(&t, "", "idxd-dsa");
    idxd_wr(&t, IDXD_GRPCFG_BASE + IDXD_GRPCFG_FLAGS, 5 << 3 | 2);
    idxd_enable_groups(&t, 0);

    wrl(&t, filter(0, IDXD_PERF_FILTER_WQ), 1 << 0 | 1 << 6);
    wrl(&t, filter(1, IDXD_PERF_FILTER_ENGINE), 1 << 2);
    wrl(&t, filter(2, IDXD_PERF_FILTER_TC), 1 << 2);
    wrl(&t, filter(3, IDXD_PERF_FILTER_TC), 1 << 5);
    wrl(&t, filter(4, IDXD_PERF_FILTER_SIZE), 1 << 0);
    wrl(&t, filter(5, IDXD_PERF_FILTER_SIZE), 1 << 1 | 1 << 4);
    wrl(&t, filter(6, IDXD_PERF_FILTER_WQ), 0);
    wrl(&t, filter(7, IDXD_PERF_FILTER_WQ), 1 << 1);
    wrl(&t, filter(7, IDXD_PERF_FILTER_SIZE), 1 << 2);
    count(&t, 0, IDXD_PERF_WQ, IDXD_PERF_WQ_ACCEPTED);
    count(&t, 1, IDXD_PERF_ENGINE, IDXD_PERF_ENGINE_DESCRIPTORS);
    count(&t, 2, IDXD_PERF_OPERATION, IDXD_PERF_OPERATION_ALL);
    count(&t, 3, IDXD_PERF_OPERATION, IDXD_PERF_OPERATION_ALL);
    count(&t, 4, IDXD_PERF_OPERATION, 1 << IDXD_OP_MOVE);
    count(&t, 5, IDXD_PERF_OPERATION, 1 << IDXD_OP_MOVE);
    count(&t, 6, IDXD_PERF_WQ, IDXD_PERF_WQ_ALL);
    count(&t, 7, IDXD_PERF_OPERATION, 1 << IDXD_OP_MOVE);

    noops(&t, 0, 1);
    noops(&t, 2, 2);
    noops(&t, 6, 4);
    run(&t, 0, IDXD_OP_MOVE, IDXD_FLAG_TC_A1, 511);
    run(&t, 1, IDXD_OP_MOVE, 0, 512);
    run(&t, 1, IDXD_OP_MOVE, 0, 4095);
    run(&t, 1, IDXD_OP_MOVE, 0, 4096);
    run(&t, 3, IDXD_OP_MOVE, 0, 4096);
    run(&t, 1, IDXD_OP_MOVE, 0, 65535);
    run(&t, 1, IDXD_OP_MOVE, 0, 65536);
    g_assert_cmpuint(counted(&t, 0), ==, 1 + 4 + 1);
    g_assert_cmpuint(counted(&t, 1), ==, 2 + 4);
    g_assert_cmpuint(counted(&t, 2), ==, 1);
    g_assert_cmpuint(counted(&t, 3), ==, 1);
    g_assert_cmpuint(counted(&t, 4), ==, 1);
    g_assert_cmpuint(counted(&t, 5), ==, 3);
    g_assert_cmpuint(counted(&t, 6), ==, 0);
    g_assert_cmpuint(counted(&t, 7), ==, 1);
    idxd_test_quit(&t);
}

static void test_freeze(void)
{
    IdxdTest t;

    start(&t);
    count(&t, 0, IDXD_PERF_WQ, IDXD_PERF_WQ_ACCEPTED);
    count(&t, 1, IDXD_PERF_WQ, IDXD_PERF_WQ_ACCEPTED);
    noops(&t, 0, 2);
    wrl(&t, A_PERFFRZ, 1);
    noops(&t, 0, 3);
    wrl(&t, A_PERFFRZ, UINT32_MAX);
    noops(&t, 0, 4);
    wrl(&t, A_PERFFRZ, 0);
    noops(&t, 0, 5);
    g_assert_cmpuint(counted(&t, 0), ==, 2 + 5);
    g_assert_cmpuint(counted(&t, 1), ==, 2 + 3 + 5);
    wrq(&t, A_CNTRCFG, 0);
    noops(&t, 0, 1);
    g_assert_cmpuint(counted(&t, 0), ==, 2 + 5);
    g_assert_cmpuint(counted(&t, 1), ==, 2 + 3 + 5 + 1);

    /* Reset Device does not matter, a reset of the function does */
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    idxd_enable_groups(&t, 0);
    noops(&t, 0, 1);
    g_assert_cmpuint(counted(&t, 1), ==, 2 + 3 + 5 + 1 + 1);
    idxd_flr(&t);
    g_assert_cmpuint(counted(&t, 1), ==, 0);
    g_assert_cmpuint(rdq(&t, A_CNTRCFG + 8), ==, 0);
    idxd_test_quit(&t);
}

static void test_overflow(void)
{
    uint64_t cfg = R_CNTRCFG_ENABLE_MASK |
                   (uint64_t)IDXD_PERF_WQ_ACCEPTED << R_CNTRCFG_EVENTS_SHIFT;
    IdxdTest t;

    start(&t);
    idxd_msix_enable(&t, 0);
    wrq(&t, A_CNTRCFG, cfg | R_CNTRCFG_OVERFLOW_INT_MASK);
    wrq(&t, A_CNTRCFG + 8, cfg);
    wrq(&t, A_CNTRDATA, WIDTH_MAX - 1);
    wrq(&t, A_CNTRDATA + 8, WIDTH_MAX);
    noops(&t, 0, 1);
    g_assert_cmphex(rdl(&t, A_OVFSTATUS), ==, 2);
    idxd_settle();
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);
    noops(&t, 0, 2);
    g_assert_cmphex(rdl(&t, A_OVFSTATUS), ==, 3);
    g_assert_true(idxd_msix_message(&t, 0));
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_PERFMON_MASK);
    idxd_wr(&t, A_INTCAUSE, R_INTCAUSE_PERFMON_MASK);
    g_assert_cmpuint(counted(&t, 0), ==, 1);
    g_assert_cmpuint(counted(&t, 1), ==, 2);
    wrl(&t, A_OVFSTATUS, 2);
    g_assert_cmphex(rdl(&t, A_OVFSTATUS), ==, 1);
    wrl(&t, A_OVFSTATUS, 1);
    g_assert_cmphex(rdl(&t, A_OVFSTATUS), ==, 0);

    /* The others stop as well */
    wrq(&t, A_CNTRCFG, cfg | R_CNTRCFG_OVERFLOW_FREEZE_MASK);
    wrq(&t, A_CNTRDATA, WIDTH_MAX);
    noops(&t, 0, 3);
    g_assert_cmphex(rdl(&t, A_PERFFRZ), ==, ALL);
    g_assert_cmpuint(counted(&t, 0), ==, 0);
    g_assert_cmpuint(counted(&t, 1), ==, 2);
    wrl(&t, A_PERFFRZ, 0);
    noops(&t, 0, 1);
    g_assert_cmpuint(counted(&t, 0), ==, 1);
    g_assert_cmpuint(counted(&t, 1), ==, 3);
    idxd_test_quit(&t);
}

static void test_iaa(void)
{
    IdxdTest t;

    idxd_test_start(&t, "", "idxd-iaa");
    idxd_configure(&t);
    idxd_wr(&t, IDXD_WQCFG_BASE + A_WQCFG3, 21);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    count(&t, 0, IDXD_PERF_OPERATION, 1 << IDXD_OP_NOOP);
    noops(&t, 0, 3);
    g_assert_cmpuint(counted(&t, 0), ==, 3);
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/perfmon/capabilities", test_capabilities);
    qtest_add_func("idxd/perfmon/registers", test_registers);
    qtest_add_func("idxd/perfmon/categories", test_categories);
    qtest_add_func("idxd/perfmon/public-events", test_public_events);
    qtest_add_func("idxd/perfmon/filters", test_filters);
    qtest_add_func("idxd/perfmon/freeze", test_freeze);
    qtest_add_func("idxd/perfmon/overflow", test_overflow);
    qtest_add_func("idxd/perfmon/iaa", test_iaa);

    return g_test_run();
}
