/*
 * QTest testcase for idxd-dsa: what is done and allowed by PASID
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "idxd-svm-util.h"

#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define RING_PAGE   8
#define PERM(n)     (IDXD_MSIX_PERM_BASE + (n) * IDXD_MSIX_PERM_STRIDE)
/* EVLCFG dword 2 for a ring in the address space */
#define EVLCFG2     (SVM_RING | SVM_PASID << R_EVLCFG2_PASID_LO_SHIFT)

static void test_capabilities(void)
{
    uint8_t exp;
    uint16_t pasid;
    IdxdTest t;

    svm_start(&t, 0);
    exp = qpci_find_capability(t.dev, PCI_CAP_ID_EXP, 0);
    g_assert_cmphex(qpci_config_readw(t.dev, exp + PCI_EXP_FLAGS) &
                    PCI_EXP_FLAGS_TYPE, ==, PCI_EXP_TYPE_RC_END << 4);
    g_assert_true(qpci_config_readl(t.dev, exp + PCI_EXP_DEVCAP2) &
                  PCI_EXP_DEVCAP2_EE_PREFIX);
    /* 20 bits, and neither privileged nor execute requests */
    pasid = qtest_readw(t.qts, svm_ext_cap(&t, PCI_EXT_CAP_ID_PASID) +
                        PCI_PASID_CAP);
    g_assert_cmphex(pasid, ==, 20 << 8);
    g_assert_cmpuint(qtest_readl(t.qts, svm_ext_cap(&t, PCI_EXT_CAP_ID_PRI) +
                                 PCI_PRI_MAX_REQ), ==, 512);
    g_assert_cmphex(svm_ext_cap(&t, PCI_EXT_CAP_ID_ATS), !=, 0);
    g_assert_cmphex(svm_ext_cap(&t, PCI_EXT_CAP_ID_ERR), !=, 0);
    svm_quit(&t);
}

/* A record that faults, and that cannot be logged without a page request */
static void log_by_pasid(IdxdTest *t)
{
    IdxdDesc d;

    svm_start(t, R_WQCFG2_PRS_DISABLE_MASK);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    idxd_wr(t, A_EVLCFG0, RING_PAGE << 12 | R_EVLCFG0_PASID_ENABLE_MASK);
    idxd_wr(t, A_EVLCFG2, EVLCFG2);
    t->ring = SVM_PAGE(RING_PAGE);
    idxd_msix_enable(t, 0);
    idxd_wr(t, A_GENCTRL, R_GENCTRL_EVL_INT_MASK);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(t, 0, &d);
}

static void test_ring(void)
{
    unsigned index;
    IdxdTest t;
    IdxdDesc d;

    log_by_pasid(&t);
    index = svm_page_request(&t, RING_PAGE << 12, true);
    /* Neither tail nor interrupt come before the entry */
    idxd_settle();
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);
    g_assert_cmphex(qtest_readl(t.qts, IDXD_TEST_MESSAGES), ==, 0);
    svm_map(&t, RING_PAGE);
    svm_page_response(&t, index, 0);
    svm_assert_record_fault(&t, 0, 0, 0x3040);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_EVL_MASK);
    g_assert_true(idxd_msix_message(&t, 0));
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x4000, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    svm_assert_record_fault(&t, 1, 0, 0x4000);
    g_assert_cmphex(qtest_readl(t.qts, IDXD_TEST_RING), ==, 0);
    svm_quit(&t);
}

/* Nothing can be told of any more */
static void test_ring_refused(void)
{
    IdxdTest t;
    int i;

    log_by_pasid(&t);
    svm_page_response(&t, svm_page_request(&t, RING_PAGE << 12, true), 1);
    for (i = 0; i < 20000 && idxd_rd(&t, A_GENSTS) == IDXD_ENABLED; i++) {
        g_usleep(1000);
    }
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==,
                    IDXD_HALTED | IDXD_RESET_SOFTWARE << 2);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    svm_quit(&t);
}

/* The function has no privileged mode */
static void test_privileged(void)
{
    uint64_t portal, wqcfg2 = IDXD_WQCFG_BASE + A_WQCFG2;
    IdxdTestEntry e;
    IdxdTest t;
    IdxdDesc d;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    svm_map(&t, 0);
    portal = t.portals + (SVM_SHARED << IDXD_PORTAL_WQ_SHIFT);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0, 0, 0, 0);
    stl_le_p(d.raw, 1U << 31 | SVM_PASID);
    g_assert_true(qtest_store64_deferrable(t.qts, portal, d.raw));
    idxd_log_wait(&t, 1);
    e = idxd_log_entry(&t, 0);
    g_assert_cmphex(e.code, ==, IDXD_STS_PRIV);
    g_assert_true(e.priv);
    g_assert_cmphex(e.pasid, ==, SVM_PASID);
    g_assert_cmpuint(e.wq, ==, SVM_SHARED);
    g_assert_cmphex(e.status, ==, IDXD_STS_PRIV);
    g_assert_cmphex(qtest_readb(t.qts, SVM_PAGE(0)), ==, 0);

    /* Nor can a WQ be privileged, or the log */
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_WQ, 1), ==, 0);
    idxd_wr(&t, wqcfg2, idxd_rd(&t, wqcfg2) | R_WQCFG2_PRIV_MASK);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0x2a);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    idxd_wr(&t, A_EVLCFG2, EVLCFG2);
    idxd_wr(&t, A_EVLCFG0, R_EVLCFG0_PASID_ENABLE_MASK | R_EVLCFG0_PRIV_MASK);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x11);
    svm_quit(&t);
}

/* The status of a No-op that asks for an interrupt */
static uint8_t noop(IdxdTest *t, uint16_t handle)
{
    IdxdDesc d;

    qtest_memset(t->qts, SVM_PAGE(0), 0, 32);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD | IDXD_FLAG_RCI, 0, 0, 0, 0);
    stw_le_p(d.raw + 36, handle);
    idxd_submit(t, 0, &d);
    return idxd_wait(t, SVM_PAGE(0));
}

/* A vector is for the PASID in its permission entry */
static void test_vector(void)
{
    static const struct {
        uint32_t perm;
        bool good;
    } cases[] = {
        { R_MSIX_PERM_PASID_ENABLE_MASK | SVM_PASID << 12, true },
        { R_MSIX_PERM_PASID_ENABLE_MASK | (SVM_PASID + 1) << 12 },
        { SVM_PASID << 12 },
        { 0 },
        { R_MSIX_PERM_IGNORE_MASK, true },
    };
    uint16_t handle;
    IdxdTest t;
    unsigned i;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    svm_map(&t, 0);
    idxd_msix_enable(&t, 1);
    handle = FIELD_EX32(idxd_cmd(&t, IDXD_CMD_REQUEST_INT_HANDLE, 1), CMDSTS,
                        RESULT);
    for (i = 0; i < ARRAY_SIZE(cases); i++) {
        idxd_wr(&t, PERM(1), cases[i].perm);
        if (cases[i].good) {
            g_assert_cmphex(noop(&t, handle), ==, IDXD_STS_SUCCESS);
            g_assert_true(idxd_msix_message(&t, 1));
        } else {
            g_assert_cmphex(noop(&t, handle), ==, IDXD_STS_INT_HANDLE);
            idxd_settle();
            g_assert_cmphex(qtest_readl(t.qts, IDXD_TEST_MESSAGES + 4), ==, 0);
        }
    }
    svm_quit(&t);
}

static uint16_t request_handle(IdxdTest *t)
{
    uint32_t sts = idxd_cmd(t, IDXD_CMD_REQUEST_INT_HANDLE, 1);

    g_assert_cmphex(FIELD_EX32(sts, CMDSTS, ERROR), ==, 0);
    return FIELD_EX32(sts, CMDSTS, RESULT);
}

/* A No-op that asks for an interrupt, and waits for the page of its record */
static unsigned noop_waits(IdxdTest *t, uint16_t handle)
{
    unsigned index;
    IdxdDesc d;

    idxd_desc(&d, IDXD_OP_NOOP, RECORD | IDXD_FLAG_RCI, 0x3040, 0, 0, 0);
    stw_le_p(d.raw + 36, handle);
    idxd_submit(t, 0, &d);
    index = svm_page_request(t, 0x3000, true);
    /* The record comes first */
    idxd_settle();
    g_assert_cmphex(qtest_readl(t->qts, IDXD_TEST_MESSAGES + 4), ==, 0);
    return index;
}

/* A handle is looked up once: what becomes of it later changes nothing */
static void test_vector_later(void)
{
    uint16_t handle;
    unsigned index;
    IdxdTest t;

    /* Revoked, and there is a new one */
    svm_start(&t, 0);
    idxd_msix_enable(&t, 1);
    idxd_wr(&t, PERM(1), R_MSIX_PERM_IGNORE_MASK);
    handle = request_handle(&t);
    index = noop_waits(&t, handle);
    idxd_testctl(&t, "x-test-revoke", "all");
    g_assert_cmphex(request_handle(&t), !=, handle);
    svm_map(&t, 3);
    svm_page_response(&t, index, 0);
    g_assert_cmphex(idxd_wait(&t, SVM_PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, 1));
    svm_quit(&t);

    /* Permitted after it was refused */
    svm_start(&t, 0);
    idxd_msix_enable(&t, 1);
    index = noop_waits(&t, request_handle(&t));
    idxd_wr(&t, PERM(1), R_MSIX_PERM_IGNORE_MASK);
    svm_map(&t, 3);
    svm_page_response(&t, index, 0);
    g_assert_cmphex(idxd_wait(&t, SVM_PAGE(3) + 0x40), ==, IDXD_STS_INT_HANDLE);
    idxd_settle();
    g_assert_cmphex(qtest_readl(t.qts, IDXD_TEST_MESSAGES + 4), ==, 0);
    svm_quit(&t);
}

/* To the shared WQ, by one of two PASIDs, with a record at @addr */
static void submit_shared(IdxdTest *t, uint8_t opcode, uint32_t pasid,
                          uint64_t addr)
{
    IdxdDesc d;

    idxd_desc(&d, opcode, RECORD, addr, 0, 0, 0);
    stl_le_p(d.raw, pasid);
    g_assert_true(qtest_store64_deferrable(t->qts, t->portals + (SVM_SHARED <<
                                           IDXD_PORTAL_WQ_SHIFT), d.raw));
}

/* A Drain has its record at once */
static void drain_written(IdxdTest *t, uint32_t pasid, unsigned tail)
{
    qtest_memset(t->qts, SVM_PAGE(0), 0, 32);
    submit_shared(t, IDXD_OP_DRAIN, pasid, 0);
    g_assert_cmphex(idxd_wait(t, SVM_PAGE(0)), ==, IDXD_STS_SUCCESS);
    g_assert_cmpuint(idxd_log_tail(t), ==, tail);
}

/* or it goes through the log as entry @tail */
static void drain_logged(IdxdTest *t, uint32_t pasid, unsigned tail)
{
    IdxdTestEntry e;

    qtest_memset(t->qts, SVM_PAGE(0), 0, 32);
    submit_shared(t, IDXD_OP_DRAIN, pasid, 0);
    idxd_log_wait(t, tail + 1);
    e = idxd_log_entry(t, tail);
    g_assert_cmphex(e.code, ==, IDXD_EVL_DRAIN);
    g_assert_cmphex(e.pasid, ==, pasid);
    g_assert_cmpuint(e.wq, ==, SVM_SHARED);
    g_assert_cmphex(qtest_readb(t->qts, SVM_PAGE(0)), ==, 0);
}

/* Records of another PASID, or WQ, that are in the log do not matter */
static void test_drain(void)
{
    const uint32_t other = SVM_PASID + 1;
    IdxdTest t;
    IdxdDesc d;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    svm_add_pasid(&t, other);
    svm_map(&t, 0);
    submit_shared(&t, IDXD_OP_NOOP, other, 0x3040);
    idxd_log_wait(&t, 1);
    drain_written(&t, SVM_PASID, 1);
    drain_logged(&t, other, 1);
    drain_written(&t, SVM_PASID, 2);
    idxd_log_take(&t, 2);
    drain_written(&t, other, 2);

    /* The other way round */
    submit_shared(&t, IDXD_OP_NOOP, SVM_PASID, 0x3040);
    idxd_log_wait(&t, 3);
    drain_written(&t, other, 3);
    drain_logged(&t, SVM_PASID, 3);
    idxd_log_take(&t, 4);

    /* The same PASID by the dedicated WQ */
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    svm_assert_record_fault(&t, 4, 0, 0x3040);
    drain_written(&t, SVM_PASID, 5);

    /* Both */
    submit_shared(&t, IDXD_OP_NOOP, SVM_PASID, 0x3040);
    submit_shared(&t, IDXD_OP_NOOP, other, 0x3040);
    idxd_log_wait(&t, 7);
    drain_logged(&t, SVM_PASID, 7);
    drain_logged(&t, other, 8);
    svm_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/pasid/" #name, test_##name)
    ADD(capabilities);
    ADD(ring);
    ADD(ring_refused);
    ADD(privileged);
    ADD(vector);
    ADD(vector_later);
    ADD(drain);

    return g_test_run();
}
