/*
 * DSA and IAA device models: address translation cache
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"
#include "trace.h"

/*
 * Set associative, entries of three page sizes side by side.  An entry without
 * permissions is free.  Privileged requests do not occur: the PASID capability
 * does not offer them.
 */
static const uint8_t idxd_atc_shift[] = { 12, 21, 30 };

static IOMMUTLBEntry *idxd_atc_set(IdxdAtc *atc, uint32_t pasid, hwaddr addr,
                                   unsigned shift)
{
    uint64_t h = (addr >> shift) + (uint64_t)pasid * 0x9e3779b1 + shift;

    return atc->entry[(h ^ h >> 16) % IDXD_ATC_SETS];
}

static bool idxd_atc_match(const IOMMUTLBEntry *e, uint32_t pasid, hwaddr addr)
{
    return e->perm != IOMMU_NONE && e->pasid == pasid &&
           (addr & ~e->addr_mask) == e->iova;
}

static IOMMUTLBEntry *idxd_atc_find(IdxdAtc *atc, uint32_t pasid, hwaddr addr,
                                    unsigned shift)
{
    IOMMUTLBEntry *set = idxd_atc_set(atc, pasid, addr, shift);
    unsigned i;

    for (i = 0; i < IDXD_ATC_WAYS; i++) {
        if (idxd_atc_match(&set[i], pasid, addr) &&
            set[i].addr_mask == MAKE_64BIT_MASK(0, shift)) {
            return &set[i];
        }
    }
    return NULL;
}

static bool idxd_atc_lookup(IdxdAtc *atc, uint32_t pasid, IdxdSpan *span)
{
    IOMMUAccessFlags need = span->write ? IOMMU_WO : IOMMU_RO;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(idxd_atc_shift); i++) {
        const IOMMUTLBEntry *e = idxd_atc_find(atc, pasid, span->addr,
                                               idxd_atc_shift[i]);

        if (e && e->perm & need) {
            span->tlb = *e;
            span->translated = true;
            span->gen = atc->gen;
            return true;
        }
    }
    return false;
}

/**
 * idxd_atc_enter: begin to access memory by translations
 *
 * Until idxd_atc_leave() no invalidation completes, so the caller must be quick
 * and must not wait for anything.
 *
 * Context: an engine's thread.
 *
 * Return: false, and nothing began, if one of the spans has no translation.
 *
 * @pasid: of the access, or PCI_NO_PASID
 * @span: what is to be accessed; @tlb is set where it was not or is out of date
 * @n: number of spans
 * @miss: out, index of the first span without a translation
 */
bool idxd_atc_enter(IdxdEngine *e, uint32_t pasid, IdxdSpan *span, unsigned n,
                    unsigned *miss)
{
    IdxdAtc *atc = &e->s->atc;
    unsigned i;

    QEMU_LOCK_GUARD(&atc->lock);

    while (atc->invalidators) {
        qemu_cond_wait(&atc->cond, &atc->lock);
    }
    for (i = 0; i < n; i++) {
        if (span[i].translated && span[i].gen == atc->gen) {
            continue;
        }
        span[i].translated = false;
        if (!idxd_atc_lookup(atc, pasid, &span[i])) {
            *miss = i;
            return false;
        }
        idxd_perf_translation(e, IDXD_PERF_ATC_HIT, span[i].tlb.addr_mask);
    }
    atc->users++;
    return true;
}

/**
 * idxd_atc_leave: memory is not accessed any more
 *
 * Context: an engine's thread.
 */
void idxd_atc_leave(IdxdState *s)
{
    IdxdAtc *atc = &s->atc;

    QEMU_LOCK_GUARD(&atc->lock);
    if (--atc->users == 0) {
        qemu_cond_broadcast(&atc->cond);
    }
}

/**
 * idxd_atc_generation: to be read before a translation is asked for
 *
 * Context: any thread.
 */
uint64_t idxd_atc_generation(IdxdState *s)
{
    QEMU_LOCK_GUARD(&s->atc.lock);
    return s->atc.gen;
}

/* Cut an entry down to the largest page size it has around an address */
static void idxd_atc_narrow(IOMMUTLBEntry *e, hwaddr addr, unsigned *shift)
{
    unsigned i = ARRAY_SIZE(idxd_atc_shift) - 1;
    hwaddr mask;

    while (i && MAKE_64BIT_MASK(0, idxd_atc_shift[i]) > e->addr_mask) {
        i--;
    }
    *shift = idxd_atc_shift[i];
    mask = MAKE_64BIT_MASK(0, *shift);
    e->translated_addr = (e->translated_addr & ~e->addr_mask) |
                         (addr & e->addr_mask & ~mask);
    e->iova = addr & ~mask;
    e->addr_mask = mask;
}

/**
 * idxd_atc_insert: keep a translation, unless it is out of date
 *
 * Context: an engine's thread.
 *
 * Return: false if it is out of date.
 *
 * @pasid: of the request, or PCI_NO_PASID
 * @span: with @tlb as the IOMMU gave it, and @gen from before it was asked for
 */
bool idxd_atc_insert(IdxdState *s, uint32_t pasid, IdxdSpan *span)
{
    IdxdAtc *atc = &s->atc;
    IOMMUTLBEntry *e;
    unsigned shift;

    idxd_atc_narrow(&span->tlb, span->addr, &shift);
    span->tlb.pasid = pasid;

    QEMU_LOCK_GUARD(&atc->lock);
    if (span->gen != atc->gen) {
        return false;
    }
    e = idxd_atc_find(atc, pasid, span->addr, shift);
    if (!e) {
        e = idxd_atc_set(atc, pasid, span->addr, shift) +
            atc->victim++ % IDXD_ATC_WAYS;
    }
    *e = span->tlb;
    return true;
}

static bool idxd_atc_hit(const IOMMUTLBEntry *e, uint32_t pasid, hwaddr first,
                         hwaddr last)
{
    if (e->perm == IOMMU_NONE || e->iova > last ||
        e->iova + e->addr_mask < first) {
        return false;
    }
    if (pasid == PCI_ALL_PASIDS) {
        return e->pasid != PCI_NO_PASID;
    }
    return e->pasid == pasid;
}

static void idxd_atc_drop(IdxdState *s, bool all, uint32_t pasid, hwaddr first,
                          hwaddr last)
{
    IdxdAtc *atc = &s->atc;
    unsigned i, j, dropped = 0;

    QEMU_LOCK_GUARD(&atc->lock);

    atc->invalidators++;
    while (atc->users) {
        qemu_cond_wait(&atc->cond, &atc->lock);
    }
    for (i = 0; i < IDXD_ATC_SETS; i++) {
        for (j = 0; j < IDXD_ATC_WAYS; j++) {
            IOMMUTLBEntry *e = &atc->entry[i][j];

            if (all || idxd_atc_hit(e, pasid, first, last)) {
                dropped += e->perm != IOMMU_NONE;
                e->perm = IOMMU_NONE;
            }
        }
    }
    atc->gen++;
    if (--atc->invalidators == 0) {
        qemu_cond_broadcast(&atc->cond);
    }
    trace_idxd_atc_invalidate(idxd_devfn(s), pasid, first, last, dropped);
}

/**
 * idxd_atc_flush: forget all translations
 *
 * Context: any thread but an engine's; waits until no engine uses one.
 */
void idxd_atc_flush(IdxdState *s)
{
    idxd_atc_drop(s, true, PCI_NO_PASID, 0, UINT64_MAX);
}

static void idxd_atc_notify(IOMMUNotifier *n, IOMMUTLBEntry *entry)
{
    IdxdState *s = container_of(n, IdxdState, iotlb_notifier);
    hwaddr first = entry->iova & ~entry->addr_mask;

    idxd_perf_invalidation(s);
    idxd_atc_drop(s, false, entry->pasid, first, first + entry->addr_mask);
}

void idxd_atc_init(IdxdState *s)
{
    qemu_mutex_init(&s->atc.lock);
    qemu_cond_init(&s->atc.cond);
}

/* Context: BQL held. Without an IOMMU that has ATS the cache stays empty. */
void idxd_atc_attach(IdxdState *s)
{
    PCIDevice *pdev = PCI_DEVICE(s);

    iommu_notifier_init(&s->iotlb_notifier, idxd_atc_notify,
                        IOMMU_NOTIFIER_DEVIOTLB_UNMAP, 0, UINT64_MAX, 0);
    s->have_iotlb_notifier =
        pci_iommu_register_iotlb_notifier(pdev, PCI_ALL_PASIDS,
                                          &s->iotlb_notifier) == 0;
}

void idxd_atc_destroy(IdxdState *s)
{
    if (s->have_iotlb_notifier) {
        pci_iommu_unregister_iotlb_notifier(PCI_DEVICE(s), PCI_ALL_PASIDS,
                                            &s->iotlb_notifier);
    }
    qemu_cond_destroy(&s->atc.cond);
    qemu_mutex_destroy(&s->atc.lock);
}
