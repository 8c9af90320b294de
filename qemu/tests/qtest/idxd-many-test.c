/*
 * QTest testcase for several idxd devices in one machine
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-util.h"

#define DEVICES     3
#define RING        64
/* More than the ring takes, less than the WQ does and the ring together */
#define FAULTS      70
#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)

/* A device's record addresses are where no other device's are */
static uint64_t nowhere(unsigned device, unsigned i)
{
    return IDXD_TEST_NOWHERE + device * 0x100000 + i * IDXD_RECORD_MAX;
}

static void start(IdxdTest t[DEVICES])
{
    unsigned i;

    idxd_test_start(&t[0], "-device idxd-dsa,addr=5 -device idxd-iaa,addr=6",
                    "idxd-dsa,x-test=on");
    for (i = 1; i < DEVICES; i++) {
        idxd_test_find(&t[i], &t[0], IDXD_TEST_SLOT + i);
    }
    for (i = 0; i < DEVICES; i++) {
        idxd_configure(&t[i]);
        idxd_wr(&t[i], IDXD_WQCFG_BASE + A_WQCFG3, 12);
        idxd_wr(&t[i], IDXD_WQCFG_BASE + A_WQCFG0, 100);
        idxd_configure_log(&t[i], RING);
        g_assert_cmphex(idxd_cmd(&t[i], IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
        g_assert_cmphex(idxd_cmd(&t[i], IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    }
}

static void quit(IdxdTest t[DEVICES])
{
    unsigned i;

    for (i = 1; i < DEVICES; i++) {
        g_free(t[i].dev);
    }
    idxd_test_quit(&t[0]);
}

static void test_kinds(void)
{
    IdxdTest t[DEVICES];

    start(t);
    g_assert_cmpuint(t[0].entry_size, ==, 64);
    g_assert_cmpuint(t[1].entry_size, ==, 64);
    g_assert_cmpuint(t[2].entry_size, ==, 128);
    g_assert_cmphex(idxd_rd(&t[1], A_OPCAP), ==, 0x00bf07ff);
    g_assert_cmphex(idxd_rd(&t[2], A_OPCAP), ==, 0x0d);
    quit(t);
}

/* All rings are full at once, and each device goes on by itself */
static void test_logs(void)
{
    IdxdTest t[DEVICES];
    IdxdTestEntry e;
    IdxdDesc d;
    unsigned i, j;

    start(t);
    for (j = 0; j < FAULTS; j++) {
        for (i = 0; i < DEVICES; i++) {
            idxd_desc(&d, IDXD_OP_NOOP, RECORD, nowhere(i, j), 0, 0, 0);
            idxd_submit(&t[i], 0, &d);
        }
    }
    for (i = 0; i < DEVICES; i++) {
        idxd_log_wait(&t[i], RING - 1);
        for (j = 0; j < RING - 1; j++) {
            e = idxd_log_entry(&t[i], j);
            g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
            g_assert_cmphex(e.addr, ==, nowhere(i, j));
        }
    }
    for (i = 0; i < DEVICES; i++) {
        idxd_log_take(&t[i], RING / 2);
        idxd_log_wait(&t[i], FAULTS % RING);
        for (j = i + 1; j < DEVICES; j++) {
            g_assert_cmpuint(idxd_log_tail(&t[j]), ==, RING - 1);
        }
    }
    quit(t);
}

/* What is done to one does not touch the others */
static void test_independence(void)
{
    IdxdTest t[DEVICES];
    IdxdDesc d;
    uint64_t record[DEVICES];
    unsigned i;

    start(t);
    idxd_testctl(&t[0], "x-test-hold", "0xf");
    for (i = 0; i < DEVICES; i++) {
        record[i] = idxd_record(&t[i], i);
        idxd_desc(&d, IDXD_OP_NOOP, RECORD, record[i], 0, 0, 0);
        idxd_submit(&t[i], 0, &d);
    }
    for (i = 1; i < DEVICES; i++) {
        g_assert_cmphex(idxd_wait(&t[i], record[i]), ==, IDXD_STS_SUCCESS);
        g_assert_cmphex(idxd_cmd(&t[i], IDXD_CMD_DRAIN_ALL, 0), ==, 0);
    }
    g_assert_cmphex(qtest_readb(t[0].qts, record[0]), ==, 0);

    g_assert_cmphex(idxd_cmd(&t[1], IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    idxd_flr(&t[2]);
    g_assert_cmphex(idxd_rd(&t[0], A_GENSTS), ==, IDXD_ENABLED);
    g_assert_cmphex(idxd_rd(&t[1], A_GENSTS), ==, IDXD_DISABLED);
    g_assert_cmphex(idxd_rd(&t[2], A_GENSTS), ==, IDXD_DISABLED);
    idxd_testctl(&t[0], "x-test-hold", "0");
    g_assert_cmphex(idxd_wait(&t[0], record[0]), ==, IDXD_STS_SUCCESS);
    idxd_testctl(&t[0], "x-test-halt", "cold");
    g_assert_cmphex(idxd_rd(&t[1], A_GENSTS), ==, IDXD_DISABLED);
    quit(t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/many/kinds", test_kinds);
    qtest_add_func("idxd/many/logs", test_logs);
    qtest_add_func("idxd/many/independence", test_independence);

    return g_test_run();
}
