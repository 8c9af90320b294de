/*
 * Fuzzing of the idxd devices: registers, portals and what surrounds them
 *
 * An input says how a device is set up, and what is done then: accesses to
 * registers and configuration space, commands, descriptors, a guest that
 * handles its event log and its page requests, and test controls.  Engines run
 * meanwhile, so that an input may take different ways.  At its end the device
 * must come to rest, and be as new after a reset.
 *
 * idxd_corpus.txt has inputs that reach all of that, one in each line, in
 * hexadecimal digits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/rcu.h"
#include "qapi/error.h"
#include "hw/boards.h"
#include "hw/pci/pci_regs.h"
#include "hw/qdev-core.h"
#include "hw/sysbus.h"
#include "system/runstate.h"
#include "idxd_fuzz.h"
#include "fuzz.h"

#define PCIEXBAR            0x60
/* Writes to it are interrupt messages */
#define INTERRUPTS          0xfee00000ULL

/* Milliseconds in which the device has to come to an end, if it is not busy */
#define FINISH_TIME         10000
#define BUSY_TIME           1000
/* An engine that was woken is active before it was looked at so often */
#define QUIET_LOOKS         5

static bool have_iommu;

uint64_t idxd_fuzz_take(IdxdFuzz *f, unsigned n)
{
    uint64_t val = 0;
    unsigned i;

    for (i = 0; i < n && f->in.left; i++) {
        val |= (uint64_t)*f->in.data++ << (i * 8);
        f->in.left--;
    }
    return val;
}

uint64_t idxd_fuzz_below(IdxdFuzz *f, uint64_t max)
{
    return idxd_fuzz_take(f, max > UINT8_MAX ? 2 : 1) % (max + 1);
}

uint64_t idxd_fuzz_addr(IdxdFuzz *f)
{
    static const uint64_t places[16] = {
        IDXD_FUZZ_BUFFERS, IDXD_FUZZ_BUFFERS + 0x4000,
        IDXD_FUZZ_BUFFERS + 0x8000, IDXD_FUZZ_BUFFERS + 0x100000,
        IDXD_FUZZ_LISTS, IDXD_FUZZ_RECORDS, IDXD_FUZZ_RING,
        IDXD_FUZZ_READ_ONLY, IDXD_FUZZ_MISSING, IDXD_FUZZ_DEVICE,
        IDXD_FUZZ_RAM_SIZE - 0x1000, IDXD_FUZZ_BAR0, IDXD_FUZZ_BAR2,
        INTERRUPTS, 1ULL << 40, 0ULL - 0x1000,
    };
    uint8_t how = idxd_fuzz_take(f, 1);
    uint64_t addr = places[how & 15];

    switch (how >> 4 & 7) {
    case 0 ... 3:
        return addr;
    case 4:
        return addr + idxd_fuzz_take(f, 1) * 8;
    case 5:
        return addr + idxd_fuzz_take(f, 1);
    case 6:
        /* Near the end of a page */
        return addr + 0x1000 - idxd_fuzz_take(f, 1);
    default:
        return idxd_fuzz_take(f, 8);
    }
}

uint32_t idxd_fuzz_rd(IdxdFuzz *f, uint64_t reg)
{
    return qtest_readl(f->qts, IDXD_FUZZ_BAR0 + reg);
}

void idxd_fuzz_wr(IdxdFuzz *f, uint64_t reg, uint32_t val)
{
    qtest_writel(f->qts, IDXD_FUZZ_BAR0 + reg, val);
}

void idxd_fuzz_write(IdxdFuzz *f, uint64_t addr, unsigned size, uint64_t val)
{
    uint64_t buf = cpu_to_le64(val);

    qtest_memwrite(f->qts, addr, &buf, size);
}

uint64_t idxd_fuzz_config_addr(IdxdFuzz *f, unsigned offset)
{
    return IDXD_FUZZ_ECAM + (PCI_DEVICE(f->s)->devfn << 12) + offset;
}

void idxd_fuzz_write_config(IdxdFuzz *f, unsigned offset, unsigned size,
                            uint32_t val)
{
    idxd_fuzz_write(f, idxd_fuzz_config_addr(f, offset), size, val);
}

static void command(IdxdFuzz *f, unsigned code, uint32_t operand)
{
    idxd_fuzz_wr(f, A_CMD, code << R_CMD_CODE_SHIFT | operand);
}

static bool any_active(const IdxdState *s)
{
    unsigned i;

    for (i = 0; i < idxd_num_threads(s); i++) {
        if (s->engine[i].active) {
            return true;
        }
    }
    return false;
}

/* What has to wait for the guest is not waited for: no engine is active then */
bool idxd_fuzz_settle(IdxdFuzz *f, unsigned ms)
{
    int64_t end = g_get_monotonic_time() + ms * 1000;
    unsigned quiet = 0;
    bool idle;

    do {
        main_loop_wait(true);
        WITH_QEMU_LOCK_GUARD(&f->s->lock) {
            idle = QTAILQ_EMPTY(&f->s->works);
            quiet = any_active(f->s) ? 0 : quiet + 1;
        }
        if (!idle) {
            g_usleep(50);
        }
    } while (!idle && quiet < QUIET_LOOKS && g_get_monotonic_time() < end);
    main_loop_wait(true);
    return idle;
}

void idxd_fuzz_enable_function(IdxdFuzz *f)
{
    PCIDevice *pdev = PCI_DEVICE(f->s);

    idxd_fuzz_write_config(f, PCI_BASE_ADDRESS_0, 4, IDXD_FUZZ_BAR0);
    idxd_fuzz_write_config(f, PCI_BASE_ADDRESS_2, 4, IDXD_FUZZ_BAR2);
    idxd_fuzz_write_config(f, PCI_COMMAND, 2,
                           PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    idxd_fuzz_write_config(f, pdev->msix_cap + PCI_MSIX_FLAGS, 2,
                           PCI_MSIX_FLAGS_ENABLE);
    if (f->iommu) {
        idxd_fuzz_iommu_enable_function(f);
    }
}

static void configure_wq(IdxdFuzz *f, unsigned i, uint8_t setup)
{
    uint64_t wq = IDXD_WQCFG_BASE + i * IDXD_WQCFG_STRIDE;
    uint32_t mode = 10 << R_WQCFG2_PRIORITY_SHIFT;
    unsigned j;

    if (f->iommu) {
        mode |= R_WQCFG2_PASID_ENABLE_MASK |
                IDXD_FUZZ_PASID << R_WQCFG2_PASID_SHIFT;
    }
    if (!f->iommu || !(i & 1)) {
        mode |= R_WQCFG2_DEDICATED_MASK;
    }
    if (setup & IDXD_FUZZ_BOF) {
        mode |= R_WQCFG2_BLOCK_ON_FAULT_MASK;
    }
    if (setup & IDXD_FUZZ_PRS_OFF) {
        mode |= R_WQCFG2_PRS_DISABLE_MASK;
    }
    idxd_fuzz_wr(f, wq + A_WQCFG0, 8);
    idxd_fuzz_wr(f, wq + A_WQCFG1, 6);
    idxd_fuzz_wr(f, wq + A_WQCFG2, mode);
    idxd_fuzz_wr(f, wq + A_WQCFG3, f->s->max_xfer_shift |
                 f->s->max_batch_shift << R_WQCFG3_MAX_BATCH_SHIFT_SHIFT);
    for (j = 0; j < 8; j++) {
        idxd_fuzz_wr(f, wq + A_WQCFG8 + j * 4, UINT32_MAX);
    }
}

void idxd_fuzz_configure(IdxdFuzz *f, uint8_t setup)
{
    unsigned i;

    for (i = 0; i < f->s->num_wqs; i++) {
        configure_wq(f, i, setup);
    }
    for (i = 0; i < 4; i++) {
        uint64_t group = IDXD_GRPCFG_BASE + i * IDXD_GRPCFG_STRIDE;

        idxd_fuzz_wr(f, group, 0x11 << i);
        idxd_fuzz_wr(f, group + IDXD_GRPCFG_ENGINES, 1 << i);
    }
    if (setup & IDXD_FUZZ_LOG) {
        bool pasid = f->iommu && setup & IDXD_FUZZ_LOG_PASID;

        idxd_fuzz_wr(f, A_EVLCFG0, IDXD_FUZZ_RING | pasid);
        idxd_fuzz_wr(f, A_EVLCFG2, IDXD_EVL_SIZE_MIN |
                     IDXD_FUZZ_PASID << R_EVLCFG2_PASID_LO_SHIFT);
        idxd_fuzz_wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
    }
    idxd_fuzz_wr(f, A_GENCTRL, R_GENCTRL_SWERR_INT_MASK |
                 R_GENCTRL_HALT_INT_MASK | R_GENCTRL_EVL_INT_MASK);
    command(f, IDXD_CMD_ENABLE_DEVICE, 0);
    for (i = 0; i < f->s->num_wqs; i++) {
        command(f, IDXD_CMD_ENABLE_WQ, i);
        command(f, IDXD_CMD_REQUEST_INT_HANDLE, i + 1);
        idxd_fuzz_wr(f, IDXD_MSIX_PERM_BASE + (i + 1) * IDXD_MSIX_PERM_STRIDE,
                     R_MSIX_PERM_IGNORE_MASK);
    }
}

void idxd_fuzz_set_control(IdxdFuzz *f, const char *name, const char *value)
{
    Error *err = NULL;

    object_property_set_str(OBJECT(f->s), name, value, &err);
    error_free(err);
}

/* Something that operations find, and that is the same for each input */
static void fill_memory(IdxdFuzz *f)
{
    uint8_t *ram = memory_region_get_ram_ptr(current_machine->ram);
    uint8_t buf[256];
    unsigned i;

    memset(ram, 0, IDXD_FUZZ_RAM_SIZE);
    for (i = 0; i < sizeof(buf); i++) {
        buf[i] = i;
    }
    for (i = 0; i < 4; i++) {
        qtest_memwrite(f->qts, IDXD_FUZZ_BUFFERS + i * 0x1000, buf,
                       sizeof(buf));
    }
}

/* Memory maps are made anew once, which takes longer than most else here */
static void start(IdxdFuzz *f, uint8_t setup)
{
    f->iommu = have_iommu && setup & IDXD_FUZZ_IOMMU;
    fill_memory(f);
    memory_region_transaction_begin();
    if (f->iommu) {
        idxd_fuzz_iommu_start(f);
    }
    idxd_fuzz_enable_function(f);
    memory_region_transaction_commit();
    if (!(setup & IDXD_FUZZ_RAW)) {
        idxd_fuzz_configure(f, setup);
    }
}

/*
 * A guest that takes its entries and answers no page requests any more gets
 * all that it submitted ended, whatever came before.  What goes on working for
 * long, for there are gigabytes to look through, is given up by a reset.
 */
static void finish(IdxdFuzz *f)
{
    int64_t begin = g_get_monotonic_time();
    IdxdState *s = f->s;
    bool busy;
    uint32_t high;

    idxd_fuzz_set_control(f, "x-test-hold", "0");
    idxd_fuzz_set_control(f, "x-test-fail", "none");
    idxd_fuzz_set_control(f, "x-test-drop-ats", "off");
    vm_start();
    idxd_fuzz_enable_function(f);
    idxd_fuzz_write_config(f, PCI_DEVICE(s)->exp.pri_cap + PCI_PRI_CTRL, 2, 0);
    do {
        high = idxd_fuzz_rd(f, A_EVLSTATUS_HI);
        idxd_fuzz_wr(f, A_EVLSTATUS_LO, FIELD_EX32(high, EVLSTATUS_HI, TAIL));
        g_assert_cmpint(g_get_monotonic_time() - begin, <, FINISH_TIME * 1000);
        WITH_QEMU_LOCK_GUARD(&s->lock) {
            busy = any_active(s);
        }
        if (busy && g_get_monotonic_time() - begin > BUSY_TIME * 1000) {
            break;
        }
    } while (!idxd_fuzz_settle(f, 1));
    if (!busy) {
        g_assert_false(FIELD_EX32(idxd_fuzz_rd(f, A_CMDSTS), CMDSTS, ACTIVE));
    }
}

/* Of the machine, whose configuration space can be accessed then */
static void reset_machine(QTestState *qts)
{
    memory_region_transaction_begin();
    fuzz_reset(qts);
    qtest_outl(qts, 0xcf8, 0x80000000 | PCIEXBAR);
    qtest_outl(qts, 0xcfc, IDXD_FUZZ_ECAM | 1);
    memory_region_transaction_commit();
}

static void reset(IdxdFuzz *f)
{
    static unsigned count;
    IdxdState *s = f->s;
    g_autofree char *handles = g_strdup_printf("%u", s->num_wqs);

    idxd_fuzz_set_control(f, "x-test-handles", handles);
    reset_machine(f->qts);
    WITH_QEMU_LOCK_GUARD(&s->lock) {
        g_assert_true(QTAILQ_EMPTY(&s->works));
        g_assert_cmphex(s->batch_ids, ==, 0);
        g_assert_cmpint(s->prg_outstanding, ==, 0);
        g_assert_cmpint(s->state, ==, IDXD_DISABLED);
    }
    /* Memory maps of former inputs, which nobody frees else while fuzzing */
    if (++count % 64 == 0) {
        drain_call_rcu();
    }
}

static void idxd_fuzz(QTestState *qts, const unsigned char *data, size_t size)
{
    IdxdFuzz f = { .qts = qts, .in = { data, size } };
    uint8_t setup = idxd_fuzz_take(&f, 1);
    g_autofree char *id = g_strdup_printf("dut%u", (setup & 3) %
                                          IDXD_FUZZ_DEVICES);

    f.s = IDXD(qdev_find_recursive(sysbus_get_default(), id));
    start(&f, setup);
    while (f.in.left) {
        idxd_fuzz_step(&f);
    }
    idxd_fuzz_settle(&f, IDXD_FUZZ_SETTLE);
    finish(&f);
    reset(&f);
}

#define MACHINE " -machine q35,accel=qtest -m 4M -nodefaults -display none"
/* Limits keep an input short */
#define LIMITS  "x-test=on,wqs=8,max-transfer-shift=16"
#define DEVICES " -device idxd-dsa,id=dut0,addr=4,max-batch-shift=4," LIMITS \
                ",interrupt-handles=on" \
                " -device idxd-iaa,id=dut1,addr=5," LIMITS \
                " -device idxd-dsa,id=dut2,addr=6,max-batch-shift=4," LIMITS \
                ",configurable=off,prs-disable=off"

static GString *idxd_cmdline(FuzzTarget *t)
{
    return g_string_new(TARGET_NAME MACHINE DEVICES);
}

static GString *idxd_svm_cmdline(FuzzTarget *t)
{
    have_iommu = true;
    return g_string_new(TARGET_NAME MACHINE " -device intel-iommu,x-svm=on"
                        DEVICES);
}

static void register_idxd_fuzz_targets(void)
{
    fuzz_add_target(&(FuzzTarget) {
        .name = "idxd-fuzz",
        .description = "Fuzz idxd-dsa and idxd-iaa",
        .get_init_cmdline = idxd_cmdline,
        .pre_fuzz = reset_machine,
        .fuzz = idxd_fuzz,
    });
    fuzz_add_target(&(FuzzTarget) {
        .name = "idxd-svm-fuzz",
        .description = "Fuzz idxd-dsa and idxd-iaa with PASIDs of intel-iommu",
        .get_init_cmdline = idxd_svm_cmdline,
        .pre_fuzz = reset_machine,
        .fuzz = idxd_fuzz,
    });
}

fuzz_target_init(register_idxd_fuzz_targets);
