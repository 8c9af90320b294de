/*
 * DSA and IAA device models: configuration after a reset, and what Enable
 * Device and Enable WQ check
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"

/**
 * idxd_config_reset_wq: the configuration of a WQ after Reset WQ
 *
 * Without configuration support it is one that a driver can use as it is: the
 * WQ is dedicated and has all that the device can do.
 *
 * Context: the device's lock is held, @wq is one of the device's.
 */
void idxd_config_reset_wq(IdxdState *s, unsigned wq)
{
    uint64_t opcap = IDXD_GET_CLASS(s)->opcap;
    uint32_t *cfg = s->wq[wq].cfg;

    memset(cfg, 0, sizeof(s->wq[wq].cfg));
    /* Drivers that know nothing of it find all operations enabled */
    if (s->prop_op_config) {
        cfg[R_WQCFG8] = opcap;
        cfg[R_WQCFG8 + 1] = opcap >> 32;
    }
    if (s->prop_configurable) {
        return;
    }
    cfg[R_WQCFG0] = FIELD_DP32(0, WQCFG0, SIZE, s->total_size / s->num_wqs);
    cfg[R_WQCFG2] = FIELD_DP32(0, WQCFG2, DEDICATED, 1);
    cfg[R_WQCFG2] = FIELD_DP32(cfg[R_WQCFG2], WQCFG2, PRIORITY, 1);
    cfg[R_WQCFG3] = FIELD_DP32(0, WQCFG3, MAX_XFER_SHIFT, s->max_xfer_shift);
    cfg[R_WQCFG3] = FIELD_DP32(cfg[R_WQCFG3], WQCFG3, MAX_BATCH_SHIFT,
                               s->max_batch_shift);
}

/**
 * idxd_config_reset: the configuration of groups and WQs after Reset Device
 *
 * Without configuration support all WQs and engines are in group 0.
 *
 * Context: the device's lock is held.
 */
void idxd_config_reset(IdxdState *s)
{
    unsigned i;

    memset(s->grpcfg, 0, sizeof(s->grpcfg));
    if (!s->prop_configurable) {
        stq_le_p(&s->grpcfg[0][0], MAKE_64BIT_MASK(0, s->num_wqs));
        stq_le_p(&s->grpcfg[0][IDXD_GRPCFG_ENGINES],
                 MAKE_64BIT_MASK(0, s->num_engines));
        stl_le_p(&s->grpcfg[0][IDXD_GRPCFG_FLAGS],
                 FIELD_DP32(0, GRPFLAGS, BUFFERS_ALLOWED, s->read_buffers));
    }
    for (i = 0; i < s->num_wqs; i++) {
        idxd_config_reset_wq(s, i);
    }
}

static uint64_t idxd_group_engines(const IdxdState *s, unsigned group)
{
    return ldq_le_p(&s->grpcfg[group][IDXD_GRPCFG_ENGINES]);
}

static bool idxd_group_has_wq(const IdxdState *s, unsigned group, unsigned wq)
{
    return s->grpcfg[group][wq / 8] & BIT(wq % 8);
}

/**
 * idxd_group_has_engine: whether an engine is in a group
 */
bool idxd_group_has_engine(const IdxdState *s, unsigned group, unsigned engine)
{
    return s->grpcfg[group][IDXD_GRPCFG_ENGINES + engine / 8] & BIT(engine % 8);
}

/**
 * idxd_wq_group: the group of a WQ
 *
 * Return: -1 if it is in none.
 */
int idxd_wq_group(const IdxdState *s, unsigned wq)
{
    unsigned i;

    for (i = 0; i < s->num_groups; i++) {
        if (idxd_group_has_wq(s, i, wq)) {
            return i;
        }
    }
    return -1;
}

static bool idxd_group_classes_valid(const IdxdState *s, uint32_t flags)
{
    return MAX(FIELD_EX32(flags, GRPFLAGS, TC_A),
               FIELD_EX32(flags, GRPFLAGS, TC_B)) < s->num_traffic_classes;
}

/*
 * Nothing is held back for want of read buffers, but what contradicts itself
 * is not taken. None allowed stands for all of them.
 */
static bool idxd_group_buffers_valid(const IdxdState *s, uint32_t flags)
{
    unsigned reserved = FIELD_EX32(flags, GRPFLAGS, BUFFERS_RESERVED);
    unsigned allowed = FIELD_EX32(flags, GRPFLAGS, BUFFERS_ALLOWED);

    if (FIELD_EX32(flags, GRPFLAGS, USE_BUFFER_LIMIT) &&
        !FIELD_EX32(s->gencfg, GENCFG, READ_BUFFER_LIMIT)) {
        return false;
    }
    return !allowed || (allowed >= reserved && allowed <= s->read_buffers);
}

static IdxdCommandError idxd_check_groups(IdxdState *s)
{
    unsigned reserved = 0;
    uint64_t engines_seen = 0;
    uint64_t wqs_seen = 0;
    unsigned i, j;

    QEMU_BUILD_BUG_ON(IDXD_MAX_WQS > 64);

    for (i = 0; i < s->num_groups; i++) {
        uint64_t engines = idxd_group_engines(s, i);
        uint64_t wqs = ldq_le_p(&s->grpcfg[i][0]);
        uint32_t flags;

        for (j = 8; j < IDXD_GRPCFG_ENGINES; j++) {
            if (s->grpcfg[i][j]) {
                return IDXD_CMDERR_GROUP_WQ;
            }
        }
        if (wqs & (~MAKE_64BIT_MASK(0, s->num_wqs) | wqs_seen)) {
            return IDXD_CMDERR_GROUP_WQ;
        }
        if (engines & (~MAKE_64BIT_MASK(0, s->num_engines) | engines_seen)) {
            return IDXD_CMDERR_GROUP_ENGINE;
        }
        if (wqs && !engines) {
            return IDXD_CMDERR_GROUP_INCOMPLETE;
        }
        flags = ldl_le_p(&s->grpcfg[i][IDXD_GRPCFG_FLAGS]);
        if (!idxd_group_classes_valid(s, flags)) {
            return IDXD_CMDERR_CONFIG;
        }
        reserved += FIELD_EX32(flags, GRPFLAGS, BUFFERS_RESERVED);
        if (!idxd_group_buffers_valid(s, flags) || reserved > s->read_buffers) {
            return IDXD_CMDERR_READ_BUFFERS;
        }
        engines_seen |= engines;
        wqs_seen |= wqs;
    }
    return IDXD_CMDERR_NONE;
}

static unsigned idxd_total_size(const IdxdState *s, bool enabled_only)
{
    unsigned i, total = 0;

    for (i = 0; i < s->num_wqs; i++) {
        if (!enabled_only || s->wq[i].state != IDXD_DISABLED) {
            total += FIELD_EX32(s->wq[i].cfg[R_WQCFG0], WQCFG0, SIZE);
        }
    }
    return total;
}

/**
 * idxd_check_device_config: whether the device can be enabled
 *
 * Context: the device's lock is held.
 *
 * Return: IDXD_CMDERR_NONE, or the error of Enable Device.
 */
IdxdCommandError idxd_check_device_config(IdxdState *s)
{
    PCIDevice *pdev = PCI_DEVICE(s);

    if (s->state != IDXD_DISABLED) {
        return IDXD_CMDERR_DEVICE_ENABLED;
    }
    if (!(pci_get_word(pdev->config + PCI_COMMAND) & PCI_COMMAND_MASTER)) {
        return IDXD_CMDERR_BUS_MASTER;
    }
    if (FIELD_EX32(s->gencfg, GENCFG, READ_BUFFER_LIMIT) > s->read_buffers) {
        return IDXD_CMDERR_READ_BUFFERS;
    }
    if (idxd_total_size(s, false) > s->total_size) {
        return IDXD_CMDERR_TOTAL_SIZE;
    }
    return idxd_check_groups(s);
}

/**
 * idxd_check_wq_config: whether a WQ can be enabled
 *
 * Context: the device's lock is held, @wq is one of the device's.
 *
 * Return: IDXD_CMDERR_NONE, or the error of Enable WQ.
 */
IdxdCommandError idxd_check_wq_config(IdxdState *s, unsigned wq)
{
    const uint32_t *cfg = s->wq[wq].cfg;
    bool dedicated = FIELD_EX32(cfg[R_WQCFG2], WQCFG2, DEDICATED);
    bool pasid_enable = FIELD_EX32(cfg[R_WQCFG2], WQCFG2, PASID_ENABLE);
    unsigned size = FIELD_EX32(cfg[R_WQCFG0], WQCFG0, SIZE);
    unsigned threshold = FIELD_EX32(cfg[R_WQCFG1], WQCFG1, THRESHOLD);
    PCIDevice *pdev = PCI_DEVICE(s);

    if (s->state != IDXD_ENABLED) {
        return IDXD_CMDERR_DEVICE_NOT_ENABLED;
    }
    if (s->wq[wq].state != IDXD_DISABLED) {
        return IDXD_CMDERR_WQ_ENABLED;
    }
    if (!size) {
        return IDXD_CMDERR_WQ_SIZE;
    }
    if (size + idxd_total_size(s, true) > s->total_size) {
        return IDXD_CMDERR_TOTAL_SIZE;
    }
    if (!dedicated && threshold > size) {
        return IDXD_CMDERR_CONFIG;
    }
    if (idxd_wq_group(s, wq) < 0) {
        return IDXD_CMDERR_GROUP_WQ;
    }
    if (!FIELD_EX32(cfg[R_WQCFG2], WQCFG2, PRIORITY)) {
        return IDXD_CMDERR_WQ_PRIORITY;
    }
    if (dedicated ? !s->prop_dedicated : !s->prop_shared) {
        return IDXD_CMDERR_WQ_MODE;
    }
    if (FIELD_EX32(cfg[R_WQCFG2], WQCFG2, BLOCK_ON_FAULT) &&
        !s->prop_block_on_fault) {
        return IDXD_CMDERR_WQ_BLOCK_ON_FAULT;
    }
    /* What is in a shared WQ tells its address space by PASID */
    if (!dedicated && !pasid_enable) {
        return IDXD_CMDERR_WQ_PASID;
    }
    if (pasid_enable && !pcie_pasid_enabled(pdev)) {
        return IDXD_CMDERR_WQ_PASID;
    }
    if (pasid_enable && dedicated && !pcie_pasid_priv_enabled(pdev) &&
        FIELD_EX32(cfg[R_WQCFG2], WQCFG2, PRIV)) {
        return IDXD_CMDERR_WQ_PRIV;
    }
    if (FIELD_EX32(cfg[R_WQCFG3], WQCFG3, MAX_BATCH_SHIFT) >
        s->max_batch_shift) {
        return IDXD_CMDERR_WQ_MAX_BATCH;
    }
    if (FIELD_EX32(cfg[R_WQCFG3], WQCFG3, MAX_XFER_SHIFT) >
        s->max_xfer_shift) {
        return IDXD_CMDERR_WQ_MAX_XFER;
    }
    return IDXD_CMDERR_NONE;
}
