/*
 * QTest testcase for idxd-dsa: all engines of a device work at the same time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-util.h"

#define ENGINES 4
#define RING    64
#define RECORD  (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)

static unsigned occupancy(IdxdTest *t, unsigned wq)
{
    uint64_t cfg = IDXD_WQCFG_BASE + wq * IDXD_WQCFG_STRIDE;

    return FIELD_EX32(idxd_rd(t, cfg + A_WQCFG6), WQCFG6, OCCUPANCY);
}

static void wait_taken(IdxdTest *t, unsigned wq)
{
    int i;

    for (i = 0; i < 20000 && occupancy(t, wq); i++) {
        g_usleep(1000);
    }
    g_assert_cmpuint(occupancy(t, wq), ==, 0);
}

static void fill_ring(IdxdTest *t)
{
    g_autofree char *entry = g_strnfill(2 * t->entry_size, '0');
    g_autofree char *value = g_strconcat("fill*", entry, NULL);

    idxd_testctl(t, "x-test-log", value);
    idxd_log_wait(t, RING - 1);
}

/*
 * Three engines are in the middle of a descriptor, whose record goes into a log
 * that is full; the fourth one goes on.
 */
static void test_groups(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned i, busy;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_enable_groups(&t, RING);
    for (busy = 0; busy < ENGINES; busy++) {
        fill_ring(&t);
        for (i = 0; i < 2 * ENGINES; i++) {
            if (i % ENGINES != busy) {
                idxd_desc(&d, IDXD_OP_NOOP, RECORD,
                          IDXD_TEST_NOWHERE + i * IDXD_RECORD_MAX, 0, 0, 0);
                idxd_submit(&t, i, &d);
                /* The second one of an engine waits behind the first */
                if (i < ENGINES) {
                    wait_taken(&t, i);
                } else {
                    g_assert_cmpuint(occupancy(&t, i), ==, 1);
                }
            }
        }
        for (i = busy; i < 2 * ENGINES; i += ENGINES) {
            idxd_desc(&d, IDXD_OP_NOOP, RECORD, idxd_record(&t, i), 0, 0, 0);
            idxd_submit(&t, i, &d);
            g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS +
                                      i * IDXD_RECORD_MAX), ==,
                            IDXD_STS_SUCCESS);
        }
        g_assert_cmpuint(idxd_log_tail(&t), ==, RING - 1);
        idxd_log_take(&t, RING - 1);
        idxd_log_wait(&t, 2 * (ENGINES - 1) - 1);
        for (i = 0; i < 2 * ENGINES; i++) {
            wait_taken(&t, i);
        }
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
        for (i = 0; i < 2 * ENGINES; i++) {
            g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, i), ==, 0);
        }
    }
    idxd_test_quit(&t);
}

/* Engines of one group take from the same WQ, each one descriptor */
static void test_one_wq(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_configure(&t);
    idxd_wr(&t, IDXD_GRPCFG_BASE + IDXD_GRPCFG_ENGINES, 0xf);
    idxd_configure_log(&t, RING);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    fill_ring(&t);
    for (i = 0; i < ENGINES; i++) {
        idxd_desc(&d, IDXD_OP_NOOP, RECORD,
                  IDXD_TEST_NOWHERE + i * IDXD_RECORD_MAX, 0, 0, 0);
        idxd_submit(&t, 0, &d);
    }
    wait_taken(&t, 0);
    /* None is left for this one */
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, idxd_record(&t, 0), 0, 0, 0);
    idxd_submit(&t, 0, &d);
    idxd_settle();
    g_assert_cmpuint(occupancy(&t, 0), ==, 1);
    g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS), ==, 0);
    idxd_log_take(&t, 1);
    g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS), ==, IDXD_STS_SUCCESS);
    idxd_log_take(&t, RING / 2);
    idxd_log_wait(&t, ENGINES - 1);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/parallel/groups", test_groups);
    qtest_add_func("idxd/parallel/one-wq", test_one_wq);

    return g_test_run();
}
