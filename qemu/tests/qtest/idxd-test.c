/*
 * QTest testcase for idxd-dsa: registers and commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "idxd-util.h"

#define WQS             IDXD_TEST_WQS

static void setup(IdxdTest *f, gconstpointer data)
{
    g_autofree char *device = g_strdup_printf("idxd-dsa%s", (char *)data);

    idxd_test_start(f, "", device);
}

static void teardown(IdxdTest *f, gconstpointer data)
{
    idxd_test_quit(f);
}

static void test_capabilities(IdxdTest *f, gconstpointer data)
{
    uint32_t v;

    g_assert_cmphex(qpci_config_readw(f->dev, PCI_VENDOR_ID), ==, 0x8086);
    g_assert_cmphex(qpci_config_readw(f->dev, PCI_DEVICE_ID), ==, 0x0b25);
    g_assert_cmphex(qpci_config_readw(f->dev, PCI_CLASS_DEVICE), ==, 0x0880);
    g_assert_cmpuint(qpci_msix_table_size(f->dev), ==, WQS + 1);
    g_assert_cmphex(qpci_config_readl(f->dev, PCI_BASE_ADDRESS_0) & 0xf, ==,
                    PCI_BASE_ADDRESS_MEM_TYPE_64 |
                    PCI_BASE_ADDRESS_MEM_PREFETCH);
    g_assert_cmphex(qpci_config_readl(f->dev, PCI_BASE_ADDRESS_2) & 0xf, ==,
                    PCI_BASE_ADDRESS_MEM_TYPE_64 |
                    PCI_BASE_ADDRESS_MEM_PREFETCH);

    g_assert_cmphex(idxd_rd(f, A_VERSION), ==, 0x0200);
    v = idxd_rd(f, A_GENCAP_LO);
    g_assert_cmpuint(FIELD_EX32(v, GENCAP_LO, EVENT_LOG), ==, 1);
    g_assert_cmpuint(FIELD_EX32(v, GENCAP_LO, CONFIG), ==, 1);
    g_assert_cmpuint(FIELD_EX32(v, GENCAP_LO, COMMAND_CAP), ==, 1);
    g_assert_cmphex(idxd_rd(f, A_CMDCAP), ==, 0x1ffe);
    v = idxd_rd(f, A_WQCAP_LO);
    g_assert_cmpuint(FIELD_EX32(v, WQCAP_LO, NUM_WQS), ==, WQS);
    g_assert_cmpuint(FIELD_EX32(v, WQCAP_LO, TOTAL_SIZE), ==, 128);
    g_assert_cmpuint(32 << FIELD_EX32(v, WQCAP_LO, WQCFG_SIZE), ==,
                     IDXD_WQCFG_STRIDE);
    g_assert_cmpuint(FIELD_EX32(idxd_rd(f, A_WQCAP_HI), WQCAP_HI, PRS_DISABLE),
                     ==, 1);
    g_assert_cmphex(idxd_rd(f, A_OPCAP), ==, 0x00bf07ff);
    g_assert_cmphex(idxd_rd(f, A_OPCAP + 4), ==, 1);
    for (v = 8; v < 32; v += 4) {
        g_assert_cmphex(idxd_rd(f, A_OPCAP + v), ==, 0);
    }

    /* 64-bit accesses see both halves */
    g_assert_cmphex(qpci_io_readq(f->dev, f->regs, A_WQCAP_LO), ==,
                    (uint64_t)idxd_rd(f, A_WQCAP_HI) << 32 |
                    idxd_rd(f, A_WQCAP_LO));
    /* Nothing happens to a read-only register */
    idxd_wr(f, A_VERSION, 0);
    g_assert_cmphex(idxd_rd(f, A_VERSION), ==, 0x0200);
}

static void test_no_event_log(IdxdTest *f, gconstpointer data)
{
    g_assert_cmpuint(FIELD_EX32(idxd_rd(f, A_GENCAP_LO), GENCAP_LO, EVENT_LOG),
                     ==, 0);
    idxd_wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
    g_assert_cmphex(idxd_rd(f, A_GENCFG), ==, 0);
    idxd_wr(f, A_EVLCFG0, 0x1000);
    g_assert_cmphex(idxd_rd(f, A_EVLCFG0), ==, 0);
    idxd_wr(f, A_GENCTRL, UINT32_MAX);
    g_assert_cmphex(idxd_rd(f, A_GENCTRL), ==, 3);
}

static void test_fixed_config(IdxdTest *f, gconstpointer data)
{
    uint64_t last = IDXD_WQCFG_BASE + (WQS - 1) * IDXD_WQCFG_STRIDE;
    uint32_t mode;

    g_assert_cmphex(idxd_rd(f, A_GENCAP_LO) & R_GENCAP_LO_CONFIG_MASK, ==, 0);
    g_assert_cmphex(idxd_rd(f, IDXD_GRPCFG_BASE), ==, 0xff);
    g_assert_cmphex(idxd_rd(f, IDXD_GRPCFG_BASE + IDXD_GRPCFG_ENGINES), ==,
                    0xf);
    g_assert_cmphex(idxd_rd(f, IDXD_GRPCFG_BASE + IDXD_GRPCFG_FLAGS), ==,
                    96 << 20);
    g_assert_cmpuint(idxd_rd(f, last + A_WQCFG0), ==, 128 / WQS);
    mode = idxd_rd(f, last + A_WQCFG2);
    g_assert_cmphex(mode & ~R_WQCFG2_PRIORITY_MASK, ==,
                    R_WQCFG2_DEDICATED_MASK);
    g_assert_cmphex(idxd_rd(f, last + A_WQCFG8), ==, idxd_rd(f, A_OPCAP));
    g_assert_cmphex(idxd_rd(f, last + A_WQCFG8 + 4), ==,
                    idxd_rd(f, A_OPCAP + 4));

    /* All is read-only, but for a WQ's PASID */
    idxd_wr(f, IDXD_GRPCFG_BASE, 1);
    g_assert_cmphex(idxd_rd(f, IDXD_GRPCFG_BASE), ==, 0xff);
    idxd_wr(f, A_GENCFG, R_GENCFG_READ_BUFFER_LIMIT_MASK);
    g_assert_cmphex(idxd_rd(f, A_GENCFG), ==, 0);
    idxd_wr(f, last + A_WQCFG0, 1);
    g_assert_cmpuint(idxd_rd(f, last + A_WQCFG0), ==, 128 / WQS);
    idxd_wr(f, last + A_WQCFG8, 0);
    g_assert_cmphex(idxd_rd(f, last + A_WQCFG8), ==, idxd_rd(f, A_OPCAP));
    idxd_wr(f, last + A_WQCFG2, R_WQCFG2_PASID_ENABLE_MASK | 0x1234500);
    g_assert_cmphex(idxd_rd(f, last + A_WQCFG2), ==,
                    mode | R_WQCFG2_PASID_ENABLE_MASK | 0x1234500);
    idxd_wr(f, last + A_WQCFG2, 0);
    g_assert_cmphex(idxd_rd(f, last + A_WQCFG2), ==, mode);

    /* It can be used as it is, and resets do not change it */
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_WQ, WQS - 1), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_RESET_WQ, 1 << (WQS - 1)), ==, 0);
    g_assert_cmphex(idxd_rd(f, last + A_WQCFG2), ==, mode);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_rd(f, IDXD_GRPCFG_BASE), ==, 0xff);
    g_assert_cmphex(idxd_rd(f, last + A_WQCFG2), ==, mode);

    /* Where the event log is only software knows */
    idxd_wr(f, A_EVLCFG0, 0x200000);
    idxd_wr(f, A_EVLCFG2, 64);
    idxd_wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_rd(f, A_GENCFG), ==, R_GENCFG_EVL_ENABLE_MASK);
}

static void test_enable_device(IdxdTest *f, gconstpointer data)
{
    uint16_t cmd = qpci_config_readw(f->dev, PCI_COMMAND);
    uint64_t group1 = IDXD_GRPCFG_BASE + IDXD_GRPCFG_STRIDE;

    idxd_configure(f);

    qpci_config_writew(f->dev, PCI_COMMAND, cmd & ~PCI_COMMAND_MASTER);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x12);
    qpci_config_writew(f->dev, PCI_COMMAND, cmd);

    /* More than the WQs have together */
    idxd_wr(f, IDXD_WQCFG_BASE + A_WQCFG0, 129);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x14);
    idxd_wr(f, IDXD_WQCFG_BASE + A_WQCFG0, 16);

    /* An engine that there is not; one in two groups; a group without */
    idxd_wr(f, group1 + IDXD_GRPCFG_ENGINES, 1 << 4);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x17);
    idxd_wr(f, group1 + IDXD_GRPCFG_ENGINES, 1);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x17);
    idxd_wr(f, group1 + IDXD_GRPCFG_ENGINES, 0);
    idxd_wr(f, group1, 2);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x15);
    idxd_wr(f, group1, 0);

    g_assert_cmphex(FIELD_EX32(idxd_rd(f, A_GENSTS), GENSTS, STATE), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(FIELD_EX32(idxd_rd(f, A_GENSTS), GENSTS, STATE), ==, 1);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x10);

    /* Configuration of an enabled device */
    idxd_wr(f, IDXD_GRPCFG_BASE, 3);
    g_assert_cmphex(idxd_rd(f, IDXD_GRPCFG_BASE), ==, 1);
    idxd_wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
    g_assert_cmphex(idxd_rd(f, A_GENCFG), ==, 0);

    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(FIELD_EX32(idxd_rd(f, A_GENSTS), GENSTS, STATE), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0x31);
    g_assert_cmphex(idxd_rd(f, IDXD_GRPCFG_BASE), ==, 1);
}

/* Enable WQ 0 with one register changed, which is put back */
static uint32_t enable_wq_with(IdxdTest *f, uint64_t reg, uint32_t val)
{
    uint32_t old = idxd_rd(f, IDXD_WQCFG_BASE + reg);
    uint32_t sts;

    idxd_wr(f, IDXD_WQCFG_BASE + reg, val);
    sts = idxd_cmd(f, IDXD_CMD_ENABLE_WQ, 0);
    idxd_wr(f, IDXD_WQCFG_BASE + reg, old);
    return sts;
}

static void test_enable_wq(IdxdTest *f, gconstpointer data)
{
    uint32_t mode;

    idxd_configure(f);
    mode = idxd_rd(f, IDXD_WQCFG_BASE + A_WQCFG2);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0x20);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_DRAIN_WQ, 1), ==, 0x32);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);

    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_WQ, WQS), ==, 2);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG0, 0), ==, 0x22);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG0, 129), ==, 0x14);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG2, R_WQCFG2_DEDICATED_MASK),
                    ==, 0x23);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG2,
                                   mode | R_WQCFG2_PASID_ENABLE_MASK),
                    ==, 0x26);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG2,
                                   mode & ~R_WQCFG2_DEDICATED_MASK),
                    ==, 0x26);
    g_assert_cmphex(enable_wq_with(f, A_WQCFG3, 11 << 5 | 21), ==, 0x27);

    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0x21);
    g_assert_cmphex(FIELD_EX32(idxd_rd(f, IDXD_WQCFG_BASE + A_WQCFG6), WQCFG6,
                               STATE), ==, 1);

    /* The configuration of an enabled WQ stays, also when it is disabled */
    idxd_wr(f, IDXD_WQCFG_BASE + A_WQCFG0, 5);
    g_assert_cmphex(idxd_rd(f, IDXD_WQCFG_BASE + A_WQCFG0), ==, 16);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_DRAIN_WQ, 1), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_DISABLE_WQ, 1 << 9), ==, 2);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_DISABLE_WQ, 1), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_DISABLE_WQ, 1), ==, 0x32);
    g_assert_cmphex(idxd_rd(f, IDXD_WQCFG_BASE + A_WQCFG0), ==, 16);
    g_assert_cmphex(idxd_rd(f, IDXD_WQCFG_BASE + A_WQCFG2), ==, mode);

    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_RESET_WQ, 1), ==, 0);
    g_assert_cmphex(idxd_rd(f, IDXD_WQCFG_BASE + A_WQCFG0), ==, 0);
    g_assert_cmphex(idxd_rd(f, IDXD_WQCFG_BASE + A_WQCFG2), ==, 0);
}

static void test_other_commands(IdxdTest *f, gconstpointer data)
{
    static const uint8_t need_enabled[] = {
        IDXD_CMD_DRAIN_ALL, IDXD_CMD_ABORT_ALL, IDXD_CMD_DRAIN_PASID,
        IDXD_CMD_ABORT_PASID,
    };
    uint32_t sts, handle;
    unsigned i;

    g_assert_cmphex(idxd_cmd(f, 0, 0), ==, 1);
    g_assert_cmphex(idxd_cmd(f, 15, 0), ==, 1);
    g_assert_cmphex(idxd_cmd(f, 31, 0), ==, 1);
    for (i = 0; i < ARRAY_SIZE(need_enabled); i++) {
        g_assert_cmphex(idxd_cmd(f, need_enabled[i], 5), ==, 0x31);
    }
    idxd_configure(f);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    for (i = 0; i < ARRAY_SIZE(need_enabled); i++) {
        g_assert_cmphex(idxd_cmd(f, need_enabled[i], 5), ==, 0);
    }

    /* Vector 0 is the device's own, and there are no IMS entries */
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_REQUEST_INT_HANDLE, 0), ==, 0x41);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_REQUEST_INT_HANDLE, WQS + 1), ==,
                    0x41);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_REQUEST_INT_HANDLE, 1 << 16 | 1), ==,
                    0x41);
    sts = idxd_cmd(f, IDXD_CMD_REQUEST_INT_HANDLE, 1);
    g_assert_cmphex(FIELD_EX32(sts, CMDSTS, ERROR), ==, 0);
    handle = FIELD_EX32(sts, CMDSTS, RESULT);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_RELEASE_INT_HANDLE, handle + 1), ==,
                    0x41);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_RELEASE_INT_HANDLE, handle), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_RELEASE_INT_HANDLE, handle), ==, 0x41);
}

static void test_event_log_registers(IdxdTest *f, gconstpointer data)
{
    idxd_configure(f);

    idxd_wr(f, A_EVLCFG0, 0x123456fd);
    g_assert_cmphex(idxd_rd(f, A_EVLCFG0), ==, 0x12345001);
    idxd_wr(f, A_EVLCFG0, 0x200000);
    idxd_wr(f, A_EVLCFG3, UINT32_MAX);
    g_assert_cmphex(idxd_rd(f, A_EVLCFG3), ==, 0xf);
    idxd_wr(f, A_EVLCFG3, 0);
    idxd_wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);

    /* Too small; by a PASID, which the function may not use */
    idxd_wr(f, A_EVLCFG2, 63);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x11);
    idxd_wr(f, A_EVLCFG2, 64);
    idxd_wr(f, A_EVLCFG0, 0x200001);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0x11);
    idxd_wr(f, A_EVLCFG0, 0x200000);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);

    idxd_wr(f, A_EVLCFG2, 128);
    g_assert_cmphex(idxd_rd(f, A_EVLCFG2), ==, 64);
    g_assert_cmphex(qpci_io_readq(f->dev, f->regs, A_EVLSTATUS_LO), ==, 0);
    /* The head stays inside of the ring; one half does not touch the other */
    idxd_wr(f, A_EVLSTATUS_LO, 63);
    g_assert_cmphex(idxd_rd(f, A_EVLSTATUS_LO), ==, 63);
    idxd_wr(f, A_EVLSTATUS_LO, 64);
    g_assert_cmphex(idxd_rd(f, A_EVLSTATUS_LO), ==, 63);
    idxd_wr(f, A_EVLSTATUS_HI, UINT32_MAX);
    g_assert_cmphex(idxd_rd(f, A_EVLSTATUS_LO), ==, 63);
    g_assert_cmphex(idxd_rd(f, A_EVLSTATUS_HI), ==, 0);

    /* Head and tail are readable when disabled, and 0 when enabled again */
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_rd(f, A_EVLSTATUS_LO), ==, 63);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_rd(f, A_EVLSTATUS_LO), ==, 0);
}

static void test_command_interrupt(IdxdTest *f, gconstpointer data)
{
    uint32_t request = R_CMD_REQ_INT_MASK;

    idxd_msix_enable(f, 0);

    /* A command without a request, one that fails, and one that does not */
    idxd_cmd(f, IDXD_CMD_RESET_DEVICE, 0);
    g_assert_cmphex(idxd_rd(f, A_INTCAUSE), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_DRAIN_ALL, request), ==, 0x31);
    g_assert_cmphex(idxd_rd(f, A_INTCAUSE), ==, R_INTCAUSE_COMMAND_MASK);
    g_assert_true(idxd_msix_message(f, 0));
    /* The cause is still set: there is a message nevertheless */
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_RESET_DEVICE, request), ==, 0);
    g_assert_true(idxd_msix_message(f, 0));
    idxd_wr(f, A_INTCAUSE, R_INTCAUSE_HALT_MASK);
    g_assert_cmphex(idxd_rd(f, A_INTCAUSE), ==, R_INTCAUSE_COMMAND_MASK);
    idxd_wr(f, A_INTCAUSE, R_INTCAUSE_COMMAND_MASK);
    g_assert_cmphex(idxd_rd(f, A_INTCAUSE), ==, 0);
}

static void assert_reset(IdxdTest *f)
{
    g_assert_cmphex(idxd_rd(f, A_GENSTS), ==, 0);
    g_assert_cmphex(idxd_rd(f, A_GENCTRL), ==, 0);
    g_assert_cmphex(idxd_rd(f, A_GENCFG), ==, 0);
    g_assert_cmphex(idxd_rd(f, A_EVLCFG2), ==, 0);
    g_assert_cmphex(idxd_rd(f, IDXD_GRPCFG_BASE), ==, 0);
    g_assert_cmphex(idxd_rd(f, IDXD_WQCFG_BASE + A_WQCFG0), ==, 0);
    g_assert_cmphex(idxd_rd(f, IDXD_MSIX_PERM_BASE + IDXD_MSIX_PERM_STRIDE),
                    ==, 0);
}

static void enable_all(IdxdTest *f)
{
    idxd_configure(f);
    idxd_wr(f, A_GENCTRL, 7);
    idxd_wr(f, A_EVLCFG0, 0x200000);
    idxd_wr(f, A_EVLCFG2, 64);
    idxd_wr(f, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
    idxd_wr(f, IDXD_MSIX_PERM_BASE + IDXD_MSIX_PERM_STRIDE, 0x1008);
    g_assert_cmphex(idxd_rd(f, IDXD_MSIX_PERM_BASE + IDXD_MSIX_PERM_STRIDE), ==,
                    0x1008);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
}

static void test_resets(IdxdTest *f, gconstpointer data)
{
    enable_all(f);
    g_assert_cmphex(idxd_cmd(f, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    assert_reset(f);

    enable_all(f);
    idxd_flr(f);
    assert_reset(f);
    g_assert_cmphex(idxd_rd(f, A_INTCAUSE), ==, 0);
    enable_all(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name, args) \
    g_test_add("/idxd/" #name, IdxdTest, args, setup, test_##name, teardown)
    ADD(capabilities, "");
    ADD(no_event_log, ",event-log=off");
    ADD(fixed_config, ",configurable=off");
    ADD(enable_device, "");
    ADD(enable_wq, "");
    ADD(other_commands, ",interrupt-handles=on");
    ADD(event_log_registers, "");
    ADD(command_interrupt, "");
    ADD(resets, "");

    return g_test_run();
}
