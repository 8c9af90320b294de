/*
 * QTest testcase for the test controls of the idxd devices
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-util.h"

#define RING    64

static void start(IdxdTest *t)
{
    idxd_test_start(t, "", "idxd-dsa,x-test=on");
}

static void test_off(void)
{
    IdxdTest t;

    idxd_test_start(&t, "", "idxd-dsa");
    idxd_enable(&t, RING);
    idxd_testctl_fails(&t, "x-test-halt", "software");
    idxd_testctl_fails(&t, "x-test-hold", "1");
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_ENABLED);
    idxd_test_quit(&t);
}

static void test_halt(void)
{
    static const char *const types[] = { "software", "flr", "warm", "cold" };
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    start(&t);
    for (i = 0; i < ARRAY_SIZE(types); i++) {
        idxd_enable(&t, RING);
        idxd_wr(&t, A_GENCTRL, R_GENCTRL_HALT_INT_MASK);
        idxd_testctl(&t, "x-test-halt", types[i]);
        g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_HALTED | i << 2);
        g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_HALT_MASK);
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 3);

        /* A reset of the wrong kind is no way out */
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==,
                        i == IDXD_RESET_SOFTWARE ? 0 : 3);
        if (i != IDXD_RESET_SOFTWARE) {
            g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_HALTED | i << 2);
            idxd_flr(&t);
        }
        g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_DISABLED);
        idxd_wr(&t, A_INTCAUSE, UINT32_MAX);
    }

    /* A halt ends a command that waits */
    idxd_enable(&t, 0);
    idxd_testctl(&t, "x-test-hold", "1");
    idxd_desc(&d, IDXD_OP_NOOP, 0, 0, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    idxd_cmd_start(&t, IDXD_CMD_DRAIN_ALL, 0);
    idxd_settle();
    g_assert_true(idxd_cmd_active(&t));
    idxd_testctl(&t, "x-test-halt", "software");
    g_assert_cmphex(idxd_rd(&t, A_CMDSTS), ==, 3);

    idxd_testctl_fails(&t, "x-test-halt", "");
    idxd_testctl_fails(&t, "x-test-halt", "soft");
    idxd_test_quit(&t);
}

/* An entry whose bytes are all different, in the form that a log takes */
static char *entry_hex(IdxdTest *t, uint8_t first, uint8_t *raw)
{
    GString *s = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < t->entry_size; i++) {
        raw[i] = first + i;
        g_string_append_printf(s, "%02x", raw[i]);
    }
    return g_string_free(s, false);
}

static void test_log(void)
{
    IdxdTest t;
    uint8_t raw[IDXD_EVL_ENTRY_MAX];
    g_autofree char *hex = NULL;
    g_autofree char *many = NULL;
    g_autofree char *zero = NULL;
    g_autofree char *lots = NULL;
    g_autofree char *odd = NULL;
    IdxdTestEntry e;
    unsigned i;

    start(&t);
    hex = entry_hex(&t, 0x91, raw);
    many = g_strdup_printf("100*%s", hex);
    zero = g_strdup_printf("0*%s", hex);
    lots = g_strdup_printf("1048577*%s", hex);
    odd = g_strdup_printf("2%s", hex);
    idxd_testctl_fails(&t, "x-test-log", hex);

    idxd_enable(&t, RING);
    idxd_wr(&t, A_GENCTRL, R_GENCTRL_EVL_INT_MASK);
    idxd_testctl_fails(&t, "x-test-log", "");
    idxd_testctl_fails(&t, "x-test-log", "*");
    idxd_testctl_fails(&t, "x-test-log", hex + 2);
    idxd_testctl_fails(&t, "x-test-log", odd);
    idxd_testctl_fails(&t, "x-test-log", zero);
    idxd_testctl_fails(&t, "x-test-log", lots);
    g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_EVLSTATUS_LO), ==, 0);

    /* One entry, as it was given, and its interrupt */
    idxd_testctl(&t, "x-test-log", hex);
    idxd_log_wait(&t, 1);
    e = idxd_log_entry(&t, 0);
    g_assert_cmpmem(e.raw, t.entry_size, raw, t.entry_size);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_EVL_MASK);
    g_assert_cmphex(idxd_rd(&t, A_EVLSTATUS_HI), ==,
                    R_EVLSTATUS_HI_PENDING_MASK | 1);

    /* More than the ring takes: the rest comes when there is room */
    idxd_testctl(&t, "x-test-log", many);
    idxd_log_wait(&t, RING - 1);
    idxd_settle();
    g_assert_cmpuint(idxd_log_tail(&t), ==, RING - 1);
    idxd_log_take(&t, 1);
    idxd_log_wait(&t, 0);
    idxd_log_take(&t, RING - 1);
    idxd_log_wait(&t, 101 - RING);
    for (i = 0; i < RING; i++) {
        e = idxd_log_entry(&t, i);
        g_assert_cmpmem(e.raw, t.entry_size, raw, t.entry_size);
    }

    /* A drain waits for what is still to be logged, a reset does not */
    idxd_log_take(&t, 101 - RING);
    idxd_testctl(&t, "x-test-log", many);
    idxd_cmd_start(&t, IDXD_CMD_DRAIN_ALL, 0);
    idxd_settle();
    g_assert_true(idxd_cmd_active(&t));
    idxd_log_take(&t, idxd_log_tail(&t));
    g_assert_cmphex(idxd_cmd_wait(&t), ==, 0);
    idxd_testctl(&t, "x-test-log", many);
    idxd_settle();
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_EVLSTATUS_LO), ==, 0);
    idxd_test_quit(&t);
}

static void test_hold(void)
{
    IdxdTest t;
    IdxdDesc d;
    uint64_t record;

    start(&t);
    idxd_enable(&t, 0);
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, IDXD_FLAG_CRAV | IDXD_FLAG_RCR, record, 0, 0,
              0);

    /* Another engine does not matter */
    idxd_testctl(&t, "x-test-hold", "0xe");
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);

    idxd_testctl(&t, "x-test-hold", "0xf");
    record = idxd_record(&t, 0);
    idxd_submit(&t, 0, &d);
    idxd_submit(&t, 0, &d);
    idxd_settle();
    g_assert_cmphex(qtest_readb(t.qts, record), ==, 0);
    g_assert_cmpuint(FIELD_EX32(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG6),
                                WQCFG6, OCCUPANCY), ==, 2);
    idxd_testctl(&t, "x-test-hold", "0");
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
    g_assert_cmpuint(FIELD_EX32(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG6),
                                WQCFG6, OCCUPANCY), ==, 0);

    idxd_testctl_fails(&t, "x-test-hold", "");
    idxd_testctl_fails(&t, "x-test-hold", "0x10");
    idxd_testctl_fails(&t, "x-test-hold", "engines");
    idxd_test_quit(&t);
}

static void test_lose(void)
{
    IdxdTest t;

    start(&t);
    idxd_msix_enable(&t, 0);
    idxd_testctl(&t, "x-test-lose", "2");
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, R_CMD_REQ_INT_MASK),
                    ==, 0);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_COMMAND_MASK);
    g_assert_false(idxd_msix_message(&t, 0));

    /* Only one is */
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, R_CMD_REQ_INT_MASK),
                    ==, 0);
    g_assert_true(idxd_msix_message(&t, 0));

    idxd_testctl_fails(&t, "x-test-lose", "");
    idxd_testctl_fails(&t, "x-test-lose", "halt");
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/testctl/off", test_off);
    qtest_add_func("idxd/testctl/halt", test_halt);
    qtest_add_func("idxd/testctl/log", test_log);
    qtest_add_func("idxd/testctl/hold", test_hold);
    qtest_add_func("idxd/testctl/lose", test_lose);

    return g_test_run();
}
