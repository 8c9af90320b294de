/*
 * QTest testcase for idxd-iaa: what is not as in idxd-dsa
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "hw/pci/pci_regs.h"
#include "idxd-util.h"

#define RING        64
#define RECORD      64
#define ENTRY       128

static void start(IdxdTest *t)
{
    idxd_test_start(t, "", "idxd-iaa,x-test=on");
    g_assert_cmpuint(t->entry_size, ==, ENTRY);
}

static void test_capabilities(void)
{
    IdxdTest t;
    IdxdDesc d;
    uint64_t record;

    start(&t);
    g_assert_cmphex(qpci_config_readw(t.dev, PCI_VENDOR_ID), ==, 0x8086);
    g_assert_cmphex(qpci_config_readw(t.dev, PCI_DEVICE_ID), ==, 0x0cfe);
    g_assert_cmphex(qpci_config_readw(t.dev, PCI_CLASS_DEVICE), ==, 0x0880);
    g_assert_cmphex(idxd_rd(&t, A_VERSION), ==, 0x0200);
    g_assert_cmphex(idxd_rd(&t, A_OPCAP), ==, 0x0d);
    g_assert_cmphex(idxd_rd(&t, A_OPCAP + 4), ==, 0);
    g_assert_cmpuint(FIELD_EX32(idxd_rd(&t, A_GENCAP_LO), GENCAP_LO,
                                MAX_BATCH_SHIFT), ==, 0);

    /* No batches, and no other operations of DSA */
    idxd_configure(&t);
    idxd_wr(&t, IDXD_WQCFG_BASE + A_WQCFG3, 21);
    g_assert_cmphex(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG8), ==, 0x0d);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_BATCH, IDXD_FLAG_CRAV | IDXD_FLAG_RCR, record,
              IDXD_TEST_LIST, 0, 2);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_OPCODE);
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_FILL, IDXD_FLAG_CRAV | IDXD_FLAG_RCR, record, 0,
              IDXD_TEST_BUFFERS, 8);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_OPCODE);
    idxd_test_quit(&t);
}

static void enable(IdxdTest *t)
{
    idxd_configure(t);
    idxd_wr(t, IDXD_WQCFG_BASE + A_WQCFG3, 21);
    idxd_configure_log(t, RING);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
}

/* All of a record is written, and nothing beside it */
static void test_record(void)
{
    uint8_t before[2 * RECORD], after[2 * RECORD];
    IdxdTestEntry e;
    IdxdTest t;
    IdxdDesc d;

    start(&t);
    enable(&t);
    memset(before, 0xee, sizeof(before));
    before[0] = 0;
    qtest_memwrite(t.qts, IDXD_TEST_RECORDS, before, sizeof(before));
    qtest_memset(t.qts, IDXD_TEST_BUFFERS, 0x5a, 0x1000);
    idxd_desc(&d, IDXD_OP_MOVE, IDXD_FLAG_CRAV | IDXD_FLAG_RCR,
              IDXD_TEST_RECORDS, IDXD_TEST_BUFFERS, IDXD_TEST_BUFFERS + 0x1000,
              0x1000);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS), ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_BUFFERS + 0x1fff), ==, 0x5a);
    memset(before, 0, RECORD);
    before[0] = IDXD_STS_SUCCESS;
    qtest_memread(t.qts, IDXD_TEST_RECORDS, after, sizeof(after));
    g_assert_cmpmem(after, sizeof(after), before, sizeof(before));

    /* One that is aligned as a record of DSA is not written */
    idxd_desc(&d, IDXD_OP_NOOP, IDXD_FLAG_CRAV | IDXD_FLAG_RCR,
              IDXD_TEST_RECORDS + 32, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 1);
    e = idxd_log_entry(&t, 0);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_ALIGN);
    qtest_memread(t.qts, IDXD_TEST_RECORDS, after, sizeof(after));
    g_assert_cmpmem(after, sizeof(after), before, sizeof(before));
    idxd_test_quit(&t);
}

/* The record of a move that fails, which cannot be written */
static void test_log(void)
{
    uint8_t record[RECORD] = { };
    IdxdTestEntry e;
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    start(&t);
    enable(&t);
    for (i = 0; i < 3; i++) {
        idxd_desc(&d, IDXD_OP_MOVE, IDXD_FLAG_CRAV | IDXD_FLAG_RCR,
                  IDXD_TEST_NOWHERE + i * RECORD, IDXD_TEST_BUFFERS,
                  IDXD_TEST_NOWHERE + 0x100000, 0x1000);
        idxd_submit(&t, 0, &d);
    }
    idxd_log_wait(&t, 3);
    for (i = 0; i < 3; i++) {
        e = idxd_log_entry(&t, i);
        g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
        g_assert_cmphex(e.opcode, ==, IDXD_OP_MOVE);
        g_assert_true(e.rcr);
        g_assert_false(e.batch);
        g_assert_cmphex(e.addr, ==, IDXD_TEST_NOWHERE + i * RECORD);

        /* Between the two there is nothing */
        g_assert_true(buffer_is_zero(e.raw + 32, 32));
        record[0] = e.status;
        stl_le_p(record + 4, e.completed);
        stq_le_p(record + 8, IDXD_TEST_NOWHERE + 0x100000);
        g_assert_cmphex(e.status, !=, 0);
        g_assert_cmphex(e.status, !=, IDXD_STS_SUCCESS);
        g_assert_cmpmem(e.raw + 64, RECORD, record, RECORD);
    }
    g_assert_true(buffer_is_zero(idxd_log_entry(&t, 3).raw, ENTRY));
    idxd_test_quit(&t);
}

/* An entry of 128 bytes by the test controls, at the end of the ring too */
static void test_testctl(void)
{
    g_autofree char *digits = g_strnfill(2 * ENTRY, 'a');
    g_autofree char *value = g_strdup_printf("%u*%s", RING, digits);
    g_autofree char *half = g_strnfill(ENTRY, 'a');
    IdxdTestEntry e;
    IdxdTest t;

    start(&t);
    enable(&t);
    idxd_testctl_fails(&t, "x-test-log", half);
    idxd_testctl(&t, "x-test-log", value);
    idxd_log_wait(&t, RING - 1);
    idxd_log_take(&t, 10);
    idxd_log_wait(&t, 0);
    e = idxd_log_entry(&t, RING - 1);
    g_assert_cmphex(e.raw[0], ==, 0xaa);
    g_assert_cmphex(e.raw[ENTRY - 1], ==, 0xaa);
    g_assert_cmphex(qtest_readb(t.qts, t.ring + RING * ENTRY), ==, 0);
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/iaa/capabilities", test_capabilities);
    qtest_add_func("idxd/iaa/record", test_record);
    qtest_add_func("idxd/iaa/log", test_log);
    qtest_add_func("idxd/iaa/testctl", test_testctl);

    return g_test_run();
}
