/*
 * DSA and IAA device models: PCI function
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qapi/error.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci_ids.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "system/store64.h"
#include "idxd.h"
#include "trace.h"

#define IDXD_BAR_REGS           0
#define IDXD_BAR_PORTALS        2

#define IDXD_CAP_ATS            0x100
#define IDXD_CAP_PASID          0x120
#define IDXD_CAP_PRI            0x140

#define IDXD_PASID_WIDTH        20

static bool idxd_filter_any(const IdxdWork *w, uint32_t operand)
{
    return true;
}

/* Give up all that is in the device; nothing can come in until it is enabled */
static void idxd_stop(IdxdState *s)
{
    QEMU_LOCK_GUARD(&s->lock);

    s->state = IDXD_DISABLED;
    idxd_works_abort(s, idxd_filter_any, 0);
    idxd_engines_quiesce(s);
}

static void idxd_reset_hold(Object *obj, ResetType type)
{
    IdxdState *s = IDXD(obj);
    unsigned i;

    trace_idxd_reset(idxd_devfn(s), type);
    idxd_stop(s);
    WITH_QEMU_LOCK_GUARD(&s->lock) {
        idxd_clear_registers(s);
        s->intcause = 0;
        s->cmdsts = 0;
        s->cmd.ready = false;
        memset(s->prg, 0, sizeof(s->prg));
        s->prg_outstanding = 0;
    }
    idxd_perf_reset(s);
    for (i = 0; i < ARRAY_SIZE(s->irq_count); i++) {
        qatomic_set(&s->irq_count[i], 0);
    }
    idxd_atc_flush(s);
}

/* What must be on for translations to be had, and to be kept: a bit each */
static unsigned idxd_translation_controls(PCIDevice *pdev)
{
    uint16_t command = pci_get_word(pdev->config + PCI_COMMAND);

    return (command & PCI_COMMAND_MASTER ? BIT(0) : 0) |
           (pcie_ats_enabled(pdev) ? BIT(1) : 0) |
           (pcie_pasid_enabled(pdev) ? BIT(2) : 0);
}

static void idxd_write_config(PCIDevice *pdev, uint32_t addr, uint32_t val,
                              int len)
{
    IdxdState *s = IDXD(pdev);
    unsigned controls = idxd_translation_controls(pdev);
    bool may_request = pcie_pri_enabled(pdev);

    pci_default_write_config(pdev, addr, val, len);
    pcie_cap_flr_write_config(pdev, addr, val, len);

    if (controls & ~idxd_translation_controls(pdev)) {
        idxd_atc_flush(s);
    }
    if (may_request && !pcie_pri_enabled(pdev)) {
        idxd_pri_cancel(s);
    }
}

static bool idxd_check_properties(IdxdState *s, Error **errp)
{
    IdxdClass *ic = IDXD_GET_CLASS(s);

    if (!s->num_wqs || s->num_wqs > IDXD_MAX_WQS) {
        error_setg(errp, "wqs must be 1 to %u", IDXD_MAX_WQS);
    } else if (!s->num_groups || s->num_groups > IDXD_MAX_GROUPS) {
        error_setg(errp, "groups must be 1 to %u", IDXD_MAX_GROUPS);
    } else if (!s->num_engines || s->num_engines > IDXD_MAX_ENGINES) {
        error_setg(errp, "engines must be 1 to %u", IDXD_MAX_ENGINES);
    } else if (s->total_size < s->num_wqs ||
               s->total_size > IDXD_MAX_TOTAL_SIZE) {
        error_setg(errp, "wq-size must be %u to %u", s->num_wqs,
                   IDXD_MAX_TOTAL_SIZE);
    } else if (s->max_xfer_shift < 12 || s->max_xfer_shift > 31) {
        error_setg(errp, "max-transfer-shift must be 12 to 31");
    } else if (!s->num_traffic_classes || s->num_traffic_classes > 8) {
        error_setg(errp, "traffic-classes must be 1 to 8");
    } else if (!s->prop_dedicated &&
               !(s->prop_shared && s->prop_configurable)) {
        error_setg(errp, "dedicated-mode or shared-mode must be on, without"
                   " configurable dedicated-mode");
    } else {
        return !ic->check_properties || ic->check_properties(s, errp);
    }
    return false;
}

static bool idxd_init_pci(IdxdState *s, Error **errp)
{
    PCIDevice *pdev = PCI_DEVICE(s);
    Object *obj = OBJECT(s);

    memory_region_init(&s->mmio, obj, "idxd-mmio", IDXD_MMIO_SIZE);
    memory_region_init_io(&s->mmio_regs, obj, &idxd_mmio_ops, s, "idxd-regs",
                          IDXD_MSIX_TABLE_BASE);
    memory_region_add_subregion(&s->mmio, 0, &s->mmio_regs);
    memory_region_init_io(&s->mmio_perf, obj, &idxd_perf_ops, s, "idxd-perfmon",
                          IDXD_PERFMON_SIZE);
    if (s->prop_perfmon) {
        memory_region_add_subregion(&s->mmio, IDXD_PERFMON_BASE, &s->mmio_perf);
    }
    memory_region_init_io(&s->portals, obj, &idxd_portal_ops, s,
                          "idxd-portals",
                          pow2ceil(s->num_wqs << IDXD_PORTAL_WQ_SHIFT));

    if (msix_init(pdev, s->num_wqs + 1, &s->mmio, IDXD_BAR_REGS,
                  IDXD_MSIX_TABLE_BASE, &s->mmio, IDXD_BAR_REGS,
                  IDXD_MSIX_PBA_BASE, 0, errp)) {
        return false;
    }
    for (unsigned i = 0; i <= s->num_wqs; i++) {
        msix_vector_use(pdev, i);
    }
    pci_register_bar(pdev, IDXD_BAR_REGS, PCI_BASE_ADDRESS_MEM_TYPE_64,
                     &s->mmio);
    pci_register_bar(pdev, IDXD_BAR_PORTALS, PCI_BASE_ADDRESS_MEM_TYPE_64,
                     &s->portals);

    if (pcie_endpoint_cap_init(pdev, 0) < 0) {
        error_setg(errp, "no room for the PCI Express capability");
        msix_uninit(pdev, &s->mmio, &s->mmio);
        return false;
    }
    pcie_cap_flr_init(pdev);
    pcie_ats_init(pdev, IDXD_CAP_ATS, true);
    pcie_pasid_init(pdev, IDXD_CAP_PASID, IDXD_PASID_WIDTH, false, false);
    pcie_pri_init(pdev, IDXD_CAP_PRI, IDXD_PRG_COUNT, true);
    return true;
}

static void idxd_realize(PCIDevice *pdev, Error **errp)
{
    IdxdState *s = IDXD(pdev);
    DeviceState *dev = DEVICE(pdev);
    unsigned i;

    if (!idxd_check_properties(s, errp) || !idxd_init_pci(s, errp)) {
        return;
    }

    qemu_cond_init(&s->quiet);
    QTAILQ_INIT(&s->works);
    QSIMPLEQ_INIT(&s->portal_errors);
    QSIMPLEQ_INIT(&s->test.log);
    for (i = 0; i < s->num_wqs; i++) {
        QSIMPLEQ_INIT(&s->wq[i].queue);
    }
    s->test.max_handles = s->num_wqs;
    idxd_perf_init(s);
    s->irq_bh = qemu_bh_new_guarded(idxd_irq_bh, s, &dev->mem_reentrancy_guard);
    s->cmd_bh = qemu_bh_new_guarded(idxd_cmd_bh, s, &dev->mem_reentrancy_guard);
    idxd_atc_init(s);
    idxd_atc_attach(s);
    idxd_pri_attach(s);
    s->stopped = !runstate_is_running();
    s->vmstate = qdev_add_vm_change_state_handler(dev, idxd_vm_change_state, s);
    idxd_engines_start(s);
}

static void idxd_exit(PCIDevice *pdev)
{
    IdxdState *s = IDXD(pdev);

    qemu_del_vm_change_state_handler(s->vmstate);
    idxd_stop(s);
    idxd_engines_exit(s);
    idxd_pri_detach(s);
    idxd_atc_destroy(s);
    qemu_bh_delete(s->cmd_bh);
    qemu_bh_delete(s->irq_bh);
    idxd_perf_exit(s);
    WITH_QEMU_LOCK_GUARD(&s->lock) {
        idxd_evl_teardown(s);
    }
    qemu_cond_destroy(&s->quiet);
    pcie_cap_exit(pdev);
    msix_uninit(pdev, &s->mmio, &s->mmio);
    if (s->prop_perfmon) {
        memory_region_del_subregion(&s->mmio, &s->mmio_perf);
    }
    memory_region_del_subregion(&s->mmio, &s->mmio_regs);
}

/* Descriptors in flight, page requests included, are not part of any state */
static const VMStateDescription idxd_vmstate = {
    .name = "idxd",
    .unmigratable = 1,
};

static const Property idxd_properties[] = {
    DEFINE_PROP_UINT8("wqs", IdxdState, num_wqs, 8),
    DEFINE_PROP_UINT8("groups", IdxdState, num_groups, 4),
    DEFINE_PROP_UINT8("engines", IdxdState, num_engines, 4),
    DEFINE_PROP_UINT16("wq-size", IdxdState, total_size, 128),
    DEFINE_PROP_UINT8("max-transfer-shift", IdxdState, max_xfer_shift, 31),
    DEFINE_PROP_BOOL("event-log", IdxdState, prop_event_log, true),
    DEFINE_PROP_BOOL("prs-disable", IdxdState, prop_prs_disable, true),
    DEFINE_PROP_BOOL("op-config", IdxdState, prop_op_config, true),
    DEFINE_PROP_BOOL("block-on-fault", IdxdState, prop_block_on_fault, true),
    DEFINE_PROP_BOOL("interrupt-handles", IdxdState, prop_int_handles, true),
    DEFINE_PROP_BOOL("configurable", IdxdState, prop_configurable, true),
    DEFINE_PROP_BOOL("shared-mode", IdxdState, prop_shared, true),
    DEFINE_PROP_BOOL("dedicated-mode", IdxdState, prop_dedicated, true),
    DEFINE_PROP_UINT8("traffic-classes", IdxdState, num_traffic_classes, 8),
    DEFINE_PROP_BOOL("progress-limit", IdxdState, prop_progress_limit, true),
    DEFINE_PROP_BOOL("perfmon", IdxdState, prop_perfmon, true),
    DEFINE_PROP_BOOL("overlap-copy", IdxdState, prop_overlap_copy, true),
    DEFINE_PROP_BOOL("cache-control", IdxdState, prop_cache_control, true),
    DEFINE_PROP_BOOL("readback", IdxdState, prop_readback, true),
    DEFINE_PROP_BOOL("x-test", IdxdState, test.enabled, false),
};

/* vCPUs may come through portals after exit, for as long as RCU lets them */
static void idxd_instance_init(Object *obj)
{
    IdxdState *s = IDXD(obj);

    qemu_mutex_init(&s->lock);
    qemu_mutex_init(&s->perf.lock);
}

static void idxd_instance_finalize(Object *obj)
{
    IdxdState *s = IDXD(obj);

    qemu_mutex_destroy(&s->perf.lock);
    qemu_mutex_destroy(&s->lock);
}

static void idxd_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    k->realize = idxd_realize;
    k->exit = idxd_exit;
    k->config_write = idxd_write_config;
    k->vendor_id = PCI_VENDOR_ID_INTEL;
    k->class_id = PCI_CLASS_SYSTEM_OTHER;
    rc->phases.hold = idxd_reset_hold;
    dc->vmsd = &idxd_vmstate;
    device_class_set_props(dc, idxd_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
    idxd_portal_class_init(klass);
    idxd_testctl_class_init(klass);
}

static const TypeInfo idxd_types[] = {
    {
        .name = TYPE_IDXD,
        .parent = TYPE_PCI_DEVICE,
        .abstract = true,
        .instance_size = sizeof(IdxdState),
        .instance_init = idxd_instance_init,
        .instance_finalize = idxd_instance_finalize,
        .class_size = sizeof(IdxdClass),
        .class_init = idxd_class_init,
        .interfaces = (InterfaceInfo[]) {
            { INTERFACE_PCIE_DEVICE },
            { TYPE_STORE64_TARGET },
            { },
        },
    },
};

DEFINE_TYPES(idxd_types)
