/*
 * Fuzzing of the idxd devices: the steps that an input is made of
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci_regs.h"
#include "system/runstate.h"
#include "idxd_fuzz.h"

/* An access of any kind, in an area of the registers, or to a portal */
static void step_mmio(IdxdFuzz *f)
{
    static const struct {
        uint16_t base;
        uint16_t size;
    } areas[8] = {
        { 0, IDXD_REGS_END },
        { 0x80, 0x80 },
        { IDXD_GRPCFG_BASE, 4 * IDXD_GRPCFG_STRIDE },
        { IDXD_MSIX_PERM_BASE, 10 * IDXD_MSIX_PERM_STRIDE },
        { IDXD_WQCFG_BASE, 9 * IDXD_WQCFG_STRIDE },
        { IDXD_MSIX_TABLE_BASE, 10 * PCI_MSIX_ENTRY_SIZE },
        { IDXD_PERFMON_BASE, 0x400 },
        { 0, IDXD_MMIO_SIZE - 1 },
    };
    uint8_t how = idxd_fuzz_take(f, 1);
    unsigned size = how & 8 ? 1 << (how >> 4 & 3) : 4;
    uint64_t addr = IDXD_FUZZ_BAR0 + areas[how & 7].base +
                    idxd_fuzz_below(f, areas[how & 7].size - 1);
    uint64_t buf;

    if (!(how & 8)) {
        addr = QEMU_ALIGN_DOWN(addr, 4);
    }
    if (how & 0x80) {
        addr += IDXD_FUZZ_BAR2 - IDXD_FUZZ_BAR0;
    }
    if (how & 0x40) {
        qtest_memread(f->qts, addr, &buf, size);
    } else {
        idxd_fuzz_write(f, addr, size, idxd_fuzz_take(f, size));
    }
}

static void step_command(IdxdFuzz *f)
{
    uint8_t how = idxd_fuzz_take(f, 1);
    unsigned code = how & 31;
    uint32_t operand;

    switch (how >> 6) {
    case 0:
        operand = idxd_fuzz_below(f, f->s->num_wqs);
        break;
    case 1:
        operand = idxd_fuzz_take(f, 1);
        break;
    case 2:
        operand = IDXD_FUZZ_PASID;
        break;
    default:
        operand = idxd_fuzz_take(f, 3) & 0xfffff;
        break;
    }
    idxd_fuzz_wr(f, A_CMD, (uint32_t)(how >> 5 & 1) << R_CMD_REQ_INT_SHIFT |
                 code << R_CMD_CODE_SHIFT | operand);
    if (FIELD_EX32(idxd_fuzz_rd(f, A_CMDSTS), CMDSTS, ACTIVE)) {
        idxd_fuzz_settle(f, 1);
    }
}

static void step_config(IdxdFuzz *f)
{
    PCIDevice *pdev = PCI_DEVICE(f->s);
    const uint16_t places[] = {
        PCI_COMMAND, pdev->msix_cap + PCI_MSIX_FLAGS,
        pdev->exp.exp_cap + PCI_EXP_DEVCTL, pdev->exp.ats_cap + PCI_ATS_CTRL,
        pdev->exp.pasid_cap + PCI_PASID_CTRL, pdev->exp.pri_cap + PCI_PRI_CTRL,
        pdev->exp.pri_cap + PCI_PRI_STATUS,
        pdev->exp.pri_cap + PCI_PRI_ALLOC_REQ,
    };
    uint8_t how = idxd_fuzz_take(f, 1);
    unsigned size = 1 << (how & 3) % 3;
    unsigned offset = how & 0x80 ? idxd_fuzz_take(f, 2) & 0xffe :
                      places[how >> 2 & 7];

    if (how & 0x40) {
        qtest_readl(f->qts, idxd_fuzz_config_addr(f, offset & ~3));
    } else {
        idxd_fuzz_write_config(f, offset, size, idxd_fuzz_take(f, size));
    }
}

static void step_flr(IdxdFuzz *f)
{
    uint8_t setup = idxd_fuzz_take(f, 1);

    memory_region_transaction_begin();
    idxd_fuzz_write_config(f, PCI_DEVICE(f->s)->exp.exp_cap + PCI_EXP_DEVCTL, 2,
                           PCI_EXP_DEVCTL_BCR_FLR);
    idxd_fuzz_enable_function(f);
    memory_region_transaction_commit();
    if (!(setup & IDXD_FUZZ_RAW)) {
        idxd_fuzz_configure(f, setup);
    }
}

/* A store of 64 bytes to a portal, or to the registers */
static void step_submit(IdxdFuzz *f)
{
    uint8_t how = idxd_fuzz_take(f, 1);
    unsigned wq = how & 7;
    uint64_t addr = IDXD_FUZZ_BAR2 + (wq << IDXD_PORTAL_WQ_SHIFT);
    bool deferrable = f->iommu && wq & 1;
    uint8_t raw[IDXD_DESC_SIZE];

    if (how & 0x40) {
        addr += (idxd_fuzz_take(f, 1) & 0xff) * IDXD_DESC_SIZE;
        deferrable ^= how >> 3 & 1;
    } else if ((how & 0xf0) == 0xb0) {
        addr = IDXD_FUZZ_BAR0 + idxd_fuzz_take(f, 2) / 64 * 64;
    }
    idxd_fuzz_desc(f, raw);
    if (deferrable) {
        qtest_store64_deferrable(f->qts, addr, raw);
    } else {
        qtest_store64_posted(f->qts, addr, raw);
    }
    if (how & 0x80) {
        idxd_fuzz_settle(f, IDXD_FUZZ_SETTLE);
    }
}

/* A descriptor where batches look for it */
static void step_list(IdxdFuzz *f)
{
    unsigned i = idxd_fuzz_take(f, 1) & 31;
    uint8_t raw[IDXD_DESC_SIZE];

    idxd_fuzz_desc(f, raw);
    qtest_memwrite(f->qts, IDXD_FUZZ_LISTS + i * sizeof(raw), raw, sizeof(raw));
}

static void step_memory(IdxdFuzz *f)
{
    uint64_t addr = IDXD_FUZZ_LISTS +
                    (idxd_fuzz_take(f, 3) &
                     (IDXD_FUZZ_RAM_SIZE - IDXD_FUZZ_LISTS - 1));
    uint8_t len = idxd_fuzz_take(f, 1);

    len = MIN(len, IDXD_FUZZ_RAM_SIZE - addr);
    len = MIN(len, f->in.left);
    qtest_memwrite(f->qts, addr, f->in.data, len);
    f->in.data += len;
    f->in.left -= len;
}

/* Software takes entries, some of them, or none and says that it did */
static void step_log(IdxdFuzz *f)
{
    uint8_t how = idxd_fuzz_take(f, 1);
    uint32_t high = idxd_fuzz_rd(f, A_EVLSTATUS_HI);

    if (how & 1) {
        idxd_fuzz_wr(f, A_EVLSTATUS_HI, R_EVLSTATUS_HI_PENDING_MASK);
    }
    if (how & 2) {
        idxd_fuzz_wr(f, A_INTCAUSE, UINT32_MAX);
    }
    if (how & 4) {
        idxd_fuzz_wr(f, A_EVLSTATUS_LO, idxd_fuzz_take(f, 2));
    } else {
        idxd_fuzz_wr(f, A_EVLSTATUS_LO, FIELD_EX32(high, EVLSTATUS_HI, TAIL));
    }
}

static char *log_control(IdxdFuzz *f, uint8_t how)
{
    static const char *const counts[] = { "", "2*", "70*", "fill*" };
    unsigned size = idxd_evl_entry_size(f->s);
    GString *value = g_string_new(counts[how & 3]);
    unsigned i;

    for (i = 0; i < size; i++) {
        g_string_append_printf(value, "%02x",
                               (unsigned)idxd_fuzz_take(f, i < 32));
    }
    return g_string_free(value, false);
}

static void step_control(IdxdFuzz *f)
{
    static const char *const names[] = {
        "x-test-hold", "x-test-halt", "x-test-log", "x-test-revoke",
        "x-test-handles", "x-test-fail", "x-test-drop-ats", "x-test-hold",
    };
    static const char *const halts[] = { "software", "flr", "warm", "cold" };
    static const char *const hows[] = { "fault", "refuse", "error", "fault" };
    static const char *const drops[] = { "once", "pasid", "all", "off" };
    uint8_t how = idxd_fuzz_take(f, 1);
    const char *name = names[how & 7];
    g_autofree char *value = NULL;
    uint64_t addr;

    how >>= 3;
    if (how & 0x10) {
        /* Any words */
        unsigned i;

        value = g_malloc0(16);
        for (i = 0; i < 15; i++) {
            value[i] = idxd_fuzz_take(f, 1);
        }
    } else if (!strcmp(name, "x-test-halt")) {
        value = g_strdup(halts[how & 3]);
    } else if (!strcmp(name, "x-test-log")) {
        value = log_control(f, how);
    } else if (!strcmp(name, "x-test-revoke") && !(how & 1)) {
        value = g_strdup("all");
    } else if (!strcmp(name, "x-test-drop-ats")) {
        value = g_strdup(drops[how & 3]);
    } else if (!strcmp(name, "x-test-fail")) {
        addr = QEMU_ALIGN_DOWN(idxd_fuzz_addr(f), 4096);
        value = g_strdup_printf("%sfirst=0x%" PRIx64 ",last=0x%" PRIx64
                                ",count=%u,how=%s",
                                f->iommu ? "pasid=0x25," : "", addr,
                                addr + 4095, how >> 2 & 3, hows[how & 3]);
    } else {
        value = g_strdup_printf("%u", how & 15);
    }
    idxd_fuzz_set_control(f, name, value);
}

static void step_machine(IdxdFuzz *f)
{
    uint8_t how = idxd_fuzz_take(f, 1);

    if (how & 0x80) {
        uint64_t ns = 1 + idxd_fuzz_take(f, 2);

        /* It fails while the machine is stopped */
        if (runstate_is_running()) {
            qtest_clock_step(f->qts, ns);
        }
    } else if (how & 1) {
        vm_stop(RUN_STATE_PAUSED);
    } else {
        vm_start();
    }
}

static void step_settle(IdxdFuzz *f)
{
    idxd_fuzz_settle(f, IDXD_FUZZ_SETTLE);
}

static void (*const steps[])(IdxdFuzz *f) = {
    step_submit, step_list, step_settle, step_mmio, step_command, step_log,
    step_config, step_memory, step_control, step_machine, step_flr,
    idxd_fuzz_iommu_map, idxd_fuzz_iommu_respond, step_submit, step_submit,
    step_list,
};

void idxd_fuzz_step(IdxdFuzz *f)
{
    steps[idxd_fuzz_take(f, 1) % ARRAY_SIZE(steps)](f);
}
