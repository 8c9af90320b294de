/*
 * QTest testcase for idxd-dsa: the order in which a program sees
 * what a descriptor writes
 *
 * Guest memory is shared with the test, which looks at it while engines write.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/units.h"
#include "idxd-util.h"

#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
#define RAM_MIB     64
#define RAM_SIZE    (RAM_MIB * MiB)
#define BATCH_SHIFT 10
#define MEMBERS     (1 << BATCH_SHIFT)
#define ROUNDS      1024
/* Bytes, for a record and for what the descriptor writes */
#define STRIDE      64
/* What neither of them has in any byte */
#define POISON      0xee

typedef struct Order {
    IdxdTest t;
    uint8_t *ram;
} Order;

static void start(Order *o, const char *device)
{
    g_autofree char *args = NULL;
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("idxd-order.XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(ftruncate(fd, RAM_SIZE), ==, 0);
    o->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    g_assert_true(o->ram != MAP_FAILED);
    close(fd);
    args = g_strdup_printf("-m %d -machine memory-backend=ram "
                           "-object memory-backend-file,id=ram,size=%dM,"
                           "mem-path=%s,share=on", RAM_MIB, RAM_MIB, path);
    idxd_test_start(&o->t, args, device);
    unlink(path);
}

static void quit(Order *o)
{
    idxd_test_quit(&o->t);
    munmap(o->ram, RAM_SIZE);
}

/* Look until a byte is not 0 any more; whoever writes it is about to */
static uint8_t spin(const uint8_t *p)
{
    int64_t end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    uint8_t status;
    unsigned i;

    for (i = 1; !(status = qatomic_load_acquire(p)); i++) {
        if (i % 65536 == 0) {
            g_assert_cmpint(g_get_monotonic_time(), <, end);
        }
    }
    return status;
}

static uint64_t record(unsigned i)
{
    return IDXD_TEST_RECORDS + i * STRIDE;
}

static uint64_t data(unsigned i)
{
    return IDXD_TEST_BUFFERS + i * STRIDE;
}

static void write_list(Order *o)
{
    IdxdDesc d;
    unsigned i;

    for (i = 0; i < MEMBERS; i++) {
        idxd_desc(&d, IDXD_OP_FILL, RECORD, record(i), 0x5555555555555555,
                  data(i), STRIDE);
        memcpy(o->ram + IDXD_TEST_LIST + i * IDXD_DESC_SIZE, d.raw,
               IDXD_DESC_SIZE);
    }
}

/*
 * Who sees a status sees the rest of the record, and the data.  The test runs
 * after the engine from one record to the next, so that it mostly waits for
 * just the one that is being written.
 */
static void test_status_last(void)
{
    unsigned round, i, j;
    IdxdDesc d;
    Order o;

    start(&o, "idxd-dsa");
    idxd_configure(&o.t);
    idxd_wr(&o.t, IDXD_WQCFG_BASE + A_WQCFG3,
            BATCH_SHIFT << R_WQCFG3_MAX_BATCH_SHIFT_SHIFT | 21);
    g_assert_cmphex(idxd_cmd(&o.t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&o.t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    write_list(&o);

    for (round = 0; round < ROUNDS; round++) {
        memset(o.ram + record(0), POISON, MEMBERS * STRIDE);
        memset(o.ram + data(0), POISON, MEMBERS * STRIDE);
        for (i = 0; i < MEMBERS; i++) {
            qatomic_store_release(o.ram + record(i), 0);
        }
        idxd_desc(&d, IDXD_OP_BATCH, RECORD, record(MEMBERS), IDXD_TEST_LIST,
                  0, MEMBERS);
        qatomic_store_release(o.ram + record(MEMBERS), 0);
        idxd_submit(&o.t, 0, &d);

        for (i = 0; i < MEMBERS; i++) {
            const uint8_t *r = o.ram + record(i);
            uint8_t status = spin(r);

            for (j = 1; j < 32; j++) {
                g_assert_cmphex(qatomic_read(&r[j]), ==, 0);
            }
            g_assert_cmphex(status, ==, IDXD_STS_SUCCESS);
            for (j = 0; j < STRIDE; j++) {
                g_assert_cmphex(qatomic_read(o.ram + data(i) + j), ==, 0x55);
            }
        }
        /* The batch's record comes after all of them */
        g_assert_cmphex(spin(o.ram + record(MEMBERS)), ==, IDXD_STS_SUCCESS);
    }
    quit(&o);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idxd/order/status-last", test_status_last);

    return g_test_run();
}
