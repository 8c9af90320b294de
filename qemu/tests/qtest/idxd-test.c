/*
 * QTest testcase for idxd-dsa: registers and commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqtest.h"
#include "libqos/pci-pc.h"
#include "hw/pci/pci_regs.h"
#include "hw/dma/idxd/regs.h"

#define SLOT            4
#define WQS             8
/* Where messages are to be written */
#define MSG_ADDR        0x100000
#define MSG_DATA        0x1234

typedef struct Fixture {
    QTestState *qts;
    QPCIBus *bus;
    QPCIDevice *dev;
    QPCIBar regs;
} Fixture;

static uint32_t rd(Fixture *f, uint64_t reg)
{
    return qpci_io_readl(f->dev, f->regs, reg);
}

static void wr(Fixture *f, uint64_t reg, uint32_t val)
{
    qpci_io_writel(f->dev, f->regs, reg, val);
}

/* Run a command that ends at once; returns CMDSTS */
static uint32_t run(Fixture *f, unsigned code, uint32_t operand)
{
    uint32_t sts;
    int i;

    wr(f, A_CMD, code << R_CMD_CODE_SHIFT | operand);
    for (i = 0; i < 1000; i++) {
        sts = rd(f, A_CMDSTS);
        if (!FIELD_EX32(sts, CMDSTS, ACTIVE)) {
            return sts;
        }
        g_usleep(1000);
    }
    g_assert_not_reached();
}

static void setup(Fixture *f, gconstpointer data)
{
    f->qts = qtest_initf("-machine q35 -nodefaults "
                         "-device idxd-dsa,addr=%u,wqs=%u%s",
                         SLOT, WQS, (const char *)data);
    f->bus = qpci_new_pc(f->qts, NULL);
    f->dev = qpci_device_find(f->bus, QPCI_DEVFN(SLOT, 0));
    g_assert_nonnull(f->dev);
    qpci_device_enable(f->dev);
    f->regs = qpci_iomap(f->dev, 0, NULL);
}

static void teardown(Fixture *f, gconstpointer data)
{
    g_free(f->dev);
    qpci_free_pc(f->bus);
    qtest_quit(f->qts);
}

/* WQ 0 and engine 0 in group 0, WQ 0 dedicated, without PASID */
static void configure(Fixture *f)
{
    wr(f, IDXD_GRPCFG_BASE, 1);
    wr(f, IDXD_GRPCFG_BASE + IDXD_GRPCFG_ENGINES, 1);
    wr(f, IDXD_WQCFG_BASE + A_WQCFG0, 16);
    wr(f, IDXD_WQCFG_BASE + A_WQCFG2,
       R_WQCFG2_DEDICATED_MASK | 10 << R_WQCFG2_PRIORITY_SHIFT);
    wr(f, IDXD_WQCFG_BASE + A_WQCFG3, 21);
}

static void test_capabilities(Fixture *f, gconstpointer data)
{
    uint32_t v;

    g_assert_cmphex(qpci_config_readw(f->dev, PCI_VENDOR_ID), ==, 0x8086);
    g_assert_cmphex(qpci_config_readw(f->dev, PCI_DEVICE_ID), ==, 0x0b25);
    g_assert_cmphex(qpci_config_readw(f->dev, PCI_CLASS_DEVICE), ==, 0x0880);
    g_assert_cmpuint(qpci_msix_table_size(f->dev), ==, WQS + 1);

    g_assert_cmphex(rd(f, A_VERSION), ==, 0x0200);
    v = rd(f, A_GENCAP_LO);
    g_assert_cmpuint(FIELD_EX32(v, GENCAP_LO, EVENT_LOG), ==, 1);
    g_assert_cmpuint(FIELD_EX32(v, GENCAP_LO, CONFIG), ==, 1);
    g_assert_cmpuint(FIELD_EX32(v, GENCAP_LO, COMMAND_CAP), ==, 1);
    g_assert_cmphex(rd(f, A_CMDCAP), ==, 0x7ffe);
    v = rd(f, A_WQCAP_LO);
    g_assert_cmpuint(FIELD_EX32(v, WQCAP_LO, NUM_WQS), ==, WQS);
    g_assert_cmpuint(FIELD_EX32(v, WQCAP_LO, TOTAL_SIZE), ==, 128);
    g_assert_cmpuint(32 << FIELD_EX32(v, WQCAP_LO, WQCFG_SIZE), ==,
                     IDXD_WQCFG_STRIDE);
    g_assert_cmpuint(FIELD_EX32(rd(f, A_WQCAP_HI), WQCAP_HI, PRS_DISABLE),
                     ==, 1);
    g_assert_cmphex(rd(f, A_OPCAP), ==, 0x7f);
    g_assert_cmphex(rd(f, A_OPCAP + 4), ==, 0);

    /* 64-bit accesses see both halves */
    g_assert_cmphex(qpci_io_readq(f->dev, f->regs, A_WQCAP_LO), ==,
                    (uint64_t)rd(f, A_WQCAP_HI) << 32 | rd(f, A_WQCAP_LO));
    /* Nothing happens to a read-only register */
    wr(f, A_VERSION, 0);
    g_assert_cmphex(rd(f, A_VERSION), ==, 0x0200);
}

static void test_no_event_log(Fixture *f, gconstpointer data)
{
    g_assert_cmpuint(FIELD_EX32(rd(f, A_GENCAP_LO), GENCAP_LO, EVENT_LOG),
                     ==, 0);
    wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
    g_assert_cmphex(rd(f, A_GENCFG), ==, 0);
    wr(f, A_EVLCFG0, 0x1000);
    g_assert_cmphex(rd(f, A_EVLCFG0), ==, 0);
    wr(f, A_GENCTRL, UINT32_MAX);
    g_assert_cmphex(rd(f, A_GENCTRL), ==, 3);
}

static void test_enable_device(Fixture *f, gconstpointer data)
{
    uint16_t cmd = qpci_config_readw(f->dev, PCI_COMMAND);
    uint64_t group1 = IDXD_GRPCFG_BASE + IDXD_GRPCFG_STRIDE;

    configure(f);

    qpci_config_writew(f->dev, PCI_COMMAND, cmd & ~PCI_COMMAND_MASTER);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x12);
    qpci_config_writew(f->dev, PCI_COMMAND, cmd);

    /* More than the WQs have together */
    wr(f, IDXD_WQCFG_BASE + A_WQCFG0, 129);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x14);
    wr(f, IDXD_WQCFG_BASE + A_WQCFG0, 16);

    /* An engine that there is not; one in two groups; a group without */
    wr(f, group1 + IDXD_GRPCFG_ENGINES, 1 << 4);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x15);
    wr(f, group1 + IDXD_GRPCFG_ENGINES, 1);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x16);
    wr(f, group1 + IDXD_GRPCFG_ENGINES, 0);
    wr(f, group1, 2);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x17);
    wr(f, group1, 0);

    g_assert_cmphex(FIELD_EX32(rd(f, A_GENSTS), GENSTS, STATE), ==, 0);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(FIELD_EX32(rd(f, A_GENSTS), GENSTS, STATE), ==, 1);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x10);

    /* Configuration of an enabled device */
    wr(f, IDXD_GRPCFG_BASE, 3);
    g_assert_cmphex(rd(f, IDXD_GRPCFG_BASE), ==, 1);
    wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
    g_assert_cmphex(rd(f, A_GENCFG), ==, 0);

    g_assert_cmphex(run(f, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(FIELD_EX32(rd(f, A_GENSTS), GENSTS, STATE), ==, 0);
    g_assert_cmphex(run(f, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0x31);
    g_assert_cmphex(rd(f, IDXD_GRPCFG_BASE), ==, 1);
}

/* Enable WQ 0 with one register changed, which is put back */
static uint32_t enable_wq_with(Fixture *f, uint64_t reg, uint32_t val)
{
    uint32_t old = rd(f, IDXD_WQCFG_BASE + reg);
    uint32_t sts;

    wr(f, IDXD_WQCFG_BASE + reg, val);
    sts = run(f, IDXD_CMD_ENABLE_WQ, 0);
    wr(f, IDXD_WQCFG_BASE + reg, old);
    return sts;
}

static void test_enable_wq(Fixture *f, gconstpointer data)
{
    uint32_t mode;

    configure(f);
    mode = rd(f, IDXD_WQCFG_BASE + A_WQCFG2);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0x20);
    g_assert_cmphex(run(f, IDXD_CMD_DRAIN_WQ, 1), ==, 0x32);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);

    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_WQ, WQS), ==, 2);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG0, 0), ==, 0x22);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG0, 129), ==, 0x22);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG2, R_WQCFG2_DEDICATED_MASK),
                    ==, 0x23);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG2,
                                   mode | R_WQCFG2_PASID_ENABLE_MASK),
                    ==, 0x26);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG2,
                                   mode & ~R_WQCFG2_DEDICATED_MASK),
                    ==, 0x26);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG3, 11 << 5 | 21), ==, 0x27);

    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0x21);
    g_assert_cmphex(FIELD_EX32(rd(f, IDXD_WQCFG_BASE + A_WQCFG6), WQCFG6,
                               STATE), ==, 1);

    /* The configuration of an enabled WQ stays, also when it is disabled */
    wr(f, IDXD_WQCFG_BASE + A_WQCFG0, 5);
    g_assert_cmphex(rd(f, IDXD_WQCFG_BASE + A_WQCFG0), ==, 16);
    g_assert_cmphex(run(f, IDXD_CMD_DRAIN_WQ, 1), ==, 0);
    g_assert_cmphex(run(f, IDXD_CMD_DISABLE_WQ, 1 << 9), ==, 2);
    g_assert_cmphex(run(f, IDXD_CMD_DISABLE_WQ, 1), ==, 0);
    g_assert_cmphex(run(f, IDXD_CMD_DISABLE_WQ, 1), ==, 0x32);
    g_assert_cmphex(rd(f, IDXD_WQCFG_BASE + A_WQCFG0), ==, 16);
    g_assert_cmphex(rd(f, IDXD_WQCFG_BASE + A_WQCFG2), ==, mode);

    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    g_assert_cmphex(run(f, IDXD_CMD_RESET_WQ, 1), ==, 0);
    g_assert_cmphex(rd(f, IDXD_WQCFG_BASE + A_WQCFG0), ==, 0);
    g_assert_cmphex(rd(f, IDXD_WQCFG_BASE + A_WQCFG2), ==, 0);
}

static void test_other_commands(Fixture *f, gconstpointer data)
{
    static const uint8_t need_enabled[] = {
        IDXD_CMD_DRAIN_ALL, IDXD_CMD_ABORT_ALL, IDXD_CMD_DRAIN_PASID,
        IDXD_CMD_ABORT_PASID,
    };
    uint32_t sts, handle;
    unsigned i;

    g_assert_cmphex(run(f, 0, 0), ==, 1);
    g_assert_cmphex(run(f, 15, 0), ==, 1);
    g_assert_cmphex(run(f, 31, 0), ==, 1);
    for (i = 0; i < ARRAY_SIZE(need_enabled); i++) {
        g_assert_cmphex(run(f, need_enabled[i], 5), ==, 0x31);
    }
    configure(f);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    for (i = 0; i < ARRAY_SIZE(need_enabled); i++) {
        g_assert_cmphex(run(f, need_enabled[i], 5), ==, 0);
    }

    /* Vector 0 is the device's own, and there are no IMS entries */
    g_assert_cmphex(run(f, IDXD_CMD_REQUEST_INT_HANDLE, 0), ==, 0x41);
    g_assert_cmphex(run(f, IDXD_CMD_REQUEST_INT_HANDLE, WQS + 1), ==, 0x41);
    g_assert_cmphex(run(f, IDXD_CMD_REQUEST_INT_HANDLE, 1 << 16 | 1), ==,
                    0x41);
    sts = run(f, IDXD_CMD_REQUEST_INT_HANDLE, 1);
    g_assert_cmphex(FIELD_EX32(sts, CMDSTS, ERROR), ==, 0);
    handle = FIELD_EX32(sts, CMDSTS, RESULT);
    g_assert_cmphex(run(f, IDXD_CMD_RELEASE_INT_HANDLE, handle + 1), ==, 0x41);
    g_assert_cmphex(run(f, IDXD_CMD_RELEASE_INT_HANDLE, handle), ==, 0);
    g_assert_cmphex(run(f, IDXD_CMD_RELEASE_INT_HANDLE, handle), ==, 0x41);
}

static void test_event_log_registers(Fixture *f, gconstpointer data)
{
    configure(f);

    wr(f, A_EVLCFG0, 0x123456fd);
    g_assert_cmphex(rd(f, A_EVLCFG0), ==, 0x12345001);
    wr(f, A_EVLCFG0, 0x200000);
    wr(f, A_EVLCFG3, UINT32_MAX);
    g_assert_cmphex(rd(f, A_EVLCFG3), ==, 0xf);
    wr(f, A_EVLCFG3, 0);
    wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);

    /* Too small; by a PASID, which the function may not use */
    wr(f, A_EVLCFG2, 63);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x11);
    wr(f, A_EVLCFG2, 64);
    wr(f, A_EVLCFG0, 0x200001);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x13);
    wr(f, A_EVLCFG0, 0x200000);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);

    wr(f, A_EVLCFG2, 128);
    g_assert_cmphex(rd(f, A_EVLCFG2), ==, 64);
    g_assert_cmphex(qpci_io_readq(f->dev, f->regs, A_EVLSTATUS_LO), ==, 0);
    /* The head stays inside of the ring; one half does not touch the other */
    wr(f, A_EVLSTATUS_LO, 63);
    g_assert_cmphex(rd(f, A_EVLSTATUS_LO), ==, 63);
    wr(f, A_EVLSTATUS_LO, 64);
    g_assert_cmphex(rd(f, A_EVLSTATUS_LO), ==, 63);
    wr(f, A_EVLSTATUS_HI, UINT32_MAX);
    g_assert_cmphex(rd(f, A_EVLSTATUS_LO), ==, 63);
    g_assert_cmphex(rd(f, A_EVLSTATUS_HI), ==, 0);

    /* Head and tail are readable when disabled, and 0 when enabled again */
    g_assert_cmphex(run(f, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(rd(f, A_EVLSTATUS_LO), ==, 63);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(rd(f, A_EVLSTATUS_LO), ==, 0);
}

static void program_vector(Fixture *f, unsigned vector)
{
    uint8_t cap = qpci_find_capability(f->dev, PCI_CAP_ID_MSIX, 0);
    uint64_t entry = IDXD_MSIX_TABLE_BASE + vector * PCI_MSIX_ENTRY_SIZE;

    wr(f, entry + PCI_MSIX_ENTRY_LOWER_ADDR, MSG_ADDR);
    wr(f, entry + PCI_MSIX_ENTRY_UPPER_ADDR, 0);
    wr(f, entry + PCI_MSIX_ENTRY_DATA, MSG_DATA);
    wr(f, entry + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
    qpci_config_writew(f->dev, cap + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE);
}

/* Whether a message comes within a second; it is taken */
static bool message(Fixture *f)
{
    int i;

    for (i = 0; i < 1000; i++) {
        if (qtest_readl(f->qts, MSG_ADDR) == MSG_DATA) {
            qtest_writel(f->qts, MSG_ADDR, 0);
            return true;
        }
        g_usleep(1000);
    }
    return false;
}

static void test_command_interrupt(Fixture *f, gconstpointer data)
{
    uint32_t request = R_CMD_REQ_INT_MASK;

    program_vector(f, 0);
    qtest_writel(f->qts, MSG_ADDR, 0);

    /* A command without a request, one that fails, and one that does not */
    run(f, IDXD_CMD_RESET_DEVICE, 0);
    g_assert_cmphex(rd(f, A_INTCAUSE), ==, 0);
    g_assert_cmphex(run(f, IDXD_CMD_DRAIN_ALL, request), ==, 0x31);
    g_assert_cmphex(rd(f, A_INTCAUSE), ==, R_INTCAUSE_COMMAND_MASK);
    g_assert_true(message(f));
    /* The cause is still set: there is a message nevertheless */
    g_assert_cmphex(run(f, IDXD_CMD_RESET_DEVICE, request), ==, 0);
    g_assert_true(message(f));
    wr(f, A_INTCAUSE, R_INTCAUSE_HALT_MASK);
    g_assert_cmphex(rd(f, A_INTCAUSE), ==, R_INTCAUSE_COMMAND_MASK);
    wr(f, A_INTCAUSE, R_INTCAUSE_COMMAND_MASK);
    g_assert_cmphex(rd(f, A_INTCAUSE), ==, 0);
}

static void assert_reset(Fixture *f)
{
    g_assert_cmphex(rd(f, A_GENSTS), ==, 0);
    g_assert_cmphex(rd(f, A_GENCTRL), ==, 0);
    g_assert_cmphex(rd(f, A_GENCFG), ==, 0);
    g_assert_cmphex(rd(f, A_EVLCFG2), ==, 0);
    g_assert_cmphex(rd(f, IDXD_GRPCFG_BASE), ==, 0);
    g_assert_cmphex(rd(f, IDXD_WQCFG_BASE + A_WQCFG0), ==, 0);
    g_assert_cmphex(rd(f, IDXD_MSIX_PERM_BASE + IDXD_MSIX_PERM_STRIDE), ==, 0);
}

static void enable_all(Fixture *f)
{
    configure(f);
    wr(f, A_GENCTRL, 7);
    wr(f, A_EVLCFG0, 0x200000);
    wr(f, A_EVLCFG2, 64);
    wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
    wr(f, IDXD_MSIX_PERM_BASE + IDXD_MSIX_PERM_STRIDE, 0x1008);
    g_assert_cmphex(rd(f, IDXD_MSIX_PERM_BASE + IDXD_MSIX_PERM_STRIDE), ==,
                    0x1008);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(run(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
}

static void test_resets(Fixture *f, gconstpointer data)
{
    uint8_t cap = qpci_find_capability(f->dev, PCI_CAP_ID_EXP, 0);
    uint32_t bar = qpci_config_readl(f->dev, PCI_BASE_ADDRESS_0);

    enable_all(f);
    g_assert_cmphex(run(f, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    assert_reset(f);

    enable_all(f);
    g_assert_true(qpci_config_readl(f->dev, cap + PCI_EXP_DEVCAP) &
                  PCI_EXP_DEVCAP_FLR);
    qpci_config_writew(f->dev, cap + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
    qpci_config_writel(f->dev, PCI_BASE_ADDRESS_0, bar);
    qpci_device_enable(f->dev);
    assert_reset(f);
    g_assert_cmphex(rd(f, A_INTCAUSE), ==, 0);
    enable_all(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name, args) \
    g_test_add("/idxd/" #name, Fixture, args, setup, test_##name, teardown)
    ADD(capabilities, "");
    ADD(no_event_log, ",event-log=off");
    ADD(enable_device, "");
    ADD(enable_wq, "");
    ADD(other_commands, "");
    ADD(event_log_registers, "");
    ADD(command_interrupt, "");
    ADD(resets, "");

    return g_test_run();
}
