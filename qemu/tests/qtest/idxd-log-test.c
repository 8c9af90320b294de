/*
 * QTest testcase for idxd-dsa: event log, and what goes into it beside the
 * entries of batches
 *
 * A record address where there is no memory makes a record fault.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "idxd-util.h"

#define RING        64
#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define NOWHERE(i)  (IDXD_TEST_NOWHERE + (i) * 32)
/* Where messages are to be written */
#define MSG_ADDR    0x100000
#define MSG_DATA    0x1234

static void start(IdxdTest *t)
{
    idxd_test_start(t, "", "idxd-dsa,x-test=on");
    idxd_enable(t, RING);
}

static void submit(IdxdTest *t, uint8_t opcode, uint32_t flags,
                   uint64_t record)
{
    IdxdDesc d;

    idxd_desc(&d, opcode, flags, record, 0, 0, 0);
    idxd_submit(t, 0, &d);
}

static void drain(IdxdTest *t)
{
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
}

/* Which descriptors give an entry, and what it says */
static void test_record_fault(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    IdxdDesc d;

    start(&t);
    /* A record that is not due */
    submit(&t, IDXD_OP_NOOP, 0, 0);
    submit(&t, IDXD_OP_NOOP, IDXD_FLAG_CRAV, NOWHERE(0));
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);

    /* One that was asked for, one of an error that was not */
    submit(&t, IDXD_OP_NOOP, RECORD, NOWHERE(1));
    submit(&t, 0x3f, IDXD_FLAG_CRAV, NOWHERE(2));
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 2);
    e = idxd_log_entry(&t, 0);
    g_assert_cmphex(e.raw[0], ==, 0xac);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.addr, ==, NOWHERE(1));
    g_assert_true(e.rcr);
    g_assert_false(e.rci);
    g_assert_cmphex(e.status, ==, IDXD_STS_SUCCESS);
    e = idxd_log_entry(&t, 1);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.opcode, ==, 0x3f);
    g_assert_cmphex(e.addr, ==, NOWHERE(2));
    g_assert_false(e.rcr);
    g_assert_cmphex(e.status, ==, IDXD_STS_OPCODE);

    /* An error that no record can tell of */
    submit(&t, IDXD_OP_NOOP, IDXD_FLAG_BOF, 0);
    submit(&t, IDXD_OP_NOOP, RECORD, IDXD_TEST_RECORDS + 16);
    idxd_desc(&d, IDXD_OP_MOVE, 0, 0, IDXD_TEST_BUFFERS, IDXD_TEST_NOWHERE,
              64);
    idxd_submit(&t, 0, &d);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 5);
    e = idxd_log_entry(&t, 2);
    g_assert_cmphex(e.code, ==, IDXD_STS_FLAGS);
    g_assert_true(e.info_valid);
    g_assert_cmphex(e.info, ==, IDXD_FLAG_BOF);
    e = idxd_log_entry(&t, 3);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_ALIGN);
    g_assert_false(e.info_valid);
    e = idxd_log_entry(&t, 4);
    g_assert_cmphex(e.code, ==, IDXD_STS_TRANSLATION);
    g_assert_cmphex(e.addr, ==, IDXD_TEST_NOWHERE);

    /* SWERROR has nothing to tell meanwhile */
    g_assert_cmphex(idxd_rd(&t, A_SWERROR), ==, 0);
    idxd_test_quit(&t);
}

/* The handle of a descriptor that asks for an interrupt is in the entry */
static void test_interrupt_handle(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    IdxdDesc d;
    uint64_t record;

    start(&t);
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD | IDXD_FLAG_RCI, NOWHERE(0), 0, 0, 0);
    stw_le_p(d.raw + 36, 0x7777);
    idxd_submit(&t, 0, &d);
    drain(&t);
    e = idxd_log_entry(&t, 0);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.status, ==, IDXD_STS_INT_HANDLE);
    g_assert_cmphex(e.info & 0xffff, ==, 0x7777);
    g_assert_true(e.rci);
    g_assert_true(e.rcr);
    g_assert_false(e.ims);

    /* By an IMS page of the portal, without a record, with one */
    stq_le_p(d.raw + 8, 0);
    stl_le_p(d.raw + 4, IDXD_FLAG_RCI | IDXD_OP_NOOP << 24);
    qtest_store64_posted(t.qts, t.portals + (IDXD_PORTAL_IMS <<
                                             IDXD_PORTAL_PAGE_SHIFT), d.raw);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 2);
    e = idxd_log_entry(&t, 1);
    g_assert_cmphex(e.code, ==, IDXD_STS_INT_HANDLE);
    g_assert_true(e.info_valid);
    g_assert_cmphex(e.info & 0xffff, ==, 0x7777);
    g_assert_true(e.ims);
    g_assert_false(e.rcr);
    idxd_desc(&d, IDXD_OP_NOOP, IDXD_FLAG_CRAV | IDXD_FLAG_RCI, record, 0, 0,
              0);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_INT_HANDLE);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 2);
    idxd_test_quit(&t);
}

/* A Drain's record does not overtake those that are still in the log */
static void test_drain(void)
{
    g_autofree char *zero = NULL;
    g_autofree char *value = NULL;
    IdxdTest t;
    IdxdTestEntry e;
    uint64_t record;

    start(&t);
    zero = g_strnfill(2 * t.entry_size - 16, '0');
    value = g_strdup_printf("ac1a000000000000%s", zero);

    /* None before it */
    record = idxd_record(&t, 0);
    submit(&t, IDXD_OP_DRAIN, RECORD, record);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);

    record = idxd_record(&t, 0);
    submit(&t, IDXD_OP_NOOP, RECORD, NOWHERE(0));
    submit(&t, IDXD_OP_DRAIN, RECORD, record);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 2);
    e = idxd_log_entry(&t, 1);
    g_assert_cmphex(e.code, ==, IDXD_EVL_DRAIN);
    g_assert_cmphex(e.opcode, ==, IDXD_OP_DRAIN);
    g_assert_cmphex(e.addr, ==, record);
    g_assert_true(e.rcr);
    g_assert_false(e.batch);
    g_assert_false(e.first);
    g_assert_cmphex(e.status, ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(qtest_readb(t.qts, record), ==, 0);

    /* A Drain that asks for no record has none */
    submit(&t, IDXD_OP_DRAIN, IDXD_FLAG_CRAV, record);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 2);
    g_assert_cmphex(qtest_readb(t.qts, record), ==, 0);

    /* Another kind of entry, records that were taken out */
    idxd_log_take(&t, 2);
    submit(&t, IDXD_OP_NOOP, IDXD_FLAG_BOF, 0);
    submit(&t, IDXD_OP_DRAIN, RECORD, record);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 3);

    /* Submitted before it was logged: it does not help to be quick */
    record = idxd_record(&t, 0);
    idxd_testctl(&t, "x-test-hold", "1");
    submit(&t, IDXD_OP_NOOP, RECORD, NOWHERE(0));
    submit(&t, IDXD_OP_DRAIN, RECORD, NOWHERE(1));
    idxd_testctl(&t, "x-test-hold", "0");
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 5);
    g_assert_cmphex(idxd_log_entry(&t, 4).code, ==, IDXD_EVL_DRAIN);
    idxd_log_take(&t, 5);
    submit(&t, IDXD_OP_DRAIN, RECORD, NOWHERE(1));
    drain(&t);
    e = idxd_log_entry(&t, 5);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.opcode, ==, IDXD_OP_DRAIN);

    /* What tests log counts as what the device does */
    idxd_log_take(&t, 6);
    idxd_testctl(&t, "x-test-log", value);
    idxd_log_wait(&t, 7);
    record = idxd_record(&t, 0);
    submit(&t, IDXD_OP_DRAIN, RECORD, record);
    drain(&t);
    g_assert_cmphex(idxd_log_entry(&t, 7).code, ==, IDXD_EVL_DRAIN);
    idxd_test_quit(&t);
}

/* The records of Drains and batches that are in the log count too */
static void test_drain_kinds(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    start(&t);
    submit(&t, IDXD_OP_NOOP, RECORD, NOWHERE(0));
    submit(&t, IDXD_OP_DRAIN, RECORD, idxd_record(&t, 0));
    drain(&t);
    g_assert_cmphex(idxd_log_entry(&t, 1).code, ==, IDXD_EVL_DRAIN);
    idxd_log_take(&t, 1);
    submit(&t, IDXD_OP_DRAIN, RECORD, idxd_record(&t, 1));
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 3);
    g_assert_cmphex(idxd_log_entry(&t, 2).code, ==, IDXD_EVL_DRAIN);
    idxd_log_take(&t, 3);

    for (i = 0; i < 2; i++) {
        idxd_desc(&d, IDXD_OP_NOOP, RECORD, i ? idxd_record(&t, 2) :
                  NOWHERE(0), 0, 0, 0);
        qtest_memwrite(t.qts, IDXD_TEST_LIST + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    idxd_desc(&d, IDXD_OP_BATCH, RECORD, idxd_record(&t, 3), IDXD_TEST_LIST, 0,
              2);
    idxd_submit(&t, 0, &d);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 5);
    g_assert_cmphex(idxd_log_entry(&t, 4).code, ==, IDXD_EVL_BATCH);
    idxd_log_take(&t, 4);
    submit(&t, IDXD_OP_DRAIN, RECORD, idxd_record(&t, 4));
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 6);
    g_assert_cmphex(idxd_log_entry(&t, 5).code, ==, IDXD_EVL_DRAIN);
    idxd_test_quit(&t);
}

/* Software can be quick, and take a record out before the Drain begins */
static void test_drain_mark(void)
{
    g_autofree char *digits = NULL;
    g_autofree char *value = NULL;
    IdxdTest t;
    uint64_t record;

    start(&t);
    digits = g_strnfill(2 * t.entry_size, '0');
    value = g_strdup_printf("%u*%s", RING - 1, digits);
    idxd_testctl(&t, "x-test-log", value);
    idxd_log_wait(&t, RING - 1);

    record = idxd_record(&t, 0);
    submit(&t, IDXD_OP_NOOP, RECORD, NOWHERE(0));
    idxd_wait_dispatched(&t);
    submit(&t, IDXD_OP_DRAIN, RECORD, record);
    idxd_testctl(&t, "x-test-hold", "1");
    idxd_log_take(&t, RING - 1);
    idxd_log_wait(&t, 0);
    idxd_log_take(&t, 0);
    idxd_testctl(&t, "x-test-hold", "0");
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 1);
    g_assert_cmphex(idxd_log_entry(&t, 0).code, ==, IDXD_EVL_DRAIN);
    g_assert_cmphex(qtest_readb(t.qts, record), ==, 0);
    idxd_test_quit(&t);
}

static void program_vector(IdxdTest *t)
{
    uint8_t cap = qpci_find_capability(t->dev, PCI_CAP_ID_MSIX, 0);

    idxd_wr(t, IDXD_MSIX_TABLE_BASE + PCI_MSIX_ENTRY_LOWER_ADDR, MSG_ADDR);
    idxd_wr(t, IDXD_MSIX_TABLE_BASE + PCI_MSIX_ENTRY_UPPER_ADDR, 0);
    idxd_wr(t, IDXD_MSIX_TABLE_BASE + PCI_MSIX_ENTRY_DATA, MSG_DATA);
    idxd_wr(t, IDXD_MSIX_TABLE_BASE + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
    qpci_config_writew(t->dev, cap + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE);
    qtest_writel(t->qts, MSG_ADDR, 0);
}

/* A message comes; it is taken */
static void assert_message(IdxdTest *t)
{
    while (qtest_readl(t->qts, MSG_ADDR) != MSG_DATA) {
        g_usleep(1000);
    }
    qtest_writel(t->qts, MSG_ADDR, 0);
}

static void assert_no_message(IdxdTest *t)
{
    idxd_settle();
    g_assert_cmphex(qtest_readl(t->qts, MSG_ADDR), ==, 0);
}

/* Log one entry and wait for it */
static void log_one(IdxdTest *t)
{
    unsigned tail = idxd_log_tail(t);

    submit(t, IDXD_OP_NOOP, RECORD, NOWHERE(0));
    idxd_log_wait(t, (tail + 1) % RING);
}

static void test_interrupt(void)
{
    IdxdTest t;

    start(&t);
    program_vector(&t);

    /* Not enabled */
    log_one(&t);
    assert_no_message(&t);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);
    g_assert_cmphex(idxd_rd(&t, A_EVLSTATUS_HI), ==, 1);

    /* One message until pending is cleared, and only by that */
    idxd_wr(&t, A_GENCTRL, R_GENCTRL_EVL_INT_MASK);
    log_one(&t);
    assert_message(&t);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_EVL_MASK);
    g_assert_cmphex(idxd_rd(&t, A_EVLSTATUS_HI), ==,
                    R_EVLSTATUS_HI_PENDING_MASK | 2);
    log_one(&t);
    assert_no_message(&t);
    idxd_wr(&t, A_INTCAUSE, R_INTCAUSE_EVL_MASK);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);
    log_one(&t);
    assert_no_message(&t);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);

    /* The head and pending do not touch each other, zero clears nothing */
    idxd_log_take(&t, 3);
    idxd_wr(&t, A_EVLSTATUS_HI, 0);
    g_assert_cmphex(idxd_rd(&t, A_EVLSTATUS_HI), ==,
                    R_EVLSTATUS_HI_PENDING_MASK | 4);
    idxd_wr(&t, A_EVLSTATUS_HI, R_EVLSTATUS_HI_PENDING_MASK | 0x20);
    g_assert_cmphex(idxd_rd(&t, A_EVLSTATUS_HI), ==, 4);
    g_assert_cmphex(idxd_rd(&t, A_EVLSTATUS_LO), ==, 3);

    /* The cause is still set: there is a message nevertheless */
    log_one(&t);
    assert_message(&t);
    idxd_wr(&t, A_EVLSTATUS_HI, R_EVLSTATUS_HI_PENDING_MASK);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_EVL_MASK);
    log_one(&t);
    assert_message(&t);
    idxd_test_quit(&t);
}

/* A ring where there is no memory, or where it ends, halts the device */
static void test_no_ring(void)
{
    IdxdTest t;
    IdxdDesc d;

    idxd_test_start(&t, "", "idxd-dsa");
    idxd_configure(&t);
    idxd_wr(&t, A_EVLCFG1, IDXD_TEST_NOWHERE >> 32);
    idxd_wr(&t, A_EVLCFG2, RING);
    idxd_wr(&t, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
    idxd_wr(&t, A_GENCTRL, R_GENCTRL_HALT_INT_MASK);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, NOWHERE(0), 0, 0, 0);
    idxd_submit(&t, 0, &d);
    while (idxd_rd(&t, A_GENSTS) == IDXD_ENABLED) {
        g_usleep(1000);
    }
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_HALTED);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_HALT_MASK);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    idxd_enable(&t, RING);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 1);
    idxd_test_quit(&t);
}

/* The largest ring, to its end and around it */
static void test_large_ring(void)
{
    g_autofree char *value = NULL;
    g_autofree char *digits = NULL;
    IdxdTest t;
    IdxdTestEntry e;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_enable(&t, 65535);
    digits = g_strnfill(2 * t.entry_size, '5');
    value = g_strdup_printf("65534*%s", digits);
    idxd_testctl(&t, "x-test-log", value);
    idxd_log_wait(&t, 65534);
    e = idxd_log_entry(&t, 65533);
    g_assert_cmphex(e.raw[0], ==, 0x55);
    idxd_log_take(&t, 65533);
    submit(&t, IDXD_OP_NOOP, RECORD, NOWHERE(0));
    idxd_log_wait(&t, 0);
    submit(&t, IDXD_OP_NOOP, RECORD, NOWHERE(1));
    idxd_log_wait(&t, 1);
    e = idxd_log_entry(&t, 65534);
    g_assert_cmphex(e.addr, ==, NOWHERE(0));
    e = idxd_log_entry(&t, 0);
    g_assert_cmphex(e.addr, ==, NOWHERE(1));
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/log/" #name, test_##name)
    ADD(record_fault);
    ADD(interrupt_handle);
    ADD(drain);
    ADD(drain_kinds);
    ADD(drain_mark);
    ADD(interrupt);
    ADD(no_ring);
    ADD(large_ring);

    return g_test_run();
}
