/*
 * QTest testcase for idxd-dsa: commands that wait for descriptors, or end them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/units.h"
#include "hw/pci/pci_regs.h"
#include "idxd-util.h"

#define WQS     IDXD_TEST_WQS
#define RECORD  (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)

static uint64_t record(unsigned wq)
{
    return IDXD_TEST_RECORDS + wq * IDXD_RECORD_MAX;
}

/* A No-op in each WQ, which no engine may take yet */
static void start(IdxdTest *t)
{
    IdxdDesc d;
    unsigned i;

    idxd_test_start(t, "", "idxd-dsa,x-test=on");
    idxd_enable_groups(t, 0);
    idxd_testctl(t, "x-test-hold", "0xf");
    for (i = 0; i < WQS; i++) {
        idxd_record(t, i);
        idxd_desc(&d, IDXD_OP_NOOP, RECORD, record(i), 0, 0, 0);
        idxd_submit(t, i, &d);
    }
}

static unsigned wqcfg6(IdxdTest *t, unsigned wq)
{
    return idxd_rd(t, IDXD_WQCFG_BASE + wq * IDXD_WQCFG_STRIDE + A_WQCFG6);
}

/* Which WQs' descriptors have ended, once all that are left have */
static unsigned done(IdxdTest *t, unsigned expected)
{
    unsigned i, mask = 0;

    idxd_testctl(t, "x-test-hold", "0");
    for (i = 0; i < WQS; i++) {
        if (expected & BIT(i)) {
            idxd_wait(t, record(i));
        }
    }
    idxd_settle();
    for (i = 0; i < WQS; i++) {
        mask |= (qtest_readb(t->qts, record(i)) != 0) << i;
        g_assert_cmphex(FIELD_EX32(wqcfg6(t, i), WQCFG6, OCCUPANCY), ==, 0);
    }
    return mask;
}

/* What an abort names is gone at once, the rest goes on */
static void abort_some(unsigned cmd, uint32_t operand, unsigned left,
                       unsigned disabled)
{
    IdxdTest t;
    unsigned i;

    start(&t);
    g_assert_cmphex(idxd_cmd(&t, cmd, operand), ==, 0);
    for (i = 0; i < WQS; i++) {
        g_assert_cmpuint(FIELD_EX32(wqcfg6(&t, i), WQCFG6, OCCUPANCY), ==,
                         extract32(left, i, 1));
        g_assert_cmpuint(FIELD_EX32(wqcfg6(&t, i), WQCFG6, STATE), ==,
                         extract32(disabled, i, 1) ? IDXD_DISABLED :
                         IDXD_ENABLED);
    }
    g_assert_cmphex(done(&t, left), ==, left);
    idxd_test_quit(&t);
}

static void test_abort(void)
{
    abort_some(IDXD_CMD_ABORT_ALL, 0, 0, 0);
    abort_some(IDXD_CMD_ABORT_WQ, 0x12, 0xed, 0);
    abort_some(IDXD_CMD_ABORT_PASID, 0, 0xff, 0);
    abort_some(IDXD_CMD_RESET_WQ, 0x81, 0x7e, 0x81);
}

static void test_reset_device(void)
{
    IdxdTest t;

    start(&t);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_DISABLED);
    g_assert_cmphex(done(&t, 0), ==, 0);
    idxd_test_quit(&t);

    start(&t);
    idxd_flr(&t);
    g_assert_cmphex(done(&t, 0), ==, 0);
    idxd_test_quit(&t);

    start(&t);
    idxd_testctl(&t, "x-test-halt", "warm");
    g_assert_cmphex(done(&t, 0), ==, 0);
    qtest_system_reset(t.qts);
    qpci_device_enable(t.dev);
    idxd_test_quit(&t);
}

/* A command waits for what it names and for nothing else */
static void drain_some(unsigned cmd, uint32_t operand, unsigned first,
                       bool disables)
{
    IdxdTest t;
    IdxdDesc d;
    char hold[16];
    unsigned i;

    /* Engine N works for WQs N and N + 4 */
    start(&t);
    idxd_msix_enable(&t, 0);
    idxd_cmd_start(&t, cmd, operand | R_CMD_REQ_INT_MASK);
    idxd_settle();
    g_assert_true(idxd_cmd_active(&t));
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);
    /* All but the engines of the first WQ that is named */
    sprintf(hold, "0x%x", 1 << first % 4);
    idxd_testctl(&t, "x-test-hold", hold);
    for (i = 0; i < WQS; i++) {
        if (i % 4 != first % 4) {
            g_assert_cmphex(idxd_wait(&t, record(i)), ==, IDXD_STS_SUCCESS);
        }
    }
    idxd_settle();
    g_assert_true(idxd_cmd_active(&t));

    /* What comes afterwards does not matter, and is refused by a disable */
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, idxd_record(&t, 20), 0, 0, 0);
    idxd_submit(&t, first, &d);
    g_assert_cmpuint(FIELD_EX32(wqcfg6(&t, first), WQCFG6, OCCUPANCY), ==,
                     disables ? 1 : 2);
    idxd_testctl(&t, "x-test-hold", "0");
    g_assert_cmphex(idxd_cmd_wait(&t), ==, 0);
    g_assert_cmphex(qtest_readb(t.qts, record(first)), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, 0));
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE) & R_INTCAUSE_COMMAND_MASK, ==,
                    R_INTCAUSE_COMMAND_MASK);
    if (disables) {
        g_assert_cmpuint(FIELD_EX32(wqcfg6(&t, first), WQCFG6, STATE), ==,
                         IDXD_DISABLED);
        g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS +
                                    20 * IDXD_RECORD_MAX), ==, 0);
    } else {
        idxd_wait(&t, IDXD_TEST_RECORDS + 20 * IDXD_RECORD_MAX);
    }
    idxd_test_quit(&t);
}

static void test_drain(void)
{
    drain_some(IDXD_CMD_DRAIN_ALL, 0, 3, false);
    drain_some(IDXD_CMD_DRAIN_WQ, 0x20, 5, false);
    drain_some(IDXD_CMD_DISABLE_WQ, 0x42, 6, true);
    drain_some(IDXD_CMD_DISABLE_DEVICE, 0, 0, true);
}

/* Other WQs, and a PASID that nothing has, are nothing to wait for */
static void test_drain_other(void)
{
    IdxdTest t;
    unsigned i;

    start(&t);
    idxd_testctl(&t, "x-test-hold", "0x7");
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_WQ, 0x88), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_PASID, 1), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_WQ, 0x88), ==, 0);
    for (i = 0; i < WQS; i++) {
        g_assert_cmphex(qtest_readb(t.qts, record(i)), ==,
                        i % 4 == 3 ? IDXD_STS_SUCCESS : 0);
    }
    g_assert_cmphex(done(&t, 0xff), ==, 0xff);
    idxd_test_quit(&t);
}

/* Where both BARs are put, so that one access reads portals, then registers */
#define BARS            0xe8000000
#define BAR_PORTALS     (WQS << IDXD_PORTAL_WQ_SHIFT)
#define MOVE_SIZE       (2 * MiB)

/* Vectors 0 and 1, and a handle of the latter */
static uint16_t start_interrupts(IdxdTest *t)
{
    uint32_t sts;

    idxd_test_start(t, "", "idxd-dsa,interrupt-handles=on");
    qpci_config_writel(t->dev, PCI_BASE_ADDRESS_2, BARS);
    qpci_config_writel(t->dev, PCI_BASE_ADDRESS_0, BARS + BAR_PORTALS);
    t->portals = BARS;
    t->regs.addr = BARS + BAR_PORTALS;
    idxd_enable(t, 0);
    idxd_msix_enable(t, 0);
    idxd_msix_enable(t, 1);
    sts = idxd_cmd(t, IDXD_CMD_REQUEST_INT_HANDLE, 1);
    g_assert_cmphex(FIELD_EX32(sts, CMDSTS, ERROR), ==, 0);
    return FIELD_EX32(sts, CMDSTS, RESULT);
}

/* Some work, of which the last one raises an interrupt, and a Drain WQ */
static void drain_moves(IdxdTest *t, unsigned moves, uint16_t handle,
                        uint32_t flags)
{
    uint64_t rec = idxd_record(t, 0);
    IdxdDesc d;
    unsigned i;

    idxd_desc(&d, IDXD_OP_MOVE, 0, 0, IDXD_TEST_BUFFERS,
              IDXD_TEST_BUFFERS + MOVE_SIZE, MOVE_SIZE);
    for (i = 0; i < moves; i++) {
        idxd_submit(t, 0, &d);
    }
    idxd_desc(&d, IDXD_OP_NOOP, RECORD | IDXD_FLAG_RCI, rec, 0, 0, 0);
    stw_le_p(d.raw + 36, handle);
    idxd_submit(t, 0, &d);
    idxd_cmd_start(t, IDXD_CMD_DRAIN_WQ, 1 | flags);
}

/*
 * Who sees that a Drain has ended sees the interrupts of what it waited for.
 * An access to portals and registers keeps the main loop from sending messages
 * until the end is seen, but for rounds in which the engine is too quick.
 */
static void test_drain_polled(void)
{
    size_t size = BAR_PORTALS + IDXD_MSIX_PBA_BASE + 8;
    g_autofree uint8_t *buf = g_malloc(size);
    uint64_t ctrl = IDXD_MSIX_TABLE_BASE + PCI_MSIX_ENTRY_SIZE +
                    PCI_MSIX_ENTRY_VECTOR_CTRL;
    const uint8_t *regs = buf + BAR_PORTALS;
    uint16_t handle;
    unsigned moves;
    IdxdTest t;

    handle = start_interrupts(&t);
    for (moves = 1; moves < IDXD_TEST_WQ_SIZE; moves++) {
        idxd_wr(&t, ctrl, PCI_MSIX_ENTRY_CTRL_MASKBIT);
        drain_moves(&t, moves, handle, 0);
        do {
            qtest_bufread(t.qts, BARS, buf, size);
        } while (FIELD_EX32(ldl_le_p(regs + A_CMDSTS), CMDSTS, ACTIVE));
        g_assert_cmphex(ldl_le_p(regs + A_CMDSTS), ==, 0);
        g_assert_cmphex(ldl_le_p(regs + IDXD_MSIX_PBA_BASE), ==, 1 << 1);
        g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS), ==,
                        IDXD_STS_SUCCESS);
        idxd_wr(&t, ctrl, 0);
        g_assert_true(idxd_msix_message(&t, 1));
    }
    idxd_test_quit(&t);
}

/* The command's own interrupt comes last: both messages go to one place */
static void test_drain_interrupt(void)
{
    uint64_t addr = IDXD_MSIX_TABLE_BASE + PCI_MSIX_ENTRY_SIZE +
                    PCI_MSIX_ENTRY_LOWER_ADDR;
    g_autofree uint8_t *buf = g_malloc(BAR_PORTALS);
    uint16_t handle;
    unsigned moves;
    IdxdTest t;
    int i;

    handle = start_interrupts(&t);
    idxd_wr(&t, addr, IDXD_TEST_MESSAGES);
    for (moves = 1; moves < IDXD_TEST_WQ_SIZE; moves++) {
        qtest_writel(t.qts, IDXD_TEST_MESSAGES, 0);
        drain_moves(&t, moves, handle, R_CMD_REQ_INT_MASK);
        qtest_bufread(t.qts, BARS, buf, BAR_PORTALS);
        for (i = 0; i < 20000 &&
             qtest_readl(t.qts, IDXD_TEST_MESSAGES) != 1; i++) {
            g_usleep(1000);
        }
        idxd_settle();
        g_assert_cmphex(qtest_readl(t.qts, IDXD_TEST_MESSAGES), ==, 1);
        g_assert_cmphex(idxd_cmd_wait(&t), ==, 0);
    }
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/cmd/abort", test_abort);
    qtest_add_func("idxd/cmd/reset-device", test_reset_device);
    qtest_add_func("idxd/cmd/drain", test_drain);
    qtest_add_func("idxd/cmd/drain-other", test_drain_other);
    qtest_add_func("idxd/cmd/drain-polled", test_drain_polled);
    qtest_add_func("idxd/cmd/drain-interrupt", test_drain_interrupt);

    return g_test_run();
}
