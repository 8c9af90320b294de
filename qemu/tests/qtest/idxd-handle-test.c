/*
 * QTest testcase for idxd-dsa: interrupt handles and completion interrupts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-util.h"

#define PERM(vector)    (IDXD_MSIX_PERM_BASE + (vector) * IDXD_MSIX_PERM_STRIDE)
#define RECORD          (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)

static void start(IdxdTest *t, const char *properties)
{
    g_autofree char *device = g_strdup_printf("idxd-dsa,x-test=on%s",
                                              properties);
    unsigned i;

    idxd_test_start(t, "", device);
    idxd_enable(t, 0);
    for (i = 0; i <= IDXD_TEST_WQS; i++) {
        idxd_msix_enable(t, i);
    }
}

static uint16_t request(IdxdTest *t, unsigned vector)
{
    uint32_t sts = idxd_cmd(t, IDXD_CMD_REQUEST_INT_HANDLE, vector);

    g_assert_cmphex(FIELD_EX32(sts, CMDSTS, ERROR), ==, 0);
    return FIELD_EX32(sts, CMDSTS, RESULT);
}

/* The status of a No-op that asks for an interrupt by a handle */
static uint8_t noop(IdxdTest *t, uint16_t handle, unsigned page)
{
    uint64_t record = idxd_record(t, 0);
    IdxdDesc d;

    idxd_desc(&d, IDXD_OP_NOOP, RECORD | IDXD_FLAG_RCI, record, 0, 0, 0);
    stw_le_p(d.raw + 36, handle);
    g_assert_true(qtest_store64_posted(t->qts, t->portals +
                                       (page << IDXD_PORTAL_PAGE_SHIFT),
                                       d.raw));
    return idxd_wait(t, record);
}

static void assert_refused(IdxdTest *t, uint16_t handle)
{
    unsigned i;

    g_assert_cmphex(noop(t, handle, 0), ==, IDXD_STS_INT_HANDLE);
    idxd_settle();
    for (i = 1; i <= IDXD_TEST_WQS; i++) {
        g_assert_cmphex(qtest_readl(t->qts, IDXD_TEST_MESSAGES + i * 4), ==, 0);
    }
}

static void test_request(void)
{
    uint16_t handle[IDXD_TEST_WQS + 1], old;
    IdxdTest t;
    unsigned i;

    start(&t, ",interrupt-handles=on");
    for (i = 1; i <= IDXD_TEST_WQS; i++) {
        assert_refused(&t, i);
        handle[i] = request(&t, i);
    }
    for (i = 1; i <= IDXD_TEST_WQS; i++) {
        g_assert_cmphex(noop(&t, handle[i], 0), ==, IDXD_STS_SUCCESS);
        g_assert_true(idxd_msix_message(&t, i));
    }
    /* The device's own vector, one that there is not, another one's page */
    assert_refused(&t, 0);
    assert_refused(&t, handle[1] + IDXD_TEST_WQS);
    g_assert_cmphex(noop(&t, handle[1], IDXD_PORTAL_IMS), ==,
                    IDXD_STS_INT_HANDLE);

    /* A vector has one handle, the last one */
    old = handle[1];
    handle[1] = request(&t, 1);
    g_assert_cmphex(handle[1], !=, old);
    assert_refused(&t, old);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RELEASE_INT_HANDLE, old), ==, 0x41);
    g_assert_cmphex(noop(&t, handle[1], 0), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, 1));
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RELEASE_INT_HANDLE, handle[1]), ==,
                    0);
    assert_refused(&t, handle[1]);
    g_assert_cmphex(noop(&t, handle[2], 0), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, 2));

    /* They do not outlive a reset */
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    idxd_enable(&t, 0);
    assert_refused(&t, handle[2]);
    idxd_test_quit(&t);
}

static void test_revoke(void)
{
    uint16_t one, two;
    IdxdTest t;

    start(&t, ",interrupt-handles=on");
    one = request(&t, 1);
    two = request(&t, 2);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);

    /* One of them: the driver is told, and asks for all again */
    idxd_testctl(&t, "x-test-revoke", "1");
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==,
                    R_INTCAUSE_HANDLES_REVOKED_MASK);
    g_assert_true(idxd_msix_message(&t, 0));
    assert_refused(&t, one);
    g_assert_cmphex(noop(&t, two, 0), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, 2));

    idxd_wr(&t, A_INTCAUSE, R_INTCAUSE_HANDLES_REVOKED_MASK);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);
    idxd_testctl(&t, "x-test-revoke", "all");
    g_assert_true(idxd_msix_message(&t, 0));
    assert_refused(&t, two);
    g_assert_cmphex(request(&t, 1), !=, one);
    one = request(&t, 1);
    g_assert_cmphex(noop(&t, one, 0), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, 1));
    assert_refused(&t, two);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RELEASE_INT_HANDLE, two), ==, 0x41);

    idxd_testctl_fails(&t, "x-test-revoke", "");
    idxd_testctl_fails(&t, "x-test-revoke", "0");
    idxd_testctl_fails(&t, "x-test-revoke", "9");
    g_assert_cmphex(noop(&t, one, 0), ==, IDXD_STS_SUCCESS);
    idxd_test_quit(&t);
}

/* A handle is revoked while what names it waits in the WQ */
static void test_revoke_queued(void)
{
    uint64_t record;
    uint16_t handle;
    IdxdTest t;
    IdxdDesc d;

    start(&t, ",interrupt-handles=on");
    handle = request(&t, 1);
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD | IDXD_FLAG_RCI, record, 0, 0, 0);
    stw_le_p(d.raw + 36, handle);
    idxd_testctl(&t, "x-test-hold", "1");
    idxd_submit(&t, 0, &d);
    idxd_testctl(&t, "x-test-revoke", "all");
    idxd_testctl(&t, "x-test-hold", "0");
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_INT_HANDLE);
    idxd_settle();
    g_assert_cmphex(qtest_readl(t.qts, IDXD_TEST_MESSAGES + 4), ==, 0);
    idxd_test_quit(&t);
}

static void test_limit(void)
{
    uint16_t one;
    IdxdTest t;

    start(&t, ",interrupt-handles=on");
    idxd_testctl(&t, "x-test-handles", "1");
    one = request(&t, 1);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_REQUEST_INT_HANDLE, 2), ==, 0x42);
    /* Its own place is free for it */
    one = request(&t, 1);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RELEASE_INT_HANDLE, one), ==, 0);
    request(&t, 2);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_REQUEST_INT_HANDLE, 1), ==, 0x42);
    idxd_testctl(&t, "x-test-handles", "8");
    request(&t, 1);
    idxd_testctl(&t, "x-test-handles", "0");
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_REQUEST_INT_HANDLE, 1), ==, 0x42);
    idxd_testctl_fails(&t, "x-test-handles", "9");
    idxd_testctl_fails(&t, "x-test-handles", "some");
    idxd_test_quit(&t);
}

/* Without the commands a handle is the index of its vector */
static void test_no_commands(void)
{
    IdxdTest t;

    start(&t, "");
    g_assert_cmphex(idxd_rd(&t, A_CMDCAP), ==, 0x1ffe);
    g_assert_cmphex(noop(&t, IDXD_TEST_WQS, 0), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, IDXD_TEST_WQS));
    assert_refused(&t, 0);
    assert_refused(&t, IDXD_TEST_WQS + 1);
    idxd_testctl_fails(&t, "x-test-revoke", "all");
    idxd_test_quit(&t);
}

/* What has no PASID may not use the vector of one */
static void test_permission(void)
{
    uint16_t handle;
    IdxdTest t;

    start(&t, ",interrupt-handles=on");
    handle = request(&t, 3);
    idxd_wr(&t, PERM(3), R_MSIX_PERM_PASID_ENABLE_MASK | 5 << 12);
    assert_refused(&t, handle);
    idxd_wr(&t, PERM(3), R_MSIX_PERM_PASID_ENABLE_MASK |
            R_MSIX_PERM_IGNORE_MASK | 5 << 12);
    g_assert_cmphex(noop(&t, handle, 0), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, 3));
    idxd_wr(&t, PERM(3), 5 << 12);
    g_assert_cmphex(noop(&t, handle, 0), ==, IDXD_STS_SUCCESS);
    g_assert_true(idxd_msix_message(&t, 3));
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/handle/request", test_request);
    qtest_add_func("idxd/handle/revoke", test_revoke);
    qtest_add_func("idxd/handle/revoke-queued", test_revoke_queued);
    qtest_add_func("idxd/handle/limit", test_limit);
    qtest_add_func("idxd/handle/no-commands", test_no_commands);
    qtest_add_func("idxd/handle/permission", test_permission);

    return g_test_run();
}
