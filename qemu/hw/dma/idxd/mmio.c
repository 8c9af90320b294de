/*
 * DSA and IAA device models: register file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/log.h"
#include "idxd.h"
#include "trace.h"

uint32_t idxd_gencap(IdxdState *s)
{
    IdxdClass *ic = IDXD_GET_CLASS(s);
    uint32_t v = 0;

    v = FIELD_DP32(v, GENCAP_LO, BLOCK_ON_FAULT, s->prop_block_on_fault);
    v = FIELD_DP32(v, GENCAP_LO, OVERLAP_COPY, s->prop_overlap_copy);
    v = FIELD_DP32(v, GENCAP_LO, CACHE_CONTROL, s->prop_cache_control);
    v = FIELD_DP32(v, GENCAP_LO, CACHE_FLUSH, s->prop_cache_control &&
                   ic->opcap & BIT_ULL(IDXD_OP_CACHE_FLUSH));
    v = FIELD_DP32(v, GENCAP_LO, COMMAND_CAP, 1);
    v = FIELD_DP32(v, GENCAP_LO, DEST_READBACK, s->prop_readback);
    v = FIELD_DP32(v, GENCAP_LO, DRAIN_READBACK, s->prop_readback);
    if (s->prop_event_log) {
        v = FIELD_DP32(v, GENCAP_LO, EVENT_LOG, ic->evl_support);
    }
    v = FIELD_DP32(v, GENCAP_LO, MAX_XFER_SHIFT, s->max_xfer_shift);
    v = FIELD_DP32(v, GENCAP_LO, MAX_BATCH_SHIFT, s->max_batch_shift);
    v = FIELD_DP32(v, GENCAP_LO, CONFIG, s->prop_configurable);
    return v;
}

static uint32_t idxd_wqcap(const IdxdState *s, bool high)
{
    uint32_t v = 0;

    if (!high) {
        v = FIELD_DP32(v, WQCAP_LO, TOTAL_SIZE, s->total_size);
        v = FIELD_DP32(v, WQCAP_LO, NUM_WQS, s->num_wqs);
        v = FIELD_DP32(v, WQCAP_LO, WQCFG_SIZE, IDXD_WQCFG_SHIFT - 5);
    } else {
        v = FIELD_DP32(v, WQCAP_HI, SHARED, s->prop_shared);
        v = FIELD_DP32(v, WQCAP_HI, DEDICATED, s->prop_dedicated);
        v = FIELD_DP32(v, WQCAP_HI, PRIORITY, 1);
        v = FIELD_DP32(v, WQCAP_HI, OCCUPANCY, 1);
        v = FIELD_DP32(v, WQCAP_HI, OP_CONFIG, s->prop_op_config);
        v = FIELD_DP32(v, WQCAP_HI, PRS_DISABLE, s->prop_prs_disable);
    }
    return v;
}

static uint32_t idxd_reg_read(IdxdState *s, hwaddr addr)
{
    IdxdClass *ic = IDXD_GET_CLASS(s);
    uint32_t v = 0;

    switch (addr) {
    case A_VERSION:
        return s->version;
    case A_GENCAP_LO:
        return idxd_gencap(s);
    case A_WQCAP_LO:
        return idxd_wqcap(s, false);
    case A_WQCAP_HI:
        return idxd_wqcap(s, true);
    case A_GRPCAP:
        v = FIELD_DP32(v, GRPCAP, NUM_GROUPS, s->num_groups);
        v = FIELD_DP32(v, GRPCAP, READ_BUFFERS, s->read_buffers);
        v = FIELD_DP32(v, GRPCAP, READ_BUFFER_CONTROL, !!s->read_buffers);
        v = FIELD_DP32(v, GRPCAP, READ_BUFFER_LIMIT, !!s->read_buffers);
        v = FIELD_DP32(v, GRPCAP, PROGRESS_LIMIT, s->prop_progress_limit);
        return v;
    case A_ENGCAP:
        return s->num_engines;
    case A_OPCAP:
        return ic->opcap;
    case A_OPCAP + 4:
        return ic->opcap >> 32;
    case A_OFFSETS0:
        v = FIELD_DP32(v, OFFSETS0, GRPCFG, IDXD_GRPCFG_BASE / IDXD_TABLE_UNIT);
        v = FIELD_DP32(v, OFFSETS0, WQCFG, IDXD_WQCFG_BASE / IDXD_TABLE_UNIT);
        return v;
    case A_OFFSETS1:
        return FIELD_DP32(0, OFFSETS1, MSIX_PERM,
                          IDXD_MSIX_PERM_BASE / IDXD_TABLE_UNIT);
    case A_OFFSETS2:
        return FIELD_DP32(0, OFFSETS2, PERFMON, s->prop_perfmon ?
                          IDXD_PERFMON_BASE / IDXD_TABLE_UNIT : 0);
    case A_GENCFG:
        return s->gencfg;
    case A_GENCTRL:
        return s->genctrl;
    case A_GENSTS:
        v = FIELD_DP32(v, GENSTS, STATE, s->state);
        if (s->state == IDXD_HALTED) {
            v = FIELD_DP32(v, GENSTS, RESET_TYPE, s->reset_type);
        }
        return v;
    case A_INTCAUSE:
        return s->intcause;
    case A_CMDSTS:
        return s->cmdsts;
    case A_CMDCAP:
        if (s->prop_int_handles) {
            return IDXD_CMDCAP_ALL;
        }
        return IDXD_CMDCAP_ALL & ~(BIT(IDXD_CMD_REQUEST_INT_HANDLE) |
                                   BIT(IDXD_CMD_RELEASE_INT_HANDLE));
    case A_SWERROR ... IDXD_SWERROR_END - 4:
        addr -= A_SWERROR;
        return s->swerror[addr / 8] >> (addr % 8 * 8);
    case A_EVLCFG0 ... A_EVLCFG3:
        return s->evlcfg[(addr - A_EVLCFG0) / 4];
    case A_EVLSTATUS_LO:
        return FIELD_DP32(0, EVLSTATUS_LO, HEAD, s->evl.head);
    case A_EVLSTATUS_HI:
        v = FIELD_DP32(v, EVLSTATUS_HI, TAIL, s->evl.tail);
        v = FIELD_DP32(v, EVLSTATUS_HI, PENDING, s->evl.pending);
        return v;
    case A_IAACAP_LO:
        return s->iaa_cap;
    case A_IAACAP_HI:
        return s->iaa_cap >> 32;
    default:
        return 0;
    }
}

/* Configuration of the device: ignored unless it is disabled */
static void idxd_config_write(IdxdState *s, hwaddr addr, uint32_t val)
{
    static const uint32_t evlcfg_mask[4] = {
        R_EVLCFG0_PASID_ENABLE_MASK | R_EVLCFG0_PRIV_MASK |
            R_EVLCFG0_BASE_LO_MASK,
        UINT32_MAX,
        UINT32_MAX,
        R_EVLCFG3_PASID_HI_MASK,
    };

    if (s->state != IDXD_DISABLED) {
        return;
    }
    if (addr == A_GENCFG) {
        uint32_t mask = 0;

        if (s->prop_event_log) {
            mask |= R_GENCFG_EVL_ENABLE_MASK;
        }
        if (s->read_buffers && s->prop_configurable) {
            mask |= R_GENCFG_READ_BUFFER_LIMIT_MASK;
        }
        s->gencfg = val & mask;
    } else if (s->prop_event_log) {
        unsigned i = (addr - A_EVLCFG0) / 4;

        s->evlcfg[i] = val & evlcfg_mask[i];
    }
}

static void idxd_reg_write(IdxdState *s, hwaddr addr, uint32_t val)
{
    uint32_t mask;

    switch (addr) {
    case A_GENCFG:
    case A_EVLCFG0 ... A_EVLCFG3:
        idxd_config_write(s, addr, val);
        break;
    case A_GENCTRL:
        mask = R_GENCTRL_SWERR_INT_MASK | R_GENCTRL_HALT_INT_MASK;
        if (s->prop_event_log) {
            mask |= R_GENCTRL_EVL_INT_MASK;
        }
        s->genctrl = val & mask;
        break;
    case A_INTCAUSE:
        s->intcause &= ~val;
        break;
    case A_CMD:
        idxd_cmd_write(s, val);
        break;
    case A_SWERROR:
        idxd_swerror_ack(s, val);
        break;
    case A_EVLSTATUS_LO:
        idxd_evl_write_head(s, val);
        break;
    case A_EVLSTATUS_HI:
        idxd_evl_write_pending(s, val);
        break;
    default:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "idxd: write to read-only register 0x%" HWADDR_PRIx "\n",
                      addr);
        break;
    }
}

static uint32_t idxd_grpcfg_read(const IdxdState *s, hwaddr offset)
{
    unsigned group = offset / IDXD_GRPCFG_STRIDE;

    offset %= IDXD_GRPCFG_STRIDE;
    if (group >= s->num_groups || offset >= IDXD_GRPCFG_USED) {
        return 0;
    }
    return ldl_le_p(&s->grpcfg[group][offset]);
}

static void idxd_grpcfg_write(IdxdState *s, hwaddr offset, uint32_t val)
{
    unsigned group = offset / IDXD_GRPCFG_STRIDE;

    offset %= IDXD_GRPCFG_STRIDE;
    if (group >= s->num_groups || offset >= IDXD_GRPCFG_USED ||
        s->state != IDXD_DISABLED || !s->prop_configurable) {
        return;
    }
    if (offset == IDXD_GRPCFG_FLAGS) {
        uint32_t mask = R_GRPFLAGS_TC_A_MASK | R_GRPFLAGS_TC_B_MASK;

        if (s->read_buffers) {
            mask |= R_GRPFLAGS_USE_BUFFER_LIMIT_MASK |
                    R_GRPFLAGS_BUFFERS_RESERVED_MASK |
                    R_GRPFLAGS_BUFFERS_ALLOWED_MASK;
        }
        val &= mask;
    } else if (offset > IDXD_GRPCFG_FLAGS) {
        val &= s->prop_progress_limit ? R_GRPFLAGS_HI_DESC_PROGRESS_MASK |
                                        R_GRPFLAGS_HI_BATCH_PROGRESS_MASK : 0;
    }
    stl_le_p(&s->grpcfg[group][offset], val);
}

static uint32_t idxd_wqcfg_read(const IdxdState *s, hwaddr offset)
{
    const IdxdWq *wq = &s->wq[offset / IDXD_WQCFG_STRIDE];
    uint32_t v;

    if (offset / IDXD_WQCFG_STRIDE >= s->num_wqs) {
        return 0;
    }
    offset %= IDXD_WQCFG_STRIDE;
    v = wq->cfg[offset / 4];
    if (offset == A_WQCFG6) {
        v = FIELD_DP32(v, WQCFG6, OCCUPANCY, wq->occupancy);
        v = FIELD_DP32(v, WQCFG6, STATE, wq->state);
    }
    return v;
}

/*
 * What can be written; the rest is reserved, or for features not advertised.
 * Whose memory a WQ works on nobody can know in advance, so that the PASID can
 * be written also without configuration support.
 */
static uint32_t idxd_wqcfg_mask(IdxdState *s, hwaddr offset)
{
    IdxdClass *ic = IDXD_GET_CLASS(s);
    uint32_t mask;

    if (!s->prop_configurable) {
        return offset != A_WQCFG2 ? 0 :
               R_WQCFG2_PASID_MASK | R_WQCFG2_PASID_ENABLE_MASK |
               R_WQCFG2_PRIV_MASK;
    }
    switch (offset) {
    case A_WQCFG0:
        return R_WQCFG0_SIZE_MASK;
    case A_WQCFG1:
        return R_WQCFG1_THRESHOLD_MASK;
    case A_WQCFG2:
        mask = R_WQCFG2_DEDICATED_MASK | R_WQCFG2_BLOCK_ON_FAULT_MASK |
               R_WQCFG2_PRIORITY_MASK | R_WQCFG2_PASID_MASK |
               R_WQCFG2_PASID_ENABLE_MASK | R_WQCFG2_PRIV_MASK;
        if (s->prop_prs_disable) {
            mask |= R_WQCFG2_PRS_DISABLE_MASK;
        }
        return mask;
    case A_WQCFG3:
        return R_WQCFG3_MAX_XFER_SHIFT_MASK | R_WQCFG3_MAX_BATCH_SHIFT_MASK;
    case A_WQCFG8:
        return s->prop_op_config ? ic->opcap : 0;
    case A_WQCFG8 + 4:
        return s->prop_op_config ? ic->opcap >> 32 : 0;
    default:
        return 0;
    }
}

static void idxd_wqcfg_write(IdxdState *s, hwaddr offset, uint32_t val)
{
    IdxdWq *wq = &s->wq[offset / IDXD_WQCFG_STRIDE];
    uint32_t mask;

    if (offset / IDXD_WQCFG_STRIDE >= s->num_wqs ||
        wq->state != IDXD_DISABLED) {
        return;
    }
    offset %= IDXD_WQCFG_STRIDE;
    mask = idxd_wqcfg_mask(s, offset);
    wq->cfg[offset / 4] = (wq->cfg[offset / 4] & ~mask) | (val & mask);
}

static bool idxd_msix_perm_index(const IdxdState *s, hwaddr offset,
                                 unsigned *index)
{
    *index = offset / IDXD_MSIX_PERM_STRIDE;
    return *index <= s->num_wqs && offset % IDXD_MSIX_PERM_STRIDE == 0;
}

/* The interrupts of what a command waited for come before its end is seen */
static void idxd_cmd_poll(IdxdState *s)
{
    bool ended;

    WITH_QEMU_LOCK_GUARD(&s->lock) {
        ended = idxd_cmd_end(s);
    }
    if (ended) {
        idxd_irq_bh(s);
    }
}

static uint64_t idxd_mmio_read(void *opaque, hwaddr addr, unsigned size)
{
    IdxdState *s = opaque;
    uint32_t val = 0;
    unsigned i;

    if (addr == A_CMDSTS) {
        idxd_cmd_poll(s);
    }

    QEMU_LOCK_GUARD(&s->lock);

    switch (addr) {
    case 0 ... IDXD_REGS_END - 1:
        val = idxd_reg_read(s, addr);
        break;
    case IDXD_GRPCFG_BASE ... IDXD_MSIX_PERM_BASE - 1:
        val = idxd_grpcfg_read(s, addr - IDXD_GRPCFG_BASE);
        break;
    case IDXD_MSIX_PERM_BASE ... IDXD_WQCFG_BASE - 1:
        if (idxd_msix_perm_index(s, addr - IDXD_MSIX_PERM_BASE, &i)) {
            val = s->msix_perm[i];
        }
        break;
    case IDXD_WQCFG_BASE ... IDXD_MSIX_TABLE_BASE - 1:
        val = idxd_wqcfg_read(s, addr - IDXD_WQCFG_BASE);
        break;
    }
    trace_idxd_mmio_read(idxd_devfn(s), addr, val);
    return val;
}

static void idxd_mmio_write(void *opaque, hwaddr addr, uint64_t val,
                            unsigned size)
{
    IdxdState *s = opaque;
    unsigned i;

    trace_idxd_mmio_write(idxd_devfn(s), addr, val);

    QEMU_LOCK_GUARD(&s->lock);

    switch (addr) {
    case 0 ... IDXD_REGS_END - 1:
        idxd_reg_write(s, addr, val);
        break;
    case IDXD_GRPCFG_BASE ... IDXD_MSIX_PERM_BASE - 1:
        idxd_grpcfg_write(s, addr - IDXD_GRPCFG_BASE, val);
        break;
    case IDXD_MSIX_PERM_BASE ... IDXD_WQCFG_BASE - 1:
        if (idxd_msix_perm_index(s, addr - IDXD_MSIX_PERM_BASE, &i)) {
            s->msix_perm[i] = val & (R_MSIX_PERM_IGNORE_MASK |
                                     R_MSIX_PERM_PASID_ENABLE_MASK |
                                     R_MSIX_PERM_PASID_MASK);
        }
        break;
    case IDXD_WQCFG_BASE ... IDXD_MSIX_TABLE_BASE - 1:
        idxd_wqcfg_write(s, addr - IDXD_WQCFG_BASE, val);
        break;
    }
}

/**
 * idxd_clear_registers: what Reset Device and every stronger reset clear
 *
 * INTCAUSE and CMDSTS are left: the end of a Reset Device is reported there.
 *
 * Context: the device's lock is held, and no descriptor is in the device.
 */
void idxd_clear_registers(IdxdState *s)
{
    unsigned i;

    idxd_evl_teardown(s);
    s->state = IDXD_DISABLED;
    s->gencfg = 0;
    s->genctrl = 0;
    memset(s->evlcfg, 0, sizeof(s->evlcfg));
    memset(s->swerror, 0, sizeof(s->swerror));
    memset(s->msix_perm, 0, sizeof(s->msix_perm));
    memset(s->int_handle, 0, sizeof(s->int_handle));
    for (i = 0; i < s->num_wqs; i++) {
        s->wq[i].state = IDXD_DISABLED;
    }
    idxd_config_reset(s);
}

/* Larger accesses come in pieces of 32 bits, low half first */
const MemoryRegionOps idxd_mmio_ops = {
    .read = idxd_mmio_read,
    .write = idxd_mmio_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {
        .min_access_size = 4,
        .max_access_size = 8,
    },
    .impl = {
        .min_access_size = 4,
        .max_access_size = 4,
    },
};
