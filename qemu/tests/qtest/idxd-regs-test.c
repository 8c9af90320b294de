/*
 * QTest testcase for idxd-dsa: which bits of registers can be written when
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "idxd-util.h"

/* States of the device, the second and third with WQ 0 enabled or not */
#define DISABLED        BIT(0)
#define ENABLED         BIT(1)
#define WQ_ENABLED      BIT(2)
#define HALTED          BIT(3)
#define ALWAYS          (DISABLED | ENABLED | WQ_ENABLED | HALTED)

/* Bits of a register, or of several, that can be written in some states */
typedef struct Writable {
    uint64_t first;
    unsigned stride;
    unsigned count;
    uint32_t mask;
    unsigned when;
} Writable;

#define WQ(n, reg)      (IDXD_WQCFG_BASE + (n) * IDXD_WQCFG_STRIDE + (reg))
#define GROUP(offset)   (IDXD_GRPCFG_BASE + (offset))

/* WQ 0 can be enabled; the others never are */
#define WQ0CFG(reg, mask) \
    { WQ(0, reg), 0, 1, mask, DISABLED | ENABLED }
#define WQCFG(reg, mask) \
    { WQ(1, reg), IDXD_WQCFG_STRIDE, IDXD_TEST_WQS - 1, mask, ALWAYS }
#define GRPCFG(offset, mask) \
    { GROUP(offset), IDXD_GRPCFG_STRIDE, 4, mask, DISABLED }

static const Writable writable[] = {
    { A_GENCFG, 0, 1, 0x20ff, DISABLED },
    { A_GENCTRL, 0, 1, 0x7, ALWAYS },
    { A_EVLCFG0, 0, 1, 0xfffff003, DISABLED },
    { A_EVLCFG1, 0, 1, 0xffffffff, DISABLED },
    { A_EVLCFG2, 0, 1, 0xffffffff, DISABLED },
    { A_EVLCFG3, 0, 1, 0xf, DISABLED },
    GRPCFG(0, 0xffffffff),
    GRPCFG(4, 0xffffffff),
    GRPCFG(8, 0xffffffff),
    GRPCFG(12, 0xffffffff),
    GRPCFG(16, 0xffffffff),
    GRPCFG(20, 0xffffffff),
    GRPCFG(24, 0xffffffff),
    GRPCFG(28, 0xffffffff),
    GRPCFG(32, 0xffffffff),
    GRPCFG(36, 0xffffffff),
    GRPCFG(40, 0x0ff0ffbf),
    GRPCFG(44, 0x33),
    { IDXD_MSIX_PERM_BASE, IDXD_MSIX_PERM_STRIDE, IDXD_TEST_WQS + 1,
      0xfffff00c, ALWAYS },
    WQ0CFG(A_WQCFG0, 0xffff),
    WQCFG(A_WQCFG0, 0xffff),
    WQ0CFG(A_WQCFG1, 0xffff),
    WQCFG(A_WQCFG1, 0xffff),
    WQ0CFG(A_WQCFG2, 0x3ffffffb),
    WQCFG(A_WQCFG2, 0x3ffffffb),
    WQ0CFG(A_WQCFG3, 0x1ff),
    WQCFG(A_WQCFG3, 0x1ff),
};

static uint32_t mask_of(IdxdTest *t, uint64_t reg, unsigned state)
{
    uint64_t wq = reg - IDXD_WQCFG_BASE;
    unsigned i, j;

    for (i = 0; i < ARRAY_SIZE(writable); i++) {
        const Writable *w = &writable[i];

        for (j = 0; j < w->count; j++) {
            if (reg == w->first + j * w->stride) {
                return w->when & state ? w->mask : 0;
            }
        }
    }
    /* Operations that a WQ can be allowed are those that there are */
    if (reg >= IDXD_WQCFG_BASE && wq / IDXD_WQCFG_STRIDE < IDXD_TEST_WQS &&
        wq % IDXD_WQCFG_STRIDE >= A_WQCFG8) {
        if (wq < IDXD_WQCFG_STRIDE && state & (WQ_ENABLED | HALTED)) {
            return 0;
        }
        return idxd_rd(t, A_OPCAP + wq % IDXD_WQCFG_STRIDE - A_WQCFG8);
    }
    return 0;
}

/* All registers, those that are not there included */
static void check_all(IdxdTest *t, unsigned state)
{
    uint32_t old, mask;
    uint64_t reg;

    for (reg = 0; reg < IDXD_MSIX_TABLE_BASE; reg += 4) {
        if (reg == A_CMD) {
            continue;
        }
        old = idxd_rd(t, reg);
        mask = mask_of(t, reg, state);
        idxd_wr(t, reg, UINT32_MAX);
        if (idxd_rd(t, reg) != (old | mask)) {
            g_error("state 0x%x register 0x%" PRIx64 ": 0x%x, not 0x%x", state,
                    reg, idxd_rd(t, reg), old | mask);
        }
        idxd_wr(t, reg, 0);
        if (idxd_rd(t, reg) != (old & ~mask)) {
            g_error("state 0x%x register 0x%" PRIx64 ": 0x%x, not 0x%x", state,
                    reg, idxd_rd(t, reg), old & ~mask);
        }
        idxd_wr(t, reg, old);
        g_assert_cmphex(idxd_rd(t, reg), ==, old);
    }
}

static void test_states(void)
{
    IdxdTest t;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    check_all(&t, DISABLED);
    idxd_configure(&t);
    check_all(&t, DISABLED);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    check_all(&t, ENABLED);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    check_all(&t, WQ_ENABLED);
    idxd_testctl(&t, "x-test-halt", "software");
    check_all(&t, HALTED);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    check_all(&t, DISABLED);
    idxd_test_quit(&t);
}

/* While a command waits nothing that it is about can be written either */
static void test_draining(void)
{
    IdxdTest t;
    IdxdDesc d;

    idxd_test_start(&t, "", "idxd-dsa,x-test=on");
    idxd_enable(&t, 0);
    idxd_testctl(&t, "x-test-hold", "1");
    idxd_desc(&d, IDXD_OP_NOOP, 0, 0, 0, 0, 0);
    idxd_submit(&t, 0, &d);
    idxd_cmd_start(&t, IDXD_CMD_DISABLE_DEVICE, 0);
    g_assert_true(idxd_cmd_active(&t));
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_DRAINING);
    check_all(&t, WQ_ENABLED);

    /* Nor is another command taken */
    idxd_wr(&t, A_CMD, IDXD_CMD_RESET_DEVICE << R_CMD_CODE_SHIFT |
            R_CMD_REQ_INT_MASK);
    g_assert_true(idxd_cmd_active(&t));
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);
    idxd_testctl(&t, "x-test-hold", "0");
    g_assert_cmphex(idxd_cmd_wait(&t), ==, 0);
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, IDXD_DISABLED);
    g_assert_cmpuint(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG0), ==,
                     IDXD_TEST_WQ_SIZE);
    check_all(&t, DISABLED);
    idxd_test_quit(&t);
}

/* Registers take 32 and 64 bits, at aligned addresses, and nothing else */
static void test_sizes(void)
{
    uint64_t genctrl, wqcfg;
    IdxdTest t;

    idxd_test_start(&t, "", "idxd-dsa");
    genctrl = t.regs.addr + A_GENCTRL;
    wqcfg = t.regs.addr + IDXD_WQCFG_BASE;
    idxd_wr(&t, A_GENCTRL, 5);
    qtest_writeb(t.qts, genctrl, 2);
    qtest_writew(t.qts, genctrl, 2);
    qtest_writel(t.qts, genctrl - 2, 0);
    g_assert_cmphex(idxd_rd(&t, A_GENCTRL), ==, 5);

    qtest_writeq(t.qts, wqcfg, 0x700000010);
    g_assert_cmphex(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG0), ==, 0x10);
    g_assert_cmphex(idxd_rd(&t, IDXD_WQCFG_BASE + A_WQCFG1), ==, 0x7);
    g_assert_cmphex(qtest_readq(t.qts, wqcfg), ==, 0x700000010);
    qtest_writeb(t.qts, wqcfg, 0x20);
    qtest_writew(t.qts, wqcfg, 0x20);
    g_assert_cmphex(qtest_readq(t.qts, wqcfg), ==, 0x700000010);
    idxd_test_quit(&t);
}

static void assert_unmigratable(const char *device)
{
    const char *why;
    QDict *rsp;
    IdxdTest t;

    idxd_test_start(&t, "", device);
    rsp = qtest_qmp(t.qts, "{ 'execute': 'migrate', 'arguments': {"
                    " 'uri': 'file:/dev/null' } }");
    g_assert_true(qdict_haskey(rsp, "error"));
    why = qdict_get_str(qdict_get_qdict(rsp, "error"), "desc");
    g_assert_nonnull(strstr(why, "non-migratable device"));
    g_assert_nonnull(strstr(why, "idxd"));
    qobject_unref(rsp);
    idxd_test_quit(&t);
}

static void test_migration(void)
{
    assert_unmigratable("idxd-dsa");
    assert_unmigratable("idxd-iaa");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/regs/states", test_states);
    qtest_add_func("idxd/regs/draining", test_draining);
    qtest_add_func("idxd/regs/sizes", test_sizes);
    qtest_add_func("idxd/regs/migration", test_migration);

    return g_test_run();
}
