/*
 * QTest testcase for idxd-dsa: operations and page requests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd-op-util.h"
#include "idxd-svm-util.h"

#define SRC         0x10ffdULL
#define DST         0x20123ULL
#define DST2        0x30123ULL
/* Of the address space */
#define PAGES       64
#define PA(addr)    (SVM_PAGE(0) + (addr))

/* With page requests an operation waits, and ends if there is no page */
static void test_refused(void)
{
    static const struct {
        uint8_t opcode;
        uint64_t src, dst;
        uint32_t size;
        /* what is accessed first */
        uint64_t addr;
        bool write;
    } cases[] = {
        { IDXD_OP_MOVE, SRC, DST, 8, SRC },
        { IDXD_OP_FILL, 0, DST, 8, DST, true },
        { IDXD_OP_COMPARE, SRC, DST, 8, SRC },
        { IDXD_OP_COMPARE_PATTERN, SRC, 0, 8, SRC },
        { IDXD_OP_CREATE_DELTA, SRC - 5, DST + 5, 8, SRC - 5 },
        { IDXD_OP_APPLY_DELTA, SRC, DST + 5, 8, SRC },
        { IDXD_OP_DUALCAST, SRC, DST, 8, SRC },
        { IDXD_OP_CRC, SRC, 0, 8, SRC },
        { IDXD_OP_COPY_CRC, SRC, DST, 8, SRC },
        { IDXD_OP_DIF_CHECK, SRC, 0, 520, SRC },
        { IDXD_OP_DIF_INSERT, SRC, DST, 512, SRC },
        { IDXD_OP_DIF_STRIP, SRC, DST, 520, SRC },
        { IDXD_OP_DIF_UPDATE, SRC, DST, 520, SRC },
        { IDXD_OP_DIX_GENERATE, SRC, DST, 512, SRC },
        { IDXD_OP_CACHE_FLUSH, 0, DST, 8, DST },
    };
    unsigned i, index;
    IdxdTest t;
    IdxdDesc d;

    svm_start(&t, R_WQCFG2_BLOCK_ON_FAULT_MASK);
    svm_map(&t, 0);
    for (i = 0; i < ARRAY_SIZE(cases); i++) {
        idxd_desc(&d, cases[i].opcode, OP_RECORD | IDXD_FLAG_BOF, 0,
                  cases[i].src, cases[i].dst, cases[i].size);
        if (cases[i].opcode == IDXD_OP_CREATE_DELTA) {
            stq_le_p(d.raw + 40, DST2);
            stl_le_p(d.raw + 48, 80);
        } else if (cases[i].opcode == IDXD_OP_APPLY_DELTA) {
            stl_le_p(d.raw + 40, 10);
        } else if (cases[i].opcode == IDXD_OP_DUALCAST) {
            stq_le_p(d.raw + 40, DST2);
        }
        qtest_memset(t.qts, PA(0), 0, 64);
        idxd_submit(&t, 0, &d);
        index = svm_page_request(&t, cases[i].addr & ~0xfffULL, cases[i].write);
        g_assert_cmphex(qtest_readb(t.qts, PA(0)), ==, 0);
        svm_page_response(&t, index, 1);
        svm_assert_record(&t, PA(0),
                          IDXD_STS_FAULT_REFUSED | cases[i].write << 7, 0, 0,
                          cases[i].addr);
    }
    svm_quit(&t);
}

/* Each page of the region is asked for once, those that cannot be had too */
static void test_fetch(void)
{
    unsigned page, index;
    IdxdTest t;
    IdxdDesc d;
    OpRecord r;

    svm_start(&t, R_WQCFG2_BLOCK_ON_FAULT_MASK);
    svm_map(&t, 0);
    idxd_desc(&d, IDXD_OP_TRANSLATION_FETCH, OP_RECORD, 0, SRC, 0, 0x3456);
    r = op_run_at(&t, &d, 0, PA(0));
    op_assert(&r, IDXD_STS_SUCCESS, 0, 0);

    d.raw[4] |= IDXD_FLAG_BOF;
    qtest_memset(t.qts, PA(0), 0, 64);
    idxd_submit(&t, 0, &d);
    for (page = 0x10; page <= 0x14; page++) {
        index = svm_page_request(&t, page << 12, false);
        if (page != 0x12) {
            svm_map(&t, page);
        }
        svm_page_response(&t, index, page == 0x12 ? 1 : 0);
    }
    svm_assert_record(&t, PA(0), IDXD_STS_SUCCESS, 0, 0, 0);

    /* Every second page */
    stq_le_p(d.raw + 16, SRC + 0x8000);
    stl_le_p(d.raw + 48, 0x2000);
    qtest_memset(t.qts, PA(0), 0, 64);
    idxd_submit(&t, 0, &d);
    svm_page_response(&t, svm_page_request(&t, 0x18000, false), 1);
    svm_page_response(&t, svm_page_request(&t, 0x1a000, false), 1);
    svm_assert_record(&t, PA(0), IDXD_STS_SUCCESS, 0, 0, 0);
    svm_quit(&t);
}

static void test_drain(void)
{
    unsigned i;
    IdxdTest t;
    IdxdDesc d;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    svm_map(&t, 0);
    for (i = 0; i < 2; i++) {
        idxd_desc(&d, IDXD_OP_DRAIN, OP_RECORD | 1 << (16 + i), 0, 0, 0, 0);
        stq_le_p(d.raw + 16 + 8 * i, SRC);
        qtest_memset(t.qts, PA(0), 0, 64);
        idxd_submit(&t, 0, &d);
        svm_assert_record(&t, PA(0), IDXD_STS_READBACK_FAULT, 0, 0, SRC);
    }
    svm_quit(&t);
}

/* A difference comes before what is not there */
static void test_difference(void)
{
    IdxdTest t;
    IdxdDesc d;
    OpRecord r;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    svm_map(&t, 0);
    svm_map(&t, SRC >> 12);
    svm_map(&t, DST >> 12);
    idxd_desc(&d, IDXD_OP_COMPARE, OP_RECORD, 0, SRC, DST, 0x3000);
    qtest_writeb(t.qts, PA(SRC) + 2, 1);
    r = op_run_at(&t, &d, 0, PA(0));
    op_assert(&r, IDXD_STS_SUCCESS, 1, 2);
    svm_quit(&t);
}

/* All pages are there but one, which is not or can only be read */
static void map_but(IdxdTest *t, unsigned page, bool readable)
{
    unsigned i;

    for (i = 0; i < PAGES; i++) {
        svm_map(t, i);
    }
    qtest_writeq(t->qts, SVM_PT + page * 8, readable ?
                 SVM_PAGE(page) | (SVM_FL_USER & ~VTD_FL_RW) : 0);
    svm_vtd_submit(t, VTD_INV_DESC_PIOTLB | VTD_INV_DESC_PIOTLB_ALL_IN_PASID |
                   SVM_DOMAIN << 16 | (uint64_t)SVM_PASID << 32, 0);
    svm_vtd_submit(t, VTD_INV_DESC_DEV_PIOTLB | SVM_DEVFN << 16 |
                   (uint64_t)SVM_PASID << 32, 0x7ffffffffffff800);
}

/*
 * A move within a range, and one of its pages that faults.  What is before the
 * first byte that faults, in the direction of the copy, is moved, and nothing
 * else is touched; the rest can be submitted.
 */
static void move_past(IdxdTest *t, uint64_t src, uint64_t dst, uint32_t size,
                      unsigned page, bool readable)
{
    uint64_t low = MIN(src, dst), high = MAX(src, dst) + size, addr = 0;
    bool backward = dst > src, write = false, faults = false;
    g_autofree uint8_t *mem = op_random(t, PA(low), high - low, page);
    g_autofree uint8_t *old = g_memdup2(mem, high - low);
    uint32_t done, k;
    OpRecord r;
    IdxdDesc d;

    for (done = 0; done < size; done++) {
        k = backward ? size - 1 - done : done;
        write = readable || (src + k) >> 12 != page;
        addr = write ? dst + k : src + k;
        faults = addr >> 12 == page;
        if (faults) {
            break;
        }
        mem[dst + k - low] = old[src + k - low];
    }

    map_but(t, page, readable);
    idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, src, dst, size);
    r = op_run_at(t, &d, 0, PA(0));
    op_assert_mem(t, PA(low), mem, high - low);
    if (!faults) {
        op_assert(&r, IDXD_STS_SUCCESS, 0, 0);
        return;
    }
    g_assert_cmphex(r.status, ==,
                    IDXD_STS_FAULT | (write ? IDXD_STS_WRITE : 0));
    g_assert_cmpuint(r.result, ==, backward);
    g_assert_cmpuint(r.completed, ==, done);
    if (!backward) {
        g_assert_cmphex(r.fault_addr, ==, addr);
    } else if (src % 0x1000 == dst % 0x1000) {
        g_assert_cmphex(r.fault_addr, ==,
                        MAX((uint64_t)page << 12, write ? dst : src));
    } else {
        g_assert_cmphex(r.fault_addr >> 12, ==, page);
        g_assert_cmphex(r.fault_addr, <=, addr);
    }

    svm_map(t, page);
    done = backward ? 0 : done;
    idxd_desc(&d, IDXD_OP_MOVE, OP_RECORD, 0, src + done, dst + done,
              size - r.completed);
    r = op_run_at(t, &d, 0, PA(0));
    op_assert(&r, IDXD_STS_SUCCESS, 0, 0);
    memcpy(mem + (dst - low), old + (src - low), size);
    op_assert_mem(t, PA(low), mem, high - low);
}

static void test_move_middle(void)
{
    static const uint32_t by[] = { 0x10, 0xff0, 0x1000, 0x1800 };
    const uint32_t size = 0x3456;
    unsigned i, page;
    IdxdTest t;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    for (i = 0; i < ARRAY_SIZE(by); i++) {
        for (page = SRC >> 12; page <= (SRC + by[i] + size - 1) >> 12; page++) {
            move_past(&t, SRC, SRC + by[i], size, page, false);
            move_past(&t, SRC, SRC + by[i], size, page, true);
            move_past(&t, SRC + by[i], SRC, size, page, false);
            move_past(&t, SRC + by[i], SRC, size, page, true);
        }
    }
    svm_quit(&t);
}

/* Members use the PASID of their batch, in a shared WQ too */
static void test_members(void)
{
    uint64_t portal;
    IdxdDesc d;
    IdxdTest t;
    unsigned i;

    svm_start(&t, R_WQCFG2_PRS_DISABLE_MASK);
    portal = t.portals + (SVM_SHARED << IDXD_PORTAL_WQ_SHIFT);
    svm_map(&t, 0);
    svm_map(&t, 1);
    for (i = 0; i < 2; i++) {
        idxd_desc(&d, IDXD_OP_FILL, OP_RECORD, 0x40 + i * 32, 0x1234,
                  0x1800 + i * 8, 8);
        stl_le_p(d.raw, (SVM_PASID + 1) | 1U << 31);
        qtest_memwrite(t.qts, PA(0x1000) + i * 64, d.raw, 64);
    }
    idxd_desc(&d, IDXD_OP_BATCH, OP_RECORD, 0, 0x1000, 0, 2);
    stl_le_p(d.raw, SVM_PASID);
    g_assert_true(qtest_store64_deferrable(t.qts, portal, d.raw));
    svm_assert_record(&t, PA(0), IDXD_STS_SUCCESS, 0, 2, 0);
    g_assert_cmphex(qtest_readq(t.qts, PA(0x1800)), ==, 0x1234);
    g_assert_cmphex(qtest_readq(t.qts, PA(0x1808)), ==, 0x1234);

    /* The privilege of the batch's own descriptor counts */
    d.raw[3] |= 0x80;
    g_assert_true(qtest_store64_deferrable(t.qts, portal, d.raw));
    idxd_log_wait(&t, 1);
    g_assert_cmphex(idxd_log_entry(&t, 0).code, ==, IDXD_STS_PRIV);
    g_assert_true(idxd_log_entry(&t, 0).priv);
    svm_quit(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

#define ADD(name) qtest_add_func("idxd/wait/" #name, test_##name)
    ADD(refused);
    ADD(fetch);
    ADD(drain);
    ADD(difference);
    ADD(move_middle);
    ADD(members);

    return g_test_run();
}
