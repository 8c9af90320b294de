/*
 * What the tests of the idxd devices have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "hw/pci/pci_regs.h"
#include "idxd-util.h"

/* Milliseconds in which everything happens on the slowest of hosts */
#define TIMEOUT     20000
#define SETTLE      50

static void find(IdxdTest *t, unsigned slot)
{
    t->dev = qpci_device_find(t->bus, QPCI_DEVFN(slot, 0));
    g_assert_nonnull(t->dev);
    qpci_device_enable(t->dev);
    t->regs = qpci_iomap(t->dev, 0, NULL);
    t->portals = qpci_iomap(t->dev, 2, NULL).addr;
    t->ring = IDXD_TEST_RING + (slot - IDXD_TEST_SLOT) * IDXD_TEST_RING_GAP;
    t->entry_size = 32 << FIELD_EX32(idxd_rd(t, A_GENCAP_LO), GENCAP_LO,
                                     EVENT_LOG);
    t->record_size = t->entry_size / 2;
}

void idxd_test_start(IdxdTest *t, const char *args, const char *device)
{
    memset(t, 0, sizeof(*t));
    t->qts = qtest_initf("-machine q35 -nodefaults %s "
                         "-device %s,id=dut,addr=%u,wqs=%u",
                         args, device, IDXD_TEST_SLOT, IDXD_TEST_WQS);
    t->bus = qpci_new_pc(t->qts, NULL);
    find(t, IDXD_TEST_SLOT);
}

void idxd_test_find(IdxdTest *t, const IdxdTest *first, unsigned slot)
{
    *t = (IdxdTest) { .qts = first->qts, .bus = first->bus };
    find(t, slot);
}

void idxd_test_quit(IdxdTest *t)
{
    g_free(t->dev);
    qpci_free_pc(t->bus);
    qtest_quit(t->qts);
}

uint32_t idxd_rd(IdxdTest *t, uint64_t reg)
{
    return qpci_io_readl(t->dev, t->regs, reg);
}

void idxd_wr(IdxdTest *t, uint64_t reg, uint32_t val)
{
    qpci_io_writel(t->dev, t->regs, reg, val);
}

void idxd_cmd_start(IdxdTest *t, unsigned code, uint32_t operand)
{
    idxd_wr(t, A_CMD, code << R_CMD_CODE_SHIFT | operand);
}

bool idxd_cmd_active(IdxdTest *t)
{
    return FIELD_EX32(idxd_rd(t, A_CMDSTS), CMDSTS, ACTIVE);
}

uint32_t idxd_cmd_wait(IdxdTest *t)
{
    int i;

    for (i = 0; i < TIMEOUT && idxd_cmd_active(t); i++) {
        g_usleep(1000);
    }
    g_assert_false(idxd_cmd_active(t));
    return idxd_rd(t, A_CMDSTS);
}

uint32_t idxd_cmd(IdxdTest *t, unsigned code, uint32_t operand)
{
    idxd_cmd_start(t, code, operand);
    return idxd_cmd_wait(t);
}

void idxd_flr(IdxdTest *t)
{
    uint8_t cap = qpci_find_capability(t->dev, PCI_CAP_ID_EXP, 0);
    uint32_t regs = qpci_config_readl(t->dev, PCI_BASE_ADDRESS_0);
    uint32_t portals = qpci_config_readl(t->dev, PCI_BASE_ADDRESS_2);

    g_assert_true(qpci_config_readl(t->dev, cap + PCI_EXP_DEVCAP) &
                  PCI_EXP_DEVCAP_FLR);
    qpci_config_writew(t->dev, cap + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
    qpci_config_writel(t->dev, PCI_BASE_ADDRESS_0, regs);
    qpci_config_writel(t->dev, PCI_BASE_ADDRESS_2, portals);
    qpci_device_enable(t->dev);
}

void idxd_configure(IdxdTest *t)
{
    idxd_wr(t, IDXD_GRPCFG_BASE, 1);
    idxd_wr(t, IDXD_GRPCFG_BASE + IDXD_GRPCFG_ENGINES, 1);
    idxd_wr(t, IDXD_WQCFG_BASE + A_WQCFG0, IDXD_TEST_WQ_SIZE);
    idxd_wr(t, IDXD_WQCFG_BASE + A_WQCFG2,
            R_WQCFG2_DEDICATED_MASK | 10 << R_WQCFG2_PRIORITY_SHIFT);
    idxd_wr(t, IDXD_WQCFG_BASE + A_WQCFG3,
            5 << R_WQCFG3_MAX_BATCH_SHIFT_SHIFT | 21);
}

void idxd_configure_log(IdxdTest *t, unsigned size)
{
    qtest_memset(t->qts, t->ring, 0, size * t->entry_size);
    idxd_wr(t, A_EVLCFG0, t->ring);
    idxd_wr(t, A_EVLCFG2, size);
    idxd_wr(t, A_GENCFG, R_GENCFG_EVL_ENABLE_MASK);
}

void idxd_enable(IdxdTest *t, unsigned log_size)
{
    idxd_configure(t);
    if (log_size) {
        idxd_configure_log(t, log_size);
    }
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, 0), ==, 0);
}

void idxd_enable_groups(IdxdTest *t, unsigned log_size)
{
    unsigned i;

    idxd_configure(t);
    for (i = 0; i < IDXD_TEST_WQS; i++) {
        uint64_t wq = IDXD_WQCFG_BASE + i * IDXD_WQCFG_STRIDE;

        idxd_wr(t, wq + A_WQCFG0, IDXD_TEST_WQ_SIZE);
        idxd_wr(t, wq + A_WQCFG2,
                R_WQCFG2_DEDICATED_MASK | 10 << R_WQCFG2_PRIORITY_SHIFT);
        idxd_wr(t, wq + A_WQCFG3, 5 << R_WQCFG3_MAX_BATCH_SHIFT_SHIFT | 21);
    }
    for (i = 0; i < 4; i++) {
        uint64_t group = IDXD_GRPCFG_BASE + i * IDXD_GRPCFG_STRIDE;

        idxd_wr(t, group, 0x11 << i);
        idxd_wr(t, group + IDXD_GRPCFG_ENGINES, 1 << i);
    }
    if (log_size) {
        idxd_configure_log(t, log_size);
    }
    g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_DEVICE, 0), ==, 0);
    for (i = 0; i < IDXD_TEST_WQS; i++) {
        g_assert_cmphex(idxd_cmd(t, IDXD_CMD_ENABLE_WQ, i), ==, 0);
    }
}

void idxd_msix_enable(IdxdTest *t, unsigned vector)
{
    uint8_t cap = qpci_find_capability(t->dev, PCI_CAP_ID_MSIX, 0);
    uint64_t entry = IDXD_MSIX_TABLE_BASE + vector * PCI_MSIX_ENTRY_SIZE;
    uint64_t addr = IDXD_TEST_MESSAGES + vector * 4;

    qtest_writel(t->qts, addr, 0);
    idxd_wr(t, entry + PCI_MSIX_ENTRY_LOWER_ADDR, addr);
    idxd_wr(t, entry + PCI_MSIX_ENTRY_UPPER_ADDR, 0);
    idxd_wr(t, entry + PCI_MSIX_ENTRY_DATA, 1 + vector);
    idxd_wr(t, entry + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
    qpci_config_writew(t->dev, cap + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE);
}

bool idxd_msix_message(IdxdTest *t, unsigned vector)
{
    uint64_t addr = IDXD_TEST_MESSAGES + vector * 4;
    int i;

    for (i = 0; i < 1000; i++) {
        if (qtest_readl(t->qts, addr) == 1 + vector) {
            qtest_writel(t->qts, addr, 0);
            return true;
        }
        g_usleep(1000);
    }
    return false;
}

void idxd_desc(IdxdDesc *d, uint8_t opcode, uint32_t flags, uint64_t record,
               uint64_t src, uint64_t dst, uint32_t size)
{
    memset(d, 0, sizeof(*d));
    stl_le_p(d->raw + 4, flags | opcode << 24);
    stq_le_p(d->raw + 8, record);
    stq_le_p(d->raw + 16, src);
    stq_le_p(d->raw + 24, dst);
    stl_le_p(d->raw + 32, size);
}

void idxd_submit(IdxdTest *t, unsigned wq, const IdxdDesc *d)
{
    uint64_t portal = t->portals + (wq << IDXD_PORTAL_WQ_SHIFT);

    g_assert_true(qtest_store64_posted(t->qts, portal, d->raw));
}

uint64_t idxd_record(IdxdTest *t, unsigned i)
{
    uint64_t addr = IDXD_TEST_RECORDS + i * IDXD_RECORD_MAX;

    qtest_memset(t->qts, addr, 0, IDXD_RECORD_MAX);
    return addr;
}

uint8_t idxd_wait(IdxdTest *t, uint64_t record)
{
    uint8_t status = 0;
    int i;

    for (i = 0; i < TIMEOUT && !status; i++) {
        status = qtest_readb(t->qts, record);
        if (!status) {
            g_usleep(1000);
        }
    }
    g_assert_cmphex(status, !=, 0);
    return status;
}

void idxd_wait_dispatched(IdxdTest *t)
{
    uint64_t reg = IDXD_WQCFG_BASE + A_WQCFG6;
    int i;

    for (i = 0; i < TIMEOUT &&
         FIELD_EX32(idxd_rd(t, reg), WQCFG6, OCCUPANCY); i++) {
        g_usleep(1000);
    }
    g_assert_cmpuint(FIELD_EX32(idxd_rd(t, reg), WQCFG6, OCCUPANCY), ==, 0);
}

void idxd_settle(void)
{
    g_usleep(SETTLE * 1000);
}

unsigned idxd_log_tail(IdxdTest *t)
{
    return FIELD_EX32(idxd_rd(t, A_EVLSTATUS_HI), EVLSTATUS_HI, TAIL);
}

void idxd_log_take(IdxdTest *t, unsigned head)
{
    idxd_wr(t, A_EVLSTATUS_LO, head);
}

void idxd_log_wait(IdxdTest *t, unsigned tail)
{
    int i;

    for (i = 0; i < TIMEOUT && idxd_log_tail(t) != tail; i++) {
        g_usleep(1000);
    }
    g_assert_cmpuint(idxd_log_tail(t), ==, tail);
}

IdxdTestEntry idxd_log_entry(IdxdTest *t, unsigned i)
{
    IdxdTestEntry e;
    const uint8_t *record = e.raw + t->entry_size - t->record_size;
    uint64_t q;

    qtest_memread(t->qts, t->ring + i * t->entry_size, e.raw, t->entry_size);
    q = ldq_le_p(e.raw);
    e.desc_valid = extract64(q, 2, 1);
    e.wq_valid = extract64(q, 3, 1);
    e.batch = extract64(q, 4, 1);
    e.write = extract64(q, 5, 1);
    e.priv = extract64(q, 6, 1);
    e.info_valid = extract64(q, 7, 1);
    e.code = extract64(q, 8, 8);
    e.wq = extract64(q, 16, 8);
    e.batch_id = extract64(q, 24, 8);
    e.opcode = extract64(q, 32, 8);
    e.pasid = extract64(q, 40, 20);
    e.batch_index = lduw_le_p(e.raw + 8);
    e.info = ldl_le_p(e.raw + 12);
    e.rci = extract32(e.info, 16, 1);
    e.ims = extract32(e.info, 17, 1);
    e.rcr = extract32(e.info, 18, 1);
    e.first = extract32(e.info, 19, 1);
    e.addr = ldq_le_p(e.raw + 16);
    e.status = record[0];
    e.result = record[1];
    e.completed = ldl_le_p(record + 4);
    e.fault_addr = ldq_le_p(record + 8);
    return e;
}

static QDict *qom_set(IdxdTest *t, const char *name, const char *value)
{
    return qtest_qmp(t->qts, "{ 'execute': 'qom-set', 'arguments': {"
                     " 'path': '/machine/peripheral/dut',"
                     " 'property': %s, 'value': %s } }", name, value);
}

void idxd_testctl(IdxdTest *t, const char *name, const char *value)
{
    QDict *rsp = qom_set(t, name, value);

    g_assert_true(qdict_haskey(rsp, "return"));
    qobject_unref(rsp);
}

void idxd_testctl_fails(IdxdTest *t, const char *name, const char *value)
{
    QDict *rsp = qom_set(t, name, value);

    g_assert_true(qdict_haskey(rsp, "error"));
    qobject_unref(rsp);
}
