/*
 * Fuzzing of the idxd devices: the IOMMU around them
 *
 * The guest's tables are valid, but for the page table's entries, so that an
 * input is spent on the device and on what it asks of the IOMMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/i386/intel_iommu_internal.h"
#include "hw/pci/pci_regs.h"
#include "idxd_fuzz.h"

#define ROOT            0x100000ULL
#define CONTEXT         0x101000ULL
#define PASID_DIR       0x102000ULL
#define PASID_TABLE     0x103000ULL
#define PML4            0x104000ULL
#define PDPT            0x105000ULL
#define PD              0x106000ULL
#define PT              0x107000ULL
#define IQ              0x110000ULL
#define IQ_ENTRIES      128
#define PRQ             0x120000ULL
#define PRQ_ENTRIES     128

#define DOMAIN          7
#define PAGE            4096
#define PT_ENTRIES      512
#define PTE             (VTD_FL_P | VTD_FL_RW | VTD_FL_US)

static void vtd_writeq(IdxdFuzz *f, uint64_t reg, uint64_t val)
{
    qtest_writeq(f->qts, Q35_HOST_BRIDGE_IOMMU_ADDR + reg, val);
}

static void vtd_writel(IdxdFuzz *f, uint64_t reg, uint32_t val)
{
    qtest_writel(f->qts, Q35_HOST_BRIDGE_IOMMU_ADDR + reg, val);
}

static void vtd_submit(IdxdFuzz *f, uint64_t lo, uint64_t hi)
{
    uint64_t desc[4] = { cpu_to_le64(lo), cpu_to_le64(hi) };

    qtest_memwrite(f->qts, IQ + f->iq_tail * sizeof(desc), desc, sizeof(desc));
    f->iq_tail = (f->iq_tail + 1) % IQ_ENTRIES;
    vtd_writeq(f, DMAR_IQT_REG, f->iq_tail << 5);
}

static void set_pte(IdxdFuzz *f, uint64_t addr, uint64_t pte)
{
    qtest_writeq(f->qts, PT + addr / PAGE % PT_ENTRIES * 8, pte);
}

/* The second 2 MiB are where they are, the rest of the space is empty */
static void write_tables(IdxdFuzz *f, uint8_t devfn)
{
    uint64_t context = CONTEXT + devfn * VTD_CTX_ENTRY_SCALABLE_SIZE;
    uint64_t pasid = PASID_TABLE + IDXD_FUZZ_PASID * VTD_PASID_ENTRY_SIZE;
    uint64_t addr;

    qtest_writeq(f->qts, ROOT, CONTEXT | VTD_ROOT_ENTRY_P);
    qtest_writeq(f->qts, context,
                 VTD_CONTEXT_ENTRY_P | VTD_SM_CONTEXT_ENTRY_DTE |
                 VTD_SM_CONTEXT_ENTRY_PASIDE | VTD_SM_CONTEXT_ENTRY_PRE |
                 PASID_DIR);
    qtest_writeq(f->qts, PASID_DIR, PASID_TABLE | 1);
    qtest_writeq(f->qts, PASID_TABLE,
                 VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_PT);
    qtest_writeq(f->qts, PASID_TABLE + 8, DOMAIN);
    qtest_writeq(f->qts, pasid, VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_FLT);
    qtest_writeq(f->qts, pasid + 8, DOMAIN);
    qtest_writeq(f->qts, pasid + 16, PML4);
    qtest_writeq(f->qts, PML4, PDPT | PTE);
    qtest_writeq(f->qts, PDPT, PD | PTE);
    qtest_writeq(f->qts, PD + 8, PT | PTE);
    for (addr = IDXD_FUZZ_LISTS; addr < IDXD_FUZZ_RAM_SIZE; addr += PAGE) {
        set_pte(f, addr, addr | PTE);
    }
    set_pte(f, IDXD_FUZZ_READ_ONLY, IDXD_FUZZ_READ_ONLY | VTD_FL_P | VTD_FL_US);
    set_pte(f, IDXD_FUZZ_MISSING, 0);
    set_pte(f, IDXD_FUZZ_DEVICE, IDXD_FUZZ_BAR0 | PTE);
}

void idxd_fuzz_iommu_start(IdxdFuzz *f)
{
    write_tables(f, PCI_DEVICE(f->s)->devfn);
    vtd_writeq(f, DMAR_RTADDR_REG, ROOT | VTD_RTADDR_SMT);
    vtd_writel(f, DMAR_GCMD_REG, VTD_GCMD_SRTP);
    vtd_writeq(f, DMAR_IQA_REG, IQ | VTD_IQA_DW_MASK);
    vtd_writel(f, DMAR_GCMD_REG, VTD_GCMD_QIE);
    vtd_writel(f, DMAR_GCMD_REG, VTD_GCMD_QIE | VTD_GCMD_TE);
    vtd_writeq(f, DMAR_PQA_REG, PRQ);
    f->iq_tail = 0;
}

void idxd_fuzz_iommu_enable_function(IdxdFuzz *f)
{
    PCIDevice *pdev = PCI_DEVICE(f->s);

    idxd_fuzz_write_config(f, pdev->exp.ats_cap + PCI_ATS_CTRL, 2,
                           PCI_ATS_CTRL_ENABLE);
    idxd_fuzz_write_config(f, pdev->exp.pasid_cap + PCI_PASID_CTRL, 2,
                           PCI_PASID_CTRL_ENABLE);
    idxd_fuzz_write_config(f, pdev->exp.pri_cap + PCI_PRI_ALLOC_REQ, 4, 32);
    idxd_fuzz_write_config(f, pdev->exp.pri_cap + PCI_PRI_CTRL, 2,
                           PCI_PRI_CTRL_ENABLE);
}

/* Of one page, of the PASID, of a domain; for the IOMMU and the device */
static void invalidate(IdxdFuzz *f, uint64_t addr, bool any)
{
    uint64_t pasid = any ? idxd_fuzz_take(f, 3) & 0xfffff : IDXD_FUZZ_PASID;
    uint64_t am = any ? idxd_fuzz_take(f, 1) & 0x1f : 0;

    vtd_submit(f, VTD_INV_DESC_PIOTLB | VTD_INV_DESC_PIOTLB_PSI_IN_PASID |
               DOMAIN << 16 | pasid << 32, addr | am);
    /* An address with its low bits set stands for a larger range */
    if (am) {
        addr |= ((1ULL << (am - 1)) - 1) << 12 | 1ULL << 11;
    }
    vtd_submit(f, VTD_INV_DESC_DEV_PIOTLB | PCI_DEVICE(f->s)->devfn << 16 |
               pasid << 32, addr);
}

void idxd_fuzz_iommu_map(IdxdFuzz *f)
{
    uint8_t how = idxd_fuzz_take(f, 1);
    uint64_t addr = IDXD_FUZZ_LISTS;
    uint64_t pte;

    if (!f->iommu) {
        return;
    }
    switch (how & 3) {
    case 0:
        addr = IDXD_FUZZ_MISSING;
        break;
    case 1:
        addr = IDXD_FUZZ_BUFFERS + (idxd_fuzz_take(f, 1) & 0xf) * PAGE;
        break;
    default:
        addr += (idxd_fuzz_take(f, 2) & 0x1ff) * PAGE;
        break;
    }
    switch (how >> 2 & 7) {
    case 0 ... 2:
        pte = addr | PTE;
        break;
    case 3:
        pte = addr | VTD_FL_P | VTD_FL_US;
        break;
    case 4:
        pte = idxd_fuzz_take(f, 8);
        break;
    case 5:
        pte = idxd_fuzz_addr(f) | PTE;
        break;
    default:
        pte = 0;
        break;
    }
    set_pte(f, addr, pte);
    if (how & 0x20) {
        invalidate(f, addr, how & 0x40);
    }
}

void idxd_fuzz_iommu_respond(IdxdFuzz *f)
{
    uint8_t how = idxd_fuzz_take(f, 1);
    unsigned code = (how & 3) == 3 ? how >> 4 : 0;
    uint64_t head, tail;

    if (!f->iommu) {
        return;
    }
    if (how & 4) {
        /* To whom, from whom and about what it may be */
        uint64_t to = idxd_fuzz_take(f, 2) << 16 | idxd_fuzz_take(f, 3) << 32;

        vtd_submit(f, VTD_INV_DESC_PGRP_RESP | (how & 8) << 1 | code << 12 | to,
                   idxd_fuzz_take(f, 2) << 3 | 1 << 2);
        return;
    }
    head = qtest_readq(f->qts, Q35_HOST_BRIDGE_IOMMU_ADDR + DMAR_PQH_REG);
    tail = qtest_readq(f->qts, Q35_HOST_BRIDGE_IOMMU_ADDR + DMAR_PQT_REG);
    while (head != tail) {
        uint64_t lo = qtest_readq(f->qts, PRQ + head);
        uint64_t hi = qtest_readq(f->qts, PRQ + head + 8);
        unsigned index = extract64(hi, 3, 9);

        if ((how & 8) && !code) {
            set_pte(f, hi & ~(PAGE - 1ULL), (hi & ~(PAGE - 1ULL)) | PTE);
        }
        vtd_submit(f, VTD_INV_DESC_PGRP_RESP | 1 << 4 | code << 12 |
                   extract64(lo, 16, 16) << 16 | extract64(lo, 32, 20) << 32,
                   index << 3 | 1 << 2);
        head = (head + 32) % (PRQ_ENTRIES * 32);
    }
    vtd_writeq(f, DMAR_PQH_REG, head);
}
