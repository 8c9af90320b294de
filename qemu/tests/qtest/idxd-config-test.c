/*
 * QTest testcase for idxd-dsa: which configuration and commands are refused
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "idxd-util.h"

#define WQ(n)           (IDXD_WQCFG_BASE + (n) * IDXD_WQCFG_STRIDE)
#define GROUP(n)        (IDXD_GRPCFG_BASE + (n) * IDXD_GRPCFG_STRIDE)
#define ENGINES(n)      (GROUP(n) + IDXD_GRPCFG_ENGINES)
#define FLAGS(n)        (GROUP(n) + IDXD_GRPCFG_FLAGS)
/* WQCFG dword 2 as idxd_configure() sets it */
#define MODE            (R_WQCFG2_DEDICATED_MASK | 10 << 4)

/* How far things are before the change and the command */
typedef enum Level {
    CONFIGURED,
    DEVICE_ENABLED,
    WQ_ENABLED,
} Level;

typedef struct Change {
    uint64_t reg;
    uint32_t val;
} Change;

/*
 * A command that fails with an error.  If there are changes they are the cause:
 * without them it does not fail.
 */
typedef struct Case {
    const char *name;
    uint8_t error;
    Level level;
    unsigned cmd;
    uint32_t operand;
    Change change[3];
    const char *properties;
    /* the change is to the PCI command register */
    bool no_master;
} Case;

#define HANDLES ",interrupt-handles=on"

static const Case cases[] = {
    /* Any command */
    { "code-0", 0x01, WQ_ENABLED, 0 },
    { "code-15", 0x01, WQ_ENABLED, 15 },
    { "code-31", 0x01, WQ_ENABLED, 31 },
    { "no-handles", 0x01, WQ_ENABLED, IDXD_CMD_REQUEST_INT_HANDLE, 1 },

    /* Enable Device */
    { "device-enabled", 0x10, DEVICE_ENABLED, IDXD_CMD_ENABLE_DEVICE },
    { "log-size", 0x11, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { A_GENCFG, R_GENCFG_EVL_ENABLE_MASK }, { A_EVLCFG2, 63 } } },
    { "bus-master", 0x12, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      .no_master = true },
    { "log-pasid", 0x11, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { A_GENCFG, R_GENCFG_EVL_ENABLE_MASK }, { A_EVLCFG2, 64 },
        { A_EVLCFG0, R_EVLCFG0_PASID_ENABLE_MASK } } },
    { "total-size", 0x14, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { WQ(7) + A_WQCFG0, 129 - IDXD_TEST_WQ_SIZE } } },
    { "no-such-engine", 0x17, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { ENGINES(0), 1 << 4 | 1 } } },
    { "no-such-engine-high", 0x17, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { ENGINES(3) + 4, 1 } } },
    { "no-such-wq", 0x16, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { GROUP(0), 1 << 8 | 1 } } },
    { "no-such-wq-high", 0x16, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { GROUP(0) + 28, 1U << 31 } } },
    { "engine-in-two", 0x17, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { ENGINES(3), 1 } } },
    { "wq-in-two", 0x16, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { GROUP(3), 1 }, { ENGINES(3), 2 } } },
    { "no-engine", 0x15, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { GROUP(3), 2 } } },
    { "no-engine-before-good", 0x15, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { ENGINES(0), 0 }, { GROUP(1), 2 }, { ENGINES(1), 2 } } },
    { "traffic-class-a", 0x11, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { FLAGS(0), 2 } }, ",traffic-classes=2" },
    { "traffic-class-b", 0x11, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { FLAGS(0), 2 << 3 } }, ",traffic-classes=2" },
    { "read-buffer-limit", 0x18, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { A_GENCFG, 13 } }, ",read-buffers=12" },
    { "no-read-buffer-limit", 0x18, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { FLAGS(1), R_GRPFLAGS_USE_BUFFER_LIMIT_MASK } } },
    { "read-buffers-reserved", 0x18, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { FLAGS(0), 6 << 8 }, { FLAGS(1), 7 << 8 } }, ",read-buffers=12" },
    { "read-buffers-allowed", 0x18, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { FLAGS(3), 13 << 20 } }, ",read-buffers=12" },
    { "fewer-read-buffers-allowed", 0x18, CONFIGURED, IDXD_CMD_ENABLE_DEVICE, 0,
      { { FLAGS(0), 4 << 20 | 5 << 8 } } },

    /* Enable WQ */
    { "enable-no-such-wq", 0x02, WQ_ENABLED, IDXD_CMD_ENABLE_WQ, 8 },
    { "enable-wq-far", 0x02, WQ_ENABLED, IDXD_CMD_ENABLE_WQ, 0x10000 },
    { "device-not-enabled", 0x20, CONFIGURED, IDXD_CMD_ENABLE_WQ },
    { "wq-enabled", 0x21, WQ_ENABLED, IDXD_CMD_ENABLE_WQ },
    { "wq-size-0", 0x22, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG0, 0 } } },
    { "wq-size-total", 0x14, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG0, 129 } } },
    { "wq-threshold", 0x11, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG2, MODE & ~R_WQCFG2_DEDICATED_MASK },
        { WQ(0) + A_WQCFG1, IDXD_TEST_WQ_SIZE + 1 } } },
    { "wq-priority", 0x23, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG2, R_WQCFG2_DEDICATED_MASK } } },
    { "wq-size-0-threshold", 0x22, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG2, MODE & ~R_WQCFG2_DEDICATED_MASK },
        { WQ(0) + A_WQCFG0, 0 }, { WQ(0) + A_WQCFG1, 1 } } },
    { "wq-shared", 0x24, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG2, MODE & ~R_WQCFG2_DEDICATED_MASK } },
      ",shared-mode=off" },
    { "wq-dedicated", 0x24, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      .properties = ",dedicated-mode=off" },
    { "block-on-fault", 0x25, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG2, MODE | R_WQCFG2_BLOCK_ON_FAULT_MASK } },
      ",block-on-fault=off" },
    { "shared-without-pasid", 0x26, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG2, MODE & ~R_WQCFG2_DEDICATED_MASK } } },
    { "pasid-disabled", 0x26, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG2, MODE | R_WQCFG2_PASID_ENABLE_MASK } } },
    { "max-batch", 0x27, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG3, 6 << R_WQCFG3_MAX_BATCH_SHIFT_SHIFT | 21 } },
      ",max-batch-shift=5" },
    { "max-transfer", 0x28, DEVICE_ENABLED, IDXD_CMD_ENABLE_WQ, 0,
      { { WQ(0) + A_WQCFG3, 22 } }, ",max-transfer-shift=21" },

    /* Commands for an enabled device */
    { "disable-device", 0x31, CONFIGURED, IDXD_CMD_DISABLE_DEVICE },
    { "drain-all", 0x31, CONFIGURED, IDXD_CMD_DRAIN_ALL },
    { "abort-all", 0x31, CONFIGURED, IDXD_CMD_ABORT_ALL },
    { "drain-pasid", 0x31, CONFIGURED, IDXD_CMD_DRAIN_PASID, 1 },
    { "abort-pasid", 0x31, CONFIGURED, IDXD_CMD_ABORT_PASID, 1 },

    /* Commands for enabled WQs */
    { "disable-wq-early", 0x32, CONFIGURED, IDXD_CMD_DISABLE_WQ, 1 },
    { "disable-wq", 0x32, WQ_ENABLED, IDXD_CMD_DISABLE_WQ, 2 },
    { "drain-wq", 0x32, WQ_ENABLED, IDXD_CMD_DRAIN_WQ, 2 },
    { "abort-wq", 0x32, WQ_ENABLED, IDXD_CMD_ABORT_WQ, 2 },
    { "reset-wq", 0x32, WQ_ENABLED, IDXD_CMD_RESET_WQ, 2 },
    { "disable-no-wq", 0x02, WQ_ENABLED, IDXD_CMD_DISABLE_WQ, 0 },
    { "disable-no-such-wq", 0x02, WQ_ENABLED, IDXD_CMD_DISABLE_WQ, 0x100 },
    { "drain-no-such-wq", 0x02, WQ_ENABLED, IDXD_CMD_DRAIN_WQ, 0x101 },
    { "abort-no-such-wq", 0x02, WQ_ENABLED, IDXD_CMD_ABORT_WQ, 0x10001 },
    { "reset-no-such-wq", 0x02, WQ_ENABLED, IDXD_CMD_RESET_WQ, 0xf8000 },

    /* Interrupt handles */
    { "handle-index-0", 0x41, CONFIGURED, IDXD_CMD_REQUEST_INT_HANDLE, 0,
      .properties = HANDLES },
    { "handle-index", 0x41, CONFIGURED, IDXD_CMD_REQUEST_INT_HANDLE, 9,
      .properties = HANDLES },
    { "handle-ims", 0x41, CONFIGURED, IDXD_CMD_REQUEST_INT_HANDLE,
      IDXD_CMD_HANDLE_IMS | 1, .properties = HANDLES },
    { "release-handle", 0x41, CONFIGURED, IDXD_CMD_RELEASE_INT_HANDLE, 0x101,
      .properties = HANDLES },
};

static void start(IdxdTest *t, const char *properties, Level level)
{
    g_autofree char *device = g_strdup_printf("idxd-dsa,x-test=on%s",
                                              properties ?: "");

    idxd_test_start(t, "", device);
    idxd_configure(t);
    if (level >= DEVICE_ENABLED) {
        g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    }
    if (level >= WQ_ENABLED) {
        g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    }
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    uint32_t state;
    IdxdTest t;
    unsigned i;

    start(&t, c->properties, c->level);
    for (i = 0; i < ARRAY_SIZE(c->change) && c->change[i].reg; i++) {
        idxd_wr(&t, c->change[i].reg, c->change[i].val);
        g_assert_cmphex(idxd_rd(&t, c->change[i].reg), ==, c->change[i].val);
    }
    if (c->no_master) {
        qpci_config_writew(t.dev, PCI_COMMAND, PCI_COMMAND_MEMORY);
    }
    state = idxd_rd(&t, A_GENSTS);
    g_assert_cmphex(idxd_cmd(&t, c->cmd, c->operand), ==, c->error);
    g_assert_cmphex(idxd_rd(&t, A_GENSTS), ==, state);
    /* It is told of by an interrupt as success is */
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, c->cmd, c->operand | R_CMD_REQ_INT_MASK), ==,
                    c->error);
    g_assert_cmphex(idxd_rd(&t, A_INTCAUSE), ==, R_INTCAUSE_COMMAND_MASK);
    idxd_test_quit(&t);

    if (c->no_master || c->change[0].reg) {
        start(&t, c->properties, c->level);
        g_assert_cmphex(idxd_cmd(&t, c->cmd, c->operand), ==, 0);
        idxd_test_quit(&t);
    }
}

/* Nothing would ever take what is in it */
static void test_wq_without_group(void)
{
    IdxdTest t;

    start(&t, NULL, CONFIGURED);
    idxd_wr(&t, WQ(1) + A_WQCFG0, 1);
    idxd_wr(&t, WQ(1) + A_WQCFG2, MODE);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 1), ==, 0x16);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    idxd_wr(&t, GROUP(0), 3);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 1), ==, 0);
    idxd_test_quit(&t);
}

/* What the sizes of the WQs are matters only together */
static void test_size_of_enabled(void)
{
    IdxdTest t;

    start(&t, NULL, CONFIGURED);
    idxd_wr(&t, GROUP(0), 3);
    idxd_wr(&t, WQ(0) + A_WQCFG0, 64);
    idxd_wr(&t, WQ(1) + A_WQCFG0, 64);
    idxd_wr(&t, WQ(1) + A_WQCFG2, MODE);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    idxd_wr(&t, WQ(1) + A_WQCFG0, 65);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 1), ==, 0x14);
    idxd_wr(&t, WQ(1) + A_WQCFG0, 64);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 1), ==, 0);
    idxd_test_quit(&t);
}

/* A halted device refuses all commands but the reset that it asks for */
static void test_halted(void)
{
    IdxdTest t;
    unsigned code;

    start(&t, NULL, WQ_ENABLED);
    idxd_testctl(&t, "x-test-halt", "flr");
    for (code = 0; code < 32; code++) {
        g_assert_cmphex(idxd_cmd(&t, code, 1), ==, 0x03);
    }
    idxd_test_quit(&t);

    start(&t, NULL, WQ_ENABLED);
    idxd_testctl(&t, "x-test-halt", "software");
    for (code = 0; code < 32; code++) {
        if (code != IDXD_CMD_RESET_DEVICE) {
            g_assert_cmphex(idxd_cmd(&t, code, 1), ==, 0x03);
        }
    }
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    idxd_test_quit(&t);
}

/* Reserved bits of a command do not matter */
static void test_reserved(void)
{
    uint32_t sts;
    IdxdTest t;

    start(&t, HANDLES, CONFIGURED);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0x7e0fffff), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0x7e000000), ==, 0);
    sts = idxd_cmd(&t, IDXD_CMD_REQUEST_INT_HANDLE, 0x7e0e0001);
    g_assert_cmphex(FIELD_EX32(sts, CMDSTS, ERROR), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DRAIN_ALL, 0xfffff), ==, 0);
    g_assert_cmphex(idxd_rd(&t, A_CMD), ==, 0);
    idxd_test_quit(&t);
}

/* Read buffers: what is configured is kept, and changes nothing */
static void test_read_buffers(void)
{
    static const Change change[] = {
        { A_GENCFG, 8 },
        { FLAGS(0), 8 << 20 | 4 << 8 | R_GRPFLAGS_USE_BUFFER_LIMIT_MASK },
        { FLAGS(1), 92 << 20 | 92 << 8 },
        { FLAGS(2), 0 },
        { FLAGS(3), 96 << 20 },
        { FLAGS(0) + 4, 0x21 },
    };
    uint64_t record;
    IdxdDesc d;
    IdxdTest t;
    unsigned i;

    idxd_test_start(&t, "", "idxd-dsa");
    idxd_configure(&t);
    for (i = 0; i < ARRAY_SIZE(change); i++) {
        idxd_wr(&t, change[i].reg, change[i].val);
    }
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    for (i = 0; i < ARRAY_SIZE(change); i++) {
        g_assert_cmphex(idxd_rd(&t, change[i].reg), ==, change[i].val);
    }
    record = idxd_record(&t, 0);
    idxd_desc(&d, IDXD_OP_NOOP, IDXD_FLAG_CRAV | IDXD_FLAG_RCR, record,
              0, 0, 0);
    idxd_submit(&t, 0, &d);
    g_assert_cmphex(idxd_wait(&t, record), ==, IDXD_STS_SUCCESS);

    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_RESET_DEVICE, 0), ==, 0);
    for (i = 0; i < ARRAY_SIZE(change); i++) {
        g_assert_cmphex(idxd_rd(&t, change[i].reg), ==, 0);
    }
    idxd_test_quit(&t);
}

/* Read buffers and limits that there are not cannot be configured */
static void test_no_read_buffers(void)
{
    IdxdTest t;

    idxd_test_start(&t, "", "idxd-dsa,read-buffers=0,progress-limit=off");
    idxd_wr(&t, A_GENCFG, R_GENCFG_READ_BUFFER_LIMIT_MASK);
    g_assert_cmphex(idxd_rd(&t, A_GENCFG), ==, 0);
    idxd_wr(&t, FLAGS(0), UINT32_MAX);
    g_assert_cmphex(idxd_rd(&t, FLAGS(0)), ==, 0x3f);
    idxd_wr(&t, FLAGS(0) + 4, UINT32_MAX);
    g_assert_cmphex(idxd_rd(&t, FLAGS(0) + 4), ==, 0);
    idxd_test_quit(&t);
}

/* IAA has no batches */
static void test_iaa(void)
{
    IdxdTest t;

    idxd_test_start(&t, "", "idxd-iaa");
    idxd_configure(&t);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0x27);
    idxd_wr(&t, WQ(0) + A_WQCFG3, 21);
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
    idxd_test_quit(&t);
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);

    for (i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autofree char *name = g_strdup_printf("idxd/config/%s",
                                                cases[i].name);

        qtest_add_data_func(name, &cases[i], test_case);
    }
    qtest_add_func("idxd/config/wq-without-group", test_wq_without_group);
    qtest_add_func("idxd/config/read-buffers", test_read_buffers);
    qtest_add_func("idxd/config/no-read-buffers", test_no_read_buffers);
    qtest_add_func("idxd/config/size-of-enabled", test_size_of_enabled);
    qtest_add_func("idxd/config/halted", test_halted);
    qtest_add_func("idxd/config/reserved", test_reserved);
    qtest_add_func("idxd/config/iaa", test_iaa);

    return g_test_run();
}
