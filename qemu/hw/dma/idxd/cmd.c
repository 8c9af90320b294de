/*
 * DSA and IAA device models: commands, and halt
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "idxd.h"
#include "trace.h"

/* The operand of commands for several WQs: 16 of them, and which 16 */
static bool idxd_operand_has_wq(uint32_t operand, unsigned wq)
{
    return extract32(operand, 16, 4) == wq / 16 && operand & BIT(wq % 16);
}

static bool idxd_filter_all(const IdxdWork *w, uint32_t operand)
{
    return true;
}

static bool idxd_filter_wqs(const IdxdWork *w, uint32_t operand)
{
    return idxd_operand_has_wq(operand, w->wq);
}

static bool idxd_filter_pasid(const IdxdWork *w, uint32_t operand)
{
    return w->pasid == operand;
}

/*
 * Commands that end when descriptors have: which ones they name, if these are
 * given up, and if more are refused meanwhile.
 */
static const struct {
    IdxdWorkFilter *filter;
    bool abort;
    bool closes;
} idxd_waiting[] = {
    [IDXD_CMD_DISABLE_DEVICE] = { idxd_filter_all, false, true },
    [IDXD_CMD_DRAIN_ALL] = { idxd_filter_all, false, false },
    [IDXD_CMD_ABORT_ALL] = { idxd_filter_all, true, false },
    [IDXD_CMD_RESET_DEVICE] = { idxd_filter_all, true, true },
    [IDXD_CMD_DISABLE_WQ] = { idxd_filter_wqs, false, true },
    [IDXD_CMD_DRAIN_WQ] = { idxd_filter_wqs, false, false },
    [IDXD_CMD_ABORT_WQ] = { idxd_filter_wqs, true, false },
    [IDXD_CMD_RESET_WQ] = { idxd_filter_wqs, true, true },
    [IDXD_CMD_DRAIN_PASID] = { idxd_filter_pasid, false, false },
    [IDXD_CMD_ABORT_PASID] = { idxd_filter_pasid, true, false },
};

static uint32_t idxd_cmd_code(uint32_t reg)
{
    return FIELD_EX32(reg, CMD, CODE);
}

static uint32_t idxd_cmd_operand(uint32_t reg)
{
    return FIELD_EX32(reg, CMD, OPERAND);
}

static void idxd_cmd_finish(IdxdState *s, uint32_t reg, uint8_t error,
                            uint16_t result)
{
    bool irq = FIELD_EX32(reg, CMD, REQ_INT);

    s->cmdsts = FIELD_DP32(0, CMDSTS, ERROR, error);
    s->cmdsts = FIELD_DP32(s->cmdsts, CMDSTS, RESULT, result);
    trace_idxd_cmd_done(idxd_devfn(s), idxd_cmd_code(reg), error, result, irq);
    if (irq) {
        idxd_irq_cause(s, R_INTCAUSE_COMMAND_MASK);
    }
}

static IdxdCommandError idxd_enable_device(IdxdState *s)
{
    IdxdCommandError err = idxd_check_device_config(s);

    if (!err) {
        err = idxd_evl_setup(s);
    }
    if (!err) {
        s->state = IDXD_ENABLED;
    }
    return err;
}

static IdxdCommandError idxd_enable_wq(IdxdState *s, uint32_t operand)
{
    IdxdCommandError err;

    if (operand >= s->num_wqs) {
        return IDXD_CMDERR_INVALID_WQ;
    }
    err = idxd_check_wq_config(s, operand);
    if (!err) {
        s->wq[operand].state = IDXD_ENABLED;
    }
    return err;
}

/* Whether a command that names WQs can start: one of them must be enabled */
static IdxdCommandError idxd_check_wqs(IdxdState *s, uint32_t operand)
{
    bool enabled = false;
    unsigned i;

    if (s->state != IDXD_ENABLED) {
        return IDXD_CMDERR_WQ_NOT_ENABLED;
    }
    if (!extract32(operand, 0, 16)) {
        return IDXD_CMDERR_INVALID_WQ;
    }
    for (i = 0; i < 16; i++) {
        unsigned wq = extract32(operand, 16, 4) * 16 + i;

        if (!(operand & BIT(i))) {
            continue;
        }
        if (wq >= s->num_wqs) {
            return IDXD_CMDERR_INVALID_WQ;
        }
        enabled |= s->wq[wq].state == IDXD_ENABLED;
    }
    return enabled ? IDXD_CMDERR_NONE : IDXD_CMDERR_WQ_NOT_ENABLED;
}

static IdxdCommandError idxd_check_waiting(IdxdState *s, uint32_t reg)
{
    switch (idxd_cmd_code(reg)) {
    case IDXD_CMD_RESET_DEVICE:
        return IDXD_CMDERR_NONE;
    case IDXD_CMD_DISABLE_WQ:
    case IDXD_CMD_DRAIN_WQ:
    case IDXD_CMD_ABORT_WQ:
    case IDXD_CMD_RESET_WQ:
        return idxd_check_wqs(s, idxd_cmd_operand(reg));
    default:
        return s->state == IDXD_ENABLED ? IDXD_CMDERR_NONE
                                        : IDXD_CMDERR_DEVICE_DISABLED;
    }
}

static void idxd_close_wqs(IdxdState *s, IdxdDeviceState state,
                           uint32_t operand, bool all)
{
    unsigned i;

    for (i = 0; i < s->num_wqs; i++) {
        if (s->wq[i].state != IDXD_DISABLED &&
            (all || idxd_operand_has_wq(operand, i))) {
            s->wq[i].state = state;
        }
    }
}

/* Whether all that the pending command waits for has ended */
static bool idxd_cmd_is_ready(IdxdState *s)
{
    uint32_t code = idxd_cmd_code(s->cmd.reg);

    return !idxd_works_pending(s, idxd_waiting[code].filter,
                               idxd_cmd_operand(s->cmd.reg), s->cmd.until);
}

/**
 * idxd_cmd_check: see if the pending command can end
 *
 * Context: the device's lock is held, any thread.
 */
void idxd_cmd_check(IdxdState *s)
{
    if (!FIELD_EX32(s->cmdsts, CMDSTS, ACTIVE) || s->cmd.ready) {
        return;
    }
    if (idxd_cmd_is_ready(s)) {
        s->cmd.ready = true;
        qemu_bh_schedule(s->cmd_bh);
    }
}

/* What is left to do when the descriptors have ended */
static void idxd_cmd_apply(IdxdState *s, uint32_t reg)
{
    uint32_t operand = idxd_cmd_operand(reg);
    unsigned i;

    switch (idxd_cmd_code(reg)) {
    case IDXD_CMD_RESET_DEVICE:
        idxd_clear_registers(s);
        break;
    case IDXD_CMD_DISABLE_DEVICE:
        idxd_close_wqs(s, IDXD_DISABLED, 0, true);
        s->state = IDXD_DISABLED;
        break;
    case IDXD_CMD_RESET_WQ:
        for (i = 0; i < s->num_wqs; i++) {
            if (idxd_operand_has_wq(operand, i)) {
                idxd_config_reset_wq(s, i);
            }
        }
        /* fall through */
    case IDXD_CMD_DISABLE_WQ:
        idxd_close_wqs(s, IDXD_DISABLED, operand, false);
        break;
    }
}

/**
 * idxd_cmd_end: end the pending command if nothing holds it up any more
 *
 * A guest that polls CMDSTS keeps the main loop from getting its turn, and may
 * give up after some thousand reads: they end the command themselves.
 *
 * Context: the BQL and the device's lock are held.
 */
bool idxd_cmd_end(IdxdState *s)
{
    if (!FIELD_EX32(s->cmdsts, CMDSTS, ACTIVE) || !s->cmd.ready) {
        return false;
    }
    idxd_cmd_apply(s, s->cmd.reg);
    idxd_cmd_finish(s, s->cmd.reg, IDXD_CMDERR_NONE, 0);
    return true;
}

/* The command may have been cut short by a halt or a reset in the meantime */
void idxd_cmd_bh(void *opaque)
{
    IdxdState *s = opaque;

    QEMU_LOCK_GUARD(&s->lock);
    idxd_cmd_end(s);
}

static void idxd_cmd_wait(IdxdState *s, uint32_t reg)
{
    uint32_t code = idxd_cmd_code(reg);
    uint32_t operand = idxd_cmd_operand(reg);
    bool all = idxd_waiting[code].filter == idxd_filter_all;

    s->cmdsts = FIELD_DP32(0, CMDSTS, ACTIVE, 1);
    s->cmd.reg = reg;
    s->cmd.until = s->next_seq;
    s->cmd.ready = false;

    if (idxd_waiting[code].closes) {
        idxd_close_wqs(s, IDXD_DRAINING, operand, all);
        if (all) {
            s->state = IDXD_DRAINING;
        }
    }
    if (idxd_waiting[code].abort) {
        idxd_works_abort(s, idxd_waiting[code].filter, operand);
    }
    idxd_cmd_check(s);
}

static void idxd_cmd_handle(IdxdState *s, uint32_t reg)
{
    uint32_t operand = idxd_cmd_operand(reg);
    IdxdCommandError err;
    uint16_t handle = 0;

    if (!s->prop_int_handles) {
        idxd_cmd_finish(s, reg, IDXD_CMDERR_INVALID_CMD, 0);
    } else if (idxd_cmd_code(reg) == IDXD_CMD_RELEASE_INT_HANDLE) {
        idxd_cmd_finish(s, reg, idxd_irq_handle_release(s, operand) ?
                        IDXD_CMDERR_NONE : IDXD_CMDERR_INT_INDEX, 0);
    } else {
        err = idxd_irq_handle_request(s, operand, &handle);
        idxd_cmd_finish(s, reg, err, handle);
    }
}

/**
 * idxd_cmd_write: a command is written to the command register
 *
 * Context: BQL and the device's lock are held.
 */
void idxd_cmd_write(IdxdState *s, uint32_t reg)
{
    uint32_t code = idxd_cmd_code(reg);
    IdxdCommandError err;

    trace_idxd_cmd(idxd_devfn(s), code, idxd_cmd_operand(reg));
    if (FIELD_EX32(s->cmdsts, CMDSTS, ACTIVE)) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "idxd: command %u while another one is active\n", code);
        return;
    }
    if (s->state == IDXD_HALTED && (code != IDXD_CMD_RESET_DEVICE ||
                                    s->reset_type != IDXD_RESET_SOFTWARE)) {
        idxd_cmd_finish(s, reg, IDXD_CMDERR_HARDWARE, 0);
        return;
    }

    switch (code) {
    case IDXD_CMD_ENABLE_DEVICE:
        idxd_cmd_finish(s, reg, idxd_enable_device(s), 0);
        break;
    case IDXD_CMD_ENABLE_WQ:
        err = idxd_enable_wq(s, idxd_cmd_operand(reg));
        idxd_cmd_finish(s, reg, err, 0);
        break;
    case IDXD_CMD_REQUEST_INT_HANDLE:
    case IDXD_CMD_RELEASE_INT_HANDLE:
        idxd_cmd_handle(s, reg);
        break;
    default:
        if (code >= ARRAY_SIZE(idxd_waiting) || !idxd_waiting[code].filter) {
            idxd_cmd_finish(s, reg, IDXD_CMDERR_INVALID_CMD, 0);
            break;
        }
        err = idxd_check_waiting(s, reg);
        if (err) {
            idxd_cmd_finish(s, reg, err, 0);
        } else {
            idxd_cmd_wait(s, reg);
        }
        break;
    }
}

/**
 * idxd_halt: the device stops, and asks for a reset
 *
 * What is in the device is given up, and a pending command fails; a pending
 * Reset Device is what a halt asks for, so that there is none then.
 *
 * Context: the device's lock is held, any thread.
 */
void idxd_halt(IdxdState *s, IdxdResetType type)
{
    if (s->state == IDXD_HALTED ||
        (FIELD_EX32(s->cmdsts, CMDSTS, ACTIVE) &&
         idxd_cmd_code(s->cmd.reg) == IDXD_CMD_RESET_DEVICE)) {
        return;
    }
    trace_idxd_halt(idxd_devfn(s), type);
    s->state = IDXD_HALTED;
    s->reset_type = type;
    idxd_close_wqs(s, IDXD_DRAINING, 0, true);
    idxd_works_abort(s, idxd_filter_all, 0);
    if (FIELD_EX32(s->cmdsts, CMDSTS, ACTIVE)) {
        idxd_cmd_finish(s, s->cmd.reg, IDXD_CMDERR_HARDWARE, 0);
    }
    if (FIELD_EX32(s->genctrl, GENCTRL, HALT_INT)) {
        idxd_irq_cause(s, R_INTCAUSE_HALT_MASK);
    }
}
