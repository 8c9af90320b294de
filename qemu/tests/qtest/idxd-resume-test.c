/*
 * QTest testcase for idxd-dsa: page faults in the middle of operations
 *
 * No page of an operand is there to begin with. Each fault brings one, and the
 * rest is submitted as software does, until all is done.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-op-util.h"
#include "idxd-svm-util.h"

/* Operands, each with pages of its own: one that is read, two to be written */
#define SRC         0x10ffdULL
#define DST         0x20123ULL
#define DST2        0x30123ULL
#define AREA(addr)  ((addr) >> 16)
#define PAGES       64
#define ANY         UINT_MAX
/* Of the address space */
#define PA(addr)    (SVM_PAGE(0) + (addr))

typedef struct Resume {
    IdxdTest t;
    IdxdDesc d;
    bool mapped[PAGES];
    unsigned faults;
    /* bit N: 64 KiB from N << 16 on are written; ANY: some are read too */
    unsigned written;
    /* bytes of a unit that is done as a whole, at the source or else at all */
    unsigned in;
    unsigned out;
    /* Apply Delta: entries that were applied; the destination stays */
    unsigned applied;
    /* Create Delta: what came of it so far */
    GByteArray *delta;
    uint32_t unit;
} Resume;

static void add64(Resume *u, unsigned offset, uint64_t n)
{
    stq_le_p(u->d.raw + offset, ldq_le_p(u->d.raw + offset) + n);
}

static void add32(Resume *u, unsigned offset, uint32_t n)
{
    stl_le_p(u->d.raw + offset, ldl_le_p(u->d.raw + offset) + n);
}

static void start(Resume *u, uint8_t opcode, uint64_t src, uint64_t dst,
                  uint32_t size, unsigned written)
{
    memset(u, 0, sizeof(*u));
    svm_start(&u->t, R_WQCFG2_PRS_DISABLE_MASK);
    svm_map(&u->t, 0);
    u->mapped[0] = true;
    u->written = written;
    u->in = u->out = 1;
    idxd_desc(&u->d, opcode, OP_RECORD, 0, src, dst, size);
}

/* The page of a fault is there from now on */
static void serve(Resume *u, const OpRecord *r)
{
    unsigned page = r->fault_addr >> 12;

    g_assert_cmphex(r->status & IDXD_STS_MASK, ==, IDXD_STS_FAULT);
    g_assert_cmpuint(page, <, PAGES);
    g_assert_false(u->mapped[page]);
    if (u->written != ANY) {
        g_assert_cmpint(!!(r->status & IDXD_STS_WRITE), ==,
                        u->written >> AREA(r->fault_addr) & 1);
    }
    svm_map(&u->t, page);
    u->mapped[page] = true;
    u->faults++;
}

/* All is done that could be, up to the first byte that is not there */
static void assert_progress(Resume *u, const OpRecord *r)
{
    uint64_t src = idxd_desc_src(&u->d), dst = idxd_desc_dst(&u->d);
    uint64_t third = ldq_le_p(u->d.raw + 40);

    if (AREA(r->fault_addr) == AREA(src)) {
        g_assert_cmpuint(r->completed, ==,
                         (r->fault_addr - src) / u->in * u->in);
    } else if (AREA(r->fault_addr) == AREA(dst)) {
        g_assert_cmpuint(r->completed, ==,
                         ((r->fault_addr - dst) / u->out - u->applied) * u->in);
    } else if (idxd_desc_opcode(&u->d) == IDXD_OP_DUALCAST) {
        g_assert_cmpuint(r->completed, ==, r->fault_addr - third);
    } else if (idxd_desc_opcode(&u->d) == IDXD_OP_CREATE_DELTA) {
        g_assert_cmpuint(ldl_le_p(r->specific), ==,
                         (r->fault_addr - third) / 10 * 10);
    } else {
        g_assert_cmpuint(r->completed, ==, 0);
    }
}

/*
 * Go on until the operation ends with success.
 * @rest: makes the descriptor one for the rest
 * @faults: so many there are to be
 */
static OpRecord run(Resume *u, void (*rest)(Resume *u, const OpRecord *r),
                    unsigned faults)
{
    OpRecord r;

    for (;;) {
        r = op_run_at(&u->t, &u->d, 0, PA(0));
        if (r.status == IDXD_STS_SUCCESS) {
            g_assert_cmpuint(r.completed, ==, 0);
            g_assert_cmpuint(u->faults, ==, faults);
            return r;
        }
        serve(u, &r);
        if (u->written != ANY) {
            assert_progress(u, &r);
        }
        rest(u, &r);
    }
}

/* How many pages a range is in */
static unsigned pages(uint64_t addr, uint32_t len)
{
    return (addr + len - 1) / 0x1000 - addr / 0x1000 + 1;
}

/* Source and size; destination as well; destination and size */
static void rest_src(Resume *u, const OpRecord *r)
{
    add64(u, 16, r->completed);
    add32(u, 32, -r->completed);
}

static void rest_both(Resume *u, const OpRecord *r)
{
    rest_src(u, r);
    add64(u, 24, r->completed);
}

static void rest_dst(Resume *u, const OpRecord *r)
{
    add64(u, 24, r->completed);
    add32(u, 32, -r->completed);
}

static void test_move(void)
{
    const uint32_t size = 0x3456;
    g_autofree uint8_t *data = NULL;
    Resume u;

    start(&u, IDXD_OP_MOVE, SRC, DST, size, 1 << AREA(DST));
    data = op_random(&u.t, PA(SRC), size, 1);
    run(&u, rest_both, 9);
    op_assert_mem(&u.t, PA(DST), data, size);
    svm_quit(&u.t);
}

/* As long as the rest overlaps it goes from the end: only the size changes */
static void rest_overlap(Resume *u, const OpRecord *r)
{
    uint64_t by = ldq_le_p(u->d.raw + 24) - ldq_le_p(u->d.raw + 16);

    g_assert_cmpuint(r->result, ==, by < idxd_desc_size(&u->d));
    if (r->result) {
        add32(u, 32, -r->completed);
    } else {
        rest_both(u, r);
    }
}

static void test_move_overlap(void)
{
    static const uint32_t by[] = { 0x10, 0x1000, 0x1800, 0x3000 };
    const uint32_t size = 0x3456;
    unsigned i;
    Resume u;

    for (i = 0; i < ARRAY_SIZE(by); i++) {
        g_autofree uint8_t *data = NULL;

        start(&u, IDXD_OP_MOVE, SRC, SRC + by[i], size, ANY);
        data = op_random(&u.t, PA(SRC), size, 2);
        run(&u, rest_overlap, pages(SRC, by[i] + size));
        op_assert_mem(&u.t, PA(SRC) + by[i], data, size);
        svm_quit(&u.t);
    }
}

static void test_fill(void)
{
    const uint32_t size = 0x3333;
    uint8_t expected[0x3333];
    unsigned period, i;
    Resume u;

    for (period = 8; period <= 16; period += 8) {
        start(&u, IDXD_OP_FILL, 0, DST, size, 1 << AREA(DST));
        for (i = 0; i < size; i++) {
            expected[i] = 0x80 + i % period;
        }
        u.in = u.out = period;
        memcpy(u.d.raw + 16, expected, 8);
        if (period == 16) {
            memcpy(u.d.raw + 40, expected + 8, 8);
            u.d.raw[6] = 4;
        }
        run(&u, rest_dst, 4);
        op_assert_mem(&u.t, PA(DST), expected, size);
        svm_quit(&u.t);
    }
}

static void test_compare(void)
{
    const uint32_t size = 0x3005;
    g_autofree uint8_t *data = NULL;
    unsigned i;
    OpRecord r;
    Resume u;

    start(&u, IDXD_OP_COMPARE, SRC, DST, size, 0);
    data = op_random(&u.t, PA(SRC), size, 3);
    qtest_memwrite(u.t.qts, PA(DST), data, size);
    r = run(&u, rest_both, 9);
    op_assert(&r, IDXD_STS_SUCCESS, 0, 0);
    svm_quit(&u.t);

    start(&u, IDXD_OP_COMPARE_PATTERN, SRC, 0x0706050403020100, size, 0);
    u.in = 8;
    for (i = 0; i < size; i++) {
        data[i] = i % 8;
    }
    qtest_memwrite(u.t.qts, PA(SRC), data, size);
    r = run(&u, rest_src, 5);
    op_assert(&r, IDXD_STS_SUCCESS, 0, 0);
    svm_quit(&u.t);
}

static void rest_dualcast(Resume *u, const OpRecord *r)
{
    rest_both(u, r);
    add64(u, 40, r->completed);
}

static void test_dualcast(void)
{
    const uint32_t size = 0x3456;
    g_autofree uint8_t *data = NULL;
    Resume u;

    start(&u, IDXD_OP_DUALCAST, SRC, DST, size,
          1 << AREA(DST) | 1 << AREA(DST2));
    stq_le_p(u.d.raw + 40, DST2);
    data = op_random(&u.t, PA(SRC), size, 4);
    run(&u, rest_dualcast, 13);
    op_assert_mem(&u.t, PA(DST), data, size);
    op_assert_mem(&u.t, PA(DST2), data, size);
    svm_quit(&u.t);
}

/* The offsets of entries count from where the descriptor starts */
static void take_delta(Resume *u, uint32_t len)
{
    g_autofree uint8_t *p = g_malloc(len + 1);
    unsigned i;

    qtest_memread(u->t.qts, PA(ldq_le_p(u->d.raw + 40)), p, len);
    for (i = 0; i < len; i += 10) {
        stw_le_p(p + i, lduw_le_p(p + i) + u->unit);
    }
    g_byte_array_append(u->delta, p, len);
}

static void rest_create(Resume *u, const OpRecord *r)
{
    uint32_t len = ldl_le_p(r->specific);

    g_assert_cmpuint(r->completed % 8, ==, 0);
    take_delta(u, len);
    u->unit += r->completed / 8;
    rest_both(u, r);
    add64(u, 40, len);
    add32(u, 48, -len);
}

static void rest_apply(Resume *u, const OpRecord *r)
{
    u->applied += r->completed / 10;
    add64(u, 16, r->completed);
    add32(u, 40, -r->completed);
}

static void test_delta(void)
{
    const uint32_t size = 0x3000;
    const uint64_t src1 = 0x10ff8, src2 = 0x20ff0, delta = 0x30ff3;
    g_autofree uint8_t *old = NULL;
    g_autofree uint8_t *new = NULL;
    g_autoptr(GByteArray) record = NULL;
    unsigned i;
    OpRecord r;
    Resume u;

    start(&u, IDXD_OP_CREATE_DELTA, src1, src2, size, 1 << AREA(delta));
    stq_le_p(u.d.raw + 40, delta);
    stl_le_p(u.d.raw + 48, 8000);
    u.in = u.out = 8;
    old = op_random(&u.t, PA(src1), size, 5);
    new = g_memdup2(old, size);
    for (i = 0; i < size; i += 24) {
        new[i]++;
    }
    qtest_memwrite(u.t.qts, PA(src2), new, size);
    u.delta = g_byte_array_new();
    r = run(&u, rest_create, 11);
    g_assert_cmpuint(r.result, ==, 1);
    take_delta(&u, ldl_le_p(r.specific));
    svm_quit(&u.t);

    record = u.delta;
    g_assert_cmpuint(record->len, ==, size / 24 * 10);
    for (i = 0; i < size / 24; i++) {
        g_assert_cmpuint(lduw_le_p(record->data + i * 10), ==, i * 3);
        g_assert_cmpmem(record->data + i * 10 + 2, 8, new + i * 24, 8);
    }
    start(&u, IDXD_OP_APPLY_DELTA, 0x10ffb, 0x20ff8, size, 1 << 2);
    stl_le_p(u.d.raw + 40, record->len);
    u.in = 10;
    u.out = 24;
    qtest_memwrite(u.t.qts, PA(0x10ffb), record->data, record->len);
    qtest_memwrite(u.t.qts, PA(0x20ff8), old, size);
    run(&u, rest_apply, 7);
    op_assert_mem(&u.t, PA(0x20ff8), new, size);
    svm_quit(&u.t);
}

/* A seed in memory comes first; what there is of a CRC is the seed then */
static void rest_crc(Resume *u, const OpRecord *r)
{
    if (r->fault_addr == ldq_le_p(u->d.raw + 48)) {
        return;
    }
    if (idxd_desc_opcode(&u->d) == IDXD_OP_CRC) {
        rest_src(u, r);
    } else {
        rest_both(u, r);
    }
    memcpy(u->d.raw + 40, r->specific, 4);
    stq_le_p(u->d.raw + 48, 0);
    u->d.raw[6] &= ~1;
}

static void test_crc(void)
{
    const uint32_t size = 0x3456, seed = 0xabcdef01;
    g_autofree uint8_t *data = NULL;
    unsigned mode;
    OpRecord r;
    Resume u;

    for (mode = 0; mode < 8; mode++) {
        bool copy = mode & 4;

        start(&u, copy ? IDXD_OP_COPY_CRC : IDXD_OP_CRC, SRC, copy ? DST : 0,
              size, 1 << AREA(DST));
        u.d.raw[6] = 1 | (mode & 1 ? 2 : 0) | (mode & 2 ? 4 : 0);
        stq_le_p(u.d.raw + 48, DST2 + 1);
        qtest_writel(u.t.qts, PA(DST2 + 1), seed);
        g_free(data);
        data = op_random(&u.t, PA(SRC), size, mode);
        r = run(&u, rest_crc, copy ? 10 : 6);
        g_assert_cmphex(ldq_le_p(r.specific), ==,
                        op_crc32c(data, size, seed, mode & 1, mode & 2));
        if (copy) {
            op_assert_mem(&u.t, PA(DST), data, size);
        }
        svm_quit(&u.t);
    }
}

static void test_flush(void)
{
    OpRecord r;
    Resume u;

    start(&u, IDXD_OP_CACHE_FLUSH, 0, SRC, 0x3456, 0);
    r = run(&u, rest_dst, 5);
    op_assert(&r, IDXD_STS_SUCCESS, 0, 0);
    svm_quit(&u.t);
}

static const struct {
    uint8_t opcode;
    bool tuples_in, tuples_out;
    unsigned data_out;
} dif[] = {
    { IDXD_OP_DIF_CHECK, true, false, 0 },
    { IDXD_OP_DIF_INSERT, false, true, 1 },
    { IDXD_OP_DIF_STRIP, true, false, 1 },
    { IDXD_OP_DIF_UPDATE, true, true, 1 },
    { IDXD_OP_DIX_GENERATE, false, true, 0 },
};

static void rest_dif(Resume *u, const OpRecord *r)
{
    rest_src(u, r);
    add64(u, 24, r->completed / u->in * u->out);
    memcpy(u->d.raw + 48, r->specific, 16);
}

static void test_dif(void)
{
    unsigned op, big;

    for (op = 0; op < ARRAY_SIZE(dif); op++) {
        for (big = 0; big < 2; big++) {
            unsigned block = big ? 4096 : 512, blocks = big ? 3 : 29;
            unsigned in = block + (dif[op].tuples_in ? 8 : 0), i;
            g_autoptr(GByteArray) expected = g_byte_array_new();
            g_autofree uint8_t *src = NULL;
            unsigned faults;
            Resume u;

            start(&u, dif[op].opcode, SRC,
                  dif[op].data_out || dif[op].tuples_out ? DST + 0xec0 : 0,
                  blocks * in, 1 << AREA(DST));
            u.d.raw[42] = big ? 2 : 0;
            u.in = in;
            u.out = dif[op].data_out * block + (dif[op].tuples_out ? 8 : 0);
            if (dif[op].tuples_in) {
                u.d.raw[40] = 0x10;
                stl_le_p(u.d.raw + 48, 10);
                stw_le_p(u.d.raw + 52, 0x0001);
                stw_le_p(u.d.raw + 54, 20);
            }
            if (dif[op].tuples_out) {
                u.d.raw[41] = 0x10;
                stl_le_p(u.d.raw + 56, 30);
                stw_le_p(u.d.raw + 60, 0x0001);
                stw_le_p(u.d.raw + 62, 40);
            }
            src = op_random(&u.t, PA(SRC), blocks * in, op);
            for (i = 0; i < blocks; i++) {
                uint8_t *p = src + i * in, tuple[8];

                stw_be_p(tuple, op_crc16(p, block, 0));
                if (dif[op].tuples_in) {
                    stw_be_p(tuple + 2, 20 + i);
                    stl_be_p(tuple + 4, 10 + i);
                    memcpy(p + block, tuple, 8);
                }
                if (dif[op].data_out) {
                    g_byte_array_append(expected, p, block);
                }
                if (dif[op].tuples_out) {
                    stw_be_p(tuple + 2, (40 + i) & ~1);
                    stl_be_p(tuple + 4, 30 + i);
                    g_byte_array_append(expected, tuple, 8);
                }
            }
            qtest_memwrite(u.t.qts, PA(SRC), src, blocks * in);
            faults = pages(SRC, blocks * in);
            if (expected->len) {
                faults += pages(DST + 0xec0, expected->len);
            }
            run(&u, rest_dif, faults);
            if (expected->len) {
                op_assert_mem(&u.t, PA(DST) + 0xec0, expected->data,
                              expected->len);
            }
            svm_quit(&u.t);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/resume/" #name, test_##name)
    ADD(move);
    ADD(move_overlap);
    ADD(fill);
    ADD(compare);
    ADD(dualcast);
    ADD(delta);
    ADD(crc);
    ADD(flush);
    ADD(dif);

    return g_test_run();
}
