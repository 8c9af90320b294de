/*
 * Intel IOMMU: page request queue and page group responses
 *
 * Devices request pages from threads of their own.  Everything that concerns
 * the guest, its queue, the registers and the interrupt, happens with the BQL
 * held: requests wait in a list until a bottom half or a drain comes for them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/range.h"
#include "hw/pci/pci_ats.h"
#include "migration/vmstate.h"
#include "intel_iommu_internal.h"
#include "trace.h"

#define VTD_PQ_ENTRY_SIZE       32
#define VTD_PQ_OFFSET_MASK      0x7ffe0ULL

#define VTD_PQA_ADDR_MASK       (~0xfffULL)
#define VTD_PQA_SIZE(val)       (VTD_PAGE_SIZE << ((val) & 7))

#define VTD_PRS_PPR             (1U << 0)
#define VTD_PRS_PRO             (1U << 1)

#define VTD_PECTL_IM            (1U << 31)
#define VTD_PECTL_IP            (1U << 30)

/* Page request descriptor */
#define VTD_PQ_TYPE             1ULL
#define VTD_PQ_PASID_PRESENT    (1ULL << 8)
#define VTD_PQ_SID(val)         ((uint64_t)(val) << 16)
#define VTD_PQ_PASID(val)       ((uint64_t)(val) << 32)
#define VTD_PQ_READ             (1ULL << 0)
#define VTD_PQ_WRITE            (1ULL << 1)
#define VTD_PQ_LPIG             (1ULL << 2)
#define VTD_PQ_PRGI(val)        ((uint64_t)(val) << 3)
#define VTD_PQ_ADDR(val)        ((val) & VTD_PAGE_MASK_4K)

/* Page group response descriptor; bit 2 of the high half was LPIG once */
#define VTD_PGRP_PASID_PRESENT  (1ULL << 4)
#define VTD_PGRP_CODE(val)      (((val) >> 12) & 0xf)
#define VTD_PGRP_SID(val)       (((val) >> 16) & 0xffff)
#define VTD_PGRP_PASID(val)     (((val) >> 32) & 0xfffff)
#define VTD_PGRP_PRGI(val)      (((val) >> 3) & 0x1ff)
#define VTD_PGRP_RSVD_VAL0      0xfff00000000001c0ULL
#define VTD_PGRP_RSVD_VAL1      0xfffffffffffff003ULL

/* A request that is not in the guest's queue yet */
struct VTDPageRequest {
    uint16_t sid;
    uint16_t prgi;
    uint32_t pasid;
    uint64_t addr;
    bool priv_req;
    bool exec_req;
    bool lpig;
    bool is_read;
    bool is_write;
    QTAILQ_ENTRY(VTDPageRequest) next;
};

struct VTDPRINotifier {
    PCIBus *bus;
    int devfn;
    uint32_t pasid;
    IOMMUPRINotifier *n;
    QLIST_ENTRY(VTDPRINotifier) next;
};

static void vtd_prq_respond(IntelIOMMUState *s, uint16_t sid,
                            const IOMMUPRIResponse *response)
{
    VTDPRINotifier *notifier;

    trace_vtd_prq_response(sid, response->pasid, response->prgi,
                           response->response_code);

    QLIST_FOREACH(notifier, &s->pri_notifiers, next) {
        if (PCI_BUILD_BDF(pci_bus_num(notifier->bus),
                          notifier->devfn) == sid &&
            (notifier->pasid == response->pasid ||
             notifier->pasid == PCI_ALL_PASIDS)) {
            notifier->n->notify(notifier->n, response);
        }
    }
}

/* Called when PPR or PRO becomes set; @status is PRS_REG before that */
static void vtd_prq_generate_event(IntelIOMMUState *s, uint32_t status)
{
    uint32_t pectl;

    if (status & (VTD_PRS_PPR | VTD_PRS_PRO)) {
        /* The guest has not serviced the last interrupt's condition yet */
        return;
    }

    pectl = vtd_set_clear_mask_long(s, DMAR_PECTL_REG, 0, VTD_PECTL_IP);
    trace_vtd_prq_event(!!(pectl & VTD_PECTL_IM));
    if (!(pectl & VTD_PECTL_IM)) {
        vtd_generate_interrupt(s, DMAR_PEADDR_REG, DMAR_PEDATA_REG);
        vtd_set_clear_mask_long(s, DMAR_PECTL_REG, VTD_PECTL_IP, 0);
    }
}

/* Whether the remapping structures let the device request pages */
static bool vtd_prq_check(IntelIOMMUState *s, const VTDPageRequest *req,
                          IOMMUPRIResponseCode *code)
{
    VTDContextEntry ce = {};

    if (!s->dmar_enabled || !s->root_scalable ||
        vtd_dev_to_context_entry(s, req->sid >> 8, req->sid & 0xff, &ce)) {
        *code = IOMMU_PRI_RESP_FAILURE;
        return false;
    }

    /* Supervisor and execute requests are not among the capabilities */
    if (!vtd_sm_ce_permits(&ce, req->pasid, VTD_SM_CONTEXT_ENTRY_PRE) ||
        req->priv_req || req->exec_req) {
        *code = IOMMU_PRI_RESP_INVALID_REQUEST;
        return false;
    }
    return true;
}

/* Returns false if the request is to be answered with @code instead */
static bool vtd_prq_put(IntelIOMMUState *s, const VTDPageRequest *req,
                        IOMMUPRIResponseCode *code)
{
    uint64_t pqa = vtd_get_quad_raw(s, DMAR_PQA_REG);
    uint64_t offset_mask = VTD_PQ_OFFSET_MASK & (VTD_PQA_SIZE(pqa) - 1);
    uint64_t head = vtd_get_quad_raw(s, DMAR_PQH_REG) & offset_mask;
    uint64_t tail = vtd_get_quad_raw(s, DMAR_PQT_REG) & offset_mask;
    uint64_t next = (tail + VTD_PQ_ENTRY_SIZE) & offset_mask;
    uint32_t status = vtd_get_long_raw(s, DMAR_PRS_REG);
    uint64_t desc[VTD_PQ_ENTRY_SIZE / sizeof(uint64_t)] = {};

    if (!vtd_prq_check(s, req, code)) {
        return false;
    }

    /* The device finds out, and asks again, when it translates again */
    if (status & VTD_PRS_PRO || next == head) {
        *code = IOMMU_PRI_RESP_SUCCESS;
        if (!(status & VTD_PRS_PRO)) {
            trace_vtd_prq_overflow(head, tail);
            vtd_set_clear_mask_long(s, DMAR_PRS_REG, 0, VTD_PRS_PRO);
            vtd_prq_generate_event(s, status);
        }
        return false;
    }

    desc[0] = VTD_PQ_TYPE | VTD_PQ_SID(req->sid);
    if (req->pasid != PCI_NO_PASID) {
        desc[0] |= VTD_PQ_PASID_PRESENT | VTD_PQ_PASID(req->pasid);
    }
    desc[1] = VTD_PQ_ADDR(req->addr) | VTD_PQ_PRGI(req->prgi) |
              (req->lpig ? VTD_PQ_LPIG : 0) |
              (req->is_read ? VTD_PQ_READ : 0) |
              (req->is_write ? VTD_PQ_WRITE : 0);
    desc[0] = cpu_to_le64(desc[0]);
    desc[1] = cpu_to_le64(desc[1]);

    /* Without a queue the address is 0, where the guest has other things */
    pqa &= VTD_PQA_ADDR_MASK;
    if (!pqa || dma_memory_write(&address_space_memory, pqa + tail, desc,
                                 sizeof(desc), VTD_STRUCT_ATTRS)) {
        *code = IOMMU_PRI_RESP_FAILURE;
        return false;
    }

    vtd_set_quad_raw(s, DMAR_PQT_REG, next);
    trace_vtd_prq_put(head, next);
    if (!(status & VTD_PRS_PPR)) {
        vtd_set_clear_mask_long(s, DMAR_PRS_REG, 0, VTD_PRS_PPR);
        vtd_prq_generate_event(s, status);
    }
    return true;
}

void vtd_prq_drain(IntelIOMMUState *s)
{
    VTDPageRequest *req = NULL;
    VTDPageRequest *last;
    IOMMUPRIResponseCode code;

    assert(bql_locked());

    /*
     * What comes from now on is left for another time: devices whose requests
     * are answered at once may go on asking for ever.
     */
    WITH_QEMU_LOCK_GUARD(&s->prq_lock) {
        last = QTAILQ_LAST(&s->page_requests);
    }

    while (req != last) {
        g_free(req);
        WITH_QEMU_LOCK_GUARD(&s->prq_lock) {
            req = QTAILQ_FIRST(&s->page_requests);
            QTAILQ_REMOVE(&s->page_requests, req, next);
        }

        /* A stop marker is last in its group too, but is not answered */
        if (!vtd_prq_put(s, req, &code) && req->lpig &&
            (req->is_read || req->is_write)) {
            IOMMUPRIResponse response = {
                .response_code = code,
                .prgi = req->prgi,
                .pasid = req->pasid,
            };

            vtd_prq_respond(s, req->sid, &response);
        }
    }
    g_free(req);
}

static void vtd_prq_bh(void *opaque)
{
    vtd_prq_drain(opaque);
}

int vtd_pri_request_page(PCIBus *bus, void *opaque, int devfn, uint32_t pasid,
                         bool priv_req, bool exec_req, hwaddr addr, bool lpig,
                         uint16_t prgi, bool is_read, bool is_write)
{
    IntelIOMMUState *s = opaque;
    VTDPageRequest *req;

    WITH_QEMU_LOCK_GUARD(&s->iommu_lock) {
        if (!(s->ecap & VTD_ECAP_PRS)) {
            return -ENODEV;
        }
    }

    req = g_new0(VTDPageRequest, 1);
    req->sid = PCI_BUILD_BDF(pci_bus_num(bus), devfn);
    req->prgi = prgi;
    req->pasid = pasid;
    req->addr = addr;
    req->priv_req = priv_req;
    req->exec_req = exec_req;
    req->lpig = lpig;
    req->is_read = is_read;
    req->is_write = is_write;
    trace_vtd_prq_request(req->sid, pasid, addr, prgi, lpig, is_read, is_write);

    WITH_QEMU_LOCK_GUARD(&s->prq_lock) {
        QTAILQ_INSERT_TAIL(&s->page_requests, req, next);
    }
    qemu_bh_schedule(s->prq_bh);
    return 0;
}

void vtd_pri_register_notifier(PCIBus *bus, void *opaque, int devfn,
                               uint32_t pasid, IOMMUPRINotifier *n)
{
    IntelIOMMUState *s = opaque;
    VTDPRINotifier *notifier = g_new0(VTDPRINotifier, 1);

    assert(bql_locked());

    notifier->bus = bus;
    notifier->devfn = devfn;
    notifier->pasid = pasid;
    notifier->n = n;
    QLIST_INSERT_HEAD(&s->pri_notifiers, notifier, next);
}

void vtd_pri_unregister_notifier(PCIBus *bus, void *opaque, int devfn,
                                 uint32_t pasid, IOMMUPRINotifier *n)
{
    IntelIOMMUState *s = opaque;
    VTDPRINotifier *notifier;

    assert(bql_locked());

    QLIST_FOREACH(notifier, &s->pri_notifiers, next) {
        if (notifier->bus == bus && notifier->devfn == devfn &&
            notifier->pasid == pasid && notifier->n == n) {
            QLIST_REMOVE(notifier, next);
            g_free(notifier);
            return;
        }
    }
}

bool vtd_process_page_group_resp_desc(IntelIOMMUState *s, VTDInvDesc *inv_desc)
{
    /* The private data are given back to us; we gave none */
    uint64_t mask[4] = {VTD_PGRP_RSVD_VAL0, VTD_PGRP_RSVD_VAL1, 0, 0};
    IOMMUPRIResponse response;

    if (!(s->ecap & VTD_ECAP_PRS) ||
        !vtd_inv_desc_reserved_check(s, inv_desc, mask, true, __func__,
                                     "page group response")) {
        return false;
    }

    switch (VTD_PGRP_CODE(inv_desc->val[0])) {
    case IOMMU_PRI_RESP_SUCCESS:
        response.response_code = IOMMU_PRI_RESP_SUCCESS;
        break;
    case IOMMU_PRI_RESP_INVALID_REQUEST:
        response.response_code = IOMMU_PRI_RESP_INVALID_REQUEST;
        break;
    default:
        response.response_code = IOMMU_PRI_RESP_FAILURE;
        break;
    }
    response.prgi = VTD_PGRP_PRGI(inv_desc->val[1]);
    response.pasid = inv_desc->val[0] & VTD_PGRP_PASID_PRESENT ?
                     VTD_PGRP_PASID(inv_desc->val[0]) : PCI_NO_PASID;
    vtd_prq_respond(s, VTD_PGRP_SID(inv_desc->val[0]), &response);
    return true;
}

void vtd_prq_reg_written(IntelIOMMUState *s, hwaddr addr, unsigned size)
{
    uint32_t pectl = vtd_get_long_raw(s, DMAR_PECTL_REG);

    if (!(pectl & VTD_PECTL_IP)) {
        return;
    }

    if (ranges_overlap(addr, size, DMAR_PRS_REG, 4) &&
        !(vtd_get_long_raw(s, DMAR_PRS_REG) & (VTD_PRS_PPR | VTD_PRS_PRO))) {
        vtd_set_clear_mask_long(s, DMAR_PECTL_REG, VTD_PECTL_IP, 0);
    } else if (ranges_overlap(addr, size, DMAR_PECTL_REG, 4) &&
               !(pectl & VTD_PECTL_IM)) {
        vtd_generate_interrupt(s, DMAR_PEADDR_REG, DMAR_PEDATA_REG);
        vtd_set_clear_mask_long(s, DMAR_PECTL_REG, VTD_PECTL_IP, 0);
    }
}

void vtd_prq_reset(IntelIOMMUState *s)
{
    VTDPageRequest *req, *tmp;

    WITH_QEMU_LOCK_GUARD(&s->prq_lock) {
        QTAILQ_FOREACH_SAFE(req, &s->page_requests, next, tmp) {
            QTAILQ_REMOVE(&s->page_requests, req, next);
            g_free(req);
        }
    }

    if (!(s->ecap & VTD_ECAP_PRS)) {
        return;
    }

    vtd_define_quad(s, DMAR_PQH_REG, 0, VTD_PQ_OFFSET_MASK, 0);
    vtd_define_quad(s, DMAR_PQT_REG, 0, VTD_PQ_OFFSET_MASK, 0);
    vtd_define_quad(s, DMAR_PQA_REG, 0, VTD_PQA_ADDR_MASK | 7, 0);
    vtd_define_long(s, DMAR_PRS_REG, 0, 0, VTD_PRS_PPR | VTD_PRS_PRO);
    vtd_define_long(s, DMAR_PECTL_REG, VTD_PECTL_IM, VTD_PECTL_IM, 0);
    vtd_define_long(s, DMAR_PEDATA_REG, 0, 0xffff, 0);
    vtd_define_long(s, DMAR_PEADDR_REG, 0, 0xfffffffc, 0);
    /* As the upper address registers of the other events */
    vtd_define_long(s, DMAR_PEUADDR_REG, 0, 0, 0);
}

void vtd_prq_init(IntelIOMMUState *s)
{
    qemu_mutex_init(&s->prq_lock);
    QTAILQ_INIT(&s->page_requests);
    QLIST_INIT(&s->pri_notifiers);
    s->prq_bh = qemu_bh_new(vtd_prq_bh, s);
}

static bool vtd_prq_needed(void *opaque)
{
    IntelIOMMUState *s = opaque;

    return !QTAILQ_EMPTY(&s->page_requests);
}

static int vtd_prq_post_load(void *opaque, int version_id)
{
    IntelIOMMUState *s = opaque;

    qemu_bh_schedule(s->prq_bh);
    return 0;
}

static const VMStateDescription vtd_vmstate_page_request = {
    .name = "iommu-intel/page-request",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT16(sid, VTDPageRequest),
        VMSTATE_UINT16(prgi, VTDPageRequest),
        VMSTATE_UINT32(pasid, VTDPageRequest),
        VMSTATE_UINT64(addr, VTDPageRequest),
        VMSTATE_BOOL(priv_req, VTDPageRequest),
        VMSTATE_BOOL(exec_req, VTDPageRequest),
        VMSTATE_BOOL(lpig, VTDPageRequest),
        VMSTATE_BOOL(is_read, VTDPageRequest),
        VMSTATE_BOOL(is_write, VTDPageRequest),
        VMSTATE_END_OF_LIST()
    }
};

/* The registers are in csr; devices are stopped when this is saved */
const VMStateDescription vtd_vmstate_prq = {
    .name = "iommu-intel/prq",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = vtd_prq_needed,
    .post_load = vtd_prq_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_QTAILQ_V(page_requests, IntelIOMMUState, 1,
                         vtd_vmstate_page_request, VTDPageRequest, next),
        VMSTATE_END_OF_LIST()
    }
};
