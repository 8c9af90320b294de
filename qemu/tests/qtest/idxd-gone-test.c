/*
 * QTest testcase for idxd-dsa: what is there while the function does not
 * answer: memory decoding is off, it is being reset, or it was unplugged
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "idxd-svm-util.h"

#define RECORD          (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define RING            64
#define PORTALS_SIZE    (IDXD_TEST_WQS << IDXD_PORTAL_WQ_SHIFT)
/* Of a function level reset, in milliseconds */
#define FLR_TIME        100

/* A root port and what is behind it */
#define PORT_DEVFN      QPCI_DEVFN(3, 0)
#define BUS             1
#define WINDOW          0xe000

static void assert_all_ones(IdxdTest *t, uint64_t addr, unsigned size)
{
    g_autofree uint8_t *buf = g_malloc(size);
    unsigned i;

    qtest_memread(t->qts, addr, buf, size);
    for (i = 0; i < size; i++) {
        g_assert_cmphex(buf[i], ==, UINT8_MAX);
    }
}

/* Nobody answers at the addresses of the BARs, and nobody takes a store */
static void assert_bars_gone(IdxdTest *t)
{
    const uint64_t addr[] = {
        t->regs.addr + A_VERSION,
        t->regs.addr + A_GENSTS,
        t->regs.addr + A_CMDSTS,
        t->regs.addr + A_SWERROR,
        t->regs.addr + IDXD_WQCFG_BASE,
        t->regs.addr + IDXD_MSIX_TABLE_BASE,
        t->regs.addr + IDXD_MSIX_PBA_BASE,
        t->regs.addr + IDXD_PERFMON_BASE,
        t->regs.addr + IDXD_MMIO_SIZE - 8,
        t->portals,
        t->portals + PORTALS_SIZE - 8,
    };
    IdxdDesc d;
    unsigned i;

    assert_all_ones(t, t->regs.addr, IDXD_MMIO_SIZE);
    assert_all_ones(t, t->portals, PORTALS_SIZE);
    for (i = 0; i < ARRAY_SIZE(addr); i++) {
        g_assert_cmphex(qtest_readb(t->qts, addr[i]), ==, UINT8_MAX);
        g_assert_cmphex(qtest_readb(t->qts, addr[i] + 3), ==, UINT8_MAX);
        g_assert_cmphex(qtest_readw(t->qts, addr[i]), ==, UINT16_MAX);
        g_assert_cmphex(qtest_readl(t->qts, addr[i]), ==, UINT32_MAX);
        g_assert_cmphex(qtest_readl(t->qts, addr[i] + 4), ==, UINT32_MAX);
        g_assert_cmphex(qtest_readq(t->qts, addr[i]), ==, UINT64_MAX);
        g_assert_cmphex(qtest_readw(t->qts, addr[i] + 1), ==, UINT16_MAX);
    }

    idxd_wr(t, A_CMD, IDXD_CMD_RESET_DEVICE << R_CMD_CODE_SHIFT);
    idxd_wr(t, A_GENCTRL, R_GENCTRL_HALT_INT_MASK);
    idxd_wr(t, IDXD_MSIX_TABLE_BASE + PCI_MSIX_ENTRY_DATA, 0x55);
    idxd_wr(t, IDXD_MSIX_PERM_BASE, R_MSIX_PERM_IGNORE_MASK);

    idxd_desc(&d, IDXD_OP_NOOP, RECORD, idxd_record(t, 63), 0, 0, 0);
    for (i = 0; i < IDXD_TEST_WQS; i++) {
        uint64_t portal = t->portals + (i << IDXD_PORTAL_WQ_SHIFT);

        g_assert_false(qtest_store64_posted(t->qts, portal, d.raw));
        g_assert_false(qtest_store64_deferrable(t->qts, portal, d.raw));
    }
}

static void assert_config_gone(IdxdTest *t)
{
    unsigned i;

    for (i = 0; i < PCI_CONFIG_SPACE_SIZE; i += 4) {
        g_assert_cmphex(qpci_config_readl(t->dev, i), ==, UINT32_MAX);
        g_assert_cmphex(qpci_config_readw(t->dev, i), ==, UINT16_MAX);
        g_assert_cmphex(qpci_config_readb(t->dev, i + 3), ==, UINT8_MAX);
    }
}

static void set_decoding(IdxdTest *t, bool on)
{
    uint16_t command = qpci_config_readw(t->dev, PCI_COMMAND);

    qpci_config_writew(t->dev, PCI_COMMAND, on ? command | PCI_COMMAND_MEMORY :
                       command & ~PCI_COMMAND_MEMORY);
}

static void flr_begin(IdxdTest *t)
{
    uint8_t cap = qpci_find_capability(t->dev, PCI_CAP_ID_EXP, 0);

    qpci_config_writew(t->dev, cap + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
}

/* Of the tables: a WQ has all operations, and the rest is 0 */
static uint32_t after_reset(IdxdTest *t, uint64_t reg)
{
    uint64_t in_wqcfg = (reg - IDXD_WQCFG_BASE) % IDXD_WQCFG_STRIDE;

    if (reg < IDXD_WQCFG_BASE ||
        reg >= IDXD_WQCFG_BASE + IDXD_TEST_WQS * IDXD_WQCFG_STRIDE ||
        in_wqcfg < A_WQCFG8) {
        return 0;
    }
    return idxd_rd(t, A_OPCAP + in_wqcfg - A_WQCFG8);
}

/* The function is as after power on, and where it was once it is told so */
static void assert_reset(IdxdTest *t)
{
    uint8_t msix = qpci_find_capability(t->dev, PCI_CAP_ID_MSIX, 0);
    uint64_t reg;

    g_assert_cmphex(qpci_config_readl(t->dev, PCI_VENDOR_ID), ==, 0x0b258086);
    g_assert_cmphex(qpci_config_readw(t->dev, PCI_COMMAND), ==, 0);
    g_assert_cmphex(qpci_config_readl(t->dev, PCI_BASE_ADDRESS_0), ==,
                    PCI_BASE_ADDRESS_MEM_TYPE_64 |
                    PCI_BASE_ADDRESS_MEM_PREFETCH);
    g_assert_cmphex(qpci_config_readl(t->dev, PCI_BASE_ADDRESS_2), ==,
                    PCI_BASE_ADDRESS_MEM_TYPE_64 |
                    PCI_BASE_ADDRESS_MEM_PREFETCH);
    g_assert_cmphex(qpci_config_readw(t->dev, msix + PCI_MSIX_FLAGS) &
                    PCI_MSIX_FLAGS_ENABLE, ==, 0);
    assert_bars_gone(t);

    qpci_config_writel(t->dev, PCI_BASE_ADDRESS_0, t->regs.addr);
    qpci_config_writel(t->dev, PCI_BASE_ADDRESS_2, t->portals);
    qpci_device_enable(t->dev);
    g_assert_cmphex(idxd_rd(t, A_VERSION), ==, IDXD_VERSION_2_0);
    for (reg = A_GENCFG; reg < IDXD_REGS_END; reg += 4) {
        if (reg != A_CMDCAP) {
            g_assert_cmphex(idxd_rd(t, reg), ==, 0);
        }
    }
    for (reg = IDXD_GRPCFG_BASE; reg < IDXD_MSIX_TABLE_BASE; reg += 4) {
        g_assert_cmphex(idxd_rd(t, reg), ==, after_reset(t, reg));
    }
    g_assert_cmphex(idxd_rd(t, IDXD_MSIX_TABLE_BASE + PCI_MSIX_ENTRY_DATA), ==,
                    0);
}

/* Nothing but the addresses changes */
static void test_decoding(void)
{
    uint64_t record, later, where;
    IdxdDesc d;
    IdxdTest t;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_enable(&t, RING);
    idxd_msix_enable(&t, 0);
    idxd_testctl(&t, "x-test-hold", "0xf");
    record = idxd_record(&t, 0);
    later = idxd_record(&t, 1);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, record, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    idxd_cmd_start(&t, IDXD_CMD_DRAIN_ALL, R_CMD_REQ_INT_MASK);

    set_decoding(&t, false);
    assert_bars_gone(&t);
    g_assert_cmphex(qpci_config_readw(t.dev, PCI_VENDOR_ID), ==, 0x8086);
    g_assert_cmphex(qpci_config_readl(t.dev, PCI_BASE_ADDRESS_0) &
                    PCI_BASE_ADDRESS_MEM_MASK, ==, t.regs.addr);
    g_assert_cmphex(qtest_readb(t.qts, record), ==, 0);

    /* The device goes on meanwhile, and raises interrupts */
    idxd_testctl(&t, "x-test-hold", "0");
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, 0));
    assert_bars_gone(&t);

    set_decoding(&t, true);
    g_assert_cmphex(idxd_rd(&t, A_VERSION), ==, IDXD_VERSION_2_0);
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_ENABLED);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_COMMAND_MASK);
    g_assert_cmphex(idxd_rd(&t, A_GENCTRL), ==, 0);
    g_assert_cmphex(idxd_rd(&t, A_CMDSTS), ==, 0);
    g_assert_cmphex(idxd_rd(&t, IDXD_MSIX_TABLE_BASE + PCI_MSIX_ENTRY_DATA),
                    ==, 1);
    g_assert_cmphex(idxd_rd(&t, IDXD_MSIX_PERM_BASE), ==, 0);
    g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_EVLSTATUS_LO), ==, 0);
    g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS + 63 *
                                IDXD_RECORD_MAX), ==, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, later, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, later), ==, IDXD_STS_SUCCESS);

    /* Where the registers were when they have moved */
    where = t.regs.addr;
    t.regs.addr += 0x1000000;
    qpci_config_writel(t.dev, PCI_BASE_ADDRESS_0, t.regs.addr);
    assert_all_ones(&t, where, IDXD_MMIO_SIZE);
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_ENABLED);
    idxd_test_quit(&t);
}

/* In D3hot it answers in configuration space only, and keeps its state */
static void test_d3hot(void)
{
    IdxdTest t;
    uint8_t pm;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_enable(&t, RING);
    pm = qpci_find_capability(t.dev, PCI_CAP_ID_PM, 0);
    g_assert_cmphex(pm, !=, 0);
    qpci_config_writew(t.dev, pm + PCI_PM_CTRL, 3);
    assert_bars_gone(&t);
    g_assert_cmphex(qpci_config_readw(t.dev, PCI_VENDOR_ID), ==, 0x8086);

    qpci_config_writew(t.dev, pm + PCI_PM_CTRL, 0);
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_ENABLED);
    g_assert_cmphex(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG0), ==,
                    IDXD_TEST_WQ_SIZE);
    idxd_test_quit(&t);
}

/* With descriptors and a command in flight, and something in the log */
static void start_busy(IdxdTest *t, const char *flr_time)
{
    IdxdDesc d;
    unsigned i;

    idxd_test_start(t, "", "idxd-dsa,x-test=on,interrupt-handles=on");
    idxd_testctl(t, "x-test-flr-time", flr_time);
    idxd_enable(t, RING);
    idxd_msix_enable(t, 0);
    idxd_wr(t, A_GENCTRL, R_GENCTRL_EVL_INT_MASK);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, IDXD_TEST_NOWHERE, 0, 0, 0);
    idxd_submit(t, 0, &d);
    idxd_log_wait(t, 1);
    g_assert_true(idxd_msix_message(t, 0));
    idxd_testctl(t, "x-test-hold", "0xf");
    for (i = 0; i < 8; i++) {
        idxd_desc(&d, IDXD_OP_NOOP, RECORD, idxd_record(t, i), 0, 0, 0);
        idxd_submit(t, 0, &d);
    }
    idxd_cmd_start(t, IDXD_CMD_DRAIN_ALL, R_CMD_REQ_INT_MASK);
    g_assert_true(idxd_cmd_active(t));
}

static void assert_nothing_came(IdxdTest *t)
{
    unsigned i;

    idxd_settle();
    for (i = 0; i < 8; i++) {
        g_assert_cmphex(qtest_readb(t->qts, IDXD_TEST_RECORDS +
                                    i * IDXD_RECORD_MAX), ==, 0);
    }
    g_assert_cmphex(qtest_readl(t->qts, IDXD_TEST_MESSAGES), ==, 0);
}

static void test_flr(void)
{
    IdxdTest t;
    IdxdDesc d;
    uint64_t record;

    start_busy(&t, "100");
    flr_begin(&t);
    assert_config_gone(&t);
    assert_bars_gone(&t);

    /* Nothing can be set up, nor another reset begun */
    qpci_config_writel(t.dev, PCI_BASE_ADDRESS_0, t.regs.addr);
    qpci_config_writel(t.dev, PCI_BASE_ADDRESS_2, t.portals);
    qpci_config_writew(t.dev, PCI_COMMAND, PCI_COMMAND_MEMORY |
                       PCI_COMMAND_MASTER);
    assert_bars_gone(&t);
    idxd_testctl(&t, "x-test-hold", "0");
    idxd_testctl(&t, "x-test-halt", "flr");
    idxd_testctl(&t, "x-test-revoke", "all");
    qtest_clock_step(t.qts, (FLR_TIME - 1) * 1000000LL);
    assert_config_gone(&t);
    assert_bars_gone(&t);
    assert_nothing_came(&t);

    qtest_clock_step(t.qts, 1000000);
    assert_reset(&t);
    assert_nothing_came(&t);

    /* It works, and can be reset again */
    idxd_enable(&t, RING);
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, record, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);
    flr_begin(&t);
    assert_config_gone(&t);
    qtest_clock_step(t.qts, FLR_TIME * 1000000LL);
    assert_reset(&t);
    idxd_test_quit(&t);
}

/* As long as nobody says otherwise it takes no time */
static void test_flr_at_once(void)
{
    IdxdTest t;

    start_busy(&t, "0");
    flr_begin(&t);
    assert_reset(&t);
    idxd_test_quit(&t);

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_testctl_fails(&t, "x-test-flr-time", "");
    idxd_testctl_fails(&t, "x-test-flr-time", "-1");
    idxd_testctl_fails(&t, "x-test-flr-time", "100 ms");
    idxd_testctl_fails(&t, "x-test-flr-time", "0x80000000");
    flr_begin(&t);
    assert_reset(&t);
    idxd_test_quit(&t);

    idxd_test_start(&t, "", "idxd-dsa");
    idxd_testctl_fails(&t, "x-test-flr-time", "100");
    flr_begin(&t);
    assert_reset(&t);
    idxd_test_quit(&t);
}

/* Any other reset ends it */
static void test_flr_system_reset(void)
{
    IdxdTest t;

    start_busy(&t, "100");
    flr_begin(&t);
    qtest_clock_step(t.qts, FLR_TIME / 2 * 1000000LL);
    assert_config_gone(&t);
    qtest_system_reset(t.qts);
    assert_reset(&t);
    idxd_testctl(&t, "x-test-hold", "0");
    assert_nothing_came(&t);

    /* The time that it was to last does not go on */
    idxd_enable(&t, RING);
    qtest_clock_step(t.qts, FLR_TIME * 1000000LL);
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_ENABLED);

    /* What the test wants outlives it */
    flr_begin(&t);
    assert_config_gone(&t);
    idxd_test_quit(&t);
}

/* The answer to a page request comes while the function is being reset */
static void test_flr_page_request(void)
{
    uint64_t pri_status;
    unsigned index;
    IdxdTest t;
    IdxdDesc d;

    svm_start(&t, 0);
    pri_status = svm_ext_cap(&t, PCI_EXT_CAP_ID_PRI) + PCI_PRI_STATUS;
    idxd_testctl(&t, "x-test-flr-time", "100");
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, 0x3040, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    index = svm_page_request(&t, 0x3000, true);

    flr_begin(&t);
    assert_config_gone(&t);
    g_assert_cmphex(qtest_readl(t.qts, pri_status), ==, UINT32_MAX);
    assert_bars_gone(&t);
    svm_map(&t, 3);
    svm_page_response(&t, index, 0);
    idxd_settle();
    g_assert_cmphex(qtest_readb(t.qts, SVM_PAGE(3) + 0x40), ==, 0);

    qtest_clock_step(t.qts, FLR_TIME * 1000000LL);
    assert_reset(&t);
    g_assert_cmphex(qtest_readw(t.qts, pri_status) &
                    (PCI_PRI_STATUS_RF | PCI_PRI_STATUS_UPRGI), ==, 0);
    svm_enable_function(&t);
    svm_enable_wqs(&t, 0);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, SVM_PAGE(3) + 0x40), ==, IDXD_STS_SUCCESS);
    svm_quit(&t);
}

/* A device behind a root port, which is unplugged without ACPI */
static QPCIDevice *start_behind_port(IdxdTest *t)
{
    QPCIDevice *port;

    *t = (IdxdTest) { };
    t->qts = qtest_initf("-machine q35 -nodefaults -global "
                         "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off "
                         "-device pcie-root-port,id=port0,chassis=1,addr=3 "
                         "-device idxd-dsa,id=dut,bus=port0,wqs=%u,x-test=on",
                         IDXD_TEST_WQS);
    t->bus = qpci_new_pc(t->qts, NULL);
    port = qpci_device_find(t->bus, PORT_DEVFN);
    g_assert_nonnull(port);
    qpci_config_writeb(port, PCI_SECONDARY_BUS, BUS);
    qpci_config_writeb(port, PCI_SUBORDINATE_BUS, BUS);
    qpci_config_writew(port, PCI_MEMORY_BASE, WINDOW);
    qpci_config_writew(port, PCI_MEMORY_LIMIT, WINDOW + 0x10);
    qpci_device_enable(port);

    t->dev = qpci_device_find(t->bus, BUS << 8);
    g_assert_nonnull(t->dev);
    qpci_device_enable(t->dev);
    t->regs = qpci_iomap(t->dev, 0, NULL);
    t->portals = qpci_iomap(t->dev, 2, NULL).addr;
    t->ring = IDXD_TEST_RING;
    t->entry_size = 64;
    t->record_size = 32;
    return port;
}

static void set_slot_power(QPCIDevice *port, bool on)
{
    uint8_t cap = qpci_find_capability(port, PCI_CAP_ID_EXP, 0);

    qpci_config_writew(port, cap + PCI_EXP_SLTCTL, on ?
                       PCI_EXP_SLTCTL_PWR_IND_ON | PCI_EXP_SLTCTL_PWR_ON :
                       PCI_EXP_SLTCTL_PWR_IND_OFF | PCI_EXP_SLTCTL_PWR_OFF);
}

/* Without and within a function level reset, which never ends then */
static void test_unplug(void)
{
    QPCIDevice *port;
    IdxdTest t;
    unsigned flr;

    for (flr = 0; flr < 2; flr++) {
        port = start_behind_port(&t);
        idxd_enable(&t, RING);
        set_decoding(&t, false);
        assert_bars_gone(&t);
        set_decoding(&t, true);
        g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_ENABLED);
        if (flr) {
            idxd_testctl(&t, "x-test-flr-time", "100");
            flr_begin(&t);
            assert_config_gone(&t);
            assert_bars_gone(&t);
        }

        qtest_qmp_device_del_send(t.qts, "dut");
        set_slot_power(port, false);
        qtest_qmp_eventwait(t.qts, "DEVICE_DELETED");
        assert_config_gone(&t);
        assert_bars_gone(&t);
        qtest_clock_step(t.qts, FLR_TIME * 1000000LL);
        assert_config_gone(&t);
        assert_bars_gone(&t);
        g_free(port);
        idxd_test_quit(&t);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/gone/decoding", test_decoding);
    qtest_add_func("idxd/gone/d3hot", test_d3hot);
    qtest_add_func("idxd/gone/flr", test_flr);
    qtest_add_func("idxd/gone/flr-at-once", test_flr_at_once);
    qtest_add_func("idxd/gone/flr-system-reset", test_flr_system_reset);
    qtest_add_func("idxd/gone/flr-page-request", test_flr_page_request);
    qtest_add_func("idxd/gone/unplug", test_unplug);

    return g_test_run();
}
