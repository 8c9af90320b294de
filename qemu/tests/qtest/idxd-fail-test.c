/*
 * QTest testcase for the idxd devices: accesses that a test wants to fail
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/dma/idxd/perfmon.h"
#include "idxd-svm-util.h"

#define RING    64
#define RECORD  (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define SRC     IDXD_TEST_BUFFERS
#define DST     (IDXD_TEST_BUFFERS + 0x100000)
#define SIZE    0x4000

static void fail(IdxdTest *t, uint64_t page, const char *rest)
{
    g_autofree char *value = g_strdup_printf("first=0x%" PRIx64
                                             ",last=0x%" PRIx64 "%s",
                                             page, page + 0xfff, rest);

    idxd_testctl(t, "x-test-fail", value);
}

/* Without a PASID, and without an IOMMU */
static uint8_t move(IdxdTest *t, uint64_t src, uint64_t dst)
{
    uint64_t record = idxd_record(t, 0);
    IdxdDesc d;

    idxd_desc(&d, IDXD_OP_MOVE, RECORD, record, src, dst, SIZE);
    idxd_submit(t, 0, &d);
    return idxd_wait(t, record);
}

static void test_operand(void)
{
    IdxdTest t;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_enable(&t, 0);
    qtest_memset(t.qts, SRC, 0x5a, SIZE);
    qtest_memset(t.qts, DST, 0, SIZE);

    /* Once, in the middle */
    fail(&t, SRC + 0x1000, ",count=1");
    g_assert_cmphex(move(&t, SRC + 8, DST), ==, IDXD_STS_FAULT);
    g_assert_cmphex(qtest_readl(t.qts, IDXD_TEST_RECORDS + 4), ==, 0xff8);
    g_assert_cmphex(qtest_readq(t.qts, IDXD_TEST_RECORDS + 8), ==,
                    SRC + 0x1000);
    g_assert_cmphex(qtest_readb(t.qts, DST + 0xff7), ==, 0x5a);
    g_assert_cmphex(qtest_readb(t.qts, DST + 0xff8), ==, 0);
    g_assert_cmphex(move(&t, SRC + 8, DST), ==, IDXD_STS_SUCCESS);

    /* Always, until it is taken back; the first of several pages */
    fail(&t, DST + 0x3000, ",how=error");
    fail(&t, DST + 0x2000, ",how=refuse");
    g_assert_cmphex(move(&t, SRC, DST), ==, IDXD_STS_FAULT | IDXD_STS_WRITE);
    g_assert_cmphex(qtest_readl(t.qts, IDXD_TEST_RECORDS + 4), ==, 0x2000);
    g_assert_cmphex(move(&t, SRC, DST), ==, IDXD_STS_FAULT | IDXD_STS_WRITE);
    g_assert_cmphex(move(&t, SRC, DST + 0x3000), ==, IDXD_STS_TRANSLATION);
    g_assert_cmphex(move(&t, SRC, DST + 0x4000), ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(move(&t, DST + 0x2000, SRC), ==, IDXD_STS_FAULT);
    idxd_testctl(&t, "x-test-fail", "none");
    g_assert_cmphex(move(&t, SRC, DST), ==, IDXD_STS_SUCCESS);
    /* A copy from the end */
    fail(&t, SRC, "");
    g_assert_cmphex(move(&t, SRC, SRC + 0x800), ==, IDXD_STS_FAULT);
    g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS + 1), ==, 1);
    g_assert_cmphex(qtest_readl(t.qts, IDXD_TEST_RECORDS + 4), ==,
                    SIZE - 0x1000);

    /* Another address space */
    idxd_testctl(&t, "x-test-fail", "none");
    idxd_testctl(&t, "x-test-fail", "pasid=0");
    g_assert_cmphex(move(&t, SRC, DST), ==, IDXD_STS_SUCCESS);
    idxd_test_quit(&t);
}

static void test_record(void)
{
    IdxdTestEntry e;
    IdxdTest t;
    IdxdDesc d;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_enable(&t, RING);
    fail(&t, IDXD_TEST_RECORDS, ",count=2");
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, idxd_record(&t, 0), 0, 0, 0);
    idxd_submit(&t, 0, &d);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 2);
    e = idxd_log_entry(&t, 1);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.addr, ==, IDXD_TEST_RECORDS);
    g_assert_cmphex(e.status, ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS), ==, 0);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS), ==, IDXD_STS_SUCCESS);

    /* A log that cannot be written halts the device */
    fail(&t, t.ring, "");
    fail(&t, IDXD_TEST_RECORDS, "");
    idxd_submit(&t, 0, &d);
    while (idxd_rd(&t, A_GENSTS) == IDXD_ENABLED) {
        g_usleep(1000);
    }
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_HALTED);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 2);
    idxd_test_quit(&t);
}

static void test_refused(void)
{
    static const char *const bad[] = {
        "", "all", "first=0x800,last=0xfff",
        "first=0x1000,last=0x1800", "first=0x2000,last=0x1fff",
        "first=0,last=0xfff,how=badly", "first=0,last=0xfff,how",
        "first=0,last=0xfff,pasid=0x100000", "first=0,last=0xfff,count=-",
        "first=0,last=0xfff,", "first=0,last=0xfff,name=x",
    };
    IdxdTest t;
    unsigned i;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_enable(&t, 0);
    for (i = 0; i < ARRAY_SIZE(bad); i++) {
        idxd_testctl_fails(&t, "x-test-fail", bad[i]);
    }
    g_assert_cmphex(move(&t, 0x1000, DST), ==, IDXD_STS_SUCCESS);
    /* There is room for some of them */
    for (i = 0; i < 16; i++) {
        fail(&t, 0x1000 * i, ",pasid=1");
    }
    idxd_testctl_fails(&t, "x-test-fail", "pasid=1");
    g_assert_cmphex(move(&t, 0x1000, DST), ==, IDXD_STS_SUCCESS);
    idxd_testctl_fails(&t, "x-test-drop-ats", "");
    idxd_testctl_fails(&t, "x-test-drop-ats", "often");
    idxd_test_quit(&t);

    idxd_test_start(&t, "", "idxd-dsa");
    idxd_testctl_fails(&t, "x-test-fail", "none");
    idxd_testctl_fails(&t, "x-test-drop-ats", "once");
    idxd_testctl_fails(&t, "x-test-revoke", "all");
    idxd_testctl_fails(&t, "x-test-handles", "1");
    idxd_testctl_fails(&t, "x-test-log", "00");
    idxd_test_quit(&t);
}

/* With page requests: the guest is asked as if the page were not there */
static void test_page_request(void)
{
    uint64_t record = SVM_PAGE(0);
    unsigned index;
    IdxdTest t;
    IdxdDesc d;

    svm_start(&t, R_WQCFG2_BLOCK_ON_FAULT_MASK);
    svm_map(&t, 0);
    svm_map(&t, 1);
    svm_map(&t, 4);
    idxd_desc(&d, IDXD_OP_MOVE, RECORD | IDXD_FLAG_BOF, 0, 0x1000, 0x4000, 64);
    idxd_submit(&t, 0, &d);
    svm_assert_record(&t, record, IDXD_STS_SUCCESS, 0, 0, 0);

    qtest_memset(t.qts, record, 0, 32);
    idxd_testctl(&t, "x-test-fail",
                 "pasid=0x25,first=0x4000,last=0x4fff,count=2");
    idxd_submit(&t, 0, &d);
    svm_page_response(&t, svm_page_request(&t, 0x4000, true), 0);
    index = svm_page_request(&t, 0x4000, true);
    idxd_settle();
    g_assert_cmphex(qtest_readb(t.qts, record), ==, 0);
    svm_page_response(&t, index, 0);
    svm_assert_record(&t, record, IDXD_STS_SUCCESS, 0, 0, 0);

    /* Refused, as by the guest, which is not asked */
    qtest_memset(t.qts, record, 0, 32);
    idxd_testctl(&t, "x-test-fail",
                 "pasid=0x25,first=0x1000,last=0x1fff,count=1,how=refuse");
    idxd_submit(&t, 0, &d);
    svm_assert_record(&t, record, IDXD_STS_FAULT_REFUSED, 0, 0, 0x1000);
    svm_quit(&t);
}

static void count(IdxdTest *t, unsigned n, uint64_t events, uint32_t pages)
{
    uint64_t base = IDXD_PERFMON_BASE;

    idxd_wr(t, base + A_FLTCFG + n * IDXD_FLTCFG_STRIDE +
            IDXD_PERF_FILTER_PAGE * 4, pages);
    qpci_io_writeq(t->dev, t->regs, base + A_CNTRCFG + n * 8,
                   R_CNTRCFG_ENABLE_MASK |
                   IDXD_PERF_TRANSLATION << R_CNTRCFG_CATEGORY_SHIFT |
                   events << R_CNTRCFG_EVENTS_SHIFT);
}

/* Counters 0 and 1: requests for translations, and translations found */
static void assert_counted(IdxdTest *t, uint64_t requests, uint64_t hits)
{
    uint64_t base = IDXD_PERFMON_BASE + A_CNTRDATA;

    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
    g_assert_cmpuint(qpci_io_readq(t->dev, t->regs, base), ==, requests);
    g_assert_cmpuint(qpci_io_readq(t->dev, t->regs, base + 8), ==, hits);
}

static void test_drop_ats(void)
{
    uint64_t record = SVM_PAGE(0);
    uint64_t base = IDXD_PERFMON_BASE + A_CNTRDATA;
    IdxdTest t;
    IdxdDesc d;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    svm_map(&t, 0);
    svm_map(&t, 1);
    svm_map(&t, 4);
    count(&t, 0, IDXD_PERF_ATS_REQUEST, 0xf);
    count(&t, 1, IDXD_PERF_ATC_HIT, 1);
    count(&t, 2, IDXD_PERF_ATC_HIT, 2);
    count(&t, 3, IDXD_PERF_ATS_FAULT, 0xf);
    count(&t, 4, IDXD_PERF_PAGE_REQUEST, 0xf);
    /* By their public numbers: without and with a fault, kept */
    count(&t, 5, 0x1, 0xf);
    count(&t, 6, 0x2, 0xf);
    count(&t, 7, 0x40, 0xf);
    idxd_desc(&d, IDXD_OP_MOVE, RECORD, 0, 0x1000, 0x4000, 64);

    idxd_submit(&t, 0, &d);
    svm_assert_record(&t, record, IDXD_STS_SUCCESS, 0, 0, 0);
    assert_counted(&t, 3, 0);
    qtest_memset(t.qts, record, 0, 32);
    idxd_submit(&t, 0, &d);
    svm_assert_record(&t, record, IDXD_STS_SUCCESS, 0, 0, 0);
    assert_counted(&t, 3, 3);
    idxd_testctl(&t, "x-test-drop-ats", "once");
    qtest_memset(t.qts, record, 0, 32);
    idxd_submit(&t, 0, &d);
    svm_assert_record(&t, record, IDXD_STS_SUCCESS, 0, 0, 0);
    assert_counted(&t, 6, 3);
    g_assert_cmpuint(qpci_io_readq(t.dev, t.regs, base + 40), ==, 6);
    g_assert_cmpuint(qpci_io_readq(t.dev, t.regs, base + 48), ==, 0);
    g_assert_cmpuint(qpci_io_readq(t.dev, t.regs, base + 56), ==, 6);

    /* No PASID is translated for any more, that of the record neither */
    idxd_testctl(&t, "x-test-drop-ats", "pasid");
    qtest_memset(t.qts, record, 0, 32);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 1);
    g_assert_cmphex(idxd_log_entry(&t, 0).code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(idxd_log_entry(&t, 0).status, ==, IDXD_STS_TRANSLATION);
    idxd_testctl(&t, "x-test-drop-ats", "off");
    idxd_submit(&t, 0, &d);
    svm_assert_record(&t, record, IDXD_STS_SUCCESS, 0, 0, 0);
    g_assert_cmpuint(qpci_io_readq(t.dev, t.regs, base + 16), ==, 0);

    /* A page that is not there */
    idxd_desc(&d, IDXD_OP_MOVE, RECORD, 0, 0x1000, 0x5000, 64);
    qtest_memset(t.qts, record, 0, 32);
    idxd_submit(&t, 0, &d);
    svm_assert_record(&t, record, IDXD_STS_FAULT | IDXD_STS_WRITE, 0, 0,
                      0x5000);
    g_assert_cmpuint(qpci_io_readq(t.dev, t.regs, base + 24), ==, 1);
    g_assert_cmpuint(qpci_io_readq(t.dev, t.regs, base + 32), ==, 0);
    g_assert_cmpuint(qpci_io_readq(t.dev, t.regs, base + 48), ==, 1);

    /* Not even the log can be written: the device halts */
    idxd_testctl(&t, "x-test-drop-ats", "all");
    idxd_submit(&t, 0, &d);
    while (idxd_rd(&t, A_GENSTS) == IDXD_ENABLED) {
        g_usleep(1000);
    }
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_HALTED);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 1);
    svm_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/fail/operand", test_operand);
    qtest_add_func("idxd/fail/record", test_record);
    qtest_add_func("idxd/fail/refused", test_refused);
    qtest_add_func("idxd/fail/page-request", test_page_request);
    qtest_add_func("idxd/fail/drop-ats", test_drop_ats);

    return g_test_run();
}
