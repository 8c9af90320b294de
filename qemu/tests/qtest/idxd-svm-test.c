/*
 * QTest testcase for idxd-dsa with shared virtual memory: faults
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "hw/i386/intel_iommu_internal.h"
#include "idxd-util.h"

#define ECAM        0xb0000000ULL
#define PCIEXBAR    0x60
#define DEVFN       (IDXD_TEST_SLOT << 3)

/* Where things are in guest memory */
#define ROOT        0x100000ULL
#define CONTEXT     0x101000ULL
#define PASID_DIR   0x102000ULL
#define PASID_TABLE 0x103000ULL
#define PML4        0x104000ULL
#define PDPT        0x105000ULL
#define PD          0x106000ULL
#define PT          0x107000ULL
#define IQ          0x110000ULL
#define IQ_ENTRIES  128
#define PRQ         0x120000ULL
/* Page N of the address space is here, when it is mapped */
#define PAGE(n)     (0x600000ULL + (n) * 0x1000)

#define PASID       0x25
#define DOMAIN      7
#define RING        64
#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define FL_USER     (VTD_FL_P | VTD_FL_RW | VTD_FL_US)

/* WQ 0 is dedicated, WQ 1 shared; both allow block on fault */
#define SHARED      1
#define THRESHOLD   3

static unsigned iq_tail;
/* Page requests that were taken from the queue */
static unsigned prq_head;

static void vtd_writeq(IdxdTest *t, uint64_t reg, uint64_t val)
{
    qtest_writeq(t->qts, Q35_HOST_BRIDGE_IOMMU_ADDR + reg, val);
}

static uint64_t vtd_readq(IdxdTest *t, uint64_t reg)
{
    return qtest_readq(t->qts, Q35_HOST_BRIDGE_IOMMU_ADDR + reg);
}

static void vtd_writel(IdxdTest *t, uint64_t reg, uint32_t val)
{
    qtest_writel(t->qts, Q35_HOST_BRIDGE_IOMMU_ADDR + reg, val);
}

static void vtd_submit(IdxdTest *t, uint64_t lo, uint64_t hi)
{
    uint64_t desc[4] = { cpu_to_le64(lo), cpu_to_le64(hi) };

    qtest_memwrite(t->qts, IQ + iq_tail * 32, desc, sizeof(desc));
    iq_tail = (iq_tail + 1) % IQ_ENTRIES;
    vtd_writeq(t, DMAR_IQT_REG, iq_tail << 5);
    g_assert_cmphex(vtd_readq(t, DMAR_IQH_REG), ==, iq_tail << 5);
}

/* The address of an extended capability in configuration space */
static uint64_t ext_cap(IdxdTest *t, uint16_t id)
{
    uint64_t config = ECAM + (DEVFN << 12);
    uint32_t offset = PCI_CONFIG_SPACE_SIZE;
    uint32_t header;

    while (offset) {
        header = qtest_readl(t->qts, config + offset);
        if (PCI_EXT_CAP_ID(header) == id) {
            return config + offset;
        }
        offset = PCI_EXT_CAP_NEXT(header);
    }
    g_assert_not_reached();
}

static void enable_svm(IdxdTest *t)
{
    qtest_writew(t->qts, ext_cap(t, PCI_EXT_CAP_ID_ATS) + PCI_ATS_CTRL,
                 PCI_ATS_CTRL_ENABLE);
    qtest_writew(t->qts, ext_cap(t, PCI_EXT_CAP_ID_PASID) + PCI_PASID_CTRL,
                 PCI_PASID_CTRL_ENABLE);
    qtest_writel(t->qts, ext_cap(t, PCI_EXT_CAP_ID_PRI) + PCI_PRI_ALLOC_REQ,
                 32);
    qtest_writew(t->qts, ext_cap(t, PCI_EXT_CAP_ID_PRI) + PCI_PRI_CTRL,
                 PCI_PRI_CTRL_ENABLE);
}

static void map(IdxdTest *t, unsigned page)
{
    qtest_writeq(t->qts, PT + page * 8, PAGE(page) | FL_USER);
}

/* No page of the address space is mapped */
static void start_iommu(IdxdTest *t)
{
    uint64_t context = CONTEXT + DEVFN * VTD_CTX_ENTRY_SCALABLE_SIZE;
    uint64_t pasid = PASID_TABLE + PASID * VTD_PASID_ENTRY_SIZE;

    idxd_test_start(t, "-device intel-iommu,x-svm=on", "idxd-dsa,x-test=on");
    qtest_outl(t->qts, 0xcf8, 0x80000000 | PCIEXBAR);
    qtest_outl(t->qts, 0xcfc, ECAM | 1);
    enable_svm(t);

    qtest_memset(t->qts, ROOT, 0, 0x40000);
    qtest_writeq(t->qts, ROOT, CONTEXT | VTD_ROOT_ENTRY_P);
    qtest_writeq(t->qts, context,
                 VTD_CONTEXT_ENTRY_P | VTD_SM_CONTEXT_ENTRY_DTE |
                 VTD_SM_CONTEXT_ENTRY_PASIDE | VTD_SM_CONTEXT_ENTRY_PRE |
                 PASID_DIR);
    qtest_writeq(t->qts, PASID_DIR, PASID_TABLE | 1);
    qtest_writeq(t->qts, PASID_TABLE,
                 VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_PT);
    qtest_writeq(t->qts, PASID_TABLE + 8, DOMAIN);
    qtest_writeq(t->qts, pasid, VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_FLT);
    qtest_writeq(t->qts, pasid + 8, DOMAIN);
    qtest_writeq(t->qts, pasid + 16, PML4);
    qtest_writeq(t->qts, PML4, PDPT | FL_USER);
    qtest_writeq(t->qts, PDPT, PD | FL_USER);
    qtest_writeq(t->qts, PD, PT | FL_USER);
    qtest_memset(t->qts, PAGE(0), 0, 0x40000);

    vtd_writeq(t, DMAR_RTADDR_REG, ROOT | VTD_RTADDR_SMT);
    vtd_writel(t, DMAR_GCMD_REG, VTD_GCMD_SRTP);
    vtd_writeq(t, DMAR_IQA_REG, IQ | VTD_IQA_DW_MASK);
    vtd_writel(t, DMAR_GCMD_REG, VTD_GCMD_QIE);
    vtd_writel(t, DMAR_GCMD_REG, VTD_GCMD_QIE | VTD_GCMD_TE);
    vtd_writeq(t, DMAR_PQA_REG, PRQ);
    iq_tail = 0;
    prq_head = 0;
}

static void enable_wqs(IdxdTest *t, uint32_t mode)
{
    uint64_t shared = IDXD_WQCFG_BASE + SHARED * IDXD_WQCFG_STRIDE;

    mode |= PASID << R_WQCFG2_PASID_SHIFT | R_WQCFG2_PASID_ENABLE_MASK |
            10 << R_WQCFG2_PRIORITY_SHIFT;
    idxd_configure(t);
    idxd_wr(t, IDXD_GRPCFG_BASE, 1 | 1 << SHARED);
    idxd_wr(t, IDXD_WQCFG_BASE + A_WQCFG2, mode | R_WQCFG2_DEDICATED_MASK);
    idxd_wr(t, shared + A_WQCFG0, IDXD_TEST_WQ_SIZE);
    idxd_wr(t, shared + A_WQCFG1, THRESHOLD);
    idxd_wr(t, shared + A_WQCFG2, mode);
    idxd_wr(t, shared + A_WQCFG3, 21);
    idxd_wr(t, shared + A_WQCFG8, UINT32_MAX);
    idxd_configure_log(t, RING);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, SHARED), ==, 0);
}

static void start(IdxdTest *t, uint32_t mode)
{
    start_iommu(t);
    enable_wqs(t, mode);
}

/* Neither may anything be left of the requests, nor a fault be reported */
static void quit(IdxdTest *t)
{
    g_assert_cmphex(vtd_readq(t, DMAR_PQT_REG), ==, prq_head * 32);
    g_assert_cmphex(qtest_readl(t->qts, Q35_HOST_BRIDGE_IOMMU_ADDR +
                                DMAR_FSTS_REG), ==, 0);
    idxd_test_quit(t);
}

/* Wait for a request for a page, and return its group index */
static unsigned page_request(IdxdTest *t, uint64_t addr, bool write)
{
    uint64_t entry = PRQ + prq_head * 32;
    uint64_t lo, hi;
    int i;

    prq_head++;
    for (i = 0; i < 20000; i++) {
        if (vtd_readq(t, DMAR_PQT_REG) == prq_head * 32) {
            break;
        }
        g_usleep(1000);
    }
    lo = qtest_readq(t->qts, entry);
    hi = qtest_readq(t->qts, entry + 8);
    g_assert_cmphex(lo, ==,
                    1 | 1 << 8 | DEVFN << 16 | (uint64_t)PASID << 32);
    g_assert_cmphex(hi & ~0xff8, ==, addr | 4 | (write ? 2 : 1));
    return extract64(hi, 3, 9);
}

/* @code: 0 success, 1 invalid, 15 failure */
static void page_response(IdxdTest *t, unsigned index, unsigned code)
{
    vtd_submit(t, VTD_INV_DESC_PGRP_RESP | 1 << 4 | code << 12 | DEVFN << 16 |
               (uint64_t)PASID << 32, index << 3 | 1 << 2);
}

static void assert_record(IdxdTest *t, uint64_t record, uint8_t status,
                          uint8_t result, uint32_t completed, uint64_t addr)
{
    g_assert_cmphex(idxd_wait(t, record), ==, status);
    g_assert_cmphex(qtest_readb(t->qts, record + 1), ==, result);
    g_assert_cmphex(qtest_readl(t->qts, record + 4), ==, completed);
    g_assert_cmphex(qtest_readq(t->qts, record + 8), ==, addr);
}

static void assert_record_fault(IdxdTest *t, unsigned i, unsigned wq,
                                uint64_t addr)
{
    IdxdTestEntry e;

    idxd_log_wait(t, i + 1);
    e = idxd_log_entry(t, i);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.addr, ==, addr);
    g_assert_cmphex(e.pasid, ==, PASID);
    g_assert_cmpuint(e.wq, ==, wq);
    g_assert_true(e.write);
    g_assert_false(e.batch);
    g_assert_cmphex(e.status, ==, IDXD_STS_SUCCESS);
}

/* Page requests off: a record that faults goes into the log */
static void test_record_prs_off(void)
{
    IdxdTest t;
    IdxdDesc d;

    start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    assert_record_fault(&t, 0, 0, 0x3040);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);

    map(&t, 3);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 1);

    /* A page that may only be read */
    qtest_writeq(t.qts, PT + 4 * 8, PAGE(4) | (FL_USER & ~VTD_FL_RW));
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x4000, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    assert_record_fault(&t, 1, 0, 0x4000);
    quit(&t);
}

/* Page requests on: the engine waits; a refusal is as a fault without them */
static void test_record_prs_on(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned index;

    start(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    index = page_request(&t, 0x3000, true);
    idxd_settle();
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    map(&t, 3);
    page_response(&t, index, 0);
    g_assert_cmphex(idxd_wait(&t, PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);

    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x4040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    page_response(&t, page_request(&t, 0x4000, true), 1);
    assert_record_fault(&t, 0, 0, 0x4040);
    idxd_submit(&t, 0, &d);
    page_response(&t, page_request(&t, 0x4000, true), 15);
    assert_record_fault(&t, 1, 0, 0x4040);
    quit(&t);
}

/* Answers to what nobody asked are told of, and change nothing */
static void test_unexpected_response(void)
{
    IdxdTest t;
    IdxdDesc d;
    uint64_t status;
    unsigned index;

    start(&t, 0);
    status = ext_cap(&t, PCI_EXT_CAP_ID_PRI) + PCI_PRI_STATUS;
    g_assert_cmphex(qtest_readw(t.qts, status), ==, PCI_PRI_STATUS_PASID);
    page_response(&t, 5, 0);
    g_assert_cmphex(qtest_readw(t.qts, status), ==,
                    PCI_PRI_STATUS_PASID | PCI_PRI_STATUS_UPRGI);
    qtest_writew(t.qts, status, PCI_PRI_STATUS_UPRGI);
    g_assert_cmphex(qtest_readw(t.qts, status), ==, PCI_PRI_STATUS_PASID);

    /* The right group of another PASID */
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    index = page_request(&t, 0x3000, true);
    vtd_submit(&t, VTD_INV_DESC_PGRP_RESP | 1 << 4 | 1 << 12 | DEVFN << 16 |
               (uint64_t)(PASID + 1) << 32, index << 3 | 1 << 2);
    g_assert_cmphex(qtest_readw(t.qts, status), ==,
                    PCI_PRI_STATUS_PASID | PCI_PRI_STATUS_UPRGI);
    idxd_settle();
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    map(&t, 3);
    page_response(&t, index, 0);
    g_assert_cmphex(idxd_wait(&t, PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    quit(&t);
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

    start(&t, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    idxd_wr(&t, IDXD_GRPCFG_BASE + IDXD_GRPCFG_ENGINES, 0xf);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    vtd_writeq(&t, DMAR_PQH_REG, 0x20);
    for (i = 0; i < IDXD_TEST_WQ_SIZE; i++) {
        idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3000 + i * 32, 0, 0, 0);
        idxd_submit(&t, 0, &d);
    }
    idxd_log_wait(&t, IDXD_TEST_WQ_SIZE);
    for (i = 0; i < IDXD_TEST_WQ_SIZE; i++) {
        e = idxd_log_entry(&t, i);
        g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    }
    quit(&t);
}

/* A move from page 1 to 4 of two pages; pages 2 and 5 are missing, or not */
static void move(IdxdTest *t, uint32_t flags, uint64_t record)
{
    IdxdDesc d;

    idxd_desc(&d, IDXD_OP_MOVE, RECORD | flags, record, 0x1000, 0x4000,
              0x2000);
    qtest_memset(t->qts, PAGE(0), 0, 64);
    idxd_submit(t, 0, &d);
}

static void test_operand_prs_off(void)
{
    IdxdTest t;

    start(&t, R_WQCFG2_PRS_DISABLE_MASK | R_WQCFG2_BLOCK_ON_FAULT_MASK);
    map(&t, 0);
    map(&t, 1);
    map(&t, 4);
    move(&t, 0, 0x40);
    assert_record(&t, PAGE(0) + 0x40, IDXD_STS_FAULT, 0, 0x1000, 0x2000);
    move(&t, IDXD_FLAG_BOF, 0);
    assert_record(&t, PAGE(0), IDXD_STS_FAULT, 0, 0x1000, 0x2000);
    map(&t, 2);
    move(&t, IDXD_FLAG_BOF, 0);
    assert_record(&t, PAGE(0), IDXD_STS_FAULT | IDXD_STS_WRITE, 0, 0x1000,
                  0x5000);
    map(&t, 5);
    move(&t, 0, 0);
    assert_record(&t, PAGE(0), IDXD_STS_SUCCESS, 0, 0, 0);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    quit(&t);
}

static void test_operand_prs_on(void)
{
    IdxdTest t;
    unsigned index;

    start(&t, R_WQCFG2_BLOCK_ON_FAULT_MASK);
    map(&t, 0);
    map(&t, 1);
    map(&t, 4);
    /* Only if the descriptor says so */
    move(&t, 0, 0);
    assert_record(&t, PAGE(0), IDXD_STS_FAULT, 0, 0x1000, 0x2000);

    move(&t, IDXD_FLAG_BOF, 0);
    index = page_request(&t, 0x2000, false);
    g_assert_cmphex(qtest_readb(t.qts, PAGE(0)), ==, 0);
    map(&t, 2);
    page_response(&t, index, 0);
    page_response(&t, page_request(&t, 0x5000, true), 1);
    assert_record(&t, PAGE(0), IDXD_STS_FAULT_REFUSED | IDXD_STS_WRITE, 0,
                  0x1000, 0x5000);

    /* An answer of success is not believed */
    move(&t, IDXD_FLAG_BOF, 0);
    page_response(&t, page_request(&t, 0x5000, true), 0);
    index = page_request(&t, 0x5000, true);
    qtest_memset(t.qts, PAGE(1), 0x11, 0x1000);
    qtest_memset(t.qts, PAGE(2), 0x22, 0x1000);
    map(&t, 5);
    page_response(&t, index, 0);
    assert_record(&t, PAGE(0), IDXD_STS_SUCCESS, 0, 0, 0);
    g_assert_cmphex(qtest_readb(t.qts, PAGE(5) + 0xfff), ==, 0x22);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    quit(&t);
}

/* A WQ that does not allow block on fault */
static void test_no_block_on_fault(void)
{
    IdxdTest t;

    start(&t, 0);
    map(&t, 0);
    move(&t, IDXD_FLAG_BOF, 0);
    g_assert_cmphex(idxd_wait(&t, PAGE(0)), ==, IDXD_STS_FLAGS);
    g_assert_cmphex(qtest_readl(t.qts, PAGE(0) + 16), ==, IDXD_FLAG_BOF);
    quit(&t);
}

/* The list of a batch begins in page 1 and goes on in page 2 */
static void batch(IdxdTest *t)
{
    IdxdDesc d;
    unsigned i;

    idxd_desc(&d, IDXD_OP_NOOP, 0, 0, 0, 0, 0);
    for (i = 0; i < 4; i++) {
        qtest_memwrite(t->qts, PAGE(2) - 128 + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    qtest_memset(t->qts, PAGE(0), 0, 64);
    idxd_desc(&d, IDXD_OP_BATCH, RECORD, 0, 0x2000 - 128, 0, 4);
    idxd_submit(t, 0, &d);
}

static void test_list_prs_off(void)
{
    IdxdTest t;

    start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    map(&t, 0);
    map(&t, 1);
    batch(&t);
    assert_record(&t, PAGE(0), IDXD_STS_BATCH_FAULT, 0, 2, 0x2000);
    map(&t, 2);
    batch(&t);
    assert_record(&t, PAGE(0), IDXD_STS_SUCCESS, 0, 4, 0);
    quit(&t);
}

static void test_list_prs_on(void)
{
    IdxdTest t;
    unsigned index;

    start(&t, 0);
    map(&t, 0);
    map(&t, 1);
    batch(&t);
    page_response(&t, page_request(&t, 0x2000, false), 1);
    assert_record(&t, PAGE(0), IDXD_STS_BATCH_FAULT, 0, 2, 0x2000);
    batch(&t);
    index = page_request(&t, 0x2000, false);
    map(&t, 2);
    page_response(&t, index, 0);
    assert_record(&t, PAGE(0), IDXD_STS_SUCCESS, 0, 4, 0);
    quit(&t);
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

    start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3000, 0, 0, 0);
    stl_le_p(d.raw, PASID);

    /* The PASID is the descriptor's, anywhere in a page */
    g_assert_true(qtest_store64_deferrable(t.qts, portal(&t, SHARED, 0) +
                                           0xfc0, d.raw));
    assert_record_fault(&t, 0, SHARED, 0x3000);
    stl_le_p(d.raw, PASID + 1);
    g_assert_true(qtest_store64_deferrable(t.qts, portal(&t, SHARED, 1),
                                           d.raw));
    idxd_log_wait(&t, 2);
    e = idxd_log_entry(&t, 1);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.pasid, ==, PASID + 1);

    /* Each kind of WQ has its own kind of store, and registers none */
    g_assert_false(qtest_store64_deferrable(t.qts, portal(&t, 0, 0), d.raw));
    g_assert_false(qtest_store64_deferrable(t.qts, portal(&t, 2, 0), d.raw));
    g_assert_false(qtest_store64_deferrable(t.qts, t.regs.addr, d.raw));
    g_assert_cmpuint(idxd_log_tail(&t), ==, 2);
    qtest_store64_posted(t.qts, portal(&t, SHARED, 0), d.raw);
    idxd_log_wait(&t, 3);
    e = idxd_log_entry(&t, 2);
    g_assert_cmphex(e.code, ==, IDXD_ERR_PORTAL);
    g_assert_cmpuint(e.wq, ==, SHARED);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);

    /* The limited portal takes as many as the threshold says */
    idxd_testctl(&t, "x-test-hold", "1");
    for (i = 0; i < THRESHOLD; i++) {
        g_assert_true(qtest_store64_deferrable(t.qts, portal(&t, SHARED, 1),
                                               d.raw));
    }
    g_assert_false(qtest_store64_deferrable(t.qts, portal(&t, SHARED, 1),
                                            d.raw));
    for (; i < IDXD_TEST_WQ_SIZE; i++) {
        g_assert_true(qtest_store64_deferrable(t.qts, portal(&t, SHARED, 0),
                                               d.raw));
    }
    g_assert_false(qtest_store64_deferrable(t.qts, portal(&t, SHARED, 0),
                                            d.raw));
    idxd_testctl(&t, "x-test-hold", "0");
    idxd_log_wait(&t, 3 + IDXD_TEST_WQ_SIZE);
    quit(&t);
}

/* Aborts and resets do not wait for a page; the answer may come afterwards */
static void test_abort(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned old, new;

    start(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    old = page_request(&t, 0x3000, true);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ABORT_PASID, PASID + 1), ==, 0);
    idxd_cmd_start(&t, IDXD_CMD_DRAIN_PASID, PASID);
    idxd_settle();
    g_assert_true(idxd_cmd_active(&t));
    map(&t, 3);
    page_response(&t, old, 0);
    g_assert_cmphex(idxd_wait(&t, PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(idxd_cmd_wait(&t), ==, 0);

    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x4040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    old = page_request(&t, 0x4000, true);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ABORT_PASID, PASID), ==, 0);
    idxd_submit(&t, 0, &d);
    new = page_request(&t, 0x4000, true);
    g_assert_cmpuint(new, !=, old);
    map(&t, 4);
    page_response(&t, old, 0);
    idxd_settle();
    g_assert_cmphex(qtest_readb(t.qts, PAGE(4) + 0x40), ==, 0);
    page_response(&t, new, 0);
    g_assert_cmphex(idxd_wait(&t, PAGE(4) + 0x40), ==, IDXD_STS_SUCCESS);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    quit(&t);
}

/* All configuration is gone after a reset of the function */
static void test_flr(void)
{
    IdxdTest t;
    IdxdDesc d;
    uint8_t msix;
    uint64_t wqcfg;
    unsigned i;

    start(&t, 0);
    msix = qpci_find_capability(t.dev, PCI_CAP_ID_MSIX, 0);
    qpci_config_writew(t.dev, msix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE);
    idxd_wr(&t, A_GENCTRL, 7);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    page_request(&t, 0x3000, true);

    idxd_flr(&t);
    g_assert_cmphex(qtest_readw(t.qts, ext_cap(&t, PCI_EXT_CAP_ID_ATS) +
                                PCI_ATS_CTRL), ==, 0);
    g_assert_cmphex(qtest_readw(t.qts, ext_cap(&t, PCI_EXT_CAP_ID_PASID) +
                                PCI_PASID_CTRL), ==, 0);
    g_assert_cmphex(qtest_readw(t.qts, ext_cap(&t, PCI_EXT_CAP_ID_PRI) +
                                PCI_PRI_CTRL), ==, 0);
    g_assert_cmphex(qtest_readl(t.qts, ext_cap(&t, PCI_EXT_CAP_ID_PRI) +
                                PCI_PRI_ALLOC_REQ), ==, 0);
    g_assert_cmphex(qpci_config_readw(t.dev, msix + PCI_MSIX_FLAGS) &
                    PCI_MSIX_FLAGS_ENABLE, ==, 0);
    for (i = 0; i < IDXD_REGS_END; i += 4) {
        if (i >= A_GENCFG && i != A_CMDCAP) {
            g_assert_cmphex(idxd_rd(&t, i), ==, 0);
        }
    }
    for (wqcfg = 0; wqcfg < 2 * IDXD_WQCFG_STRIDE; wqcfg += 4) {
        g_assert_cmphex(idxd_rd(&t, IDXD_WQCFG_BASE + wqcfg), ==, 0);
    }
    for (i = 0; i < 2 * IDXD_GRPCFG_STRIDE; i += 4) {
        g_assert_cmphex(idxd_rd(&t, IDXD_GRPCFG_BASE + i), ==, 0);
    }

    /* It works again, without the old translation of anything */
    enable_svm(&t);
    enable_wqs(&t, R_WQCFG2_PRS_DISABLE_MASK);
    idxd_submit(&t, 0, &d);
    assert_record_fault(&t, 0, 0, 0x3040);
    quit(&t);
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
