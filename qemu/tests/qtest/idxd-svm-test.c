/*
 * QTest testcase for idxd-dsa with shared virtual memory: faults
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "idxd-svm-util.h"

#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)

/* Page requests off: a record that faults goes into the log */
static void test_record_prs_off(void)
{
    IdxdTest t;
    IdxdDesc d;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    svm_assert_record_fault(&t, 0, 0, 0x3040);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);

    svm_map(&t, 3);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, SVM_PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 1);

    /* A page that may only be read */
    qtest_writeq(t.qts, SVM_PT + 4 * 8,
                 SVM_PAGE(4) | (SVM_FL_USER & ~VTD_FL_RW));
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x4000, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    svm_assert_record_fault(&t, 1, 0, 0x4000);
    svm_quit(&t);
}

/* Page requests on: the engine waits; a refusal is as a fault without them */
static void test_record_prs_on(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned index;

    svm_start(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    index = svm_page_request(&t, 0x3000, true);
    idxd_settle();
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    svm_map(&t, 3);
    svm_page_response(&t, index, 0);
    g_assert_cmphex(idxd_wait(&t, SVM_PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);

    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x4040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    svm_page_response(&t, svm_page_request(&t, 0x4000, true), 1);
    svm_assert_record_fault(&t, 0, 0, 0x4040);
    idxd_submit(&t, 0, &d);
    svm_page_response(&t, svm_page_request(&t, 0x4000, true), 15);
    svm_assert_record_fault(&t, 1, 0, 0x4040);
    svm_quit(&t);
}

/* Answers to what nobody asked are told of, and change nothing */
static void test_unexpected_response(void)
{
    IdxdTest t;
    IdxdDesc d;
    uint64_t status;
    unsigned index;

    svm_start(&t, 0);
    status = svm_ext_cap(&t, PCI_EXT_CAP_ID_PRI) + PCI_PRI_STATUS;
    g_assert_cmphex(qtest_readw(t.qts, status), ==, PCI_PRI_STATUS_PASID);
    svm_page_response(&t, 5, 0);
    g_assert_cmphex(qtest_readw(t.qts, status), ==,
                    PCI_PRI_STATUS_PASID | PCI_PRI_STATUS_UPRGI);
    qtest_writew(t.qts, status, PCI_PRI_STATUS_UPRGI);
    g_assert_cmphex(qtest_readw(t.qts, status), ==, PCI_PRI_STATUS_PASID);

    /* The right group of another PASID */
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    index = svm_page_request(&t, 0x3000, true);
    svm_vtd_submit(&t, VTD_INV_DESC_PGRP_RESP | 1 << 4 | 1 << 12 |
                   SVM_DEVFN << 16 | (uint64_t)(SVM_PASID + 1) << 32,
                   index << 3 | 1 << 2);
    g_assert_cmphex(qtest_readw(t.qts, status), ==,
                    PCI_PRI_STATUS_PASID | PCI_PRI_STATUS_UPRGI);
    idxd_settle();
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    svm_map(&t, 3);
    svm_page_response(&t, index, 0);
    g_assert_cmphex(idxd_wait(&t, SVM_PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    svm_quit(&t);
}

/*
 * The queue is full and software does not look at it: each request is answered
 * with success at once, until the engine does not believe it any more.  The
 * machine must go on meanwhile, however many engines ask.
 */
static void test_overflow(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    IdxdDesc d;
    unsigned i;

    svm_start(&t, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    idxd_wr(&t, IDXD_GRPCFG_BASE + IDXD_GRPCFG_ENGINES, 0xf);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    svm_vtd_writeq(&t, DMAR_PQH_REG, 0x20);
    for (i = 0; i < IDXD_TEST_WQ_SIZE; i++) {
        idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3000 + i * 32, 0, 0, 0);
        idxd_submit(&t, 0, &d);
    }
    idxd_log_wait(&t, IDXD_TEST_WQ_SIZE);
    for (i = 0; i < IDXD_TEST_WQ_SIZE; i++) {
        e = idxd_log_entry(&t, i);
        g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    }
    svm_quit(&t);
}

/* A move from page 1 to 4 of two pages; pages 2 and 5 are missing, or not */
static void move(IdxdTest *t, uint32_t flags, uint64_t record)
{
    IdxdDesc d;

    idxd_desc(&d, IDXD_OP_MOVE, RECORD | flags, record, 0x1000, 0x4000,
              0x2000);
    qtest_memset(t->qts, SVM_PAGE(0), 0, 64);
    idxd_submit(t, 0, &d);
}

static void test_operand_prs_off(void)
{
    IdxdTest t;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK | R_WQCFG2_BLOCK_ON_FAULT_MASK);
    svm_map(&t, 0);
    svm_map(&t, 1);
    svm_map(&t, 4);
    move(&t, 0, 0x40);
    svm_assert_record(&t, SVM_PAGE(0) + 0x40, IDXD_STS_FAULT, 0, 0x1000,
                      0x2000);
    move(&t, IDXD_FLAG_BOF, 0);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_FAULT, 0, 0x1000, 0x2000);
    svm_map(&t, 2);
    move(&t, IDXD_FLAG_BOF, 0);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_FAULT | IDXD_STS_WRITE, 0,
                      0x1000, 0x5000);
    svm_map(&t, 5);
    move(&t, 0, 0);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_SUCCESS, 0, 0, 0);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    svm_quit(&t);
}

static void test_operand_prs_on(void)
{
    IdxdTest t;
    unsigned index;

    svm_start(&t, R_WQCFG2_BLOCK_ON_FAULT_MASK);
    svm_map(&t, 0);
    svm_map(&t, 1);
    svm_map(&t, 4);
    /* Only if the descriptor says so */
    move(&t, 0, 0);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_FAULT, 0, 0x1000, 0x2000);

    move(&t, IDXD_FLAG_BOF, 0);
    index = svm_page_request(&t, 0x2000, false);
    g_assert_cmphex(qtest_readb(t.qts, SVM_PAGE(0)), ==, 0);
    svm_map(&t, 2);
    svm_page_response(&t, index, 0);
    svm_page_response(&t, svm_page_request(&t, 0x5000, true), 1);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_FAULT_REFUSED | IDXD_STS_WRITE,
                      0, 0x1000, 0x5000);

    /* An answer of success is not believed */
    move(&t, IDXD_FLAG_BOF, 0);
    svm_page_response(&t, svm_page_request(&t, 0x5000, true), 0);
    index = svm_page_request(&t, 0x5000, true);
    qtest_memset(t.qts, SVM_PAGE(1), 0x11, 0x1000);
    qtest_memset(t.qts, SVM_PAGE(2), 0x22, 0x1000);
    svm_map(&t, 5);
    svm_page_response(&t, index, 0);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_SUCCESS, 0, 0, 0);
    g_assert_cmphex(qtest_readb(t.qts, SVM_PAGE(5) + 0xfff), ==, 0x22);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    svm_quit(&t);
}

/* A WQ that does not allow block on fault */
static void test_no_block_on_fault(void)
{
    IdxdTest t;

    svm_start(&t, 0);
    svm_map(&t, 0);
    move(&t, IDXD_FLAG_BOF, 0);
    g_assert_cmphex(idxd_wait(&t, SVM_PAGE(0)), ==, IDXD_STS_FLAGS);
    g_assert_cmphex(qtest_readl(t.qts, SVM_PAGE(0) + 16), ==, IDXD_FLAG_BOF);
    svm_quit(&t);
}

/* The list of a batch begins in page 1 and goes on in page 2 */
static void batch(IdxdTest *t)
{
    IdxdDesc d;
    unsigned i;

    idxd_desc(&d, IDXD_OP_NOOP, 0, 0, 0, 0, 0);
    for (i = 0; i < 4; i++) {
        qtest_memwrite(t->qts, SVM_PAGE(2) - 128 + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    qtest_memset(t->qts, SVM_PAGE(0), 0, 64);
    idxd_desc(&d, IDXD_OP_BATCH, RECORD, 0, 0x2000 - 128, 0, 4);
    idxd_submit(t, 0, &d);
}

static void test_list_prs_off(void)
{
    IdxdTest t;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    svm_map(&t, 0);
    svm_map(&t, 1);
    batch(&t);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_BATCH_FAULT, 0, 2, 0x2000);
    svm_map(&t, 2);
    batch(&t);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_SUCCESS, 0, 4, 0);
    svm_quit(&t);
}

static void test_list_prs_on(void)
{
    IdxdTest t;
    unsigned index;

    svm_start(&t, 0);
    svm_map(&t, 0);
    svm_map(&t, 1);
    batch(&t);
    svm_page_response(&t, svm_page_request(&t, 0x2000, false), 1);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_BATCH_FAULT, 0, 2, 0x2000);
    batch(&t);
    index = svm_page_request(&t, 0x2000, false);
    svm_map(&t, 2);
    svm_page_response(&t, index, 0);
    svm_assert_record(&t, SVM_PAGE(0), IDXD_STS_SUCCESS, 0, 4, 0);
    svm_quit(&t);
}

static uint64_t portal(IdxdTest *t, unsigned wq, unsigned page)
{
    return t->portals + (wq << IDXD_PORTAL_WQ_SHIFT) +
           (page << IDXD_PORTAL_PAGE_SHIFT);
}

static void test_shared(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    IdxdDesc d;
    unsigned i;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3000, 0, 0, 0);
    stl_le_p(d.raw, SVM_PASID);

    /* The PASID is the descriptor's, anywhere in a page */
    g_assert_true(qtest_store64_deferrable(t.qts, portal(&t, SVM_SHARED, 0) +
                                           0xfc0, d.raw));
    svm_assert_record_fault(&t, 0, SVM_SHARED, 0x3000);
    stl_le_p(d.raw, SVM_PASID + 1);
    g_assert_true(qtest_store64_deferrable(t.qts, portal(&t, SVM_SHARED, 1),
                                           d.raw));
    idxd_log_wait(&t, 2);
    e = idxd_log_entry(&t, 1);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.pasid, ==, SVM_PASID + 1);

    /* Each kind of WQ has its own kind of store, and registers none */
    g_assert_false(qtest_store64_deferrable(t.qts, portal(&t, 0, 0), d.raw));
    g_assert_false(qtest_store64_deferrable(t.qts, portal(&t, 2, 0), d.raw));
    g_assert_false(qtest_store64_deferrable(t.qts, t.regs.addr, d.raw));
    g_assert_cmpuint(idxd_log_tail(&t), ==, 2);
    qtest_store64_posted(t.qts, portal(&t, SVM_SHARED, 0), d.raw);
    idxd_log_wait(&t, 3);
    e = idxd_log_entry(&t, 2);
    g_assert_cmphex(e.code, ==, IDXD_ERR_PORTAL);
    g_assert_cmpuint(e.wq, ==, SVM_SHARED);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);

    /* The limited portal takes as many as the threshold says */
    idxd_testctl(&t, "x-test-hold", "1");
    for (i = 0; i < SVM_THRESHOLD; i++) {
        g_assert_true(qtest_store64_deferrable(t.qts, portal(&t, SVM_SHARED, 1),
                                               d.raw));
    }
    g_assert_false(qtest_store64_deferrable(t.qts, portal(&t, SVM_SHARED, 1),
                                            d.raw));
    for (; i < IDXD_TEST_WQ_SIZE; i++) {
        g_assert_true(qtest_store64_deferrable(t.qts, portal(&t, SVM_SHARED, 0),
                                               d.raw));
    }
    g_assert_false(qtest_store64_deferrable(t.qts, portal(&t, SVM_SHARED, 0),
                                            d.raw));
    idxd_testctl(&t, "x-test-hold", "0");
    idxd_log_wait(&t, 3 + IDXD_TEST_WQ_SIZE);
    svm_quit(&t);
}

/* Aborts and resets do not wait for a page; the answer may come afterwards */
static void test_abort(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned old, new;

    svm_start(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    old = svm_page_request(&t, 0x3000, true);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ABORT_PASID, SVM_PASID + 1), ==, 0);
    idxd_cmd_start(&t, IDXD_CMD_DRAIN_PASID, SVM_PASID);
    idxd_settle();
    g_assert_true(idxd_cmd_active(&t));
    svm_map(&t, 3);
    svm_page_response(&t, old, 0);
    g_assert_cmphex(idxd_wait(&t, SVM_PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(idxd_cmd_wait(&t), ==, 0);

    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x4040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    old = svm_page_request(&t, 0x4000, true);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ABORT_PASID, SVM_PASID), ==, 0);
    idxd_submit(&t, 0, &d);
    new = svm_page_request(&t, 0x4000, true);
    g_assert_cmpuint(new, !=, old);
    svm_map(&t, 4);
    svm_page_response(&t, old, 0);
    idxd_settle();
    g_assert_cmphex(qtest_readb(t.qts, SVM_PAGE(4) + 0x40), ==, 0);
    svm_page_response(&t, new, 0);
    g_assert_cmphex(idxd_wait(&t, SVM_PAGE(4) + 0x40), ==, IDXD_STS_SUCCESS);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    svm_quit(&t);
}

/* All configuration is gone after a reset of the function */
static void test_flr(void)
{
    IdxdTest t;
    IdxdDesc d;
    uint8_t msix;
    uint64_t wqcfg;
    unsigned i;

    svm_start(&t, 0);
    msix = qpci_find_capability(t.dev, PCI_CAP_ID_MSIX, 0);
    qpci_config_writew(t.dev, msix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE);
    idxd_wr(&t, A_GENCTRL, 7);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    svm_page_request(&t, 0x3000, true);

    idxd_flr(&t);
    g_assert_cmphex(qtest_readw(t.qts, svm_ext_cap(&t, PCI_EXT_CAP_ID_ATS) +
                                PCI_ATS_CTRL), ==, 0);
    g_assert_cmphex(qtest_readw(t.qts, svm_ext_cap(&t, PCI_EXT_CAP_ID_PASID) +
                                PCI_PASID_CTRL), ==, 0);
    g_assert_cmphex(qtest_readw(t.qts, svm_ext_cap(&t, PCI_EXT_CAP_ID_PRI) +
                                PCI_PRI_CTRL), ==, 0);
    g_assert_cmphex(qtest_readl(t.qts, svm_ext_cap(&t, PCI_EXT_CAP_ID_PRI) +
                                PCI_PRI_ALLOC_REQ), ==, 0);
    g_assert_cmphex(qpci_config_readw(t.dev, msix + PCI_MSIX_FLAGS) &
                    PCI_MSIX_FLAGS_ENABLE, ==, 0);
    for (i = 0; i < IDXD_REGS_END; i += 4) {
        if (i >= A_GENCFG && i != A_CMDCAP) {
            g_assert_cmphex(idxd_rd(&t, i), ==, 0);
        }
    }
    for (wqcfg = 0; wqcfg < 2 * IDXD_WQCFG_STRIDE; wqcfg += 4) {
        i = wqcfg % IDXD_WQCFG_STRIDE;
        g_assert_cmphex(idxd_rd(&t, IDXD_WQCFG_BASE + wqcfg), ==,
                        i < A_WQCFG8 ? 0 : idxd_rd(&t, A_OPCAP + i - A_WQCFG8));
    }
    for (i = 0; i < 2 * IDXD_GRPCFG_STRIDE; i += 4) {
        g_assert_cmphex(idxd_rd(&t, IDXD_GRPCFG_BASE + i), ==, 0);
    }

    /* It works again, without the old translation of anything */
    svm_enable_function(&t);
    svm_enable_wqs(&t, R_WQCFG2_PRS_DISABLE_MASK);
    idxd_submit(&t, 0, &d);
    svm_assert_record_fault(&t, 0, 0, 0x3040);
    svm_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/svm/" #name, test_##name)
    ADD(record_prs_off);
    ADD(record_prs_on);
    ADD(unexpected_response);
    ADD(overflow);
    ADD(operand_prs_off);
    ADD(operand_prs_on);
    ADD(no_block_on_fault);
    ADD(list_prs_off);
    ADD(list_prs_on);
    ADD(shared);
    ADD(abort);
    ADD(flr);

    return g_test_run();
}
