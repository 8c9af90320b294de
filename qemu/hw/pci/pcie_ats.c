/*
 * PCI Express capabilities for shared virtual memory: ATS, PASID and PRI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/range.h"
#include "hw/pci/pcie.h"
#include "hw/pci/pcie_ats.h"

#define PASID_MAX_WIDTH     20
#define PASID_WIDTH_SHIFT   8

void pcie_pasid_init(PCIDevice *dev, uint16_t offset, uint8_t pasid_width,
                     bool exec_perm, bool priv_mod)
{
    uint16_t modes = (exec_perm ? PCI_PASID_CAP_EXEC : 0) |
                     (priv_mod ? PCI_PASID_CAP_PRIV : 0);

    assert(pasid_width && pasid_width <= PASID_MAX_WIDTH);

    pcie_add_capability(dev, PCI_EXT_CAP_ID_PASID, 1, offset,
                        PCI_EXT_CAP_PASID_SIZEOF);
    dev->exp.pasid_cap = offset;

    pci_set_word(dev->config + offset + PCI_PASID_CAP,
                 modes | pasid_width << PASID_WIDTH_SHIFT);
    pci_set_word(dev->config + offset + PCI_PASID_CTRL, 0);

    /* The enables of the modes are at the same bits as the capabilities */
    QEMU_BUILD_BUG_ON(PCI_PASID_CAP_EXEC != PCI_PASID_CTRL_EXEC ||
                      PCI_PASID_CAP_PRIV != PCI_PASID_CTRL_PRIV);
    pci_set_word(dev->wmask + offset + PCI_PASID_CTRL,
                 PCI_PASID_CTRL_ENABLE | modes);
}

void pcie_pri_init(PCIDevice *dev, uint16_t offset, uint32_t outstanding_pr_cap,
                   bool prg_response_pasid_req)
{
    uint16_t status = PCI_PRI_STATUS_STOPPED;

    assert(outstanding_pr_cap);

    pcie_add_capability(dev, PCI_EXT_CAP_ID_PRI, 1, offset,
                        PCI_EXT_CAP_PRI_SIZEOF);
    dev->exp.pri_cap = offset;

    if (prg_response_pasid_req) {
        status |= PCI_PRI_STATUS_PASID;
    }

    pci_set_word(dev->config + offset + PCI_PRI_CTRL, 0);
    pci_set_word(dev->config + offset + PCI_PRI_STATUS, status);
    pci_set_long(dev->config + offset + PCI_PRI_MAX_REQ, outstanding_pr_cap);
    pci_set_long(dev->config + offset + PCI_PRI_ALLOC_REQ, 0);

    /* Reset always reads as zero, so it is not writable */
    pci_set_word(dev->wmask + offset + PCI_PRI_CTRL, PCI_PRI_CTRL_ENABLE);
    pci_set_word(dev->w1cmask + offset + PCI_PRI_STATUS,
                 PCI_PRI_STATUS_RF | PCI_PRI_STATUS_UPRGI);
    pci_set_long(dev->wmask + offset + PCI_PRI_ALLOC_REQ, UINT32_MAX);
}

void pcie_pri_update_status(PCIDevice *dev, uint16_t clear, uint16_t set)
{
    uint8_t *pri = dev->config + dev->exp.pri_cap;

    assert(dev->exp.pri_cap);

    pci_word_test_and_clear_mask(pri + PCI_PRI_STATUS, clear);
    pci_word_test_and_set_mask(pri + PCI_PRI_STATUS, set);
    if (set & PCI_PRI_STATUS_RF) {
        pci_word_test_and_clear_mask(pri + PCI_PRI_CTRL, PCI_PRI_CTRL_ENABLE);
    }
}

static bool pcie_ctrl_test(const PCIDevice *dev, uint16_t cap, uint16_t ctrl,
                           uint16_t bit)
{
    return cap && pci_get_word(dev->config + cap + ctrl) & bit;
}

bool pcie_ats_enabled(const PCIDevice *dev)
{
    return pcie_ctrl_test(dev, dev->exp.ats_cap, PCI_ATS_CTRL,
                          PCI_ATS_CTRL_ENABLE);
}

bool pcie_pasid_enabled(const PCIDevice *dev)
{
    return pcie_ctrl_test(dev, dev->exp.pasid_cap, PCI_PASID_CTRL,
                          PCI_PASID_CTRL_ENABLE);
}

bool pcie_pasid_priv_enabled(const PCIDevice *dev)
{
    return pcie_pasid_enabled(dev) &&
           pcie_ctrl_test(dev, dev->exp.pasid_cap, PCI_PASID_CTRL,
                          PCI_PASID_CTRL_PRIV);
}

bool pcie_pasid_exec_enabled(const PCIDevice *dev)
{
    return pcie_pasid_enabled(dev) &&
           pcie_ctrl_test(dev, dev->exp.pasid_cap, PCI_PASID_CTRL,
                          PCI_PASID_CTRL_EXEC);
}

bool pcie_pri_enabled(const PCIDevice *dev)
{
    return pcie_ctrl_test(dev, dev->exp.pri_cap, PCI_PRI_CTRL,
                          PCI_PRI_CTRL_ENABLE);
}

uint32_t pcie_pri_alloc_req(const PCIDevice *dev)
{
    if (!dev->exp.pri_cap) {
        return 0;
    }
    return pci_get_long(dev->config + dev->exp.pri_cap + PCI_PRI_ALLOC_REQ);
}

void pcie_ats_write_config(PCIDevice *dev, uint32_t addr, uint32_t val, int len)
{
    uint32_t ctrl = dev->exp.pri_cap + PCI_PRI_CTRL;

    if (!dev->exp.pri_cap || !range_covers_byte(addr, len, ctrl)) {
        return;
    }

    if (pcie_pri_enabled(dev)) {
        pcie_pri_update_status(dev, PCI_PRI_STATUS_STOPPED, 0);
        return;
    }

    pcie_pri_update_status(dev, 0, PCI_PRI_STATUS_STOPPED);
    if ((val >> (ctrl - addr) * 8) & PCI_PRI_CTRL_RESET) {
        pcie_pri_update_status(dev, PCI_PRI_STATUS_RF | PCI_PRI_STATUS_UPRGI,
                               0);
    }
}

void pcie_ats_reset(PCIDevice *dev)
{
    if (dev->exp.ats_cap) {
        pci_set_word(dev->config + dev->exp.ats_cap + PCI_ATS_CTRL, 0);
    }
    if (dev->exp.pasid_cap) {
        pci_set_word(dev->config + dev->exp.pasid_cap + PCI_PASID_CTRL, 0);
    }
    if (dev->exp.pri_cap) {
        uint8_t *pri = dev->config + dev->exp.pri_cap;

        pci_set_word(pri + PCI_PRI_CTRL, 0);
        pci_set_long(pri + PCI_PRI_ALLOC_REQ, 0);
        pcie_pri_update_status(dev, PCI_PRI_STATUS_RF | PCI_PRI_STATUS_UPRGI,
                               PCI_PRI_STATUS_STOPPED);
    }
}
