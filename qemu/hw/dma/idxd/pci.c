/*
 * DSA and IAA device models: PCI function
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci_ids.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "system/qtest.h"
#include "system/replay.h"
#include "system/store64.h"
#include "system/tcg.h"
#include "idxd.h"
#include "trace.h"

#define IDXD_BAR_REGS           0
#define IDXD_BAR_PORTALS        2

#define IDXD_BAR_TYPE           (PCI_BASE_ADDRESS_MEM_TYPE_64 | \
                                 PCI_BASE_ADDRESS_MEM_PREFETCH)

#define IDXD_CAP_AER            0x100
#define IDXD_CAP_ATS            0x150
#define IDXD_CAP_PASID          0x160
#define IDXD_CAP_PRI            0x170

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
    timer_del(s->flr_timer);
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

/*
 * A function level reset takes no time, or as long as a test wants it to, see
 * testctl.c. It clears the command register, which unmaps the BARs, and until
 * it is over configuration space does not answer, so that nothing can be set
 * up. What comes to the device by itself meanwhile, like the answer to a page
 * request, is forgotten at the end.
 */
static bool idxd_flr_in_progress(IdxdState *s)
{
    return timer_pending(s->flr_timer);
}

static void idxd_flr_end(void *opaque)
{
    pci_device_reset(opaque);
}

static void idxd_flr_write_config(IdxdState *s, uint32_t addr, uint32_t val,
                                  int len)
{
    PCIDevice *pdev = PCI_DEVICE(s);
    uint8_t *devctl = pdev->config + pdev->exp.exp_cap + PCI_EXP_DEVCTL;
    bool flr = pci_get_word(devctl) & PCI_EXP_DEVCTL_BCR_FLR;

    pcie_cap_flr_write_config(pdev, addr, val, len);
    if (flr && s->test.flr_time) {
        timer_mod(s->flr_timer, qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL) +
                  s->test.flr_time);
    }
}

static uint32_t idxd_read_config(PCIDevice *pdev, uint32_t addr, int len)
{
    if (idxd_flr_in_progress(IDXD(pdev))) {
        return UINT32_MAX;
    }
    return pci_default_read_config(pdev, addr, len);
}

static void idxd_write_config(PCIDevice *pdev, uint32_t addr, uint32_t val,
                              int len)
{
    IdxdState *s = IDXD(pdev);
    unsigned controls = idxd_translation_controls(pdev);
    bool may_request = pcie_pri_enabled(pdev);

    if (idxd_flr_in_progress(s)) {
        return;
    }
    pci_default_write_config(pdev, addr, val, len);
    pcie_aer_write_config(pdev, addr, val, len);
    idxd_flr_write_config(s, addr, val, len);

    if (controls & ~idxd_translation_controls(pdev)) {
        idxd_atc_flush(s);
    }
    if (may_request && !pcie_pri_enabled(pdev)) {
        idxd_pri_cancel(s);
    }
}

/* With others, nothing can submit: they do not emulate the instructions */
static bool idxd_check_accelerator(PCIDevice *pdev, Error **errp)
{
    if (tcg_enabled() || qtest_enabled()) {
        return true;
    }
    error_setg(errp, "%s needs -accel tcg, which alone has MOVDIR64B and"
               " ENQCMD", object_get_typename(OBJECT(pdev)));
    return false;
}

static bool idxd_check_device_id(IdxdState *s, Error **errp)
{
    const uint16_t *ids = IDXD_GET_CLASS(s)->device_ids;
    g_autoptr(GString) known = g_string_new(NULL);

    for (; *ids; ids++) {
        if (s->device_id == *ids) {
            return true;
        }
        g_string_append_printf(known, " 0x%04x", *ids);
    }
    error_setg(errp, "device-id must be one of%s", known->str);
    return false;
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
    } else if (s->num_traffic_classes < 2 || s->num_traffic_classes > 8) {
        /* Drivers begin with class 0 or, up to version 2, with class 1 */
        error_setg(errp, "traffic-classes must be 2 to 8");
    } else if (!s->prop_dedicated &&
               !(s->prop_shared && s->prop_configurable)) {
        error_setg(errp, "dedicated-mode or shared-mode must be on, without"
                   " configurable dedicated-mode");
    } else if (s->version != IDXD_VERSION_1_0 &&
               s->version != IDXD_VERSION_2_0) {
        error_setg(errp, "x-version must be 0x100 or 0x200");
    } else if (s->version == IDXD_VERSION_1_0 &&
               (s->prop_event_log || s->prop_prs_disable)) {
        error_setg(errp, "x-version=0x100 needs event-log=off and"
                   " prs-disable=off");
    } else {
        return idxd_check_device_id(s, errp) &&
               (!ic->check_properties || ic->check_properties(s, errp));
    }
    return false;
}

/* D0 and D3hot, in which the registers keep what they have */
static bool idxd_init_pm(PCIDevice *pdev, Error **errp)
{
    int cap = pci_pm_init(pdev, 0, errp);

    if (cap < 0) {
        return false;
    }
    pci_set_word(pdev->config + cap + PCI_PM_PMC, PCI_PM_CAP_VER_1_2);
    pci_set_word(pdev->config + cap + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET);
    pci_set_word(pdev->wmask + cap + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    return true;
}

static bool idxd_init_pci(IdxdState *s, Error **errp)
{
    PCIDevice *pdev = PCI_DEVICE(s);
    Object *obj = OBJECT(s);

    pci_config_set_device_id(pdev->config, s->device_id);
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
    pci_register_bar(pdev, IDXD_BAR_REGS, IDXD_BAR_TYPE, &s->mmio);
    pci_register_bar(pdev, IDXD_BAR_PORTALS, IDXD_BAR_TYPE, &s->portals);

    if (pcie_endpoint_cap_init(pdev, 0) < 0) {
        error_setg(errp, "no room for the PCI Express capability");
        msix_uninit(pdev, &s->mmio, &s->mmio);
        return false;
    }
    pcie_cap_flr_init(pdev);
    if (!idxd_init_pm(pdev, errp) ||
        pcie_aer_init(pdev, PCI_ERR_VER, IDXD_CAP_AER, PCI_ERR_SIZEOF,
                      errp) < 0) {
        pcie_cap_exit(pdev);
        msix_uninit(pdev, &s->mmio, &s->mmio);
        return false;
    }
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

    if (!idxd_check_accelerator(pdev, errp) ||
        !idxd_check_properties(s, errp) || !idxd_init_pci(s, errp)) {
        return;
    }
    /* Engines write to memory beside the CPUs, at times that none records */
    replay_add_blocker(object_get_typename(OBJECT(pdev)));

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
    s->flr_timer = timer_new_ms(QEMU_CLOCK_VIRTUAL, idxd_flr_end, pdev);
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
    timer_free(s->flr_timer);
    qemu_bh_delete(s->cmd_bh);
    qemu_bh_delete(s->irq_bh);
    idxd_perf_exit(s);
    WITH_QEMU_LOCK_GUARD(&s->lock) {
        idxd_evl_teardown(s);
    }
    qemu_cond_destroy(&s->quiet);
    pcie_aer_exit(pdev);
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
    DEFINE_PROP_BOOL("interrupt-handles", IdxdState, prop_int_handles, false),
    DEFINE_PROP_BOOL("configurable", IdxdState, prop_configurable, true),
    DEFINE_PROP_BOOL("shared-mode", IdxdState, prop_shared, true),
    DEFINE_PROP_BOOL("dedicated-mode", IdxdState, prop_dedicated, true),
    DEFINE_PROP_UINT8("traffic-classes", IdxdState, num_traffic_classes, 8),
    DEFINE_PROP_BOOL("progress-limit", IdxdState, prop_progress_limit, true),
    DEFINE_PROP_BOOL("perfmon", IdxdState, prop_perfmon, true),
    DEFINE_PROP_BOOL("overlap-copy", IdxdState, prop_overlap_copy, true),
    DEFINE_PROP_BOOL("cache-control", IdxdState, prop_cache_control, true),
    DEFINE_PROP_BOOL("readback", IdxdState, prop_readback, true),
    DEFINE_PROP_UINT32("x-shuffle", IdxdState, shuffle, 0),
    DEFINE_PROP_UINT16("x-version", IdxdState, version, IDXD_VERSION_2_0),
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
    k->config_read = idxd_read_config;
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
