/*
 * DSA and IAA device models: page requests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"
#include "trace.h"

#define IDXD_ADDR_BITS  48

/* A free group index; they are used in turn, so that a late answer is seen */
static IdxdPrg *idxd_prg_alloc(IdxdState *s)
{
    unsigned i;

    if (s->prg_outstanding >= pcie_pri_alloc_req(PCI_DEVICE(s))) {
        return NULL;
    }
    for (i = 0; i < IDXD_PRG_COUNT; i++) {
        IdxdPrg *prg = &s->prg[s->prg_next++ % IDXD_PRG_COUNT];

        if (!prg->used) {
            *prg = (IdxdPrg) { .used = true };
            s->prg_outstanding++;
            return prg;
        }
    }
    return NULL;
}

static void idxd_prg_free(IdxdState *s, IdxdPrg *prg)
{
    prg->used = false;
    s->prg_outstanding--;
    /* One may wait for the number of outstanding requests to go down */
    idxd_engines_wake(s);
}

/* First-level tables have four levels; no guest has a page elsewhere */
static bool idxd_is_canonical(uint64_t addr)
{
    return sextract64(addr, 0, IDXD_ADDR_BITS) == addr;
}

/**
 * idxd_page_request: ask the guest for a page and wait for the answer
 *
 * Context: an engine's thread, no lock held.
 *
 * Return: IDXD_XLAT_OK to try again; IDXD_XLAT_REFUSED; IDXD_XLAT_FAULT if no
 * request can be sent; IDXD_XLAT_ABORTED.
 */
IdxdXlat idxd_page_request(IdxdEngine *e, const IdxdRequester *rq,
                           uint64_t addr, bool write)
{
    IdxdState *s = e->s;
    PCIDevice *pdev = PCI_DEVICE(s);
    IdxdXlat xlat;
    IdxdPrg *prg;
    uint16_t index;
    int ret;

    if (!idxd_is_canonical(addr)) {
        return IDXD_XLAT_FAULT;
    }

    QEMU_LOCK_GUARD(&s->lock);

    while (!(prg = idxd_prg_alloc(s))) {
        if (qatomic_read(&e->work->aborted)) {
            return IDXD_XLAT_ABORTED;
        }
        if (!pcie_pri_enabled(pdev) || !pcie_pri_alloc_req(pdev)) {
            return IDXD_XLAT_FAULT;
        }
        idxd_engine_wait(e);
    }
    prg->pasid = rq->pasid;
    index = prg - s->prg;

    trace_idxd_page_request(idxd_devfn(s), e->work->seq, index, rq->pasid,
                            addr, write);
    idxd_perf_engine(e, IDXD_PERF_TRANSLATION, IDXD_PERF_PAGE_REQUEST, 1);
    qemu_mutex_unlock(&s->lock);
    ret = pci_pri_request_page(pdev, rq->pasid, rq->priv, false, addr, true,
                               index, !write, write);
    qemu_mutex_lock(&s->lock);
    if (ret) {
        idxd_prg_free(s, prg);
        return IDXD_XLAT_FAULT;
    }

    while (!prg->answered) {
        if (qatomic_read(&e->work->aborted)) {
            /* The index stays in use until the answer comes */
            prg->orphan = true;
            return IDXD_XLAT_ABORTED;
        }
        idxd_engine_wait(e);
    }
    xlat = prg->code == IOMMU_PRI_RESP_SUCCESS ? IDXD_XLAT_OK
                                               : IDXD_XLAT_REFUSED;
    idxd_prg_free(s, prg);
    idxd_perf_engine(e, IDXD_PERF_TRANSLATION, xlat == IDXD_XLAT_OK ?
                     IDXD_PERF_PAGE_SUCCESS : IDXD_PERF_PAGE_FAILURE, 1);
    return xlat;
}

static void idxd_prg_answer(IdxdState *s, IdxdPrg *prg,
                            IOMMUPRIResponseCode code)
{
    if (prg->orphan) {
        idxd_prg_free(s, prg);
        return;
    }
    prg->answered = true;
    prg->code = code;
    idxd_engines_wake(s);
}

static void idxd_pri_notify(IOMMUPRINotifier *notifier,
                            const IOMMUPRIResponse *response)
{
    IdxdState *s = container_of(notifier, IdxdState, pri_notifier);
    IdxdPrg *prg = &s->prg[response->prgi % IDXD_PRG_COUNT];

    QEMU_LOCK_GUARD(&s->lock);

    trace_idxd_page_response(idxd_devfn(s), response->prgi, response->pasid,
                             response->response_code);
    if (!prg->used || prg->answered || prg->pasid != response->pasid) {
        pcie_pri_update_status(PCI_DEVICE(s), 0, PCI_PRI_STATUS_UPRGI);
        return;
    }
    if (response->response_code == IOMMU_PRI_RESP_FAILURE) {
        pcie_pri_update_status(PCI_DEVICE(s), 0, PCI_PRI_STATUS_RF);
    }
    idxd_prg_answer(s, prg, response->response_code);
}

/**
 * idxd_pri_cancel: no answers will come to what was requested so far
 *
 * Context: BQL held.
 */
void idxd_pri_cancel(IdxdState *s)
{
    unsigned i;

    QEMU_LOCK_GUARD(&s->lock);

    for (i = 0; i < IDXD_PRG_COUNT; i++) {
        if (s->prg[i].used && !s->prg[i].answered) {
            idxd_prg_answer(s, &s->prg[i], IOMMU_PRI_RESP_FAILURE);
        }
    }
}

/* Context: BQL held. Without an IOMMU that has PRI no request can be sent. */
void idxd_pri_attach(IdxdState *s)
{
    s->pri_notifier.notify = idxd_pri_notify;
    s->have_pri_notifier =
        pci_pri_register_notifier(PCI_DEVICE(s), PCI_ALL_PASIDS,
                                  &s->pri_notifier) == 0;
}

void idxd_pri_detach(IdxdState *s)
{
    if (s->have_pri_notifier) {
        pci_pri_unregister_notifier(PCI_DEVICE(s), PCI_ALL_PASIDS,
                                    &s->pri_notifier);
    }
}
