/*
 * DSA and IAA device models: interrupts and interrupt handles
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "hw/pci/msix.h"
#include "idxd.h"
#include "trace.h"

/* A handle is the index of the vector, and what tells it from former ones */
#define IDXD_HANDLE_INDEX_BITS  8

QEMU_BUILD_BUG_ON(IDXD_MAX_VECTORS > 1 << IDXD_HANDLE_INDEX_BITS);

/**
 * idxd_irq_raise: send a message
 *
 * One is sent for each call, after what the caller did before is visible.
 *
 * Context: any thread; takes no lock.
 */
void idxd_irq_raise(IdxdState *s, unsigned vector)
{
    qatomic_inc(&s->irq_count[vector]);
    qemu_bh_schedule(s->irq_bh);
}

/**
 * idxd_irq_cause: record a cause in INTCAUSE and send a message on vector 0
 *
 * Context: the device's lock is held, any thread.
 */
void idxd_irq_cause(IdxdState *s, uint32_t cause)
{
    s->intcause |= cause;
    trace_idxd_irq_cause(idxd_devfn(s), cause);
    if (s->test.lose & cause) {
        s->test.lose &= ~cause;
        return;
    }
    idxd_irq_raise(s, 0);
}

static void idxd_irq_send(IdxdState *s, unsigned vector, uint32_t count)
{
    /* More than two in a row cannot be told apart by any receiver */
    for (count = MIN(count, 2); count; count--) {
        trace_idxd_irq_send(idxd_devfn(s), vector);
        msix_notify(PCI_DEVICE(s), vector);
    }
}

/*
 * A command ends after the interrupts of what it waited for: the count for
 * vector 0 is taken first, and its messages are sent last.
 */
void idxd_irq_bh(void *opaque)
{
    IdxdState *s = opaque;
    uint32_t own = qatomic_xchg(&s->irq_count[0], 0);
    unsigned i;

    for (i = 1; i <= s->num_wqs; i++) {
        idxd_irq_send(s, i, qatomic_xchg(&s->irq_count[i], 0));
    }
    idxd_irq_send(s, 0, own);
}

/**
 * idxd_irq_handle_request: make a handle for a vector
 *
 * A vector has one handle at a time; a new one takes the place of the former.
 *
 * Context: the device's lock is held.
 *
 * Return: IDXD_CMDERR_NONE, or the error of the command.
 *
 * @operand: of Request Interrupt Handle
 * @handle: out
 */
IdxdCommandError idxd_irq_handle_request(IdxdState *s, uint32_t operand,
                                         uint16_t *handle)
{
    unsigned index = extract32(operand, 0, 16);
    unsigned i, used = 0;

    if (operand & IDXD_CMD_HANDLE_IMS || !index || index > s->num_wqs) {
        return IDXD_CMDERR_INT_INDEX;
    }
    for (i = 1; i <= s->num_wqs; i++) {
        used += i != index && s->int_handle[i];
    }
    if (used >= s->test.max_handles) {
        return IDXD_CMDERR_NO_HANDLE;
    }
    if (++s->int_handle_epoch == 0) {
        s->int_handle_epoch = 1;
    }
    *handle = s->int_handle_epoch << IDXD_HANDLE_INDEX_BITS | index;
    s->int_handle[index] = *handle;
    return IDXD_CMDERR_NONE;
}

/**
 * idxd_irq_handle_release: drop a handle
 *
 * Context: the device's lock is held.
 *
 * Return: false if there is no such handle.
 *
 * @operand: of Release Interrupt Handle
 */
bool idxd_irq_handle_release(IdxdState *s, uint32_t operand)
{
    uint16_t handle = extract32(operand, 0, 16);
    unsigned index = extract32(operand, 0, IDXD_HANDLE_INDEX_BITS);

    if (operand & IDXD_CMD_HANDLE_IMS || !handle || index > s->num_wqs ||
        s->int_handle[index] != handle) {
        return false;
    }
    s->int_handle[index] = 0;
    return true;
}

/**
 * idxd_irq_handles_revoke: make handles invalid, and tell the driver so
 *
 * Context: the device's lock is held.
 *
 * @first, @last: vectors
 */
void idxd_irq_handles_revoke(IdxdState *s, unsigned first, unsigned last)
{
    unsigned i;

    for (i = first; i <= last; i++) {
        s->int_handle[i] = 0;
    }
    idxd_irq_cause(s, R_INTCAUSE_HANDLES_REVOKED_MASK);
}

/* A vector belongs to the PASID in its permission entry, or to none */
static bool idxd_irq_permitted(const IdxdState *s, const IdxdWork *w,
                               unsigned vector)
{
    uint32_t perm = s->msix_perm[vector];

    if (FIELD_EX32(perm, MSIX_PERM, IGNORE)) {
        return true;
    }
    if (FIELD_EX32(perm, MSIX_PERM, PASID_ENABLE)) {
        return w->pasid == FIELD_EX32(perm, MSIX_PERM, PASID);
    }
    return w->pasid == PCI_NO_PASID;
}

/**
 * idxd_irq_handle_valid: the vector that a descriptor's handle stands for
 *
 * Context: any thread; takes the device's lock.
 *
 * Return: false if the descriptor may not raise an interrupt by this handle.
 */
bool idxd_irq_handle_valid(IdxdState *s, const IdxdWork *w, unsigned *vector)
{
    uint16_t handle = idxd_desc_int_handle(&w->desc);
    unsigned index = handle;

    QEMU_LOCK_GUARD(&s->lock);

    if (s->prop_int_handles) {
        index = extract32(handle, 0, IDXD_HANDLE_INDEX_BITS);
        if (index > s->num_wqs || s->int_handle[index] != handle) {
            return false;
        }
    }
    *vector = index;
    return !w->ims && index && index <= s->num_wqs &&
           idxd_irq_permitted(s, w, index);
}
