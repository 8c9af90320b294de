/*
 * QTest testcase for idxd-dsa: what portals take, in which order, and who is
 * told of how it ended
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-util.h"

#define RING        64
#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define NOWHERE(i)  (IDXD_TEST_NOWHERE + (i) * 32)

/* All that is there, and nothing else */
static void test_capabilities(void)
{
    static const struct {
        const char *device;
        uint32_t gencap;
        uint32_t grpcap;
    } kinds[] = {
        { "idxd-dsa", 0x815f231f, 0x76004 },
        { "idxd-dsa,read-buffers=0", 0x815f231f, 0x40004 },
        { "idxd-dsa,progress-limit=off", 0x815f231f, 0x36004 },
        { "idxd-iaa", 0x801f4317, 0x40004 },
    };
    IdxdTest t;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(kinds); i++) {
        idxd_test_start(&t, "", kinds[i].device);
        g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_GENCAP_LO), ==,
                        kinds[i].gencap);
        g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_WQCAP_LO), ==,
                        0x00db000001080080);
        g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_GRPCAP), ==,
                        kinds[i].grpcap);
        g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_ENGCAP), ==, 4);
        idxd_test_quit(&t);
    }
}

static void start(IdxdTest *t, unsigned log_size)
{
    unsigned i;

    idxd_test_start(t, "", "idxd-dsa,x-test=on,interrupt-handles=on");
    idxd_enable(t, log_size);
    for (i = 0; i < 3; i++) {
        idxd_msix_enable(t, i);
    }
}

static void drain(IdxdTest *t)
{
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
}

static unsigned occupancy(IdxdTest *t)
{
    return FIELD_EX32(idxd_rd(t, IDXD_WQCFG_BASE + A_WQCFG6), WQCFG6,
                      OCCUPANCY);
}

static void submit_to_page(IdxdTest *t, unsigned page, const IdxdDesc *d)
{
    uint64_t portal = t->portals + (page << IDXD_PORTAL_PAGE_SHIFT);

    g_assert_true(qtest_store64_posted(t->qts, portal, d->raw));
}

static void assert_dropped(IdxdTest *t, unsigned i)
{
    IdxdTestEntry e;

    idxd_log_wait(t, i + 1);
    e = idxd_log_entry(t, i);
    g_assert_cmphex(e.code, ==, IDXD_ERR_PORTAL);
    g_assert_true(e.wq_valid);
    g_assert_cmpuint(e.wq, ==, 0);
    g_assert_cmphex(e.opcode, ==, IDXD_OP_NOOP);
    g_assert_false(e.batch);
    g_assert_false(e.info_valid);
    g_assert_cmphex(e.status, ==, 0);
}

/* Up to its size, by both portals; what is more is told of and forgotten */
static void test_dedicated(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    start(&t, RING);
    idxd_wr(&t, IDXD_WQCFG_BASE + A_WQCFG1, 1);
    idxd_testctl(&t, "x-test-hold", "1");
    for (i = 0; i < IDXD_TEST_WQ_SIZE; i++) {
        idxd_desc(&d, IDXD_OP_NOOP, RECORD, idxd_record(&t, i), 0, 0, 0);
        submit_to_page(&t, i % 3 ? IDXD_PORTAL_LIMITED : 0, &d);
        g_assert_cmpuint(occupancy(&t), ==, i + 1);
    }
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, idxd_record(&t, i), 0, 0, 0);
    submit_to_page(&t, IDXD_PORTAL_LIMITED, &d);
    assert_dropped(&t, 0);
    /* The next one is told of when the device is done with this one */
    idxd_settle();
    submit_to_page(&t, 0, &d);
    assert_dropped(&t, 1);
    g_assert_cmpuint(occupancy(&t), ==, IDXD_TEST_WQ_SIZE);
    idxd_testctl(&t, "x-test-hold", "0");
    drain(&t);
    for (i = 0; i < IDXD_TEST_WQ_SIZE; i++) {
        g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS +
                                    i * IDXD_RECORD_MAX), ==,
                        IDXD_STS_SUCCESS);
    }
    g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS +
                                i * IDXD_RECORD_MAX), ==, 0);

    /* A WQ that is not enabled takes nothing */
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_WQ, 1), ==, 0);
    submit_to_page(&t, 0, &d);
    assert_dropped(&t, 2);
    /* Nor does a device, which then says nothing */
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    submit_to_page(&t, 0, &d);
    idxd_settle();
    g_assert_cmpuint(idxd_log_tail(&t), ==, 3);
    idxd_test_quit(&t);
}

/* A WQ has as many descriptors in a turn as its priority says */
static void test_priority(void)
{
    const uint64_t wq1 = IDXD_WQCFG_BASE + IDXD_WQCFG_STRIDE;
    unsigned i, wq, of_wq1 = 0;
    IdxdTest t;
    IdxdDesc d;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_configure(&t);
    idxd_wr(&t, IDXD_GRPCFG_BASE, 3);
    idxd_wr(&t, IDXD_WQCFG_BASE + A_WQCFG2,
            R_WQCFG2_DEDICATED_MASK | 1 << R_WQCFG2_PRIORITY_SHIFT);
    idxd_wr(&t, wq1 + A_WQCFG0, IDXD_TEST_WQ_SIZE);
    idxd_wr(&t, wq1 + A_WQCFG2,
            R_WQCFG2_DEDICATED_MASK | 3 << R_WQCFG2_PRIORITY_SHIFT);
    idxd_configure_log(&t, RING);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 1), ==, 0);

    /* One engine: entries of the log are in the order of descriptors */
    idxd_testctl(&t, "x-test-hold", "1");
    for (wq = 0; wq < 2; wq++) {
        for (i = 0; i < 12; i++) {
            idxd_desc(&d, IDXD_OP_NOOP, RECORD, NOWHERE(i), 0, 0, 0);
            idxd_submit(&t, wq, &d);
        }
    }
    idxd_testctl(&t, "x-test-hold", "0");
    idxd_log_wait(&t, 24);
    for (i = 0; i < 24; i++) {
        IdxdTestEntry e = idxd_log_entry(&t, i);

        g_assert_cmpuint(e.wq, <, 2);
        /* Those of a WQ are in order */
        g_assert_cmphex(e.addr, ==, NOWHERE(e.wq ? of_wq1 : i - of_wq1));
        of_wq1 += e.wq;
        if (i < 16 && i % 4 == 3) {
            g_assert_cmpuint(of_wq1, ==, (i + 1) / 4 * 3);
        }
    }
    g_assert_cmpuint(of_wq1, ==, 12);
    idxd_test_quit(&t);
}

static uint16_t request(IdxdTest *t, unsigned vector)
{
    uint32_t sts = idxd_cmd(t, IDXD_CMD_REQUEST_INT_HANDLE, vector);

    g_assert_cmphex(FIELD_EX32(sts, CMDSTS, ERROR), ==, 0);
    return FIELD_EX32(sts, CMDSTS, RESULT);
}

static void desc_irq(IdxdDesc *d, uint8_t opcode, uint32_t flags,
                     uint64_t record, uint16_t handle)
{
    idxd_desc(d, opcode, flags | IDXD_FLAG_RCI, record, 0, 0, 0);
    stw_le_p(d->raw + 36, handle);
}

static void assert_no_message(IdxdTest *t, unsigned vector)
{
    idxd_settle();
    g_assert_cmphex(qtest_readl(t->qts, IDXD_TEST_MESSAGES + vector * 4), ==,
                    0);
}

/* With a record, without one, of an error, and of what is in a batch */
static void test_completion_interrupt(void)
{
    uint16_t one, two;
    uint64_t record;
    IdxdTestEntry e;
    IdxdTest t;
    IdxdDesc d;

    start(&t, RING);
    one = request(&t, 1);
    two = request(&t, 2);
    desc_irq(&d, IDXD_OP_NOOP, 0, 0, one);
    idxd_submit(&t, 0, &d);
    g_assert_true(idxd_msix_message(&t, 1));
    desc_irq(&d, IDXD_OP_DRAIN, 0, 0, one);
    idxd_submit(&t, 0, &d);
    g_assert_true(idxd_msix_message(&t, 1));
    record = idxd_record(&t, 0);
    desc_irq(&d, IDXD_OP_NOOP, RECORD | IDXD_FLAG_BOF, record, one);
    idxd_submit(&t, 0, &d);
    g_assert_true(idxd_msix_message(&t, 1));
    g_assert_cmphex(qtest_readb(t.qts, record), ==, IDXD_STS_FLAGS);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);

    /* What software is told of by the log has no interrupt of its own */
    desc_irq(&d, IDXD_OP_NOOP, RECORD, NOWHERE(0), one);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 1);
    e = idxd_log_entry(&t, 0);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_true(e.rci);
    g_assert_cmphex(e.info & 0xffff, ==, one);
    desc_irq(&d, IDXD_OP_NOOP, IDXD_FLAG_BOF, 0, one);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 2);
    g_assert_cmphex(idxd_log_entry(&t, 1).code, ==, IDXD_STS_FLAGS);
    assert_no_message(&t, 1);

    /* A member, and the batch */
    desc_irq(&d, IDXD_OP_NOOP, 0, 0, two);
    qtest_memwrite(t.qts, IDXD_TEST_LIST, d.raw, IDXD_DESC_SIZE);
    idxd_desc(&d, IDXD_OP_NOOP, 0, 0, 0, 0, 0);
    qtest_memwrite(t.qts, IDXD_TEST_LIST + IDXD_DESC_SIZE, d.raw,
                   IDXD_DESC_SIZE);
    desc_irq(&d, IDXD_OP_BATCH, 0, 0, one);
    stq_le_p(d.raw + 16, IDXD_TEST_LIST);
    stl_le_p(d.raw + 32, 2);
    idxd_submit(&t, 0, &d);
    g_assert_true(idxd_msix_message(&t, 2));
    g_assert_true(idxd_msix_message(&t, 1));
    idxd_test_quit(&t);
}

/* Without an event log an error is told of once, if that is enabled */
static void test_swerror_interrupt(void)
{
    IdxdTest t;
    IdxdDesc d;

    start(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, IDXD_FLAG_BOF, 0, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    drain(&t);
    g_assert_cmphex(idxd_rd(&t, A_SWERROR) & 0xff03, ==,
                    IDXD_STS_FLAGS << 8 | 1);
    assert_no_message(&t, 0);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);
    idxd_wr(&t, A_SWERROR, 1);

    idxd_wr(&t, A_GENCTRL, R_GENCTRL_SWERR_INT_MASK);
    idxd_submit(&t, 0, &d);
    g_assert_true(idxd_msix_message(&t, 0));
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_SWERR_MASK);

    /* The next one is lost, and only that is known of it */
    d.raw[4] = IDXD_FLAG_FENCE;
    idxd_submit(&t, 0, &d);
    drain(&t);
    assert_no_message(&t, 0);
    g_assert_cmphex(idxd_rd(&t, A_SWERROR) & 3, ==, 3);
    g_assert_cmphex(idxd_rd(&t, A_SWERROR + 12), ==, IDXD_FLAG_BOF);
    idxd_wr(&t, A_SWERROR, 3);
    idxd_submit(&t, 0, &d);
    g_assert_true(idxd_msix_message(&t, 0));
    g_assert_cmphex(idxd_rd(&t, A_SWERROR) & 3, ==, 1);
    g_assert_cmphex(idxd_rd(&t, A_SWERROR + 12), ==, IDXD_FLAG_FENCE);
    idxd_test_quit(&t);
}

/* A batch without a record, whose list is not there */
static void test_list_fault(void)
{
    IdxdTestEntry e;
    IdxdTest t;
    IdxdDesc d;

    start(&t, RING);
    idxd_desc(&d, IDXD_OP_BATCH, 0, 0, IDXD_TEST_NOWHERE, 0, 4);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 1);
    e = idxd_log_entry(&t, 0);
    g_assert_cmphex(e.code, ==, IDXD_STS_BATCH_FAULT);
    g_assert_cmphex(e.opcode, ==, IDXD_OP_BATCH);
    g_assert_cmphex(e.addr, ==, IDXD_TEST_NOWHERE);
    g_assert_false(e.batch);
    g_assert_false(e.write);
    g_assert_true(e.info_valid);
    g_assert_cmphex(e.info, ==, 0);
    g_assert_cmphex(e.status, ==, IDXD_STS_BATCH_FAULT);
    g_assert_cmphex(e.result, ==, 0);
    g_assert_cmpuint(e.completed, ==, 0);
    g_assert_cmphex(e.fault_addr, ==, IDXD_TEST_NOWHERE);
    idxd_test_quit(&t);
}

/* A batch without a record, of which a member's is in the log */
static void test_batch_without_record(void)
{
    IdxdTestEntry e;
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    start(&t, RING);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, NOWHERE(0), 0, 0, 0);
    for (i = 0; i < 2; i++) {
        qtest_memwrite(t.qts, IDXD_TEST_LIST + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    idxd_desc(&d, IDXD_OP_BATCH, 0, 0, IDXD_TEST_LIST, 0, 2);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 3);
    drain(&t);
    e = idxd_log_entry(&t, 2);
    g_assert_cmphex(e.code, ==, IDXD_EVL_BATCH);
    g_assert_true(e.batch);
    g_assert_false(e.rcr);
    g_assert_cmphex(e.addr, ==, 0);
    g_assert_cmphex(e.status, ==, IDXD_STS_SUCCESS);
    g_assert_cmpuint(e.completed, ==, 2);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 3);
    idxd_test_quit(&t);
}

/* What of another WQ is in the log, or without a request, matters not */
static void test_drain(void)
{
    uint64_t record;
    IdxdTest t;
    IdxdDesc d;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_enable_groups(&t, RING);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, NOWHERE(0), 0, 0, 0);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 1);
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_DRAIN, RECORD, record, 0, 0, 0);
    idxd_submit(&t, 4, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 1);

    /* An error has a record nevertheless */
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_DRAIN, IDXD_FLAG_CRAV | IDXD_FLAG_DRAIN_ADDR1, record,
              IDXD_TEST_NOWHERE, 0, 0);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_READBACK_FAULT);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 1);

    /* The same WQ, and a request */
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_DRAIN, RECORD | IDXD_FLAG_DRAIN_ADDR1, record,
              IDXD_TEST_NOWHERE, 0, 0);
    idxd_submit(&t, 0, &d);
    idxd_log_wait(&t, 2);
    g_assert_cmphex(idxd_log_entry(&t, 1).code, ==, IDXD_EVL_DRAIN);
    g_assert_cmphex(idxd_log_entry(&t, 1).status, ==, IDXD_STS_READBACK_FAULT);
    g_assert_cmphex(idxd_log_entry(&t, 1).fault_addr, ==, IDXD_TEST_NOWHERE);
    drain(&t);
    g_assert_cmphex(qtest_readb(t.qts, record), ==, 0);
    idxd_test_quit(&t);
}

/* Two moves of a byte in a batch, with something in their first 4 bytes */
static uint8_t batch(IdxdTest *t, uint32_t first)
{
    uint64_t record = idxd_record(t, 0);
    IdxdDesc d;
    unsigned i;

    for (i = 0; i < 2; i++) {
        idxd_desc(&d, IDXD_OP_MOVE, RECORD, idxd_record(t, 1 + i),
                  IDXD_TEST_BUFFERS, IDXD_TEST_BUFFERS + 16 + i, 1);
        stl_le_p(d.raw, i ? first : 0);
        qtest_memwrite(t->qts, IDXD_TEST_LIST + i * IDXD_DESC_SIZE, d.raw,
                       IDXD_DESC_SIZE);
    }
    idxd_desc(&d, IDXD_OP_BATCH, RECORD, record, IDXD_TEST_LIST, 0, 2);
    idxd_submit(t, 0, &d);
    g_assert_cmpuint(idxd_wait(t, record), <=, IDXD_STS_BATCH_FAIL);
    g_assert_cmpuint(qtest_readl(t->qts, record + 4), ==, 2);
    return qtest_readb(t->qts, IDXD_TEST_RECORDS + 2 * IDXD_RECORD_MAX);
}

/* Members are whose the batch is, and may do what its WQ allows */
static void test_members(void)
{
    IdxdTest t;
    unsigned bit;

    start(&t, 0);
    g_assert_cmphex(batch(&t, 0), ==, IDXD_STS_SUCCESS);
    g_assert_cmphex(batch(&t, 0x800fffff), ==, IDXD_STS_SUCCESS);
    for (bit = 20; bit < 31; bit++) {
        g_assert_cmphex(batch(&t, 1 << bit), ==, IDXD_STS_RESERVED);
    }
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_WQ, 1), ==, 0);
    idxd_wr(&t, IDXD_WQCFG_BASE + A_WQCFG8, ~(1 << IDXD_OP_MOVE));
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    g_assert_cmphex(batch(&t, 0), ==, IDXD_STS_OPCODE);
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/rules/" #name, test_##name)
    ADD(capabilities);
    ADD(dedicated);
    ADD(priority);
    ADD(completion_interrupt);
    ADD(swerror_interrupt);
    ADD(list_fault);
    ADD(batch_without_record);
    ADD(drain);
    ADD(members);

    return g_test_run();
}
