/*
 * DSA and IAA device models: portals
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/log.h"
#include "system/store64.h"
#include "idxd.h"
#include "trace.h"

QEMU_BUILD_BUG_ON(STORE64_SIZE != IDXD_DESC_SIZE);

static IdxdWork *idxd_work_new(IdxdState *s, unsigned wq, unsigned page,
                               const void *data)
{
    uint32_t cfg = s->wq[wq].cfg[R_WQCFG2];
    IdxdWork *w = g_new0(IdxdWork, 1);

    memcpy(w->desc.raw, data, IDXD_DESC_SIZE);
    w->wq = wq;
    w->ims = page & IDXD_PORTAL_IMS;
    w->pasid = PCI_NO_PASID;
    if (FIELD_EX32(cfg, WQCFG2, DEDICATED)) {
        w->priv = FIELD_EX32(cfg, WQCFG2, PRIV);
        if (FIELD_EX32(cfg, WQCFG2, PASID_ENABLE)) {
            w->pasid = FIELD_EX32(cfg, WQCFG2, PASID);
        }
    } else {
        w->priv = idxd_desc_priv(&w->desc);
        w->pasid = idxd_desc_pasid(&w->desc);
    }
    return w;
}

/* A write that is dropped is reported once until an engine has done so */
static void idxd_portal_drop(IdxdState *s, unsigned wq, unsigned page,
                             const void *data)
{
    IdxdWork *w;

    trace_idxd_submit_drop(idxd_devfn(s), wq, s->wq[wq].state);
    idxd_perf_wq(s, IDXD_PERF_WQ, IDXD_PERF_WQ_DROPPED, wq);
    if (s->state != IDXD_ENABLED || s->wq[wq].portal_error) {
        return;
    }
    w = idxd_work_new(s, wq, page, data);
    w->kind = IDXD_WORK_PORTAL_ERROR;
    if (!FIELD_EX32(s->wq[wq].cfg[R_WQCFG2], WQCFG2, DEDICATED)) {
        /* A posted write can name any PASID */
        w->pasid = PCI_NO_PASID;
        w->priv = false;
    }
    s->wq[wq].portal_error = true;
    idxd_work_accept(s, w, &s->portal_errors);
}

static uint32_t idxd_portal_event(const IdxdState *s, unsigned wq,
                                  unsigned page)
{
    if (FIELD_EX32(s->wq[wq].cfg[R_WQCFG2], WQCFG2, DEDICATED)) {
        return IDXD_PERF_WQ_DEDICATED;
    }
    return page & IDXD_PORTAL_LIMITED ? IDXD_PERF_WQ_LIMITED
                                      : IDXD_PERF_WQ_UNLIMITED;
}

static bool idxd_portal_accept(IdxdState *s, unsigned wq, unsigned page,
                               const void *data, unsigned limit)
{
    IdxdWork *w;

    if (s->state != IDXD_ENABLED || s->wq[wq].state != IDXD_ENABLED ||
        s->wq[wq].occupancy >= limit) {
        return false;
    }
    w = idxd_work_new(s, wq, page, data);
    s->wq[wq].occupancy++;
    idxd_work_accept(s, w, &s->wq[wq].queue);
    trace_idxd_submit(idxd_devfn(s), w->seq, wq, idxd_desc_opcode(&w->desc),
                      w->pasid, idxd_desc_record_addr(&w->desc),
                      s->wq[wq].occupancy);
    idxd_perf_wq(s, IDXD_PERF_WQ, idxd_portal_event(s, wq, page), wq);
    return true;
}

static bool idxd_portal_decode(const IdxdState *s, hwaddr offset, unsigned *wq,
                               unsigned *page)
{
    *wq = offset >> IDXD_PORTAL_WQ_SHIFT;
    *page = (offset >> IDXD_PORTAL_PAGE_SHIFT) &
            MAKE_64BIT_MASK(0, IDXD_PORTAL_WQ_SHIFT - IDXD_PORTAL_PAGE_SHIFT);
    return *wq < s->num_wqs;
}

/* MOVDIR64B: for dedicated WQs, which do without a threshold */
static MemTxResult idxd_portal_posted(Store64Target *t, MemoryRegion *mr,
                                      hwaddr offset, const void *data,
                                      MemTxAttrs attrs)
{
    IdxdState *s = IDXD(t);
    unsigned wq, page;
    const uint32_t *cfg;

    if (mr != &s->portals || !idxd_portal_decode(s, offset, &wq, &page)) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "idxd: 64-byte write to %s 0x%" HWADDR_PRIx "\n",
                      memory_region_name(mr), offset);
        return MEMTX_OK;
    }

    QEMU_LOCK_GUARD(&s->lock);
    cfg = s->wq[wq].cfg;
    if (!FIELD_EX32(cfg[R_WQCFG2], WQCFG2, DEDICATED) ||
        !idxd_portal_accept(s, wq, page, data,
                            FIELD_EX32(cfg[R_WQCFG0], WQCFG0, SIZE))) {
        idxd_portal_drop(s, wq, page, data);
    }
    return MEMTX_OK;
}

/* ENQCMD and ENQCMDS: for shared WQs */
static bool idxd_portal_deferrable(Store64Target *t, MemoryRegion *mr,
                                   hwaddr offset, const void *data,
                                   MemTxAttrs attrs)
{
    IdxdState *s = IDXD(t);
    unsigned wq, page, limit;
    const uint32_t *cfg;

    if (mr != &s->portals || !idxd_portal_decode(s, offset, &wq, &page)) {
        return false;
    }

    QEMU_LOCK_GUARD(&s->lock);
    cfg = s->wq[wq].cfg;
    if (page & IDXD_PORTAL_LIMITED) {
        limit = FIELD_EX32(cfg[R_WQCFG1], WQCFG1, THRESHOLD);
    } else {
        limit = FIELD_EX32(cfg[R_WQCFG0], WQCFG0, SIZE);
    }
    if (FIELD_EX32(cfg[R_WQCFG2], WQCFG2, DEDICATED) ||
        !idxd_portal_accept(s, wq, page, data, limit)) {
        trace_idxd_submit_retry(idxd_devfn(s), wq, s->wq[wq].occupancy, limit);
        idxd_perf_wq(s, IDXD_PERF_WQ, IDXD_PERF_WQ_RETRY, wq);
        return false;
    }
    return true;
}

static uint64_t idxd_portal_read(void *opaque, hwaddr addr, unsigned size)
{
    return UINT64_MAX;
}

static void idxd_portal_write(void *opaque, hwaddr addr, uint64_t val,
                              unsigned size)
{
    qemu_log_mask(LOG_GUEST_ERROR,
                  "idxd: write of %u bytes to portal 0x%" HWADDR_PRIx "\n",
                  size, addr);
}

const MemoryRegionOps idxd_portal_ops = {
    .read = idxd_portal_read,
    .write = idxd_portal_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {
        .min_access_size = 1,
        .max_access_size = 8,
    },
    .impl = {
        .min_access_size = 1,
        .max_access_size = 8,
    },
};

void idxd_portal_class_init(ObjectClass *klass)
{
    Store64TargetClass *stc = STORE64_TARGET_CLASS(klass);

    stc->posted = idxd_portal_posted;
    stc->deferrable = idxd_portal_deferrable;
}
