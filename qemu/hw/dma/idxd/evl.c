/*
 * DSA and IAA device models: the event log's ring
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/log.h"
#include "idxd.h"
#include "trace.h"

/* Bytes of an entry that say what happened; the record ends the entry */
#define IDXD_EVL_HEAD_SIZE      32

/* Bytes */
unsigned idxd_evl_entry_size(IdxdState *s)
{
    return IDXD_EVL_HEAD_SIZE << IDXD_GET_CLASS(s)->evl_support;
}

/**
 * idxd_evl_setup: take the ring's configuration when the device is enabled
 *
 * Context: BQL and the device's lock are held.
 *
 * Return: IDXD_CMDERR_NONE, or the error of Enable Device.
 */
IdxdCommandError idxd_evl_setup(IdxdState *s)
{
    PCIDevice *pdev = PCI_DEVICE(s);
    const uint32_t *cfg = s->evlcfg;
    IdxdEvl evl = {
        .enabled = FIELD_EX32(s->gencfg, GENCFG, EVL_ENABLE),
        .base = (uint64_t)cfg[1] << 32 | (cfg[0] & R_EVLCFG0_BASE_LO_MASK),
        .pasid = PCI_NO_PASID,
        .priv = FIELD_EX32(cfg[0], EVLCFG0, PRIV),
        .size = FIELD_EX32(cfg[2], EVLCFG2, SIZE),
    };

    if (evl.enabled) {
        /* There is no code for the event log alone */
        if (evl.size < IDXD_EVL_SIZE_MIN) {
            return IDXD_CMDERR_CONFIG;
        }
        if (FIELD_EX32(cfg[0], EVLCFG0, PASID_ENABLE)) {
            if (!pcie_pasid_enabled(pdev) ||
                (evl.priv && !pcie_pasid_priv_enabled(pdev))) {
                return IDXD_CMDERR_CONFIG;
            }
            evl.pasid = FIELD_EX32(cfg[3], EVLCFG3, PASID_HI) << 16 |
                        FIELD_EX32(cfg[2], EVLCFG2, PASID_LO);
        }
        evl.owner = g_new0(struct IdxdEvlOwner, evl.size);
    }
    idxd_evl_teardown(s);
    s->evl = evl;
    return IDXD_CMDERR_NONE;
}

/**
 * idxd_evl_teardown: forget the ring
 *
 * Context: the device's lock is held, no engine logs.
 */
void idxd_evl_teardown(IdxdState *s)
{
    g_free(s->evl.owner);
    memset(&s->evl, 0, sizeof(s->evl));
}

/* Context: the device's lock is held */
void idxd_evl_write_head(IdxdState *s, uint32_t val)
{
    uint16_t head = FIELD_EX32(val, EVLSTATUS_LO, HEAD);

    if (!s->evl.enabled || head >= s->evl.size) {
        qemu_log_mask(LOG_GUEST_ERROR, "idxd: event log head %u of %u\n",
                      head, s->evl.size);
        return;
    }
    trace_idxd_evl_head(idxd_devfn(s), s->evl.head, head, s->evl.tail);
    s->evl.head = head;
    idxd_engines_wake(s);
}

/* Context: the device's lock is held */
void idxd_evl_write_pending(IdxdState *s, uint32_t val)
{
    if (FIELD_EX32(val, EVLSTATUS_HI, PENDING)) {
        s->evl.pending = false;
    }
}

/**
 * idxd_evl_in_use: whether errors go to the event log
 *
 * Context: any thread; takes the device's lock.
 */
bool idxd_evl_in_use(IdxdState *s)
{
    QEMU_LOCK_GUARD(&s->lock);
    return s->evl.enabled;
}

/**
 * idxd_evl_record_in_log: whether records that come before a Drain's are still
 * to be written by software
 *
 * These are of the same WQ and PASID, and either were logged after the Drain
 * was submitted or have not been taken from the ring.
 *
 * Context: the device's lock is held.
 */
bool idxd_evl_record_in_log(IdxdState *s, const IdxdWork *w)
{
    const IdxdEvl *evl = &s->evl;
    uint32_t pasid = w->pasid == PCI_NO_PASID ? 0 : w->pasid;
    uint64_t taken, i;

    if (!evl->enabled) {
        return false;
    }
    taken = evl->logged - (evl->tail + evl->size - evl->head) % evl->size;
    i = MIN(taken, w->evl_mark);
    if (evl->logged - i > evl->size) {
        i = evl->logged - evl->size;
    }
    for (; i < evl->logged; i++) {
        const struct IdxdEvlOwner *o = &evl->owner[i % evl->size];

        if (o->record && o->wq == w->wq && o->pasid == pasid) {
            return true;
        }
    }
    return false;
}

static bool idxd_evl_is_full(const IdxdEvl *evl)
{
    return (evl->tail + 1) % evl->size == evl->head;
}

/**
 * idxd_evl_room: how many entries the ring still takes
 *
 * Context: the device's lock is held, the event log is enabled.
 */
unsigned idxd_evl_room(const IdxdState *s)
{
    const IdxdEvl *evl = &s->evl;

    return (evl->head + evl->size - evl->tail - 1) % evl->size;
}

/* Have the slot at tail for oneself; the lock is held */
static bool idxd_evl_claim(IdxdEngine *e)
{
    IdxdState *s = e->s;
    bool told = false;

    while (s->evl.busy || idxd_evl_is_full(&s->evl)) {
        if (qatomic_read(&e->work->aborted)) {
            return false;
        }
        if (!s->evl.busy && !told) {
            trace_idxd_evl_full(idxd_devfn(s), e->id, e->work->seq,
                                s->evl.head, s->evl.tail);
            told = true;
        }
        idxd_engine_wait(e);
    }
    s->evl.busy = true;
    return true;
}

static void idxd_evl_publish(IdxdState *s, const uint8_t *entry)
{
    uint64_t head = ldq_le_p(entry);
    uint8_t code = extract64(head, 8, 8);
    IdxdEvl *evl = &s->evl;

    evl->owner[evl->tail] = (struct IdxdEvlOwner) {
        .pasid = extract64(head, 40, 20),
        .wq = extract64(head, 16, 8),
        .record = code == IDXD_STS_RECORD_FAULT || code == IDXD_EVL_DRAIN ||
                  code == IDXD_EVL_BATCH,
    };
    evl->tail = (evl->tail + 1) % evl->size;
    evl->logged++;

    if (FIELD_EX32(s->genctrl, GENCTRL, EVL_INT) && !evl->pending) {
        evl->pending = true;
        idxd_irq_cause(s, R_INTCAUSE_EVL_MASK);
    }
}

/**
 * idxd_evl_append: append an entry, when there is room
 *
 * A ring that cannot be written halts the device.
 *
 * Context: an engine's thread, no lock held; sleeps while the ring is full.
 *
 * Return: false if the work was given up instead.
 *
 * @entry: as it is to be in memory, the size of an entry
 */
bool idxd_evl_append(IdxdEngine *e, const uint8_t *entry)
{
    IdxdState *s = e->s;
    unsigned size = idxd_evl_entry_size(s);
    uint64_t head = ldq_le_p(entry);
    IdxdRequester rq;
    uint64_t addr;
    IdxdXlat xlat;

    QEMU_LOCK_GUARD(&s->lock);

    if (!idxd_evl_claim(e)) {
        return false;
    }
    rq = (IdxdRequester) {
        .pasid = s->evl.pasid,
        .priv = s->evl.priv && s->evl.pasid != PCI_NO_PASID,
        .page_request = s->evl.pasid != PCI_NO_PASID,
    };
    addr = s->evl.base + (uint64_t)s->evl.tail * size;

    qemu_mutex_unlock(&s->lock);
    xlat = idxd_write(e, &rq, addr, entry, size, false);
    qemu_mutex_lock(&s->lock);

    s->evl.busy = false;
    if (xlat == IDXD_XLAT_OK) {
        /* The entry is visible before the tail that says so */
        smp_wmb();
        trace_idxd_evl_log(idxd_devfn(s), s->evl.tail, extract64(head, 8, 8),
                           e->work->seq, extract64(head, 16, 8),
                           extract64(head, 40, 20), extract64(head, 32, 8),
                           extract64(head, 4, 1), extract64(head, 24, 8),
                           ldq_le_p(entry + 16));
        idxd_perf_engine(e, IDXD_PERF_COMPLETION, IDXD_PERF_COMPL_LOG, 1);
        idxd_evl_publish(s, entry);
    } else if (!qatomic_read(&e->work->aborted)) {
        trace_idxd_evl_write_error(idxd_devfn(s), addr);
        idxd_halt(s, IDXD_RESET_SOFTWARE);
    }
    idxd_engines_wake(s);
    return xlat == IDXD_XLAT_OK;
}

/**
 * idxd_evl_log: append an entry for a descriptor, with its record
 *
 * Context and return value: as for idxd_evl_append().
 *
 * @w: what the entry is about
 * @head: the first 32 bytes, in host byte order
 */
bool idxd_evl_log(IdxdEngine *e, const IdxdWork *w, const uint64_t head[4])
{
    unsigned record_size = IDXD_GET_CLASS(e->s)->record_size;
    uint8_t entry[IDXD_EVL_ENTRY_MAX] = { };
    unsigned i;

    for (i = 0; i < 4; i++) {
        stq_le_p(entry + i * 8, head[i]);
    }
    idxd_record_encode(&w->rec,
                       entry + idxd_evl_entry_size(e->s) - record_size);
    return idxd_evl_append(e, entry);
}
