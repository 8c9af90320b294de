/*
 * QTest testcase for idxd-dsa: what a descriptor of each operation may hold
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-op-util.h"

#define SRC         OP_BUF(0)
#define DST         OP_BUF(1)
#define DST2        OP_BUF(2)

/* Flags that each operation has: record, its traffic class and its interrupt */
#define COMMON      0x00103c
#define FENCE       0x000001
#define BOF         0x000002
#define CACHE       0x000100
#define READBACK    0x004000
#define DRAIN_ADDRS 0x030000

#define BYTES(first, last) \
    ((UINT64_MAX >> (63 - (last))) & (UINT64_MAX << (first)))
#define SRC_SIZE    (BYTES(16, 23) | BYTES(32, 35))
#define DST_SIZE    (BYTES(24, 31) | BYTES(32, 35))
#define SRC_DST     BYTES(16, 35)

typedef struct Op {
    uint8_t opcode;
    /* what is allowed besides the common flags */
    uint32_t flags;
    /* bytes that are not reserved, from 16 on */
    uint64_t bytes;
    /* of what is submitted */
    uint32_t size;
    /* the size is one of a transfer */
    bool sized;
    /* cannot do without a record */
    bool record;
} Op;

static const Op ops[] = {
    { 0x00, 0x000001, 0, 0 },
    { 0x01, 0x000200, SRC_SIZE, 2 },
    { 0x02, 0x0f0600, 0, 0 },
    { 0x03, 0x00e703, SRC_DST, 64, true },
    { 0x04, 0x04e503, SRC_DST, 64, true },
    { 0x05, 0x000683, SRC_DST | BYTES(40, 40), 64, true, true },
    { 0x06, 0x000283, SRC_DST | BYTES(40, 40), 64, true, true },
    { 0x07, 0x00ef83, SRC_DST | BYTES(40, 51) | BYTES(56, 56), 64, true, true },
    { 0x08, 0x00e703, SRC_DST | BYTES(40, 43), 64, true },
    { 0x09, 0x01ef03, SRC_DST | BYTES(40, 47), 64, true },
    { 0x0a, 0x000303, SRC_SIZE | BYTES(48, 51), 64 },
    { 0x10, 0x070a03, SRC_SIZE | BYTES(40, 43), 64, true, true },
    { 0x11, 0x07ef03, SRC_DST | BYTES(40, 43), 64, true, true },
    { 0x12, 0x000203, SRC_SIZE | BYTES(40, 40) | BYTES(42, 42) | BYTES(48, 55),
      520, true, true },
    { 0x13, 0x00e703, SRC_DST | BYTES(41, 42) | BYTES(56, 63), 512, true },
    { 0x14, 0x00e703, SRC_DST | BYTES(40, 40) | BYTES(42, 42) | BYTES(48, 55),
      520, true },
    { 0x15, 0x00e703, SRC_DST | BYTES(40, 42) | BYTES(48, 63), 520, true },
    { 0x17, 0x00e703, SRC_DST | BYTES(41, 42) | BYTES(56, 63), 512, true },
    { 0x20, 0x00e503, DST_SIZE, 64, true },
};

static const Op *find(uint8_t opcode)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        if (ops[i].opcode == opcode) {
            return &ops[i];
        }
    }
    return NULL;
}

static bool is_member(const Op *op)
{
    return op->opcode != IDXD_OP_BATCH && op->opcode != IDXD_OP_DRAIN;
}

/* A descriptor that succeeds, and the memory it needs for that */
static void make(IdxdTest *t, const Op *op, IdxdDesc *d)
{
    uint64_t src = op->bytes & BYTES(16, 23) ? SRC : 0;
    uint64_t dst = op->bytes & BYTES(24, 31) ? DST : 0;
    IdxdDesc noop;

    idxd_desc(d, op->opcode, OP_RECORD, 0, src, dst, op->size);
    qtest_memset(t->qts, SRC, 0, 0x2000);
    qtest_memset(t->qts, DST, 0, 0x2000);
    switch (op->opcode) {
    case IDXD_OP_BATCH:
        idxd_desc(&noop, IDXD_OP_NOOP, 0, 0, 0, 0, 0);
        qtest_memwrite(t->qts, SRC, noop.raw, 64);
        qtest_memwrite(t->qts, SRC + 64, noop.raw, 64);
        break;
    case IDXD_OP_COMPARE_PATTERN:
        stq_le_p(d->raw + 24, 0);
        break;
    case IDXD_OP_CREATE_DELTA:
        stq_le_p(d->raw + 40, DST2);
        stl_le_p(d->raw + 48, 80);
        d->raw[56] = 1;
        break;
    case IDXD_OP_APPLY_DELTA:
        stl_le_p(d->raw + 40, 10);
        break;
    case IDXD_OP_DUALCAST:
        stq_le_p(d->raw + 40, DST2);
        break;
    case IDXD_OP_DIF_CHECK:
    case IDXD_OP_DIF_STRIP:
    case IDXD_OP_DIF_UPDATE:
        d->raw[40] = 0x60;
        stw_le_p(d->raw + 52, 0xffff);
        break;
    }
}

static void set_flag(IdxdDesc *d, uint32_t flag, bool on)
{
    uint32_t v = ldl_le_p(d->raw + 4);

    stl_le_p(d->raw + 4, on ? v | flag : v & ~flag);
}

static unsigned request_handle(IdxdTest *t)
{
    return FIELD_EX32(idxd_cmd(t, IDXD_CMD_REQUEST_INT_HANDLE, 1), CMDSTS,
                      RESULT);
}

static void assert_invalid_flags(const OpRecord *r, uint32_t flags)
{
    g_assert_cmphex(r->status, ==, IDXD_STS_FLAGS);
    g_assert_cmphex(r->completed, ==, 0);
    g_assert_cmphex(r->fault_addr, ==, 0);
    g_assert_cmphex(ldl_le_p(r->specific), ==, flags);
}

/*
 * Each flag with each operation, outside of a batch.
 * @without: flags that the device does not have
 * @drain_without: with Drain
 */
static void check_flags(IdxdTest *t, uint32_t without, uint32_t drain_without)
{
    unsigned handle = request_handle(t);
    unsigned i, bit;

    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        uint32_t allowed = (ops[i].flags & ~FENCE) | COMMON;

        allowed &= ~without;
        if (ops[i].opcode == IDXD_OP_DRAIN) {
            allowed &= ~drain_without;
        }
        for (bit = 0; bit < 24; bit++) {
            uint32_t flag = 1 << bit;
            IdxdDesc d;
            OpRecord r;

            make(t, &ops[i], &d);
            set_flag(&d, flag, true);
            if (flag == IDXD_FLAG_RCI) {
                stw_le_p(d.raw + 36, handle);
            }
            r = op_run(t, &d);
            if (allowed & flag) {
                g_assert_cmphex(r.status, ==, IDXD_STS_SUCCESS);
            } else {
                assert_invalid_flags(&r, flag);
            }
        }
    }
}

static void start(IdxdTest *t, const char *props, uint32_t mode)
{
    g_autofree char *device = g_strdup_printf("idxd-dsa,interrupt-handles=on%s",
                                              props);

    idxd_test_start(t, "", device);
    idxd_configure(t);
    idxd_wr(t, IDXD_WQCFG_BASE + A_WQCFG2,
            idxd_rd(t, IDXD_WQCFG_BASE + A_WQCFG2) | mode);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
}

static void test_flags(void)
{
    IdxdTest t;

    start(&t, "", R_WQCFG2_BLOCK_ON_FAULT_MASK);
    g_assert_cmphex(idxd_rd(&t, A_GENCAP_LO) & 0x31f, ==, 0x31f);
    check_flags(&t, 0, 0);
    idxd_test_quit(&t);

    start(&t, "", 0);
    check_flags(&t, BOF, 0);
    idxd_test_quit(&t);
}

static void test_flags_without_capability(void)
{
    IdxdTest t;

    start(&t, ",cache-control=off", R_WQCFG2_BLOCK_ON_FAULT_MASK);
    g_assert_cmphex(idxd_rd(&t, A_GENCAP_LO) & 0x31f, ==, 0x313);
    check_flags(&t, CACHE, 0);
    idxd_test_quit(&t);

    start(&t, ",readback=off,block-on-fault=off", 0);
    g_assert_cmphex(idxd_rd(&t, A_GENCAP_LO) & 0x31f, ==, 0x01e);
    check_flags(&t, READBACK | BOF, DRAIN_ADDRS);
    idxd_test_quit(&t);
}

/* All that are wrong at once, and what depends on another flag */
static void test_flags_together(void)
{
    IdxdTest t;
    IdxdDesc d;
    OpRecord r;
    unsigned i;

    start(&t, "", 0);
    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        uint32_t wrong = 0xffffff & ~(ops[i].flags | COMMON);

        wrong |= (ops[i].flags & BOF) | FENCE;
        make(&t, &ops[i], &d);
        stl_le_p(d.raw + 4, 0xffffff | ops[i].opcode << 24);
        r = op_run(&t, &d);
        assert_invalid_flags(&r, wrong);

        /* No record, but for an error */
        make(&t, &ops[i], &d);
        set_flag(&d, IDXD_FLAG_RCR, false);
        if (ops[i].record) {
            r = op_run(&t, &d);
            assert_invalid_flags(&r, IDXD_FLAG_RCR);
        } else {
            stq_le_p(d.raw + 8, idxd_record(&t, 0));
            idxd_submit(&t, 0, &d);
            g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
            g_assert_cmphex(qtest_readb(t.qts, IDXD_TEST_RECORDS), ==, 0);
        }

        /* A record that is requested has an address */
        make(&t, &ops[i], &d);
        set_flag(&d, IDXD_FLAG_CRAV, false);
        idxd_submit(&t, 0, &d);
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0), ==, 0);
        g_assert_cmphex(idxd_rd(&t, A_SWERROR) & 0xff01, ==,
                        IDXD_STS_FLAGS << 8 | 1);
        g_assert_cmphex(idxd_rd(&t, A_SWERROR + 4) & 0xff, ==, ops[i].opcode);
        g_assert_cmphex(idxd_rd(&t, A_SWERROR + 12), ==, IDXD_FLAG_RCR);
        idxd_wr(&t, A_SWERROR, 3);
    }
    idxd_test_quit(&t);
}

/* Members have a fence, and the flags that they have outside */
static void test_members(void)
{
    IdxdDesc d, batch;
    unsigned i, bit;
    IdxdTest t;

    start(&t, "", 0);
    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        for (bit = 0; bit < 24; bit++) {
            uint32_t flag = 1 << bit;
            uint64_t record = idxd_record(&t, 1);
            uint8_t status = IDXD_STS_SUCCESS;

            make(&t, &ops[i], &d);
            set_flag(&d, flag, true);
            set_flag(&d, IDXD_FLAG_RCI, false);
            stq_le_p(d.raw + 8, record);
            /* PASID and privilege are those of the batch */
            stl_le_p(d.raw, bit % 2 ? 0x800fffff : 0);
            if (!is_member(&ops[i])) {
                status = IDXD_STS_OPCODE;
            } else if (flag == BOF || !((ops[i].flags | COMMON) & flag)) {
                status = IDXD_STS_FLAGS;
            }
            qtest_memwrite(t.qts, IDXD_TEST_LIST, d.raw, 64);
            idxd_desc(&d, IDXD_OP_NOOP, 0, 0, 0, 0, 0);
            qtest_memwrite(t.qts, IDXD_TEST_LIST + 64, d.raw, 64);
            idxd_desc(&batch, IDXD_OP_BATCH, OP_RECORD, 0, IDXD_TEST_LIST, 0,
                      2);
            if (status == IDXD_STS_SUCCESS) {
                op_assert_run(&t, &batch, IDXD_STS_SUCCESS, 0, 2);
            } else {
                op_assert_run(&t, &batch, IDXD_STS_BATCH_FAIL, 1, 2);
            }
            g_assert_cmphex(idxd_wait(&t, record), ==, status);
        }
    }
    idxd_test_quit(&t);
}

static void test_reserved(void)
{
    unsigned i, byte, bit;
    IdxdTest t;
    IdxdDesc d;

    start(&t, "", 0);
    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        for (byte = 16; byte < 64; byte++) {
            if (ops[i].bytes >> byte & 1) {
                continue;
            }
            make(&t, &ops[i], &d);
            d.raw[byte] |= 0x80;
            op_assert_run(&t, &d, IDXD_STS_RESERVED, 0, 0);

            /* It comes before an interrupt handle and a size that are wrong */
            if (byte < 32 || byte > 37) {
                set_flag(&d, IDXD_FLAG_RCI, true);
                stw_le_p(d.raw + 36, 0xffff);
                stl_le_p(d.raw + 32, 0);
                op_assert_run(&t, &d, IDXD_STS_RESERVED, 0, 0);
            }
        }
        for (bit = 20; bit < 31; bit++) {
            make(&t, &ops[i], &d);
            stl_le_p(d.raw, 1U << bit);
            op_assert_run(&t, &d, IDXD_STS_RESERVED, 0, 0);
        }
        /* A dedicated WQ has a PASID and a privilege of its own, or none */
        make(&t, &ops[i], &d);
        stl_le_p(d.raw, 0x800fffff);
        g_assert_cmphex(op_run(&t, &d).status, ==, IDXD_STS_SUCCESS);
    }
    idxd_test_quit(&t);
}

static void test_handle(void)
{
    unsigned i, handle;
    IdxdTest t;
    IdxdDesc d;

    start(&t, "", 0);
    handle = request_handle(&t);
    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        make(&t, &ops[i], &d);
        set_flag(&d, IDXD_FLAG_RCI, true);
        stw_le_p(d.raw + 36, handle + 1);
        op_assert_run(&t, &d, IDXD_STS_INT_HANDLE, 0, 0);
    }
    idxd_test_quit(&t);
}

static void test_sizes(void)
{
    IdxdTest t;
    IdxdDesc d;
    unsigned i;

    idxd_test_start(&t, "", "idxd-dsa");
    idxd_configure(&t);
    idxd_wr(&t, IDXD_WQCFG_BASE + A_WQCFG3, 1 << 5 | 12);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        uint32_t over = ops[i].size == 520 ? 8 * 520 : 4096 + ops[i].size;

        if (!ops[i].sized) {
            continue;
        }
        make(&t, &ops[i], &d);
        stl_le_p(d.raw + 32, 0);
        op_assert_run(&t, &d, IDXD_STS_XFER_SIZE, 0, 0);
        stl_le_p(d.raw + 32, over);
        op_assert_run(&t, &d, IDXD_STS_XFER_SIZE, 0, 0);
        stl_le_p(d.raw + 32, UINT32_MAX);
        op_assert_run(&t, &d, IDXD_STS_XFER_SIZE, 0, 0);
    }
    idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, SRC, DST, 4096);
    op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);

    /* The region of a Translation Fetch may be larger, but not empty */
    idxd_desc(&d, IDXD_OP_TRANSLATION_FETCH, OP_RECORD, 0, SRC, 0, 0);
    op_assert_run(&t, &d, IDXD_STS_XFER_SIZE, 0, 0);
    stl_le_p(d.raw + 32, 4097);
    op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 0);

    /* Batches */
    make(&t, find(IDXD_OP_BATCH), &d);
    for (i = 0; i < 5; i++) {
        stl_le_p(d.raw + 32, i == 4 ? UINT32_MAX : i);
        if (i == 2) {
            op_assert_run(&t, &d, IDXD_STS_SUCCESS, 0, 2);
        } else {
            op_assert_run(&t, &d, IDXD_STS_BATCH_COUNT, 0, 0);
        }
    }
    stl_le_p(d.raw + 32, 2);
    d.raw[16] = 32;
    op_assert_run(&t, &d, IDXD_STS_LIST_ALIGN, 0, 0);
    idxd_test_quit(&t);
}

static void test_opcodes(void)
{
    uint64_t config = IDXD_WQCFG_BASE + A_WQCFG8;
    unsigned i, opcode;
    IdxdTest t;
    IdxdDesc d;

    /* Nothing has been written to the WQ's operations: it has all of them */
    start(&t, "", 0);
    g_assert_cmphex(idxd_rd(&t, config), ==, idxd_rd(&t, A_OPCAP));
    g_assert_cmphex(idxd_rd(&t, config + 4), ==, idxd_rd(&t, A_OPCAP + 4));
    for (opcode = 0; opcode < 256; opcode++) {
        bool capable = opcode < 64 &&
                       idxd_rd(&t, A_OPCAP + opcode / 32 * 4) >>
                       opcode % 32 & 1;

        g_assert_cmpint(capable, ==, !!find(opcode));
        if (!capable) {
            idxd_desc(&d, opcode, OP_RECORD, 0, 0, 0, 0);
            op_assert_run(&t, &d, IDXD_STS_OPCODE, 0, 0);
        }
    }

    /* Each as the only one that a WQ does not have */
    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        uint64_t without = 0x100bf07ff & ~(1ULL << ops[i].opcode);

        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_WQ, 1), ==, 0);
        idxd_wr(&t, config, without);
        idxd_wr(&t, config + 4, without >> 32);
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
        make(&t, &ops[i], &d);
        op_assert_run(&t, &d, IDXD_STS_OPCODE, 0, 0);
        make(&t, &ops[i ? 0 : 3], &d);
        g_assert_cmphex(op_run(&t, &d).status, ==, IDXD_STS_SUCCESS);
    }
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/check/" #name, test_##name)
    ADD(flags);
    ADD(flags_without_capability);
    ADD(flags_together);
    ADD(members);
    ADD(reserved);
    ADD(handle);
    ADD(sizes);
    ADD(opcodes);

    return g_test_run();
}
