/*
 * QTest testcase for the idxd devices: properties at both ends of their ranges
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "hw/pci/pci_regs.h"
#include "idxd-util.h"

#define RECORD      (IDXD_FLAG_CRAV | IDXD_FLAG_RCR)
/* What drivers give every group of a device of a version up to 2 */
#define CLASSES     (1 << R_GRPFLAGS_TC_A_SHIFT | 1 << R_GRPFLAGS_TC_B_SHIFT)

typedef struct Property {
    const char *device;
    const char *name;
    /* both ends of the range, or all there are */
    const char *good[4];
    /* what is next to it */
    const char *bad[3];
    /* more that the device needs */
    const char *more;
} Property;

static const Property properties[] = {
    { "idxd-dsa", "device-id", { "0x0b25", "0x11fb", "0x1212" },
      { "0", "0x0cfe", "0x0b26" } },
    { "idxd-iaa", "device-id", { "0x0cfe", "0x1216", "0xb02d", "0xfd2d" },
      { "0", "0x0b25", "0xfd2e" } },
    { "idxd-dsa", "wqs", { "1", "64" }, { "0", "65" } },
    { "idxd-dsa", "groups", { "1", "16" }, { "0", "17" } },
    { "idxd-dsa", "engines", { "1", "16" }, { "0", "17" } },
    { "idxd-dsa", "wq-size", { "8", "1024" }, { "7", "1025" } },
    { "idxd-dsa", "wq-size", { "1" }, { "0" }, ",wqs=1" },
    { "idxd-dsa", "wq-size", { "64", "1024" }, { "63" }, ",wqs=64" },
    { "idxd-dsa", "max-transfer-shift", { "12", "31" }, { "11", "32" } },
    { "idxd-dsa", "max-batch-shift", { "1", "15" }, { "0", "16" } },
    { "idxd-dsa", "traffic-classes", { "2", "8" }, { "1", "0", "9" } },
    { "idxd-iaa", "traffic-classes", { "2", "8" }, { "1", "0", "9" } },
    { "idxd-dsa", "read-buffers", { "0", "255" }, { "256" } },
    { "idxd-iaa", "iaa-cap", { "0", "0x0123456789abcdef",
                               "0xffffffffffffffff" } },
    { "idxd-dsa", "event-log", { "on", "off" } },
    { "idxd-dsa", "prs-disable", { "on", "off" } },
    { "idxd-dsa", "op-config", { "on", "off" } },
    { "idxd-dsa", "block-on-fault", { "on", "off" } },
    { "idxd-dsa", "interrupt-handles", { "on", "off" } },
    { "idxd-dsa", "configurable", { "on", "off" } },
    { "idxd-dsa", "shared-mode", { "on", "off" } },
    { "idxd-dsa", "dedicated-mode", { "on", "off" } },
    { "idxd-dsa", "dedicated-mode", { "on" }, { "off" }, ",shared-mode=off" },
    { "idxd-dsa", "dedicated-mode", { "on" }, { "off" }, ",configurable=off" },
    { "idxd-dsa", "progress-limit", { "on", "off" } },
    { "idxd-dsa", "perfmon", { "on", "off" } },
    { "idxd-dsa", "overlap-copy", { "on", "off" } },
    { "idxd-dsa", "cache-control", { "on", "off" } },
    { "idxd-dsa", "readback", { "on", "off" } },
    { "idxd-dsa", "x-version", { "0x200" }, { "0x100" } },
    { "idxd-dsa", "x-version", { "0x100", "0x200" }, { "0", "0x300" },
      ",event-log=off,prs-disable=off" },
};

static void start(IdxdTest *t, const Property *p, const char *value)
{
    IdxdTest machine = { };

    machine.qts = qtest_initf("-machine q35 -nodefaults "
                              "-device %s,id=dut,addr=%u,%s=%s%s",
                              p->device, IDXD_TEST_SLOT, p->name, value,
                              p->more ?: "");
    machine.bus = qpci_new_pc(machine.qts, NULL);
    idxd_test_find(t, &machine, IDXD_TEST_SLOT);
}

/* Everything that the device has is used, as far as its groups go */
static void configure(IdxdTest *t, unsigned wqs)
{
    uint32_t gencap = idxd_rd(t, A_GENCAP_LO);
    uint32_t wqcap = idxd_rd(t, A_WQCAP_LO);
    unsigned groups = FIELD_EX32(idxd_rd(t, A_GRPCAP), GRPCAP, NUM_GROUPS);
    unsigned engines = idxd_rd(t, A_ENGCAP);
    unsigned size = FIELD_EX32(wqcap, WQCAP_LO, TOTAL_SIZE) / wqs;
    unsigned used = MIN(groups, engines);
    uint64_t members[16] = { };
    uint32_t worker[16] = { };
    unsigned i;

    for (i = 0; i < wqs; i++) {
        uint64_t wq = IDXD_WQCFG_BASE + i * IDXD_WQCFG_STRIDE;

        members[i % used] |= 1ULL << i;
        idxd_wr(t, wq + A_WQCFG0, size);
        idxd_wr(t, wq + A_WQCFG2,
                R_WQCFG2_DEDICATED_MASK | 10 << R_WQCFG2_PRIORITY_SHIFT);
        idxd_wr(t, wq + A_WQCFG3,
                FIELD_EX32(gencap, GENCAP_LO, MAX_BATCH_SHIFT) <<
                R_WQCFG3_MAX_BATCH_SHIFT_SHIFT |
                FIELD_EX32(gencap, GENCAP_LO, MAX_XFER_SHIFT));
    }
    for (i = 0; i < engines; i++) {
        worker[i % used] |= 1 << i;
    }
    for (i = 0; i < groups; i++) {
        uint64_t group = IDXD_GRPCFG_BASE + i * IDXD_GRPCFG_STRIDE;

        idxd_wr(t, group, members[i]);
        idxd_wr(t, group + 4, members[i] >> 32);
        idxd_wr(t, group + IDXD_GRPCFG_ENGINES, worker[i]);
        idxd_wr(t, group + IDXD_GRPCFG_FLAGS, CLASSES);
    }
    if (FIELD_EX32(gencap, GENCAP_LO, EVENT_LOG)) {
        idxd_configure_log(t, 64);
    }
}

static void assert_wq_works(IdxdTest *t, unsigned wq)
{
    uint64_t record = idxd_record(t, wq);
    IdxdDesc d;

    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, wq), ==, 0);
    idxd_desc(&d, IDXD_OP_NOOP, RECORD, record, 0, 0, 0);
    idxd_submit(t, wq, &d);
    g_assert_cmphex(idxd_wait(t, record), ==, IDXD_STS_SUCCESS);
}

static void test_good(const Property *p, const char *value)
{
    unsigned wqs, i;
    IdxdTest t;

    g_test_message("%s,%s=%s%s", p->device, p->name, value, p->more ?: "");
    start(&t, p, value);
    wqs = FIELD_EX32(idxd_rd(&t, A_WQCAP_LO), WQCAP_LO, NUM_WQS);
    configure(&t, wqs);
    if (!strcmp(p->name, "device-id")) {
        g_assert_cmphex(qpci_config_readw(t.dev, PCI_DEVICE_ID), ==,
                        g_ascii_strtoull(value, NULL, 0));
    }
    if (!strcmp(p->name, "x-version")) {
        g_assert_cmphex(idxd_rd(&t, A_VERSION), ==,
                        g_ascii_strtoull(value, NULL, 0));
    }
    if (!strcmp(p->name, "iaa-cap")) {
        qpci_io_writeq(t.dev, t.regs, A_IAACAP_LO, 0x5555555555555555);
        g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_IAACAP_LO), ==,
                        g_ascii_strtoull(value, NULL, 0));
        g_assert_cmphex(idxd_rd(&t, A_IAACAP_HI), ==,
                        g_ascii_strtoull(value, NULL, 0) >> 32);
    } else {
        g_assert_cmphex(qpci_io_readq(t.dev, t.regs, A_IAACAP_LO), ==, 0);
    }

    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    if (FIELD_EX32(idxd_rd(&t, A_WQCAP_HI), WQCAP_HI, DEDICATED)) {
        for (i = 0; i < wqs; i++) {
            assert_wq_works(&t, i);
        }
    } else {
        g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_ENABLE_WQ, 0), ==, 0x24);
    }
    g_assert_cmphex(idxd_cmd(&t, IDXD_CMD_DISABLE_DEVICE, 0), ==, 0);
    idxd_test_quit(&t);
}

/* What is out of range is refused, and said to be */
static void test_bad(const Property *p, const char *value)
{
    g_autofree char *device = g_strdup_printf("%s,id=dut,bus=port0,%s=%s%s",
                                              p->device, p->name, value,
                                              p->more ?: "");
    g_autofree char *reply = NULL;
    QTestState *qts;

    g_test_message("not %s", device);
    qts = qtest_init("-machine q35 -nodefaults "
                     "-device pcie-root-port,id=port0,chassis=1");
    reply = qtest_hmp(qts, "device_add %s", device);
    g_assert_nonnull(strstr(reply, "Error:"));
    if (!p->more) {
        g_assert_nonnull(strstr(reply, p->name));
    }
    qtest_quit(qts);
}

static void test_property(gconstpointer data)
{
    const Property *p = data;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(p->good) && p->good[i]; i++) {
        test_good(p, p->good[i]);
    }
    for (i = 0; i < ARRAY_SIZE(p->bad) && p->bad[i]; i++) {
        test_bad(p, p->bad[i]);
    }
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);

    for (i = 0; i < ARRAY_SIZE(properties); i++) {
        const Property *p = &properties[i];
        g_autofree char *name = g_strdup_printf("idxd/props/%s/%s%s",
                                                p->device + strlen("idxd-"),
                                                p->name, p->more ?: "");

        qtest_add_data_func(name, p, test_property);
    }
    return g_test_run();
}
