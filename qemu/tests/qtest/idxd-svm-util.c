/*
 * What tests of the idxd devices with shared virtual memory have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "idxd-svm-util.h"

#define ECAM        0xb0000000ULL
#define PCIEXBAR    0x60

/* Where things are in guest memory */
#define ROOT        0x100000ULL
#define CONTEXT     0x101000ULL
#define PASID_DIR   0x102000ULL
#define PASID_TABLE 0x103000ULL
#define PML4        0x104000ULL
#define PDPT        0x105000ULL
#define PD          0x106000ULL
#define IQ          0x110000ULL
#define IQ_ENTRIES  128
#define PRQ         0x120000ULL

static unsigned iq_tail;
/* Page requests that were taken from the queue */
static unsigned prq_head;

void svm_vtd_writeq(IdxdTest *t, uint64_t reg, uint64_t val)
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

void svm_vtd_submit(IdxdTest *t, uint64_t lo, uint64_t hi)
{
    uint64_t desc[4] = { cpu_to_le64(lo), cpu_to_le64(hi) };

    qtest_memwrite(t->qts, IQ + iq_tail * 32, desc, sizeof(desc));
    iq_tail = (iq_tail + 1) % IQ_ENTRIES;
    svm_vtd_writeq(t, DMAR_IQT_REG, iq_tail << 5);
    g_assert_cmphex(vtd_readq(t, DMAR_IQH_REG), ==, iq_tail << 5);
}

uint64_t svm_ext_cap(IdxdTest *t, uint16_t id)
{
    uint64_t config = ECAM + (SVM_DEVFN << 12);
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

void svm_enable_function(IdxdTest *t)
{
    qtest_writew(t->qts, svm_ext_cap(t, PCI_EXT_CAP_ID_ATS) + PCI_ATS_CTRL,
                 PCI_ATS_CTRL_ENABLE);
    qtest_writew(t->qts, svm_ext_cap(t, PCI_EXT_CAP_ID_PASID) + PCI_PASID_CTRL,
                 PCI_PASID_CTRL_ENABLE);
    qtest_writel(t->qts, svm_ext_cap(t, PCI_EXT_CAP_ID_PRI) + PCI_PRI_ALLOC_REQ,
                 32);
    qtest_writew(t->qts, svm_ext_cap(t, PCI_EXT_CAP_ID_PRI) + PCI_PRI_CTRL,
                 PCI_PRI_CTRL_ENABLE);
}

void svm_map(IdxdTest *t, unsigned page)
{
    qtest_writeq(t->qts, SVM_PT + page * 8, SVM_PAGE(page) | SVM_FL_USER);
}

void svm_add_pasid(IdxdTest *t, uint32_t pasid)
{
    uint64_t entry = PASID_TABLE + pasid * VTD_PASID_ENTRY_SIZE;

    qtest_writeq(t->qts, entry, VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_FLT);
    qtest_writeq(t->qts, entry + 8, SVM_DOMAIN);
    qtest_writeq(t->qts, entry + 16, PML4);
}

/* No page of the address space is mapped */
static void start_iommu(IdxdTest *t)
{
    uint64_t context = CONTEXT + SVM_DEVFN * VTD_CTX_ENTRY_SCALABLE_SIZE;

    idxd_test_start(t, "-device intel-iommu,x-svm=on",
                    "idxd-dsa,x-test=on,interrupt-handles=on");
    qtest_outl(t->qts, 0xcf8, 0x80000000 | PCIEXBAR);
    qtest_outl(t->qts, 0xcfc, ECAM | 1);
    svm_enable_function(t);

    qtest_memset(t->qts, ROOT, 0, 0x40000);
    qtest_writeq(t->qts, ROOT, CONTEXT | VTD_ROOT_ENTRY_P);
    qtest_writeq(t->qts, context,
                 VTD_CONTEXT_ENTRY_P | VTD_SM_CONTEXT_ENTRY_DTE |
                 VTD_SM_CONTEXT_ENTRY_PASIDE | VTD_SM_CONTEXT_ENTRY_PRE |
                 PASID_DIR);
    qtest_writeq(t->qts, PASID_DIR, PASID_TABLE | 1);
    qtest_writeq(t->qts, PASID_TABLE,
                 VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_PT);
    qtest_writeq(t->qts, PASID_TABLE + 8, SVM_DOMAIN);
    svm_add_pasid(t, SVM_PASID);
    qtest_writeq(t->qts, PML4, PDPT | SVM_FL_USER);
    qtest_writeq(t->qts, PDPT, PD | SVM_FL_USER);
    qtest_writeq(t->qts, PD, SVM_PT | SVM_FL_USER);
    qtest_memset(t->qts, SVM_PAGE(0), 0, 0x40000);

    svm_vtd_writeq(t, DMAR_RTADDR_REG, ROOT | VTD_RTADDR_SMT);
    vtd_writel(t, DMAR_GCMD_REG, VTD_GCMD_SRTP);
    svm_vtd_writeq(t, DMAR_IQA_REG, IQ | VTD_IQA_DW_MASK);
    vtd_writel(t, DMAR_GCMD_REG, VTD_GCMD_QIE);
    vtd_writel(t, DMAR_GCMD_REG, VTD_GCMD_QIE | VTD_GCMD_TE);
    svm_vtd_writeq(t, DMAR_PQA_REG, PRQ);
    iq_tail = 0;
    prq_head = 0;
}

void svm_enable_wqs(IdxdTest *t, uint32_t mode)
{
    uint64_t shared = IDXD_WQCFG_BASE + SVM_SHARED * IDXD_WQCFG_STRIDE;

    mode |= SVM_PASID << R_WQCFG2_PASID_SHIFT | R_WQCFG2_PASID_ENABLE_MASK |
            10 << R_WQCFG2_PRIORITY_SHIFT;
    idxd_configure(t);
    idxd_wr(t, IDXD_GRPCFG_BASE, 1 | 1 << SVM_SHARED);
    idxd_wr(t, IDXD_WQCFG_BASE + A_WQCFG2, mode | R_WQCFG2_DEDICATED_MASK);
    idxd_wr(t, shared + A_WQCFG0, IDXD_TEST_WQ_SIZE);
    idxd_wr(t, shared + A_WQCFG1, SVM_THRESHOLD);
    idxd_wr(t, shared + A_WQCFG2, mode);
    idxd_wr(t, shared + A_WQCFG3, 5 << R_WQCFG3_MAX_BATCH_SHIFT_SHIFT | 21);
    idxd_configure_log(t, SVM_RING);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, SVM_SHARED), ==, 0);
}

void svm_start(IdxdTest *t, uint32_t mode)
{
    start_iommu(t);
    svm_enable_wqs(t, mode);
}

void svm_quit(IdxdTest *t)
{
    g_assert_cmphex(vtd_readq(t, DMAR_PQT_REG), ==, prq_head * 32);
    g_assert_cmphex(qtest_readl(t->qts, Q35_HOST_BRIDGE_IOMMU_ADDR +
                                DMAR_FSTS_REG), ==, 0);
    idxd_test_quit(t);
}

unsigned svm_page_request(IdxdTest *t, uint64_t addr, bool write)
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
                    1 | 1 << 8 | SVM_DEVFN << 16 | (uint64_t)SVM_PASID << 32);
    g_assert_cmphex(hi & ~0xff8, ==, addr | 4 | (write ? 2 : 1));
    return extract64(hi, 3, 9);
}

void svm_page_response(IdxdTest *t, unsigned index, unsigned code)
{
    svm_vtd_submit(t, VTD_INV_DESC_PGRP_RESP | 1 << 4 | code << 12 |
                   SVM_DEVFN << 16 | (uint64_t)SVM_PASID << 32, index << 3 |
                   1 << 2);
}

void svm_assert_record(IdxdTest *t, uint64_t record, uint8_t status,
                       uint8_t result, uint32_t completed, uint64_t addr)
{
    g_assert_cmphex(idxd_wait(t, record), ==, status);
    g_assert_cmphex(qtest_readb(t->qts, record + 1), ==, result);
    g_assert_cmphex(qtest_readl(t->qts, record + 4), ==, completed);
    g_assert_cmphex(qtest_readq(t->qts, record + 8), ==, addr);
}

void svm_assert_record_fault(IdxdTest *t, unsigned i, unsigned wq,
                             uint64_t addr)
{
    IdxdTestEntry e;

    idxd_log_wait(t, i + 1);
    e = idxd_log_entry(t, i);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.addr, ==, addr);
    g_assert_cmphex(e.pasid, ==, SVM_PASID);
    g_assert_cmpuint(e.wq, ==, wq);
    g_assert_true(e.write);
    g_assert_false(e.batch);
    g_assert_cmphex(e.status, ==, IDXD_STS_SUCCESS);
}
