/*
 * QTest testcase for idxd-dsa: batches, and their entries in the event log
 *
 * A record address where there is no memory makes a record fault.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-util.h"

#define RING        64
#define RAM_END     (128ULL << 20)
#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define NOWHERE(i)  (IDXD_TEST_NOWHERE + (i) * 32)

static void start(IdxdTest *t, unsigned log_size)
{
    idxd_test_start(t, "", "idxd-dsa,x-test=on");
    idxd_enable(t, log_size);
}

/* Member @i of the batch at @list */
static void member(IdxdTest *t, uint64_t list, unsigned i, uint8_t opcode,
                   uint32_t flags, uint64_t record)
{
    IdxdDesc d;

    idxd_desc(&d, opcode, flags, record, 0, 0, 0);
    qtest_memwrite(t->qts, list + i * IDXD_DESC_SIZE, d.raw, IDXD_DESC_SIZE);
}

static void noop(IdxdTest *t, unsigned i, uint32_t flags, uint64_t record)
{
    member(t, IDXD_TEST_LIST, i, IDXD_OP_NOOP, flags, record);
}

/* A descriptor that fails, with a record at the place for member @i */
static void failing(IdxdTest *t, unsigned i, uint32_t flags, uint64_t record)
{
    member(t, IDXD_TEST_LIST, i, 0x3f, flags, record);
}

static void submit(IdxdTest *t, uint64_t list, unsigned count, uint32_t flags,
                   uint64_t record)
{
    IdxdDesc d;

    idxd_desc(&d, IDXD_OP_BATCH, flags, record, list, 0, count);
    idxd_submit(t, 0, &d);
}

static void drain(IdxdTest *t)
{
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
}

static void assert_record(IdxdTest *t, uint64_t record, uint8_t status,
                          uint8_t result, uint32_t completed)
{
    g_assert_cmphex(idxd_wait(t, record), ==, status);
    g_assert_cmphex(qtest_readb(t->qts, record + 1), ==, result);
    g_assert_cmpuint(qtest_readl(t->qts, record + 4), ==, completed);
}

/* What an entry of a batch with a requested record has in common */
static void assert_entry(const IdxdTestEntry *e, uint8_t code, uint8_t opcode,
                         unsigned index, bool first)
{
    g_assert_true(e->desc_valid);
    g_assert_true(e->wq_valid);
    g_assert_cmpuint(e->wq, ==, 0);
    g_assert_true(e->batch);
    g_assert_true(e->info_valid);
    g_assert_cmphex(e->code, ==, code);
    g_assert_cmphex(e->opcode, ==, opcode);
    g_assert_cmpuint(e->batch_index, ==, index);
    g_assert_cmpint(e->first, ==, first);
    g_assert_cmphex(e->pasid, ==, 0);
}

static void test_no_fault(void)
{
    IdxdTest t;
    uint64_t batch;
    unsigned i;

    start(&t, RING);
    for (i = 0; i < 4; i++) {
        noop(&t, i, RECORD | (i == 2 ? IDXD_FLAG_FENCE : 0),
             idxd_record(&t, 1 + i));
    }
    batch = idxd_record(&t, 0);
    submit(&t, IDXD_TEST_LIST, 4, RECORD, batch);
    assert_record(&t, batch, IDXD_STS_SUCCESS, 0, 4);
    for (i = 0; i < 4; i++) {
        g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS + (1 + i) * 64), ==,
                        IDXD_STS_SUCCESS);
    }
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    idxd_test_quit(&t);
}

/*
 * The first entry says that it is, 0x27 comes after all and instead of the
 * record; the next batch has the same identifier.
 */
static void test_member_faults(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    uint64_t batch, record;
    unsigned round, n;

    start(&t, RING);
    for (round = 0; round < 3; round++) {
        batch = idxd_record(&t, 0);
        record = idxd_record(&t, 1);
        noop(&t, 0, RECORD, record);
        noop(&t, 1, RECORD, NOWHERE(1));
        noop(&t, 2, RECORD, NOWHERE(2));
        noop(&t, 3, IDXD_FLAG_CRAV, NOWHERE(3));
        /* 0x27 also if the batch's record is not requested */
        submit(&t, IDXD_TEST_LIST, 4, round == 2 ? IDXD_FLAG_CRAV : RECORD,
               batch);
        n = round * 3;
        idxd_log_wait(&t, n + 3);
        g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);

        e = idxd_log_entry(&t, n);
        assert_entry(&e, IDXD_STS_RECORD_FAULT, IDXD_OP_NOOP, 1, true);
        g_assert_cmphex(e.addr, ==, NOWHERE(1));
        g_assert_cmphex(e.status, ==, IDXD_STS_SUCCESS);
        g_assert_true(e.rcr);
        g_assert_true(e.write);
        g_assert_cmpuint(e.batch_id, ==, 0);
        e = idxd_log_entry(&t, n + 1);
        assert_entry(&e, IDXD_STS_RECORD_FAULT, IDXD_OP_NOOP, 2, false);
        g_assert_cmphex(e.addr, ==, NOWHERE(2));
        g_assert_cmpuint(e.batch_id, ==, 0);
        e = idxd_log_entry(&t, n + 2);
        assert_entry(&e, IDXD_EVL_BATCH, IDXD_OP_BATCH, 0, false);
        g_assert_cmphex(e.addr, ==, batch);
        g_assert_cmphex(e.status, ==, IDXD_STS_SUCCESS);
        g_assert_cmphex(e.result, ==, 0);
        g_assert_cmpuint(e.completed, ==, 4);
        g_assert_cmpuint(e.batch_id, ==, 0);
        g_assert_cmpint(e.rcr, ==, round != 2);
        drain(&t);
        g_assert_cmphex(qtest_readb(t.qts, batch), ==, 0);
    }
    g_assert_cmpuint(idxd_log_tail(&t), ==, 9);
    idxd_test_quit(&t);
}

/* Without RCR an error's record is due nevertheless */
static void test_member_error_without_rcr(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    uint64_t batch;

    start(&t, RING);
    noop(&t, 0, IDXD_FLAG_CRAV, NOWHERE(0));
    failing(&t, 1, IDXD_FLAG_CRAV, NOWHERE(1));
    batch = idxd_record(&t, 0);
    submit(&t, IDXD_TEST_LIST, 2, RECORD, batch);
    idxd_log_wait(&t, 2);
    e = idxd_log_entry(&t, 0);
    assert_entry(&e, IDXD_STS_RECORD_FAULT, 0x3f, 1, true);
    g_assert_false(e.rcr);
    g_assert_cmphex(e.status, ==, IDXD_STS_OPCODE);
    e = idxd_log_entry(&t, 1);
    assert_entry(&e, IDXD_EVL_BATCH, IDXD_OP_BATCH, 0, false);
    g_assert_cmphex(e.status, ==, IDXD_STS_BATCH_FAIL);
    g_assert_cmphex(e.result, ==, 1);
    g_assert_cmpuint(e.completed, ==, 2);
    drain(&t);
    g_assert_cmphex(qtest_readb(t.qts, batch), ==, 0);
    idxd_test_quit(&t);
}

/*
 * A member without a record address gives an entry for its error, which is
 * the first of the batch; one for invalid flags has no room to say so.
 */
static void test_member_error_without_record(void)
{
    IdxdTest t;
    IdxdTestEntry e;

    start(&t, RING);
    noop(&t, 0, IDXD_FLAG_BOF, 0);
    noop(&t, 1, RECORD, NOWHERE(1));
    submit(&t, IDXD_TEST_LIST, 2, RECORD, idxd_record(&t, 0));
    idxd_log_wait(&t, 3);
    e = idxd_log_entry(&t, 0);
    g_assert_true(e.batch);
    g_assert_cmphex(e.code, ==, IDXD_STS_FLAGS);
    g_assert_cmphex(e.info, ==, IDXD_FLAG_BOF);
    e = idxd_log_entry(&t, 1);
    assert_entry(&e, IDXD_STS_RECORD_FAULT, IDXD_OP_NOOP, 1, false);
    e = idxd_log_entry(&t, 2);
    assert_entry(&e, IDXD_EVL_BATCH, IDXD_OP_BATCH, 0, false);
    g_assert_cmphex(e.status, ==, IDXD_STS_BATCH_FAIL);
    idxd_test_quit(&t);
}

/* Members fail, but their records do not: nothing is logged */
static void test_member_fails(void)
{
    IdxdTest t;
    uint64_t batch;

    start(&t, RING);
    failing(&t, 0, RECORD, idxd_record(&t, 1));
    noop(&t, 1, RECORD, idxd_record(&t, 2));
    batch = idxd_record(&t, 0);
    submit(&t, IDXD_TEST_LIST, 2, RECORD, batch);
    assert_record(&t, batch, IDXD_STS_BATCH_FAIL, 1, 2);
    g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS + 2 * 64), ==,
                    IDXD_STS_SUCCESS);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);
    idxd_test_quit(&t);
}

/* Only the batch's own record faults: an entry as of any descriptor */
static void test_own_fault(void)
{
    IdxdTest t;
    IdxdTestEntry e;

    start(&t, RING);
    failing(&t, 0, RECORD, idxd_record(&t, 1));
    noop(&t, 1, RECORD, idxd_record(&t, 2));
    submit(&t, IDXD_TEST_LIST, 2, IDXD_FLAG_CRAV, NOWHERE(0));
    idxd_log_wait(&t, 1);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 1);
    e = idxd_log_entry(&t, 0);
    g_assert_cmphex(e.code, ==, IDXD_STS_RECORD_FAULT);
    g_assert_cmphex(e.opcode, ==, IDXD_OP_BATCH);
    g_assert_false(e.batch);
    g_assert_false(e.first);
    g_assert_cmpuint(e.batch_id, ==, 0);
    g_assert_cmpuint(e.batch_index, ==, 0);
    g_assert_cmphex(e.addr, ==, NOWHERE(0));
    g_assert_cmphex(e.status, ==, IDXD_STS_BATCH_FAIL);
    g_assert_cmphex(e.result, ==, 1);
    g_assert_cmpuint(e.completed, ==, 2);
    idxd_test_quit(&t);
}

/* A fence stops the batch after an error, and after a record in the log */
static void test_fence(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    uint64_t batch, last;

    start(&t, RING);
    batch = idxd_record(&t, 0);
    last = idxd_record(&t, 3);
    noop(&t, 0, RECORD, idxd_record(&t, 1));
    failing(&t, 1, RECORD, idxd_record(&t, 2));
    noop(&t, 2, RECORD, idxd_record(&t, 4));
    noop(&t, 3, RECORD | IDXD_FLAG_FENCE, last);
    submit(&t, IDXD_TEST_LIST, 4, RECORD, batch);
    assert_record(&t, batch, IDXD_STS_BATCH_FAIL, 1, 3);
    g_assert_cmphex(idxd_wait(&t, IDXD_TEST_RECORDS + 4 * 64), ==,
                    IDXD_STS_SUCCESS);
    g_assert_cmphex(qtest_readb(t.qts, last), ==, 0);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);

    batch = idxd_record(&t, 0);
    noop(&t, 0, RECORD, NOWHERE(0));
    noop(&t, 1, RECORD, idxd_record(&t, 1));
    noop(&t, 2, RECORD | IDXD_FLAG_FENCE, last);
    submit(&t, IDXD_TEST_LIST, 3, RECORD, batch);
    idxd_log_wait(&t, 2);
    e = idxd_log_entry(&t, 0);
    assert_entry(&e, IDXD_STS_RECORD_FAULT, IDXD_OP_NOOP, 0, true);
    g_assert_cmphex(e.status, ==, IDXD_STS_SUCCESS);
    e = idxd_log_entry(&t, 1);
    assert_entry(&e, IDXD_EVL_BATCH, IDXD_OP_BATCH, 0, false);
    g_assert_cmphex(e.status, ==, IDXD_STS_BATCH_FAIL);
    g_assert_cmphex(e.result, ==, 1);
    g_assert_cmpuint(e.completed, ==, 2);
    drain(&t);
    g_assert_cmphex(qtest_readb(t.qts, last), ==, 0);
    g_assert_cmphex(qtest_readb(t.qts, batch), ==, 0);
    idxd_test_quit(&t);
}

/* The list ends where memory does */
static void test_list_fault(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    uint64_t list = RAM_END - 2 * IDXD_DESC_SIZE;
    uint64_t batch;

    start(&t, RING);
    batch = idxd_record(&t, 0);
    member(&t, list, 0, IDXD_OP_NOOP, RECORD, idxd_record(&t, 1));
    member(&t, list, 1, IDXD_OP_NOOP, RECORD, idxd_record(&t, 2));
    submit(&t, list, 4, RECORD, batch);
    assert_record(&t, batch, IDXD_STS_BATCH_FAULT, 0, 2);
    g_assert_cmphex(qtest_readq(t.qts, batch + 8), ==, RAM_END);

    batch = idxd_record(&t, 0);
    member(&t, list, 1, 0x3f, RECORD, idxd_record(&t, 2));
    submit(&t, list, 4, RECORD, batch);
    assert_record(&t, batch, IDXD_STS_BATCH_FAULT, 1, 2);
    drain(&t);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 0);

    /* A record in the log is no failure */
    batch = idxd_record(&t, 0);
    member(&t, list, 1, IDXD_OP_NOOP, RECORD, NOWHERE(1));
    submit(&t, list, 4, RECORD, batch);
    idxd_log_wait(&t, 2);
    e = idxd_log_entry(&t, 1);
    assert_entry(&e, IDXD_EVL_BATCH, IDXD_OP_BATCH, 0, false);
    g_assert_cmphex(e.status, ==, IDXD_STS_BATCH_FAULT);
    g_assert_cmphex(e.result, ==, 0);
    g_assert_cmpuint(e.completed, ==, 2);
    g_assert_cmphex(e.fault_addr, ==, RAM_END);
    g_assert_cmphex(e.addr, ==, batch);
    drain(&t);
    g_assert_cmphex(qtest_readb(t.qts, batch), ==, 0);
    idxd_test_quit(&t);
}

/* Batches of 32 members, each of which gives an entry; then 0x27 */
static void submit_many(IdxdTest *t, unsigned n)
{
    unsigned i;

    for (i = 0; i < 32; i++) {
        noop(t, i, RECORD, NOWHERE(i));
    }
    for (i = 0; i < n; i++) {
        submit(t, IDXD_TEST_LIST, 32, RECORD, idxd_record(t, i));
    }
}

/* A full ring stops the engine, and Drain; nothing is lost */
static void test_ring_full(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    unsigned i;

    start(&t, RING);
    submit_many(&t, 3);
    idxd_cmd_start(&t, IDXD_CMD_DRAIN_WQ, 1);
    idxd_log_wait(&t, RING - 1);
    idxd_settle();
    g_assert_cmpuint(idxd_log_tail(&t), ==, RING - 1);
    g_assert_true(idxd_cmd_active(&t));
    for (i = 0; i < RING - 1; i++) {
        e = idxd_log_entry(&t, i);
        if (i % 33 == 32) {
            assert_entry(&e, IDXD_EVL_BATCH, IDXD_OP_BATCH, 0, false);
        } else {
            assert_entry(&e, IDXD_STS_RECORD_FAULT, IDXD_OP_NOOP, i % 33,
                         i % 33 == 0);
            g_assert_cmphex(e.addr, ==, NOWHERE(i % 33));
        }
    }
    /* The slot before the head stays free */
    e = idxd_log_entry(&t, RING - 1);
    g_assert_cmphex(e.code, ==, 0);

    /* One at a time, around the end */
    for (i = 1; i <= 36; i++) {
        idxd_log_take(&t, i);
        idxd_log_wait(&t, (RING - 1 + i) % RING);
        if (i < 36) {
            idxd_settle();
            g_assert_true(idxd_cmd_active(&t));
        }
    }
    g_assert_cmphex(idxd_cmd_wait(&t), ==, 0);
    for (i = 63; i < 99; i++) {
        e = idxd_log_entry(&t, i % RING);
        g_assert_cmphex(e.code, ==, i % 33 == 32 ? IDXD_EVL_BATCH
                                                 : IDXD_STS_RECORD_FAULT);
        g_assert_cmpint(e.first, ==, i % 33 == 0);
    }
    idxd_test_quit(&t);
}

/* Disable waits for the log as Drain does; the ring is there afterwards */
static void test_disable(void)
{
    IdxdTest t;

    start(&t, RING);
    submit_many(&t, 2);
    idxd_log_wait(&t, RING - 1);
    idxd_cmd_start(&t, IDXD_CMD_DISABLE_DEVICE, 0);
    idxd_settle();
    g_assert_true(idxd_cmd_active(&t));
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_DRAINING);
    idxd_log_take(&t, 40);
    g_assert_cmphex(idxd_cmd_wait(&t), ==, 0);
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_DISABLED);
    g_assert_cmpuint(idxd_log_tail(&t), ==, 2);
    g_assert_cmphex(idxd_rd(&t, A_EVLSTATUS_LO), ==, 40);
    g_assert_cmphex(idxd_log_entry(&t, 1).code, ==, IDXD_EVL_BATCH);
    idxd_log_take(&t, 2);
    g_assert_cmphex(idxd_rd(&t, A_EVLSTATUS_LO), ==, 2);
    idxd_test_quit(&t);
}

/* Two batches in flight have different identifiers */
static void test_identifiers(void)
{
    IdxdTest t;
    IdxdTestEntry e;
    bool first[2] = { true, true };
    unsigned i, next[2] = { 0, 0 };

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_configure(&t);
    idxd_wr(&t, IDXD_GRPCFG_BASE + IDXD_GRPCFG_ENGINES, 3);
    idxd_configure_log(&t, RING);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);

    /* Fill the ring, so that both engines wait with a batch */
    submit_many(&t, 4);
    idxd_log_wait(&t, RING - 1);
    idxd_log_take(&t, RING - 1);
    idxd_log_wait(&t, RING - 2);
    idxd_settle();
    idxd_log_take(&t, RING - 2);
    idxd_log_wait(&t, 132 % RING);
    drain(&t);

    for (i = 126; i < 132; i++) {
        g_assert_cmpuint(idxd_log_entry(&t, i % RING).batch_id, <, 2);
    }
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    qtest_memset(t.qts, t.ring, 0, RING * t.entry_size);
    idxd_wr(&t, A_EVLCFG2, 128);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);

    /* The entries of one identifier are those of one batch, in order */
    submit_many(&t, 2);
    idxd_log_wait(&t, 66);
    for (i = 0; i < 66; i++) {
        e = idxd_log_entry(&t, i);
        g_assert_cmpuint(e.batch_id, <, 2);
        g_assert_cmpint(e.first, ==, first[e.batch_id]);
        if (e.code == IDXD_EVL_BATCH) {
            g_assert_cmpuint(next[e.batch_id], ==, 32);
            next[e.batch_id] = 0;
            first[e.batch_id] = true;
        } else {
            g_assert_cmpuint(e.batch_index, ==, next[e.batch_id]);
            next[e.batch_id]++;
            first[e.batch_id] = false;
        }
    }
    g_assert_cmpuint(next[0] + next[1], ==, 0);
    idxd_test_quit(&t);
}

/* What is in flight ends without a trace, and what comes then is not hurt */
static void test_abort(void)
{
    static const struct {
        unsigned code;
        uint32_t operand;
    } cmd[] = {
        { IDXD_CMD_ABORT_ALL, 0 },
        { IDXD_CMD_ABORT_WQ, 1 },
        { IDXD_CMD_RESET_WQ, 1 },
        { IDXD_CMD_RESET_DEVICE, 0 },
    };
    IdxdTest t;
    IdxdTestEntry e;
    uint64_t batch;
    unsigned i;

    start(&t, RING);
    for (i = 0; i < ARRAY_SIZE(cmd); i++) {
        submit_many(&t, 4);
        idxd_log_wait(&t, RING - 1);
        idxd_settle();
        g_assert_cmphex(idxd_cmd(&t, cmd[i].code, cmd[i].operand), ==, 0);
        idxd_settle();
        g_assert_cmpuint(idxd_log_tail(&t), ==,
                         cmd[i].code == IDXD_CMD_RESET_DEVICE ? 0 : RING - 1);
        g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS), ==, 0);
        g_assert_cmpuint(FIELD_EX32(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG6),
                                    WQCFG6, OCCUPANCY), ==, 0);
        if (cmd[i].code != IDXD_CMD_ABORT_ALL &&
            cmd[i].code != IDXD_CMD_ABORT_WQ) {
            g_assert_cmphex(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG0), ==, 0);
            g_assert_cmphex(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG2), ==, 0);
            g_assert_cmphex(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG8), ==,
                            idxd_rd(&t, A_OPCAP));
        }

        /* Identifiers are free again */
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
        idxd_enable(&t, RING);
        batch = idxd_record(&t, 0);
        noop(&t, 0, RECORD, NOWHERE(0));
        noop(&t, 1, RECORD, idxd_record(&t, 1));
        submit(&t, IDXD_TEST_LIST, 2, RECORD, batch);
        idxd_log_wait(&t, 2);
        e = idxd_log_entry(&t, 0);
        assert_entry(&e, IDXD_STS_RECORD_FAULT, IDXD_OP_NOOP, 0, true);
        g_assert_cmpuint(e.batch_id, ==, 0);
        drain(&t);
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
        idxd_enable(&t, RING);
    }

    /* As a command does, so a reset from outside */
    submit_many(&t, 4);
    idxd_log_wait(&t, RING - 1);
    idxd_flr(&t);
    g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_EVLSTATUS_LO), ==, 0);
    idxd_enable(&t, RING);
    batch = idxd_record(&t, 0);
    noop(&t, 0, RECORD, idxd_record(&t, 1));
    noop(&t, 1, RECORD, idxd_record(&t, 2));
    submit(&t, IDXD_TEST_LIST, 2, RECORD, batch);
    assert_record(&t, batch, IDXD_STS_SUCCESS, 0, 2);
    idxd_test_quit(&t);
}

/* Without an event log SWERROR has the first error, and the batch a record */
static void test_no_log(void)
{
    IdxdTest t;
    uint64_t batch;

    start(&t, 0);
    batch = idxd_record(&t, 0);
    noop(&t, 0, RECORD, NOWHERE(0));
    noop(&t, 1, RECORD, NOWHERE(1));
    submit(&t, IDXD_TEST_LIST, 2, RECORD, batch);
    assert_record(&t, batch, IDXD_STS_SUCCESS, 0, 2);
    g_assert_cmphex(idxd_rd(&t, A_SWERROR) & 0xffff, ==, 0x1a3f);
    g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_SWERROR + 16), ==,
                    NOWHERE(0));
    idxd_wr(&t, A_SWERROR, 3);
    g_assert_cmphex(idxd_rd(&t, A_SWERROR) & 3, ==, 0);
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/batch/" #name, test_##name)
    ADD(no_fault);
    ADD(member_faults);
    ADD(member_error_without_rcr);
    ADD(member_error_without_record);
    ADD(member_fails);
    ADD(own_fault);
    ADD(fence);
    ADD(list_fault);
    ADD(ring_full);
    ADD(disable);
    ADD(identifiers);
    ADD(abort);
    ADD(no_log);

    return g_test_run();
}
