/*
 * PCI test device with ATS, PASID and PRI
 *
 * Asks the IOMMU what the guest tells it to ask, for tests of IOMMUs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "qemu/rcu.h"
#include "qemu/thread.h"
#include "qapi/error.h"
#include "hw/misc/pci-ats-testdev.h"
#include "hw/pci/pci_ats.h"
#include "hw/pci/pci_device.h"
#include "hw/pci/pcie.h"
#include "hw/pci/pcie_ats.h"
#include "hw/qdev-properties.h"

OBJECT_DECLARE_SIMPLE_TYPE(PCIATSTestDev, PCI_ATS_TESTDEV)

#define ATS_TESTDEV_REGS_SIZE   0x58
#define ATS_TESTDEV_REQUESTS    64

struct PCIATSTestDev {
    PCIDevice parent_obj;

    MemoryRegion bar;
    uint8_t regs[ATS_TESTDEV_REGS_SIZE];
    IOMMUNotifier iotlb_notifier;
    IOMMUPRINotifier pri_notifier;
};

static uint32_t ats_testdev_getl(PCIATSTestDev *t, hwaddr reg)
{
    return ldl_le_p(&t->regs[reg]);
}

static void ats_testdev_setl(PCIATSTestDev *t, hwaddr reg, uint32_t val)
{
    stl_le_p(&t->regs[reg], val);
}

static void ats_testdev_setq(PCIATSTestDev *t, hwaddr reg, uint64_t val)
{
    stq_le_p(&t->regs[reg], val);
}

static void ats_testdev_translate(PCIATSTestDev *t)
{
    uint32_t flags = ats_testdev_getl(t, ATS_TESTDEV_FLAGS);
    IOMMUTLBEntry entry = {};
    uint32_t errors = 0;
    ssize_t ret;

    ret = pci_ats_request_translation(PCI_DEVICE(t),
                                      ats_testdev_getl(t, ATS_TESTDEV_PASID),
                                      flags & ATS_TESTDEV_PRIV,
                                      flags & ATS_TESTDEV_EXEC,
                                      ldq_le_p(&t->regs[ATS_TESTDEV_ADDR]), 1,
                                      flags & ATS_TESTDEV_NO_WRITE,
                                      &entry, 1, &errors);
    ats_testdev_setl(t, ATS_TESTDEV_RESULT, ret);
    ats_testdev_setq(t, ATS_TESTDEV_XLAT, entry.translated_addr);
    ats_testdev_setq(t, ATS_TESTDEV_MASK, entry.addr_mask);
    ats_testdev_setl(t, ATS_TESTDEV_PERM, entry.perm);
    ats_testdev_setl(t, ATS_TESTDEV_ERRORS, errors);
}

static void ats_testdev_request(PCIATSTestDev *t)
{
    uint32_t flags = ats_testdev_getl(t, ATS_TESTDEV_FLAGS);
    int ret;

    ret = pci_pri_request_page(PCI_DEVICE(t),
                               ats_testdev_getl(t, ATS_TESTDEV_PASID),
                               flags & ATS_TESTDEV_PRIV,
                               flags & ATS_TESTDEV_EXEC,
                               ldq_le_p(&t->regs[ATS_TESTDEV_ADDR]),
                               flags & ATS_TESTDEV_LPIG, flags >> 16,
                               flags & ATS_TESTDEV_READ,
                               flags & ATS_TESTDEV_WRITE);
    ats_testdev_setl(t, ATS_TESTDEV_RESULT, ret);
}

static void *ats_testdev_thread(void *opaque)
{
    PCIATSTestDev *t = opaque;

    rcu_register_thread();
    switch (ats_testdev_getl(t, ATS_TESTDEV_CMD)) {
    case ATS_TESTDEV_TRANSLATE:
        ats_testdev_translate(t);
        break;
    case ATS_TESTDEV_REQUEST:
        ats_testdev_request(t);
        break;
    }
    rcu_unregister_thread();
    return NULL;
}

static uint64_t ats_testdev_read(void *opaque, hwaddr addr, unsigned size)
{
    PCIATSTestDev *t = opaque;

    if (addr + size > ATS_TESTDEV_REGS_SIZE) {
        return 0;
    }
    return ldn_le_p(&t->regs[addr], size);
}

static void ats_testdev_write(void *opaque, hwaddr addr, uint64_t val,
                              unsigned size)
{
    PCIATSTestDev *t = opaque;
    QemuThread thread;

    if (addr + size > ATS_TESTDEV_RESULT) {
        return;
    }
    stn_le_p(&t->regs[addr], size, val);

    if (addr == ATS_TESTDEV_CMD) {
        /*
         * As a device with engines of its own does: if the IOMMU took the BQL
         * in its functions this would never end.
         */
        qemu_thread_create(&thread, "ats-testdev", ats_testdev_thread, t,
                           QEMU_THREAD_JOINABLE);
        qemu_thread_join(&thread);
    }
}

static const MemoryRegionOps ats_testdev_ops = {
    .read = ats_testdev_read,
    .write = ats_testdev_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = {
        .min_access_size = 4,
        .max_access_size = 8,
    },
    .valid = {
        .min_access_size = 4,
        .max_access_size = 8,
    },
};

static void ats_testdev_invalidate(IOMMUNotifier *n, IOMMUTLBEntry *entry)
{
    PCIATSTestDev *t = container_of(n, PCIATSTestDev, iotlb_notifier);

    ats_testdev_setq(t, ATS_TESTDEV_INV_IOVA, entry->iova);
    ats_testdev_setq(t, ATS_TESTDEV_INV_MASK, entry->addr_mask);
    ats_testdev_setl(t, ATS_TESTDEV_INV_PASID, entry->pasid);
    ats_testdev_setl(t, ATS_TESTDEV_INV_COUNT,
                     ats_testdev_getl(t, ATS_TESTDEV_INV_COUNT) + 1);
}

static void ats_testdev_response(IOMMUPRINotifier *n,
                                 const IOMMUPRIResponse *response)
{
    PCIATSTestDev *t = container_of(n, PCIATSTestDev, pri_notifier);

    ats_testdev_setl(t, ATS_TESTDEV_RESP_PASID, response->pasid);
    ats_testdev_setl(t, ATS_TESTDEV_RESP_PRGI, response->prgi);
    ats_testdev_setl(t, ATS_TESTDEV_RESP_CODE, response->response_code);
    ats_testdev_setl(t, ATS_TESTDEV_RESP_COUNT,
                     ats_testdev_getl(t, ATS_TESTDEV_RESP_COUNT) + 1);
}

static void ats_testdev_reset(DeviceState *dev)
{
    PCIATSTestDev *t = PCI_ATS_TESTDEV(dev);

    memset(t->regs, 0, sizeof(t->regs));
}

static void ats_testdev_realize(PCIDevice *pci_dev, Error **errp)
{
    PCIATSTestDev *t = PCI_ATS_TESTDEV(pci_dev);
    int ret;

    memory_region_init_io(&t->bar, OBJECT(t), &ats_testdev_ops, t,
                          TYPE_PCI_ATS_TESTDEV, 4 * KiB);
    pci_register_bar(pci_dev, 0, PCI_BASE_ADDRESS_SPACE_MEMORY, &t->bar);

    ret = pcie_endpoint_cap_init(pci_dev, 0);
    if (ret < 0) {
        error_setg_errno(errp, -ret, "no PCI Express capability");
        return;
    }
    pcie_ats_init(pci_dev, ATS_TESTDEV_ATS_CAP, true);
    pcie_pasid_init(pci_dev, ATS_TESTDEV_PASID_CAP, 20, true, true);
    pcie_pri_init(pci_dev, ATS_TESTDEV_PRI_CAP, ATS_TESTDEV_REQUESTS, true);

    iommu_notifier_init(&t->iotlb_notifier, ats_testdev_invalidate,
                        IOMMU_NOTIFIER_DEVIOTLB_UNMAP, 0, HWADDR_MAX, 0);
    t->pri_notifier.notify = ats_testdev_response;
    ret = pci_iommu_register_iotlb_notifier(pci_dev, PCI_ALL_PASIDS,
                                            &t->iotlb_notifier);
    if (!ret) {
        ret = pci_pri_register_notifier(pci_dev, PCI_ALL_PASIDS,
                                        &t->pri_notifier);
        if (ret) {
            pci_iommu_unregister_iotlb_notifier(pci_dev, PCI_ALL_PASIDS,
                                                &t->iotlb_notifier);
        }
    }
    if (ret) {
        pcie_cap_exit(pci_dev);
        error_setg_errno(errp, -ret, "an IOMMU with ATS and PRI is needed");
    }
}

static void ats_testdev_exit(PCIDevice *pci_dev)
{
    PCIATSTestDev *t = PCI_ATS_TESTDEV(pci_dev);

    pci_pri_unregister_notifier(pci_dev, PCI_ALL_PASIDS, &t->pri_notifier);
    pci_iommu_unregister_iotlb_notifier(pci_dev, PCI_ALL_PASIDS,
                                        &t->iotlb_notifier);
    pcie_cap_exit(pci_dev);
}

static void ats_testdev_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(klass);

    k->realize = ats_testdev_realize;
    k->exit = ats_testdev_exit;
    k->vendor_id = PCI_VENDOR_ID_REDHAT;
    k->device_id = PCI_DEVICE_ID_REDHAT_TEST;
    k->class_id = PCI_CLASS_OTHERS;
    dc->desc = "PCI test device with ATS, PASID and PRI";
    dc->hotpluggable = false;
    device_class_set_legacy_reset(dc, ats_testdev_reset);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo ats_testdev_info = {
    .name = TYPE_PCI_ATS_TESTDEV,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(PCIATSTestDev),
    .class_init = ats_testdev_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_PCIE_DEVICE },
        { },
    },
};

static void ats_testdev_register_types(void)
{
    type_register_static(&ats_testdev_info);
}

type_init(ats_testdev_register_types)
