/*
 * QTest testcase for idxd-dsa: translations that are kept, and what becomes of
 * them when the guest invalidates them or switches a capability off
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/units.h"
#include "hw/pci/pci_regs.h"
#include "idxd-svm-util.h"

#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
/* Where records are in the address space, and two pages that they are in */
#define PAGE        3
#define OLD         (SVM_PAGE(PAGE) + 0x40)
#define NEW         (SVM_PAGE(PAGE + 1) + 0x40)

#define RECORD_ADDR ((PAGE << 12) + 0x40)
/* Memory that is accessed without a PASID */
#define BUFFERS     0x1000000ULL
#define MOVE_SIZE   (256 * KiB)
#define MEMBERS     32
#define ROUNDS      200

static void submit(IdxdTest *t)
{
    IdxdDesc d;

    qtest_writel(t->qts, OLD, 0);
    qtest_writel(t->qts, NEW, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, RECORD_ADDR, 0, 0, 0);
    idxd_submit(t, 0, &d);
}

/* It is written to one of the pages, and not to the other */
static void assert_record(IdxdTest *t, uint64_t record)
{
    submit(t);
    g_assert_cmphex(idxd_wait(t, record), ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(qtest_readb(t->qts, record == OLD ? NEW : OLD), ==, 0);
}

/* The page table says that there is another page, and the IOMMU knows it */
static void start(IdxdTest *t)
{
    svm_start(t, R_WQCFG2_PRS_DISABLE_MASK);
    svm_map(t, PAGE);
    assert_record(t, OLD);
    qtest_writeq(t->qts, SVM_PT + PAGE * 8, SVM_PAGE(PAGE + 1) | SVM_FL_USER);
    svm_vtd_submit(t, VTD_INV_DESC_PIOTLB | VTD_INV_DESC_PIOTLB_ALL_IN_PASID |
                   SVM_DOMAIN << 16 | (uint64_t)SVM_PASID << 32, 0);
    /* The device has not been told, else this test would show nothing */
    assert_record(t, OLD);
}

static void invalidate(IdxdTest *t, uint32_t pasid, uint64_t addr)
{
    svm_vtd_submit(t, VTD_INV_DESC_DEV_PIOTLB | SVM_DEVFN << 16 |
                   (uint64_t)pasid << 32, addr);
}

static void test_invalidate(void)
{
    IdxdTest t;

    start(&t);
    invalidate(&t, SVM_PASID, PAGE << 12);
    assert_record(&t, NEW);
    svm_quit(&t);

    /* A range of 64 KiB */
    start(&t);
    invalidate(&t, SVM_PASID, 0x7000 | 1 << 11);
    assert_record(&t, NEW);
    svm_quit(&t);

    /* Of all PASIDs */
    start(&t);
    invalidate(&t, 0, PAGE << 12 | 1);
    assert_record(&t, NEW);
    svm_quit(&t);
}

typedef enum Control {
    CONTROL_ATS,
    CONTROL_PASID,
    CONTROL_MASTER,
} Control;

static void set_bits(IdxdTest *t, uint64_t reg, uint16_t bits, bool on)
{
    uint16_t val = qtest_readw(t->qts, reg);

    qtest_writew(t->qts, reg, on ? val | bits : val & ~bits);
}

static void set_control(IdxdTest *t, Control control, bool on)
{
    uint16_t command;

    switch (control) {
    case CONTROL_ATS:
        set_bits(t, svm_ext_cap(t, PCI_EXT_CAP_ID_ATS) + PCI_ATS_CTRL,
                 PCI_ATS_CTRL_ENABLE, on);
        break;
    case CONTROL_PASID:
        set_bits(t, svm_ext_cap(t, PCI_EXT_CAP_ID_PASID) + PCI_PASID_CTRL,
                 PCI_PASID_CTRL_ENABLE, on);
        break;
    case CONTROL_MASTER:
        command = qpci_config_readw(t->dev, PCI_COMMAND);
        qpci_config_writew(t->dev, PCI_COMMAND, on ?
                           command | PCI_COMMAND_MASTER :
                           command & ~PCI_COMMAND_MASTER);
        break;
    }
}

/* What is switched off alone takes the translations with it */
static void switch_off(Control control, bool loggable)
{
    IdxdTest t;

    start(&t);
    set_control(&t, control, false);
    if (loggable) {
        submit(&t);
        svm_assert_record_fault(&t, 0, 0, RECORD_ADDR);
        g_assert_cmphex(qtest_readb(t.qts, OLD), ==, 0);
        g_assert_cmphex(qtest_readb(t.qts, NEW), ==, 0);
    }
    set_control(&t, control, true);
    assert_record(&t, NEW);
    svm_quit(&t);
}

static void test_ats_off(void)
{
    switch_off(CONTROL_ATS, true);
}

static void test_pasid_off(void)
{
    switch_off(CONTROL_PASID, true);
}

static void test_master_off(void)
{
    switch_off(CONTROL_MASTER, false);
}

/* Moves of several pieces, or batches of operations that are soon done */
static void submit_moves(IdxdTest *t)
{
    IdxdDesc d;
    unsigned i;

    for (i = 0; i < IDXD_TEST_WQ_SIZE; i++) {
        idxd_desc(&d, IDXD_OP_MOVE, IDXD_FLAG_CRAV,
                  IDXD_TEST_RECORDS + i * IDXD_RECORD_MAX, BUFFERS,
                  BUFFERS + (1 + i) * MOVE_SIZE, MOVE_SIZE);
        idxd_submit(t, 0, &d);
    }
}

static void submit_batches(IdxdTest *t)
{
    IdxdDesc d;
    unsigned i;

    idxd_desc(&d, IDXD_OP_DUALCAST, IDXD_FLAG_CRAV, IDXD_TEST_RECORDS, BUFFERS,
              BUFFERS + MOVE_SIZE, 64);
    stq_le_p(d.raw + 40, BUFFERS + 2 * MOVE_SIZE);
    for (i = 0; i < MEMBERS; i++) {
        qtest_memwrite(t->qts, IDXD_TEST_LIST + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    idxd_desc(&d, IDXD_OP_BATCH, IDXD_FLAG_CRAV, IDXD_TEST_RECORDS,
              IDXD_TEST_LIST, 0, MEMBERS);
    for (i = 0; i < IDXD_TEST_WQ_SIZE; i++) {
        idxd_submit(t, 0, &d);
    }
}

/*
 * ATS goes off and on while engines access memory by requester ID, so that they
 * go by translations or without them.  What an operation comes upon in between
 * may be an error; later ones work.
 */
static void test_ats_toggled(void)
{
    uint64_t record;
    unsigned i, j;
    IdxdTest t;
    IdxdDesc d;

    svm_start(&t, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    idxd_wr(&t, A_GENCFG, 0);
    idxd_wr(&t, IDXD_GRPCFG_BASE + IDXD_GRPCFG_ENGINES, 0xf);
    idxd_wr(&t, IDXD_WQCFG_BASE + A_WQCFG2,
            R_WQCFG2_DEDICATED_MASK | 10 << R_WQCFG2_PRIORITY_SHIFT);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    qtest_memset(t.qts, BUFFERS, 0x5a, MOVE_SIZE);

    for (i = 0; i < ROUNDS; i++) {
        if (i % 2) {
            submit_moves(&t);
        } else {
            submit_batches(&t);
        }
        for (j = 0; j < 16; j++) {
            set_control(&t, CONTROL_ATS, j & 1);
        }
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
    }

    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_COMPARE, RECORD, record, BUFFERS, BUFFERS + MOVE_SIZE,
              MOVE_SIZE);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(qtest_readb(t.qts, record + 1), ==, 0);
    svm_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/ats/" #name, test_##name)
    ADD(invalidate);
    ADD(ats_off);
    ADD(pasid_off);
    ADD(master_off);
    ADD(ats_toggled);

    return g_test_run();
}
