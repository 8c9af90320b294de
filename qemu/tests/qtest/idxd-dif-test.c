/*
 * QTest testcase for idxd-dsa: DIF Check, Insert, Strip and Update, DIX
 * Generate
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "idxd-op-util.h"

#define SRC             OP_BUF(0)
#define DST             OP_BUF(1)

static const uint16_t block_sizes[] = { 512, 520, 4096, 4104 };

static const uint8_t opcodes[] = {
    IDXD_OP_DIF_CHECK, IDXD_OP_DIF_INSERT, IDXD_OP_DIF_STRIP,
    IDXD_OP_DIF_UPDATE, IDXD_OP_DIX_GENERATE,
};

typedef struct Tags {
    uint8_t flags;
    uint32_t ref;
    uint16_t mask;
    uint16_t app;
} Tags;

/* What a descriptor says */
typedef struct Dif {
    uint8_t opcode;
    uint8_t flags;
    Tags src;
    Tags dst;
} Dif;

static bool reads_tuples(const Dif *c)
{
    return c->opcode == IDXD_OP_DIF_CHECK || c->opcode == IDXD_OP_DIF_STRIP ||
           c->opcode == IDXD_OP_DIF_UPDATE;
}

static bool writes_tuples(const Dif *c)
{
    return c->opcode == IDXD_OP_DIF_INSERT || c->opcode == IDXD_OP_DIF_UPDATE ||
           c->opcode == IDXD_OP_DIX_GENERATE;
}

static bool writes_data(const Dif *c)
{
    return c->opcode == IDXD_OP_DIF_INSERT || c->opcode == IDXD_OP_DIF_UPDATE ||
           c->opcode == IDXD_OP_DIF_STRIP;
}

static unsigned data_size(const Dif *c)
{
    return block_sizes[c->flags & 3];
}

/* Bytes of a block at the source and at the destination */
static unsigned in_size(const Dif *c)
{
    return data_size(c) + (reads_tuples(c) ? 8 : 0);
}

static unsigned out_size(const Dif *c)
{
    return (writes_data(c) ? data_size(c) : 0) + (writes_tuples(c) ? 8 : 0);
}

static void describe(IdxdDesc *d, const Dif *c, uint32_t size)
{
    idxd_desc(d, c->opcode, OP_RECORD, 0, SRC, out_size(c) ? DST : 0, size);
    d->raw[42] = c->flags;
    if (reads_tuples(c)) {
        d->raw[40] = c->src.flags;
        stl_le_p(d->raw + 48, c->src.ref);
        stw_le_p(d->raw + 52, c->src.mask);
        stw_le_p(d->raw + 54, c->src.app);
    }
    if (writes_tuples(c)) {
        d->raw[41] = c->dst.flags;
        stl_le_p(d->raw + 56, c->dst.ref);
        stw_le_p(d->raw + 60, c->dst.mask);
        stw_le_p(d->raw + 62, c->dst.app);
    }
}

static uint16_t app_tag(const Tags *tags, unsigned i)
{
    return tags->app + (tags->flags & 0x10 ? i : 0);
}

static uint32_t ref_tag(const Tags *tags, unsigned i)
{
    return tags->ref + (tags->flags & 0x80 ? 0 : i);
}

static uint16_t guard(const Dif *c, const uint8_t *data)
{
    uint16_t crc = op_crc16(data, data_size(c), c->flags & 4 ? 0xffff : 0);

    return c->flags & 8 ? crc ^ 0xffff : crc;
}

static void put_tuple(uint8_t *p, uint16_t g, uint16_t app, uint32_t ref)
{
    stw_be_p(p, g);
    stw_be_p(p + 2, app);
    stl_be_p(p + 4, ref);
}

/* Data with the tuples that are expected of the source, if there are any */
static uint8_t *make_source(IdxdTest *t, const Dif *c, unsigned blocks)
{
    uint8_t *src = op_random(t, SRC, blocks * in_size(c), c->flags + blocks);
    unsigned i;

    for (i = 0; i < blocks && reads_tuples(c); i++) {
        uint8_t *p = src + i * in_size(c);
        uint16_t junk = lduw_he_p(p + data_size(c)) & c->src.mask;

        /* Bits that are masked may be anything */
        put_tuple(p + data_size(c), guard(c, p),
                  (app_tag(&c->src, i) & ~c->src.mask) | junk,
                  ref_tag(&c->src, i));
    }
    qtest_memwrite(t->qts, SRC, src, blocks * in_size(c));
    return src;
}

static uint8_t *make_expected(const Dif *c, const uint8_t *src, unsigned blocks)
{
    GByteArray *out = g_byte_array_new();
    unsigned i;

    for (i = 0; i < blocks; i++) {
        const uint8_t *data = src + i * in_size(c);
        const uint8_t *old = data + data_size(c);
        uint8_t tuple[8];

        if (writes_data(c)) {
            g_byte_array_append(out, data, data_size(c));
        }
        if (writes_tuples(c)) {
            put_tuple(tuple, guard(c, data), app_tag(&c->dst, i) & ~c->dst.mask,
                      ref_tag(&c->dst, i));
            if (c->dst.flags & 0x20) {
                memcpy(tuple, old, 2);
            }
            if (c->dst.flags & 0x08) {
                memcpy(tuple + 2, old + 2, 2);
            }
            if (c->dst.flags & 0x40) {
                memcpy(tuple + 4, old + 4, 4);
            }
            g_byte_array_append(out, tuple, 8);
        }
    }
    return g_byte_array_free(out, false);
}

static void assert_tags(const uint8_t *p, const Tags *tags, bool used,
                        unsigned done)
{
    uint32_t ref = ldl_le_p(p);

    g_assert_cmphex(ref, ==, used ? ref_tag(tags, done) : 0);
    g_assert_cmphex(lduw_le_p(p + 4), ==, used ? tags->mask : 0);
    g_assert_cmphex(lduw_le_p(p + 6), ==, used ? app_tag(tags, done) : 0);
}

/*
 * Carry it out for what is at the source.
 * @done: so many of the blocks are good
 * @dif_status: what is wrong with the next one, if there is one
 */
static void run(IdxdTest *t, const Dif *c, const uint8_t *src, unsigned blocks,
                unsigned done, uint8_t dif_status)
{
    size_t out_len = blocks * out_size(c);
    g_autofree uint8_t *out = g_malloc(out_len + 1);
    g_autofree uint8_t *expected = make_expected(c, src, done);
    size_t expected_len = done * out_size(c);
    IdxdDesc d;
    OpRecord r;

    qtest_memset(t->qts, DST, 0x5a, out_len + 1);
    describe(&d, c, blocks * in_size(c));
    r = op_run(t, &d);
    g_assert_cmphex(r.status, ==, dif_status ? IDXD_STS_DIF : IDXD_STS_SUCCESS);
    g_assert_cmphex(r.result, ==, dif_status);
    g_assert_cmpuint(r.completed, ==, dif_status ? done * in_size(c) : 0);
    g_assert_cmphex(r.fault_addr, ==, 0);
    assert_tags(r.specific, &c->src, reads_tuples(c), done);
    assert_tags(r.specific + 8, &c->dst, writes_tuples(c), done);
    qtest_memread(t->qts, DST, out, out_len + 1);
    g_assert_true(!expected_len || !memcmp(out, expected, expected_len));
    for (; expected_len <= out_len; expected_len++) {
        g_assert_cmphex(out[expected_len], ==, 0x5a);
    }
}

static void run_good(IdxdTest *t, const Dif *c, unsigned blocks)
{
    g_autofree uint8_t *src = make_source(t, c, blocks);

    run(t, c, src, blocks, blocks, 0);
}

/* The CRC of all that follows, by what is known of it */
static void test_reference(void)
{
    const uint8_t *digits = (const uint8_t *)"123456789";

    g_assert_cmphex(op_crc16(digits, 9, 0), ==, 0xd0db);
    g_assert_cmphex(op_crc16(digits, 9, 0xffff), ==, 0x8e3c);
}

/* Block sizes, CRCs, kinds of tags */
static void test_modes(void)
{
    unsigned op, flags, kind;
    IdxdTest t;

    op_start(&t, "");
    for (op = 0; op < ARRAY_SIZE(opcodes); op++) {
        for (flags = 0; flags < 16; flags++) {
            for (kind = 0; kind < 4; kind++) {
                uint8_t tag_flags = (kind & 1 ? 0x10 : 0) |
                                    (kind & 2 ? 0x80 : 0);
                Dif c = {
                    .opcode = opcodes[op],
                    .flags = flags,
                    /* Counters that go around */
                    .src = { tag_flags, 0xfffffffe, 0x0f00, 0xfffd },
                    .dst = { tag_flags ^ 0x90, 0xffffffff, 0xa005, 0xffff },
                };

                run_good(&t, &c, 1);
                run_good(&t, &c, 3);
                run_good(&t, &c, (flags & 3) < 2 ? 131 : 20);
            }
        }
    }
    idxd_test_quit(&t);
}

static void test_update_copies(void)
{
    unsigned which;
    IdxdTest t;

    op_start(&t, "");
    for (which = 0; which < 8; which++) {
        Dif c = {
            .opcode = IDXD_OP_DIF_UPDATE,
            .src = { 0x10, 5, 0x00ff, 0x1234 },
            .dst = { 0x80 | (which & 1 ? 0x08 : 0) | (which & 2 ? 0x20 : 0) |
                     (which & 4 ? 0x40 : 0), 99, 0x1000, 0x9999 },
        };

        run_good(&t, &c, 5);
    }
    idxd_test_quit(&t);
}

/* Each field wrong, and all of them, in the first, a middle and the last */
static void test_errors(void)
{
    static const uint8_t checked[] = {
        IDXD_OP_DIF_CHECK, IDXD_OP_DIF_STRIP, IDXD_OP_DIF_UPDATE,
    };
    unsigned op, wrong, at;
    IdxdTest t;

    op_start(&t, "");
    for (op = 0; op < ARRAY_SIZE(checked); op++) {
        for (wrong = 1; wrong < 8; wrong++) {
            for (at = 0; at < 100; at += 33) {
                Dif c = {
                    .opcode = checked[op],
                    .flags = wrong % 2,
                    .src = { 0x10, 77, 0xf000, 0x4321 },
                    .dst = { 0x10, 88, 0x0f00, 0x8765 },
                };
                g_autofree uint8_t *src = make_source(&t, &c, 100);
                uint8_t *tuple = src + at * in_size(&c) + data_size(&c);

                if (wrong & 1) {
                    tuple[-1] ^= 1;
                }
                if (wrong & 2) {
                    tuple[3] ^= 0x80;
                }
                if (wrong & 4) {
                    tuple[4] ^= 1;
                }
                qtest_memwrite(t.qts, SRC, src, 100 * in_size(&c));
                run(&t, &c, src, 100, at, wrong);

                /* What is not checked */
                c.src.flags |= 0x60;
                c.src.mask = 0xffff;
                run(&t, &c, src, 100, 100, 0);
                c.src.flags &= ~0x40;
                if (wrong & 4) {
                    run(&t, &c, src, 100, at, 4);
                }
                c.src.flags = 0x50;
                if (wrong & 1) {
                    run(&t, &c, src, 100, at, 1);
                }
                /* A bit that counts, of a tag that does not increment */
                c.src.flags = 0x70;
                c.src.mask = 0xff7f;
                run(&t, &c, src, 100, wrong & 2 ? at : 100, wrong & 2);
            }
        }
    }
    idxd_test_quit(&t);
}

/* Tuples of ones, of which a block is told not to be checked */
static void test_f_detect(void)
{
    static const struct {
        uint16_t guard, app;
        uint32_t ref;
        uint8_t flags;
        uint8_t status;
    } cases[] = {
        /* Not enabled: all is checked */
        { 0xffff, 0xffff, 0xffffffff, 0x00, 7 },
        { 0xffff, 0xffff, 0xffffffff, 0x01, 7 },
        /* All fields */
        { 0xffff, 0xffff, 0xffffffff, 0x02, 0 },
        { 0xffff, 0xffff, 0xffffffff, 0x03, 8 },
        { 0xffff, 0xffff, 0xffffffff, 0x0f, 8 },
        { 0xfffe, 0xffff, 0xffffffff, 0x02, 7 },
        { 0xffff, 0xfffe, 0xffffffff, 0x03, 7 },
        { 0xffff, 0xffff, 0xfffffffe, 0x03, 7 },
        /* The application tag */
        { 0x1111, 0xffff, 0x22222222, 0x04, 0 },
        { 0xffff, 0xffff, 0xffffffff, 0x04, 0 },
        { 0x1111, 0xfffe, 0x22222222, 0x04, 7 },
        { 0x1111, 0xfffe, 0xffffffff, 0x04, 7 },
        /* Both tags */
        { 0x1111, 0xffff, 0xffffffff, 0x08, 0 },
        { 0x1111, 0xffff, 0x22222222, 0x08, 7 },
        { 0x1111, 0x3333, 0xffffffff, 0x08, 7 },
        { 0x1111, 0xffff, 0x22222222, 0x0c, 0 },
    };
    unsigned i;
    IdxdTest t;

    op_start(&t, "");
    for (i = 0; i < ARRAY_SIZE(cases); i++) {
        Dif c = {
            .opcode = IDXD_OP_DIF_STRIP,
            .src = { cases[i].flags | 0x10, 1000, 0, 2000 },
        };
        g_autofree uint8_t *src = make_source(&t, &c, 4);

        put_tuple(src + 2 * 520 + 512, cases[i].guard, cases[i].app,
                  cases[i].ref);
        qtest_memwrite(t.qts, SRC, src, 4 * 520);
        if (cases[i].status) {
            run(&t, &c, src, 4, 2, cases[i].status);
        } else {
            /* Tags count on over a block that is not checked */
            run(&t, &c, src, 4, 4, 0);
        }
    }
    idxd_test_quit(&t);
}

static void test_reserved(void)
{
    unsigned op, bit, byte;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    for (op = 0; op < ARRAY_SIZE(opcodes); op++) {
        for (byte = 40; byte < 43; byte++) {
            for (bit = 0; bit < 8; bit++) {
                Dif c = { .opcode = opcodes[op], .src = { 0x60, 0, 0xffff } };
                uint8_t allowed = 0;

                if (byte == 42) {
                    allowed = 0x0c;
                } else if (byte == 40 && reads_tuples(&c)) {
                    allowed = 0xff;
                } else if (byte == 41 && c.opcode == IDXD_OP_DIF_UPDATE) {
                    allowed = 0xf8;
                } else if (byte == 41 && writes_tuples(&c)) {
                    allowed = 0x90;
                }
                if (byte == 42 && bit < 2) {
                    continue;
                }
                describe(&d, &c, in_size(&c));
                d.raw[byte] |= 1 << bit;
                g_assert_cmphex(op_run(&t, &d).status, ==,
                                allowed >> bit & 1 ? IDXD_STS_SUCCESS :
                                                     IDXD_STS_RESERVED);
            }
        }
    }
    idxd_test_quit(&t);
}

static void test_sizes(void)
{
    unsigned op, flags;
    IdxdTest t;
    IdxdDesc d;

    op_start(&t, "");
    for (op = 0; op < ARRAY_SIZE(opcodes); op++) {
        for (flags = 0; flags < 4; flags++) {
            Dif c = { .opcode = opcodes[op], .flags = flags,
                      .src = { 0x60, 0, 0xffff } };
            uint32_t in = in_size(&c), size = 4 * in, out = 4 * out_size(&c);

            describe(&d, &c, size - 1);
            op_assert_run(&t, &d, IDXD_STS_XFER_SIZE, 0, 0);
            describe(&d, &c, 8);
            op_assert_run(&t, &d, IDXD_STS_XFER_SIZE, 0, 0);
            describe(&d, &c, reads_tuples(&c) ? data_size(&c) * 4 : in + 8);
            op_assert_run(&t, &d, IDXD_STS_XFER_SIZE, 0, 0);
            if (!out) {
                continue;
            }
            /* The destination is as long as it is written */
            describe(&d, &c, size);
            stq_le_p(d.raw + 24, SRC + size - 1);
            op_assert_run(&t, &d, IDXD_STS_OVERLAP, 0, 0);
            stq_le_p(d.raw + 24, SRC + size);
            g_assert_cmphex(op_run(&t, &d).status, ==, IDXD_STS_SUCCESS);
            stq_le_p(d.raw + 24, SRC - out + 1);
            op_assert_run(&t, &d, IDXD_STS_OVERLAP, 0, 0);
            stq_le_p(d.raw + 24, SRC - out);
            g_assert_cmphex(op_run(&t, &d).status, ==, IDXD_STS_SUCCESS);
        }
    }
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/dif/" #name, test_##name)
    ADD(reference);
    ADD(modes);
    ADD(update_copies);
    ADD(errors);
    ADD(f_detect);
    ADD(reserved);
    ADD(sizes);

    return g_test_run();
}
