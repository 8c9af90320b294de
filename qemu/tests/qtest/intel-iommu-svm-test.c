/*
 * QTest testcase for shared virtual memory with intel-iommu
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqtest.h"
#include "hw/pci/pci_regs.h"
#include "hw/misc/pci-ats-testdev.h"
#include "hw/i386/intel_iommu_internal.h"

#define ECAP_SVM    (VTD_ECAP_QI | VTD_ECAP_DT | VTD_ECAP_PRS | VTD_ECAP_PSS | \
                     VTD_ECAP_PASID | VTD_ECAP_PDS | VTD_ECAP_SMTS | \
                     VTD_ECAP_FLTS | VTD_ECAP_SMPWC)
#define ECAP_DIT    (1ULL << 41)

#define ECAM        0xb0000000ULL
#define PCIEXBAR    0x60
#define DEV_SLOT    4
#define DEV_DEVFN   (DEV_SLOT << 3)
#define BAR         0xfe000000ULL
#define NO_PASID    UINT32_MAX
#define ALL_PASIDS  (UINT32_MAX - 1)

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
#define STATUS      0x111000ULL
#define PRQ         0x120000ULL

#define PASID       0x25
#define DOMAIN      7

#define FL_USER     (VTD_FL_P | VTD_FL_RW | VTD_FL_US)
#define FL_PS       (1ULL << 7)
#define FL_XD       (1ULL << 63)

#define PRS_PPR     1
#define PRS_PRO     2
#define PECTL_IM    (1U << 31)
#define PECTL_IP    (1U << 30)

static unsigned int iq_tail;

static uint64_t vtd_readq(QTestState *s, uint64_t reg)
{
    return qtest_readq(s, Q35_HOST_BRIDGE_IOMMU_ADDR + reg);
}

static uint32_t vtd_readl(QTestState *s, uint64_t reg)
{
    return qtest_readl(s, Q35_HOST_BRIDGE_IOMMU_ADDR + reg);
}

static void vtd_writeq(QTestState *s, uint64_t reg, uint64_t val)
{
    qtest_writeq(s, Q35_HOST_BRIDGE_IOMMU_ADDR + reg, val);
}

static void vtd_writel(QTestState *s, uint64_t reg, uint32_t val)
{
    qtest_writel(s, Q35_HOST_BRIDGE_IOMMU_ADDR + reg, val);
}

static uint64_t config_addr(uint32_t reg)
{
    return ECAM + (DEV_DEVFN << 12) + reg;
}

/* Queue a descriptor; false if that stops the queue with an error */
static bool vtd_submit(QTestState *s, uint64_t lo, uint64_t hi)
{
    uint64_t addr = IQ + iq_tail * 32;

    qtest_writeq(s, addr, lo);
    qtest_writeq(s, addr + 8, hi);
    qtest_writeq(s, addr + 16, 0);
    qtest_writeq(s, addr + 24, 0);
    iq_tail = (iq_tail + 1) % IQ_ENTRIES;
    vtd_writeq(s, DMAR_IQT_REG, iq_tail << 5);
    if (!(vtd_readl(s, DMAR_FSTS_REG) & VTD_FSTS_IQE)) {
        g_assert_cmphex(vtd_readq(s, DMAR_IQH_REG), ==, iq_tail << 5);
        return true;
    }

    /* Replace it by a fence and go on, so that the next one can be tried */
    qtest_writeq(s, addr, VTD_INV_DESC_WAIT | VTD_INV_DESC_WAIT_FN);
    qtest_writeq(s, addr + 8, 0);
    vtd_writel(s, DMAR_FSTS_REG, VTD_FSTS_IQE);
    vtd_writeq(s, DMAR_IQT_REG, iq_tail << 5);
    g_assert_cmphex(vtd_readq(s, DMAR_IQH_REG), ==, iq_tail << 5);
    return false;
}

static uint64_t context_entry(void)
{
    return VTD_CONTEXT_ENTRY_P | VTD_SM_CONTEXT_ENTRY_DTE |
           VTD_SM_CONTEXT_ENTRY_PASIDE | VTD_SM_CONTEXT_ENTRY_PRE | PASID_DIR;
}

static void set_context(QTestState *s, uint64_t lo)
{
    qtest_writeq(s, CONTEXT + DEV_DEVFN * VTD_CTX_ENTRY_SCALABLE_SIZE, lo);
}

static void set_pasid(QTestState *s, uint32_t pasid, uint64_t val0,
                      uint64_t val2)
{
    uint64_t addr = PASID_TABLE + pasid * VTD_PASID_ENTRY_SIZE;

    qtest_writeq(s, addr, val0);
    qtest_writeq(s, addr + 8, DOMAIN);
    qtest_writeq(s, addr + 16, val2);
}

/* An IOMMU with one device, one PASID with a page table, and its queues */
static QTestState *svm_start(void)
{
    QTestState *s;

    s = qtest_initf("-M q35 -m 64M -nodefaults -device intel-iommu,x-svm=on "
                    "-device %s,addr=%d", TYPE_PCI_ATS_TESTDEV, DEV_SLOT);

    /* The host bridge's window to configuration space */
    qtest_outl(s, 0xcf8, 0x80000000 | PCIEXBAR);
    qtest_outl(s, 0xcfc, ECAM | 1);

    qtest_writel(s, config_addr(PCI_BASE_ADDRESS_0), BAR);
    qtest_writew(s, config_addr(PCI_COMMAND),
                 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    qtest_writew(s, config_addr(ATS_TESTDEV_ATS_CAP + PCI_ATS_CTRL),
                 PCI_ATS_CTRL_ENABLE);
    qtest_writew(s, config_addr(ATS_TESTDEV_PASID_CAP + PCI_PASID_CTRL),
                 PCI_PASID_CTRL_ENABLE | PCI_PASID_CTRL_PRIV |
                 PCI_PASID_CTRL_EXEC);
    qtest_writel(s, config_addr(ATS_TESTDEV_PRI_CAP + PCI_PRI_ALLOC_REQ), 32);
    qtest_writew(s, config_addr(ATS_TESTDEV_PRI_CAP + PCI_PRI_CTRL),
                 PCI_PRI_CTRL_ENABLE);

    qtest_memset(s, ROOT, 0, 0x40000);
    qtest_writeq(s, ROOT, CONTEXT | VTD_ROOT_ENTRY_P);
    set_context(s, context_entry());
    qtest_writeq(s, PASID_DIR, PASID_TABLE | 1);
    set_pasid(s, 0, VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_PT, 0);
    set_pasid(s, PASID, VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_FLT, PML4);

    qtest_writeq(s, PML4, PDPT | FL_USER);
    qtest_writeq(s, PML4 + 511 * 8, PDPT | FL_USER);
    qtest_writeq(s, PDPT, PD | FL_USER);
    qtest_writeq(s, PD, PT | FL_USER);

    vtd_writeq(s, DMAR_RTADDR_REG, ROOT | VTD_RTADDR_SMT);
    vtd_writel(s, DMAR_GCMD_REG, VTD_GCMD_SRTP);
    vtd_writeq(s, DMAR_IQA_REG, IQ | VTD_IQA_DW_MASK);
    vtd_writel(s, DMAR_GCMD_REG, VTD_GCMD_QIE);
    vtd_writel(s, DMAR_GCMD_REG, VTD_GCMD_QIE | VTD_GCMD_TE);
    vtd_writeq(s, DMAR_PQA_REG, PRQ);
    iq_tail = 0;
    return s;
}

/* No translation may have been reported as a fault */
static void svm_quit(QTestState *s)
{
    g_assert_cmphex(vtd_readl(s, DMAR_FSTS_REG), ==, 0);
    qtest_quit(s);
}

static int32_t command(QTestState *s, uint32_t cmd, uint32_t pasid,
                       uint64_t addr, uint32_t flags)
{
    qtest_writeq(s, BAR + ATS_TESTDEV_ADDR, addr);
    qtest_writel(s, BAR + ATS_TESTDEV_PASID, pasid);
    qtest_writel(s, BAR + ATS_TESTDEV_FLAGS, flags);
    qtest_writel(s, BAR + ATS_TESTDEV_CMD, cmd);
    return qtest_readl(s, BAR + ATS_TESTDEV_RESULT);
}

static uint32_t translate(QTestState *s, uint32_t pasid, uint64_t addr,
                          uint32_t flags)
{
    uint32_t perm;

    g_assert_cmpint(command(s, ATS_TESTDEV_TRANSLATE, pasid, addr, flags),
                    ==, 1);
    perm = qtest_readl(s, BAR + ATS_TESTDEV_PERM);
    g_assert_cmpint(qtest_readl(s, BAR + ATS_TESTDEV_ERRORS), ==, !perm);
    return perm;
}

static void assert_xlat(QTestState *s, uint64_t xlat, uint64_t mask)
{
    g_assert_cmphex(qtest_readq(s, BAR + ATS_TESTDEV_XLAT), ==, xlat);
    g_assert_cmphex(qtest_readq(s, BAR + ATS_TESTDEV_MASK), ==, mask);
}

static void test_capabilities(void)
{
    QTestState *s = svm_start();
    uint64_t ecap = vtd_readq(s, DMAR_ECAP_REG);

    g_assert_cmphex(ecap & ECAP_SVM, ==, ECAP_SVM);
    g_assert_cmphex(ecap & (ECAP_DIT | VTD_ECAP_SRS), ==, 0);
    g_assert_cmphex(vtd_readq(s, DMAR_CAP_REG) &
                    (VTD_CAP_FS1GP | VTD_CAP_CM), ==, VTD_CAP_FS1GP);
    svm_quit(s);
}

static void test_translate(void)
{
    QTestState *s = svm_start();
    uint64_t pte = 0x200000 | FL_USER;

    /* Nothing there, read-write, what is set by whom, read-only */
    g_assert_cmpint(translate(s, PASID, 0x5000, 0), ==, IOMMU_NONE);
    qtest_writeq(s, PT + 5 * 8, pte | FL_XD);
    g_assert_cmpint(translate(s, PASID, 0x5123, ATS_TESTDEV_NO_WRITE), ==,
                    IOMMU_RO);
    assert_xlat(s, 0x200000, 0xfff);
    g_assert_cmphex(qtest_readq(s, PT + 5 * 8), ==, pte | FL_XD | VTD_FL_A);
    g_assert_cmphex(qtest_readq(s, PML4), ==, PDPT | FL_USER | VTD_FL_A);
    g_assert_cmpint(translate(s, PASID, 0x5123, 0), ==, IOMMU_RW);
    g_assert_cmphex(qtest_readq(s, PT + 5 * 8), ==,
                    pte | FL_XD | VTD_FL_A | VTD_FL_D);
    g_assert_cmpint(translate(s, PASID, 0x5123, ATS_TESTDEV_NO_WRITE), ==,
                    IOMMU_RW);
    qtest_writeq(s, PT + 5 * 8, pte & ~VTD_FL_RW);
    g_assert_cmpint(translate(s, PASID, 0x5000, 0), ==, IOMMU_RO);
    g_assert_cmphex(qtest_readq(s, PT + 5 * 8), ==,
                    (pte & ~VTD_FL_RW) | VTD_FL_A);

    /* The page is writable, but not its directory */
    qtest_writeq(s, PT + 5 * 8, pte);
    qtest_writeq(s, PD, PT | (FL_USER & ~VTD_FL_RW));
    g_assert_cmpint(translate(s, PASID, 0x5000, 0), ==, IOMMU_RO);
    qtest_writeq(s, PD, PT | FL_USER);

    /* Supervisor pages at any level, supervisor and execute requests */
    qtest_writeq(s, PT + 5 * 8, pte & ~VTD_FL_US);
    g_assert_cmpint(translate(s, PASID, 0x5000, 0), ==, IOMMU_NONE);
    g_assert_cmpint(translate(s, PASID, 0x5000, ATS_TESTDEV_PRIV), ==,
                    IOMMU_NONE);
    g_assert_cmphex(qtest_readq(s, PT + 5 * 8), ==, pte & ~VTD_FL_US);
    qtest_writeq(s, PT + 5 * 8, pte);
    g_assert_cmpint(translate(s, PASID, 0x5000, ATS_TESTDEV_EXEC), ==,
                    IOMMU_NONE);
    qtest_writeq(s, PML4, PDPT | (FL_USER & ~VTD_FL_US));
    g_assert_cmpint(translate(s, PASID, 0x5000, 0), ==, IOMMU_NONE);
    qtest_writeq(s, PML4, PDPT | FL_USER);

    /* Reserved bits, tables outside of RAM */
    qtest_writeq(s, PT + 5 * 8, pte | 1ULL << 50);
    g_assert_cmpint(translate(s, PASID, 0x5000, 0), ==, IOMMU_NONE);
    qtest_writeq(s, PD + 8, 0x401000 | FL_USER | FL_PS);
    g_assert_cmpint(translate(s, PASID, 0x200000, 0), ==, IOMMU_RW);
    qtest_writeq(s, PD + 8, 0x402000 | FL_USER | FL_PS);
    g_assert_cmpint(translate(s, PASID, 0x200000, 0), ==, IOMMU_NONE);
    qtest_writeq(s, PD + 8, Q35_HOST_BRIDGE_IOMMU_ADDR | FL_USER);
    g_assert_cmpint(translate(s, PASID, 0x200000, 0), ==, IOMMU_NONE);
    qtest_writeq(s, PML4 + 8, PDPT | FL_USER | FL_PS);
    g_assert_cmpint(translate(s, PASID, 1ULL << 39, 0), ==, IOMMU_NONE);

    /* 2 MiB and 1 GiB */
    qtest_writeq(s, PD + 8, 0x400000 | FL_USER | FL_PS);
    g_assert_cmpint(translate(s, PASID, 0x212345, 0), ==, IOMMU_RW);
    assert_xlat(s, 0x400000, 0x1fffff);
    qtest_writeq(s, PDPT + 8, 0x40000000 | FL_USER | FL_PS);
    g_assert_cmpint(translate(s, PASID, 0x7fffffff, 0), ==, IOMMU_RW);
    assert_xlat(s, 0x40000000, 0x3fffffff);

    /* Both halves, and not what is between them */
    g_assert_cmpint(translate(s, PASID, 0xffffff8040000000, 0), ==, IOMMU_RW);
    g_assert_cmpint(translate(s, PASID, 0x0000ff8040000000, 0), ==, IOMMU_NONE);
    g_assert_cmpint(translate(s, PASID, 0x0001000040000000, 0), ==, IOMMU_NONE);

    svm_quit(s);
}

static void test_interrupt_range(void)
{
    QTestState *s = svm_start();

    /* With PASID it is mapped as any page; without, it is for interrupts */
    qtest_writeq(s, PDPT + 3 * 8, PD | FL_USER);
    qtest_writeq(s, PD + 503 * 8, PT | FL_USER);
    qtest_writeq(s, PT, 0x200000 | FL_USER);
    g_assert_cmpint(translate(s, PASID, 0xfee00000, 0), ==, IOMMU_RW);
    assert_xlat(s, 0x200000, 0xfff);
    g_assert_cmpint(translate(s, NO_PASID, 0xfee00000, 0), ==,
                    IOMMU_WO | IOMMU_UNTRANSLATED_ONLY);

    /* No page may lead there */
    qtest_writeq(s, PT, 0xfee00000 | FL_USER);
    g_assert_cmpint(translate(s, PASID, 0xfee00000, 0), ==, IOMMU_NONE);
    qtest_writeq(s, PDPT + 8, 0xc0000000 | FL_USER | FL_PS);
    g_assert_cmpint(translate(s, PASID, 0x40000000, 0), ==, IOMMU_NONE);
    svm_quit(s);
}

static void test_context(void)
{
    QTestState *s = svm_start();

    qtest_writeq(s, PT, 0x200000 | FL_USER);
    g_assert_cmpint(translate(s, PASID, 0, 0), ==, IOMMU_RW);
    g_assert_cmpint(translate(s, NO_PASID, 0x123000, 0), ==, IOMMU_RW);
    assert_xlat(s, 0x123000, 0xfff);

    /* Another PASID, one beyond the table, one with an entry that is gone */
    g_assert_cmpint(translate(s, PASID + 1, 0, 0), ==, IOMMU_NONE);
    g_assert_cmpint(translate(s, 0xfffff, 0, 0), ==, IOMMU_NONE);
    g_assert_cmpint(translate(s, PASID | 1 << 13, 0, 0), ==, IOMMU_NONE);
    set_pasid(s, PASID, VTD_SM_PASID_ENTRY_FLT, PML4);
    g_assert_cmpint(translate(s, PASID, 0, 0), ==, IOMMU_NONE);
    set_pasid(s, PASID, VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_NESTED, PML4);
    g_assert_cmpint(translate(s, PASID, 0, 0), ==, IOMMU_NONE);
    set_pasid(s, PASID, VTD_PASID_ENTRY_P | VTD_SM_PASID_ENTRY_FLT, PML4);

    set_context(s, context_entry() & ~VTD_SM_CONTEXT_ENTRY_DTE);
    g_assert_cmpint(translate(s, PASID, 0, 0), ==, IOMMU_NONE);
    g_assert_cmpint(translate(s, NO_PASID, 0, 0), ==, IOMMU_NONE);
    set_context(s, context_entry() & ~VTD_SM_CONTEXT_ENTRY_PASIDE);
    g_assert_cmpint(translate(s, PASID, 0, 0), ==, IOMMU_NONE);
    g_assert_cmpint(translate(s, NO_PASID, 0, 0), ==, IOMMU_RW);
    set_context(s, context_entry() & ~VTD_CONTEXT_ENTRY_P);
    g_assert_cmpint(translate(s, NO_PASID, 0, 0), ==, IOMMU_NONE);
    set_context(s, context_entry());
    g_assert_cmpint(translate(s, PASID, 0, 0), ==, IOMMU_RW);

    /* What the device may not ask at all */
    qtest_writew(s, config_addr(ATS_TESTDEV_PASID_CAP + PCI_PASID_CTRL),
                 PCI_PASID_CTRL_ENABLE);
    g_assert_cmpint(command(s, ATS_TESTDEV_TRANSLATE, PASID, 0,
                            ATS_TESTDEV_PRIV), ==, -EPERM);
    g_assert_cmpint(command(s, ATS_TESTDEV_TRANSLATE, PASID, 0,
                            ATS_TESTDEV_EXEC), ==, -EPERM);
    g_assert_cmpint(command(s, ATS_TESTDEV_TRANSLATE, 1 << 20, 0, 0), ==,
                    -EINVAL);
    qtest_writew(s, config_addr(ATS_TESTDEV_ATS_CAP + PCI_ATS_CTRL), 0);
    g_assert_cmpint(command(s, ATS_TESTDEV_TRANSLATE, PASID, 0, 0), ==, -EPERM);
    svm_quit(s);
}

static void assert_invalidated(QTestState *s, uint32_t count, uint32_t pasid,
                               uint64_t iova, uint64_t mask)
{
    g_assert_cmpint(qtest_readl(s, BAR + ATS_TESTDEV_INV_COUNT), ==, count);
    g_assert_cmphex(qtest_readl(s, BAR + ATS_TESTDEV_INV_PASID), ==, pasid);
    g_assert_cmphex(qtest_readq(s, BAR + ATS_TESTDEV_INV_IOVA), ==, iova);
    g_assert_cmphex(qtest_readq(s, BAR + ATS_TESTDEV_INV_MASK), ==, mask);
}

static void test_device_tlb(void)
{
    QTestState *s = svm_start();
    uint64_t desc = VTD_INV_DESC_DEV_PIOTLB | DEV_DEVFN << 16 |
                    (uint64_t)PASID << 32;
    uint64_t desc_no_pasid = VTD_INV_DESC_DEVICE | (uint64_t)DEV_DEVFN << 32;
    uint64_t all = 0x7ffffffffffff000;
    uint64_t size = 1 << 11;

    g_assert(vtd_submit(s, desc, 0x1234567000));
    assert_invalidated(s, 1, PASID, 0x1234567000, 0xfff);
    g_assert(vtd_submit(s, desc, 0x1234567000 | size));
    assert_invalidated(s, 2, PASID, 0x1234560000, 0xffff);
    g_assert(vtd_submit(s, desc, 0x1234566000 | size));
    assert_invalidated(s, 3, PASID, 0x1234566000, 0x1fff);
    g_assert(vtd_submit(s, desc, all | size));
    assert_invalidated(s, 4, PASID, 0, UINT64_MAX);
    g_assert(vtd_submit(s, desc, 0xfffffffffffff000 | size));
    assert_invalidated(s, 5, PASID, 0, UINT64_MAX);
    g_assert(vtd_submit(s, desc, 0x1000 | 1));
    assert_invalidated(s, 6, ALL_PASIDS, 0x1000, 0xfff);
    g_assert(vtd_submit(s, desc_no_pasid, 0x5000));
    assert_invalidated(s, 7, NO_PASID, 0x5000, 0xfff);
    g_assert(vtd_submit(s, desc_no_pasid, all | 1));
    assert_invalidated(s, 8, NO_PASID, 0, UINT64_MAX);

    /* Not this device, not a descriptor */
    g_assert(vtd_submit(s, desc ^ 1 << 16, 0));
    g_assert(!vtd_submit(s, desc | 1 << 12, 0));
    g_assert(!vtd_submit(s, desc, 2));
    assert_invalidated(s, 8, NO_PASID, 0, UINT64_MAX);
    svm_quit(s);
}

static void test_invalidations(void)
{
    QTestState *s = svm_start();
    uint64_t whom = DOMAIN << 16 | (uint64_t)PASID << 32;
    uint64_t piotlb = VTD_INV_DESC_PIOTLB | whom;
    uint64_t pc = VTD_INV_DESC_PC | whom;
    uint64_t wait = VTD_INV_DESC_WAIT | VTD_INV_DESC_WAIT_SW | 0x55ULL << 32;
    unsigned int am;

    g_assert(vtd_submit(s, piotlb | VTD_INV_DESC_PIOTLB_ALL_IN_PASID, 0));
    for (am = 0; am < 64; am++) {
        g_assert(vtd_submit(s, piotlb | VTD_INV_DESC_PIOTLB_PSI_IN_PASID, am));
    }
    g_assert(!vtd_submit(s, piotlb | 1 << 4, 0));
    g_assert(!vtd_submit(s, piotlb | VTD_INV_DESC_PIOTLB_ALL_IN_PASID, 0x80));

    g_assert(vtd_submit(s, pc | VTD_INV_DESC_PC_DSI, 0));
    g_assert(vtd_submit(s, pc | VTD_INV_DESC_PC_PASID_SI, 0));
    g_assert(vtd_submit(s, pc | VTD_INV_DESC_PC_GLOBAL, 0));
    g_assert(!vtd_submit(s, pc | 2 << 4, 0));
    g_assert(!vtd_submit(s, pc | 1 << 12, 0));
    g_assert(!vtd_submit(s, pc, 1));

    g_assert(vtd_submit(s, wait | VTD_INV_DESC_WAIT_PD, STATUS));
    g_assert_cmphex(qtest_readl(s, STATUS), ==, 0x55);
    g_assert(vtd_submit(s, VTD_INV_DESC_WAIT | VTD_INV_DESC_WAIT_FN, 0));
    g_assert(!vtd_submit(s, VTD_INV_DESC_WAIT, 0));
    g_assert(!vtd_submit(s, wait | 1 << 8, STATUS));
    svm_quit(s);
}

static int32_t request(QTestState *s, unsigned int prgi, uint32_t flags)
{
    int32_t ret = command(s, ATS_TESTDEV_REQUEST, PASID, 0x7000,
                          ATS_TESTDEV_PRGI(prgi) | flags);

    /* Afterwards it is in the queue, or answered */
    g_assert(vtd_submit(s, VTD_INV_DESC_WAIT | VTD_INV_DESC_WAIT_PD, 0));
    return ret;
}

static void assert_response(QTestState *s, uint32_t count, uint32_t prgi,
                            uint32_t code)
{
    g_assert_cmpint(qtest_readl(s, BAR + ATS_TESTDEV_RESP_COUNT), ==, count);
    if (count) {
        g_assert_cmphex(qtest_readl(s, BAR + ATS_TESTDEV_RESP_PASID), ==,
                        PASID);
        g_assert_cmpint(qtest_readl(s, BAR + ATS_TESTDEV_RESP_PRGI), ==, prgi);
        g_assert_cmphex(qtest_readl(s, BAR + ATS_TESTDEV_RESP_CODE), ==, code);
    }
}

static void test_page_requests(void)
{
    QTestState *s = svm_start();
    uint64_t resp = VTD_INV_DESC_PGRP_RESP | 1 << 4 | DEV_DEVFN << 16 |
                    (uint64_t)PASID << 32;
    uint32_t rw = ATS_TESTDEV_READ | ATS_TESTDEV_WRITE;

    /* The event is masked, so it stays pending */
    g_assert_cmphex(vtd_readl(s, DMAR_PECTL_REG), ==, PECTL_IM);
    g_assert_cmpint(request(s, 3, ATS_TESTDEV_READ), ==, 0);
    g_assert_cmphex(vtd_readq(s, DMAR_PQT_REG), ==, 0x20);
    g_assert_cmphex(qtest_readq(s, PRQ), ==,
                    1 | 1 << 8 | DEV_DEVFN << 16 | (uint64_t)PASID << 32);
    g_assert_cmphex(qtest_readq(s, PRQ + 8), ==, 0x7000 | 3 << 3 | 1);
    g_assert_cmphex(vtd_readl(s, DMAR_PRS_REG), ==, PRS_PPR);
    g_assert_cmphex(vtd_readl(s, DMAR_PECTL_REG), ==, PECTL_IM | PECTL_IP);
    vtd_writel(s, DMAR_PRS_REG, PRS_PPR);
    g_assert_cmphex(vtd_readl(s, DMAR_PRS_REG), ==, 0);
    g_assert_cmphex(vtd_readl(s, DMAR_PECTL_REG), ==, PECTL_IM);

    g_assert_cmpint(request(s, 511, ATS_TESTDEV_LPIG | rw), ==, 0);
    g_assert_cmphex(qtest_readq(s, PRQ + 0x28), ==, 0x7000 | 511 << 3 | 7);
    g_assert_cmphex(vtd_readl(s, DMAR_PECTL_REG), ==, PECTL_IM | PECTL_IP);
    vtd_writel(s, DMAR_PECTL_REG, 0);
    g_assert_cmphex(vtd_readl(s, DMAR_PECTL_REG), ==, 0);

    /* Responses: with bit 2 (once LPIG) and without, each code, malformed */
    assert_response(s, 0, 0, 0);
    g_assert(vtd_submit(s, resp, 511 << 3));
    assert_response(s, 1, 511, 0);
    g_assert(vtd_submit(s, resp | 1 << 12, 4 << 3 | 1 << 2));
    assert_response(s, 2, 4, 1);
    g_assert(vtd_submit(s, resp | 7 << 12, 5 << 3 | 1 << 2));
    assert_response(s, 3, 5, 0xf);
    g_assert(!vtd_submit(s, resp | 1 << 6, 1 << 2));
    g_assert(!vtd_submit(s, resp, 1 | 1 << 2));
    assert_response(s, 3, 5, 0xf);

    /* Requests that are answered at once */
    g_assert_cmpint(request(s, 6, ATS_TESTDEV_LPIG | ATS_TESTDEV_PRIV | rw),
                    ==, 0);
    assert_response(s, 4, 6, 1);
    set_context(s, context_entry() & ~VTD_SM_CONTEXT_ENTRY_PRE);
    g_assert_cmpint(request(s, 7, ATS_TESTDEV_LPIG | rw), ==, 0);
    assert_response(s, 5, 7, 1);
    set_context(s, 0);
    g_assert_cmpint(request(s, 8, ATS_TESTDEV_LPIG | rw), ==, 0);
    assert_response(s, 6, 8, 0xf);
    g_assert_cmpint(request(s, 9, ATS_TESTDEV_LPIG), ==, 0);
    g_assert_cmpint(request(s, 9, rw), ==, 0);
    assert_response(s, 6, 8, 0xf);
    set_context(s, context_entry());
    vtd_writeq(s, DMAR_PQA_REG, 0);
    g_assert_cmpint(request(s, 10, ATS_TESTDEV_LPIG | rw), ==, 0);
    assert_response(s, 7, 10, 0xf);
    vtd_writeq(s, DMAR_PQA_REG, Q35_HOST_BRIDGE_IOMMU_ADDR);
    g_assert_cmpint(request(s, 11, ATS_TESTDEV_LPIG | rw), ==, 0);
    assert_response(s, 8, 11, 0xf);
    g_assert_cmphex(vtd_readq(s, DMAR_PQT_REG), ==, 0x40);

    qtest_writew(s, config_addr(ATS_TESTDEV_PRI_CAP + PCI_PRI_CTRL), 0);
    g_assert_cmpint(request(s, 12, ATS_TESTDEV_LPIG | rw), ==, -EPERM);
    assert_response(s, 8, 11, 0xf);
    svm_quit(s);
}

static void test_page_request_overflow(void)
{
    QTestState *s = svm_start();
    unsigned int entries = VTD_PAGE_SIZE / 32;
    uint32_t flags = ATS_TESTDEV_LPIG | ATS_TESTDEV_READ;
    unsigned int i;

    for (i = 0; i < entries - 1; i++) {
        g_assert_cmpint(request(s, i, flags), ==, 0);
    }
    g_assert_cmphex(vtd_readl(s, DMAR_PRS_REG), ==, PRS_PPR);
    vtd_writel(s, DMAR_PRS_REG, PRS_PPR);
    assert_response(s, 0, 0, 0);

    /* Full: answered with success, until the guest has seen it */
    g_assert_cmpint(request(s, 300, flags), ==, 0);
    assert_response(s, 1, 300, 0);
    g_assert_cmphex(vtd_readl(s, DMAR_PRS_REG), ==, PRS_PRO);
    g_assert_cmphex(vtd_readl(s, DMAR_PECTL_REG), ==, PECTL_IM | PECTL_IP);
    vtd_writeq(s, DMAR_PQH_REG, 0x20);
    g_assert_cmpint(request(s, 301, flags), ==, 0);
    assert_response(s, 2, 301, 0);
    g_assert_cmphex(vtd_readq(s, DMAR_PQT_REG), ==, (entries - 1) * 32);
    vtd_writel(s, DMAR_PRS_REG, PRS_PRO);
    g_assert_cmphex(vtd_readl(s, DMAR_PECTL_REG), ==, PECTL_IM);

    /* Wraps around */
    g_assert_cmpint(request(s, 302, flags), ==, 0);
    g_assert_cmphex(vtd_readq(s, DMAR_PQT_REG), ==, 0);
    g_assert_cmphex(vtd_readl(s, DMAR_PRS_REG), ==, PRS_PPR);
    assert_response(s, 2, 301, 0);
    svm_quit(s);
}

static void test_config_space(void)
{
    QTestState *s = svm_start();
    uint64_t ats = config_addr(ATS_TESTDEV_ATS_CAP);
    uint64_t pasid = config_addr(ATS_TESTDEV_PASID_CAP);
    uint64_t pri = config_addr(ATS_TESTDEV_PRI_CAP);

    g_assert_cmphex(qtest_readw(s, pasid + PCI_PASID_CAP), ==,
                    PCI_PASID_CAP_EXEC | PCI_PASID_CAP_PRIV | 20 << 8);
    g_assert_cmphex(qtest_readw(s, pri + PCI_PRI_STATUS), ==,
                    PCI_PRI_STATUS_PASID);
    qtest_writew(s, pri + PCI_PRI_CTRL, 0);
    g_assert_cmphex(qtest_readw(s, pri + PCI_PRI_STATUS), ==,
                    PCI_PRI_STATUS_PASID | PCI_PRI_STATUS_STOPPED);
    qtest_writew(s, pri + PCI_PRI_CTRL, PCI_PRI_CTRL_RESET);
    g_assert_cmphex(qtest_readw(s, pri + PCI_PRI_CTRL), ==, 0);
    g_assert_cmpint(qtest_readl(s, pri + PCI_PRI_MAX_REQ), >, 0);

    qobject_unref(qtest_qmp(s, "{ 'execute': 'system_reset' }"));
    qtest_qmp_eventwait(s, "RESET");
    qtest_outl(s, 0xcf8, 0x80000000 | PCIEXBAR);
    qtest_outl(s, 0xcfc, ECAM | 1);
    g_assert_cmphex(qtest_readw(s, ats + PCI_ATS_CTRL), ==, 0);
    g_assert_cmphex(qtest_readw(s, pasid + PCI_PASID_CTRL), ==, 0);
    g_assert_cmphex(qtest_readw(s, pri + PCI_PRI_CTRL), ==, 0);
    g_assert_cmphex(qtest_readl(s, pri + PCI_PRI_ALLOC_REQ), ==, 0);
    svm_quit(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/q35/intel-iommu/svm/capabilities", test_capabilities);
    qtest_add_func("/q35/intel-iommu/svm/config-space", test_config_space);
    qtest_add_func("/q35/intel-iommu/svm/translate", test_translate);
    qtest_add_func("/q35/intel-iommu/svm/interrupt-range",
                   test_interrupt_range);
    qtest_add_func("/q35/intel-iommu/svm/context", test_context);
    qtest_add_func("/q35/intel-iommu/svm/device-tlb", test_device_tlb);
    qtest_add_func("/q35/intel-iommu/svm/invalidations", test_invalidations);
    qtest_add_func("/q35/intel-iommu/svm/page-requests", test_page_requests);
    qtest_add_func("/q35/intel-iommu/svm/page-request-overflow",
                   test_page_request_overflow);

    return g_test_run();
}
