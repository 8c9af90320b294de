/*
 * Services of a PCI bus's IOMMU for endpoints with ATS, PASID and PRI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/pci_device.h"
#include "hw/pci/pci_ats.h"
#include "hw/pci/pcie_ats.h"
#include "pci-internal.h"

#define PASID_MAX   0xfffff
#define PRGI_MAX    0x1ff

/* The IOMMU's operations for @dev, NULL if it has none */
static const PCIIOMMUOps *pci_ats_iommu(PCIDevice *dev, PCIBus **bus,
                                        void **opaque, int *devfn)
{
    PCIBus *iommu_bus;

    pci_device_get_iommu_bus_devfn(dev, &iommu_bus, bus, devfn);
    if (!iommu_bus) {
        return NULL;
    }
    *opaque = iommu_bus->iommu_opaque;
    return iommu_bus->iommu_ops;
}

/* Whether the guest lets @dev send such a request */
static int pci_ats_check_request(PCIDevice *dev, uint32_t pasid, bool priv_req,
                                 bool exec_req)
{
    if (!(pci_get_word(dev->config + PCI_COMMAND) & PCI_COMMAND_MASTER)) {
        return -EPERM;
    }
    if (pasid == PCI_NO_PASID) {
        return priv_req || exec_req ? -EPERM : 0;
    }
    if (pasid > PASID_MAX) {
        return -EINVAL;
    }
    if (!pcie_pasid_enabled(dev) ||
        (priv_req && !pcie_pasid_priv_enabled(dev)) ||
        (exec_req && !pcie_pasid_exec_enabled(dev))) {
        return -EPERM;
    }
    return 0;
}

ssize_t pci_ats_request_translation(PCIDevice *dev, uint32_t pasid,
                                    bool priv_req, bool exec_req, hwaddr addr,
                                    size_t length, bool no_write,
                                    IOMMUTLBEntry *result,
                                    size_t result_length, uint32_t *err_count)
{
    const PCIIOMMUOps *ops;
    uint32_t errors = 0;
    PCIBus *bus;
    void *opaque;
    ssize_t ret;
    int devfn;

    ops = pci_ats_iommu(dev, &bus, &opaque, &devfn);
    if (!ops || !ops->ats_request_translation) {
        return -ENODEV;
    }
    if (!pcie_ats_enabled(dev)) {
        return -EPERM;
    }
    ret = pci_ats_check_request(dev, pasid, priv_req, exec_req);
    if (ret) {
        return ret;
    }
    if (!length || addr + (length - 1) < addr) {
        return -EINVAL;
    }

    ret = ops->ats_request_translation(bus, opaque, devfn, pasid, priv_req,
                                       exec_req, addr, length, no_write,
                                       result, result_length, &errors);
    if (err_count) {
        *err_count = errors;
    }
    return ret;
}

int pci_pri_request_page(PCIDevice *dev, uint32_t pasid, bool priv_req,
                         bool exec_req, hwaddr addr, bool lpig, uint16_t prgi,
                         bool is_read, bool is_write)
{
    const PCIIOMMUOps *ops;
    PCIBus *bus;
    void *opaque;
    int devfn;
    int ret;

    ops = pci_ats_iommu(dev, &bus, &opaque, &devfn);
    if (!ops || !ops->pri_request_page) {
        return -ENODEV;
    }
    if (!pcie_pri_enabled(dev)) {
        return -EPERM;
    }
    ret = pci_ats_check_request(dev, pasid, priv_req, exec_req);
    if (ret) {
        return ret;
    }
    if (prgi > PRGI_MAX) {
        return -EINVAL;
    }

    return ops->pri_request_page(bus, opaque, devfn, pasid, priv_req, exec_req,
                                 addr, lpig, prgi, is_read, is_write);
}

int pci_pri_register_notifier(PCIDevice *dev, uint32_t pasid,
                              IOMMUPRINotifier *notifier)
{
    const PCIIOMMUOps *ops;
    PCIBus *bus;
    void *opaque;
    int devfn;

    ops = pci_ats_iommu(dev, &bus, &opaque, &devfn);
    if (!ops || !ops->pri_register_notifier) {
        return -ENODEV;
    }
    ops->pri_register_notifier(bus, opaque, devfn, pasid, notifier);
    return 0;
}

void pci_pri_unregister_notifier(PCIDevice *dev, uint32_t pasid,
                                 IOMMUPRINotifier *notifier)
{
    const PCIIOMMUOps *ops;
    PCIBus *bus;
    void *opaque;
    int devfn;

    ops = pci_ats_iommu(dev, &bus, &opaque, &devfn);
    if (ops && ops->pri_unregister_notifier) {
        ops->pri_unregister_notifier(bus, opaque, devfn, pasid, notifier);
    }
}

int pci_iommu_register_iotlb_notifier(PCIDevice *dev, uint32_t pasid,
                                      IOMMUNotifier *n)
{
    const PCIIOMMUOps *ops;
    PCIBus *bus;
    void *opaque;
    int devfn;

    ops = pci_ats_iommu(dev, &bus, &opaque, &devfn);
    if (!ops || !ops->register_iotlb_notifier) {
        return -ENODEV;
    }
    ops->register_iotlb_notifier(bus, opaque, devfn, pasid, n);
    return 0;
}

int pci_iommu_unregister_iotlb_notifier(PCIDevice *dev, uint32_t pasid,
                                        IOMMUNotifier *n)
{
    const PCIIOMMUOps *ops;
    PCIBus *bus;
    void *opaque;
    int devfn;

    ops = pci_ats_iommu(dev, &bus, &opaque, &devfn);
    if (!ops || !ops->unregister_iotlb_notifier) {
        return -ENODEV;
    }
    return ops->unregister_iotlb_notifier(bus, opaque, devfn, pasid, n);
}
