/*
 * DSA and IAA device models: access to guest memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/rcu.h"
#include "idxd.h"
#include "trace.h"

/* Bounds the time that an invalidation, or a stop of the machine, waits */
#define IDXD_CHUNK              0x10000

/* Requests for a page that the guest calls served, and that never is there */
#define IDXD_PAGE_REQUESTS      64

/*
 * Only RAM is accessed: a device's registers would need the BQL, which whoever
 * waits for this engine may hold.  For the same reason no IOMMU translates on
 * the way: an untranslated span is an error if it would have to.
 */
static bool idxd_map(IdxdState *s, IdxdSpan *span)
{
    AddressSpace *as = pci_get_address_space(PCI_DEVICE(s));
    uint64_t addr = span->addr;
    uint64_t len = MIN(span->len, IDXD_CHUNK);

    if (!span->untranslated) {
        uint64_t offset = addr & span->tlb.addr_mask;

        as = span->tlb.target_as;
        addr = span->tlb.translated_addr + offset;
        len = MIN(len, span->tlb.addr_mask + 1 - offset);
    }
    len = address_space_cache_init(&span->cache, as, addr, len, span->write);
    if (!span->cache.ptr) {
        address_space_cache_destroy(&span->cache);
        return false;
    }
    span->ptr = span->cache.ptr;
    span->len = len;
    return true;
}

static void idxd_unmap(IdxdSpan *span)
{
    RCU_READ_LOCK_GUARD();

    if (span->write) {
        address_space_cache_invalidate(&span->cache, 0, span->len);
    }
    address_space_cache_destroy(&span->cache);
}

/* Get a translation for a span, by page requests if need be */
static IdxdXlat idxd_translate(IdxdEngine *e, const IdxdRequester *rq,
                               IdxdSpan *span)
{
    IOMMUAccessFlags need = span->write ? IOMMU_WO : IOMMU_RO;
    IdxdState *s = e->s;
    unsigned rounds;
    IdxdXlat xlat;
    ssize_t ret;

    for (rounds = 0; ; rounds++) {
        if (!idxd_engine_checkpoint(e)) {
            return IDXD_XLAT_ABORTED;
        }
        span->gen = idxd_atc_generation(s);
        idxd_perf_engine(e, IDXD_PERF_TRANSLATION, IDXD_PERF_ATS_REQUEST, 1);
        ret = -EPERM;
        if (!idxd_testctl_ats_fails(s, rq->pasid)) {
            ret = pci_ats_request_translation(PCI_DEVICE(s), rq->pasid,
                                              rq->priv, false, span->addr, 1,
                                              !span->write, &span->tlb, 1,
                                              NULL);
        }
        if (ret != 1) {
            trace_idxd_translation_error(idxd_devfn(s), rq->pasid, span->addr,
                                         ret);
            return IDXD_XLAT_ERROR;
        }
        if (span->tlb.perm & IOMMU_UNTRANSLATED_ONLY) {
            span->untranslated = true;
            return IDXD_XLAT_OK;
        }
        if (!rounds) {
            idxd_perf_engine(e, IDXD_PERF_TRANSLATION,
                             span->tlb.perm & need ? IDXD_PERF_XLAT_NO_FAULT
                                                   : IDXD_PERF_XLAT_FAULT, 1);
        }
        if (span->tlb.perm & need) {
            span->translated = true;
            idxd_perf_engine(e, IDXD_PERF_TRANSLATION,
                             idxd_atc_insert(s, rq->pasid, span) ?
                             IDXD_PERF_ATC_ALLOCATED :
                             IDXD_PERF_ATC_NOT_ALLOCATED, 1);
            return IDXD_XLAT_OK;
        }
        trace_idxd_translation_fault(idxd_devfn(s), rq->pasid, span->addr,
                                     span->write);
        idxd_perf_engine(e, IDXD_PERF_TRANSLATION, IDXD_PERF_ATS_FAULT, 1);
        if (!rq->page_request) {
            return IDXD_XLAT_FAULT;
        }
        if (rounds == IDXD_PAGE_REQUESTS) {
            return IDXD_XLAT_REFUSED;
        }
        xlat = idxd_page_request(e, rq, span->addr, span->write);
        if (xlat != IDXD_XLAT_OK) {
            return xlat;
        }
    }
}

static bool idxd_uses_ats(IdxdState *s, const IdxdRequester *rq)
{
    return rq->pasid != PCI_NO_PASID || pcie_ats_enabled(PCI_DEVICE(s));
}

/**
 * idxd_pin: make pieces of guest memory accessible, all at once
 *
 * Each span is cut at the end of its page; its @len and @ptr are set.  On
 * success the caller does its access at once, without waiting for anything,
 * and calls idxd_unpin().
 *
 * Context: an engine's thread, no lock held; may sleep for as long as the
 * guest takes to answer a page request.
 *
 * Return: IDXD_XLAT_OK, or why a span is not accessible.
 *
 * @rq: whose memory
 * @span: at least @addr, @write and @len are set, the rest is zero
 * @n: number of spans
 * @bad: out, index of the span that is not accessible
 */
IdxdXlat idxd_pin(IdxdEngine *e, const IdxdRequester *rq, IdxdSpan *span,
                  unsigned n, unsigned *bad)
{
    IdxdState *s = e->s;
    bool untranslated;
    unsigned i;

    *bad = 0;
    if (!idxd_engine_checkpoint(e)) {
        return IDXD_XLAT_ABORTED;
    }
    for (i = 0; i < n; i++) {
        IdxdXlat xlat = idxd_testctl_access(e, rq, &span[i]);

        if (xlat != IDXD_XLAT_OK) {
            *bad = i;
            return xlat;
        }
        span[i].operand = rq->operand;
    }
    /* Asked once: the guest can switch ATS at any time */
    untranslated = !idxd_uses_ats(s, rq);
    for (i = 0; i < n; i++) {
        span[i].untranslated = untranslated;
    }

    for (;;) {
        IdxdXlat xlat;

        if (span[0].untranslated) {
            break;
        }
        if (idxd_atc_enter(e, rq->pasid, span, n, bad)) {
            break;
        }
        xlat = idxd_translate(e, rq, &span[*bad]);
        if (xlat != IDXD_XLAT_OK) {
            return xlat;
        }
        /* The device passes an IOMMU untranslated as a whole or not at all */
        if (span[*bad].untranslated) {
            for (i = 0; i < n; i++) {
                span[i].untranslated = true;
            }
        }
    }

    for (i = 0; i < n; i++) {
        if (!idxd_map(s, &span[i])) {
            bool translated = !span[0].untranslated;

            *bad = i;
            while (i--) {
                idxd_unmap(&span[i]);
            }
            if (translated) {
                idxd_atc_leave(s);
            }
            return IDXD_XLAT_ERROR;
        }
    }
    return IDXD_XLAT_OK;
}

/**
 * idxd_unpin: the access to pinned memory is over
 *
 * Context: as for idxd_pin().
 */
void idxd_unpin(IdxdEngine *e, IdxdSpan *span, unsigned n)
{
    bool translated = !span[0].untranslated;
    uint32_t len = UINT32_MAX;
    unsigned i;

    /* Of several spans the same number of bytes is used */
    for (i = 0; i < n; i++) {
        len = MIN(len, span[i].len);
    }
    for (i = 0; i < n; i++) {
        if (span[i].operand) {
            idxd_perf_engine(e, IDXD_PERF_ENGINE, span[i].write ?
                             IDXD_PERF_ENGINE_WRITTEN : IDXD_PERF_ENGINE_READ,
                             len);
            idxd_perf_engine(e, IDXD_PERF_ENGINE, span[i].write ?
                             IDXD_PERF_ENGINE_WRITES : IDXD_PERF_ENGINE_READS,
                             1);
        }
        idxd_unmap(&span[i]);
    }
    if (translated) {
        idxd_atc_leave(e->s);
    }
}

/**
 * idxd_read: copy from guest memory
 *
 * Context: as for idxd_pin().
 *
 * Return: IDXD_XLAT_OK, or why a byte is not accessible; what comes before it
 * was read.
 *
 * @bad: out, its address
 */
IdxdXlat idxd_read(IdxdEngine *e, const IdxdRequester *rq, uint64_t addr,
                   void *buf, uint32_t len, uint64_t *bad)
{
    while (len) {
        IdxdSpan span = { .addr = addr, .len = len };
        unsigned which;
        IdxdXlat xlat = idxd_pin(e, rq, &span, 1, &which);

        if (xlat != IDXD_XLAT_OK) {
            *bad = addr;
            return xlat;
        }
        memcpy(buf, span.ptr, span.len);
        idxd_unpin(e, &span, 1);
        buf += span.len;
        addr += span.len;
        len -= span.len;
    }
    return IDXD_XLAT_OK;
}

/**
 * idxd_write: copy to guest memory, within one page
 *
 * Context: as for idxd_pin().
 *
 * Return: IDXD_XLAT_OK, or why it is not accessible; then nothing was written.
 *
 * @len: bytes, which must not cross a page
 * @first_byte_last: the first byte becomes visible after all others
 */
IdxdXlat idxd_write(IdxdEngine *e, const IdxdRequester *rq, uint64_t addr,
                    const void *buf, uint32_t len, bool first_byte_last)
{
    IdxdSpan span = { .addr = addr, .len = len, .write = true };
    unsigned which;
    IdxdXlat xlat = idxd_pin(e, rq, &span, 1, &which);

    if (xlat != IDXD_XLAT_OK) {
        return xlat;
    }
    if (span.len < len) {
        idxd_unpin(e, &span, 1);
        return IDXD_XLAT_ERROR;
    }
    if (first_byte_last) {
        memcpy(span.ptr + 1, (const uint8_t *)buf + 1, len - 1);
        /* Pairs with whoever polls the first byte */
        smp_wmb();
        qatomic_set(span.ptr, *(const uint8_t *)buf);
    } else {
        memcpy(span.ptr, buf, len);
    }
    idxd_unpin(e, &span, 1);
    return IDXD_XLAT_OK;
}

/**
 * idxd_write_pages: copy to guest memory
 *
 * Context: as for idxd_pin().
 *
 * Return: IDXD_XLAT_OK, or why a byte is not accessible; what comes before it
 * was written.
 *
 * @bad: out, its address
 */
IdxdXlat idxd_write_pages(IdxdEngine *e, const IdxdRequester *rq, uint64_t addr,
                          const void *buf, uint32_t len, uint64_t *bad)
{
    while (len) {
        IdxdSpan span = { .addr = addr, .len = len, .write = true };
        unsigned which;
        IdxdXlat xlat = idxd_pin(e, rq, &span, 1, &which);

        if (xlat != IDXD_XLAT_OK) {
            *bad = addr;
            return xlat;
        }
        memcpy(span.ptr, buf, span.len);
        idxd_unpin(e, &span, 1);
        buf += span.len;
        addr += span.len;
        len -= span.len;
    }
    return IDXD_XLAT_OK;
}
