/*
 * Intel IOMMU: translation requests and invalidations of devices with ATS
 *
 * Nothing is cached here, not even for the time of a request: a device has a
 * cache of its own, and an invalidation is complete when that has dropped what
 * it is told to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/host-utils.h"
#include "qemu/main-loop.h"
#include "hw/pci/pci_ats.h"
#include "intel_iommu_internal.h"
#include "trace.h"

#define VTD_VA_BITS     48

/*
 * Entries that a first-level walk reads at most.  A CPU of the guest may keep
 * changing one; the device is then told that there is no translation.
 */
#define VTD_ATS_PTE_TRIES   100

struct VTDATSNotifier {
    PCIBus *bus;
    int devfn;
    uint32_t pasid;
    IOMMUNotifier *n;
    QLIST_ENTRY(VTDATSNotifier) next;
};

/* What one request of a device may do, and to which table it leads */
typedef struct VTDATSWalk {
    uint32_t pasid;
    bool no_write;
    VTDContextEntry ce;
    VTDPASIDEntry pe;       /* scalable mode only */
} VTDATSWalk;

bool vtd_sm_ce_permits(const VTDContextEntry *ce, uint32_t pasid,
                       uint64_t enable)
{
    if (!(ce->val[0] & enable)) {
        return false;
    }
    return pasid == PCI_NO_PASID ||
           (ce->val[0] & VTD_SM_CONTEXT_ENTRY_PASIDE &&
            !(pasid >> (VTD_SM_CONTEXT_ENTRY_PDTS(ce->val[0]) + 7 + 6)));
}

static bool vtd_ats_read_entries(IntelIOMMUState *s, uint8_t bus_num,
                                 uint8_t devfn, uint32_t pasid,
                                 VTDContextEntry *ce, VTDPASIDEntry *pe)
{
    if (vtd_dev_to_context_entry(s, bus_num, devfn, ce)) {
        return false;
    }

    if (!s->root_scalable) {
        return pasid == PCI_NO_PASID &&
               (ce->lo & VTD_CONTEXT_ENTRY_TT) == VTD_CONTEXT_TT_DEV_IOTLB;
    }

    return vtd_sm_ce_permits(ce, pasid, VTD_SM_CONTEXT_ENTRY_DTE) &&
           !vtd_ce_get_rid2pasid_entry(s, ce, pe, pasid);
}

/*
 * The guest may write the entries while they are read, and clears their first
 * word first and sets it last: what reads the same twice is of one piece.
 */
static bool vtd_ats_get_entries(IntelIOMMUState *s, uint8_t bus_num,
                                uint8_t devfn, VTDATSWalk *w)
{
    VTDContextEntry ce = {};
    VTDPASIDEntry pe = {};

    memset(&w->ce, 0, sizeof(w->ce));
    memset(&w->pe, 0, sizeof(w->pe));
    if (!vtd_ats_read_entries(s, bus_num, devfn, w->pasid, &w->ce, &w->pe)) {
        return false;
    }
    /* Both reads of the entries in this order */
    smp_rmb();
    return vtd_ats_read_entries(s, bus_num, devfn, w->pasid, &ce, &pe) &&
           !memcmp(&ce, &w->ce, sizeof(ce)) &&
           !memcmp(&pe, &w->pe, sizeof(pe));
}

static bool vtd_ats_fill_entry(IntelIOMMUState *s, hwaddr addr, uint64_t pte,
                               uint32_t level, bool writes,
                               IOMMUTLBEntry *entry)
{
    uint64_t mask = MAKE_64BIT_MASK(0, VTD_PAGE_SHIFT_4K +
                                       (level - 1) * VTD_LEVEL_BITS);
    uint64_t xlat = pte & VTD_PT_BASE_ADDR_MASK(s->aw_bits) & ~mask;

    if (xlat <= VTD_INTERRUPT_ADDR_LAST &&
        (xlat | mask) >= VTD_INTERRUPT_ADDR_FIRST) {
        return false;
    }

    entry->iova = addr & ~mask;
    entry->addr_mask = mask;
    entry->translated_addr = xlat;
    entry->perm = IOMMU_ACCESS_FLAG(true, writes);
    return true;
}

static bool vtd_ats_walk_first_level(IntelIOMMUState *s, VTDATSWalk *w,
                                     hwaddr addr, IOMMUTLBEntry *entry)
{
    dma_addr_t base = w->pe.val[2] & VTD_SM_PASID_ENTRY_FLPTPTR;
    uint32_t level = VTD_PML4_LEVEL;
    bool writes = true;
    unsigned tries;

    if (sextract64(addr, 0, VTD_VA_BITS) != (int64_t)addr) {
        return false;
    }

    for (tries = 0; tries < VTD_ATS_PTE_TRIES; tries++) {
        dma_addr_t pte_addr = base + sizeof(uint64_t) *
            extract64(addr, VTD_PAGE_SHIFT_4K + (level - 1) * VTD_LEVEL_BITS,
                      VTD_LEVEL_BITS);
        uint64_t pte, flags = VTD_FL_A;
        bool last, entry_writes;
        int ret;

        /* All requests are user requests here, see vtd_ats_translate_one() */
        if (vtd_pte_load(pte_addr, &pte) || !(pte & VTD_FL_P) ||
            !(pte & VTD_FL_US) || vtd_flpte_nonzero_rsvd(pte, level)) {
            return false;
        }

        last = level == VTD_PT_LEVEL || pte & VTD_PT_PAGE_SIZE_MASK;
        if (last && level == VTD_PDP_LEVEL && !(s->cap & VTD_CAP_FS1GP)) {
            return false;
        }

        entry_writes = writes && pte & VTD_FL_RW;
        if (last && entry_writes && !w->no_write) {
            flags |= VTD_FL_D;
        }
        ret = vtd_pte_set_flags(pte_addr, pte, flags);
        if (ret == -EAGAIN) {
            /* The guest has changed the entry since it was read */
            continue;
        }
        if (ret) {
            return false;
        }

        writes = entry_writes;
        if (last) {
            /* Whoever writes later must make the page dirty first */
            writes = writes && (pte | flags) & VTD_FL_D;
            return vtd_ats_fill_entry(s, addr, pte, level, writes, entry);
        }
        base = pte & VTD_PT_BASE_ADDR_MASK(s->aw_bits);
        level--;
    }
    return false;
}

static bool vtd_ats_walk_second_level(IntelIOMMUState *s, VTDATSWalk *w,
                                      hwaddr addr, IOMMUTLBEntry *entry)
{
    bool reads = true, writes = true;
    uint32_t level;
    dma_addr_t base;

    if (s->root_scalable) {
        base = w->pe.val[0] & VTD_SM_PASID_ENTRY_SLPTPTR;
        level = 2 + ((w->pe.val[0] >> 2) & VTD_SM_PASID_ENTRY_AW);
    } else {
        base = w->ce.lo & VTD_CONTEXT_ENTRY_SLPTPTR;
        level = 2 + (w->ce.hi & VTD_CONTEXT_ENTRY_AW);
    }

    if (addr >> MIN(VTD_PAGE_SHIFT_4K + level * VTD_LEVEL_BITS, s->aw_bits)) {
        return false;
    }

    for (;; level--) {
        dma_addr_t pte_addr = base + sizeof(uint64_t) *
            extract64(addr, VTD_PAGE_SHIFT_4K + (level - 1) * VTD_LEVEL_BITS,
                      VTD_LEVEL_BITS);
        uint64_t pte;

        if (vtd_pte_load(pte_addr, &pte) || !(pte & VTD_SL_RW_MASK) ||
            vtd_slpte_nonzero_rsvd(pte, level)) {
            return false;
        }
        reads = reads && pte & VTD_SL_R;
        writes = writes && pte & VTD_SL_W;

        if (level == VTD_PT_LEVEL || pte & VTD_PT_PAGE_SIZE_MASK) {
            if (!vtd_ats_fill_entry(s, addr, pte, level, writes, entry)) {
                return false;
            }
            entry->perm = IOMMU_ACCESS_FLAG(reads, writes && !w->no_write);
            return true;
        }
        base = pte & VTD_PT_BASE_ADDR_MASK(s->aw_bits);
    }
}

static bool vtd_ats_pass_through(IntelIOMMUState *s, hwaddr addr,
                                 IOMMUTLBEntry *entry)
{
    return !(addr >> s->aw_bits) &&
           vtd_ats_fill_entry(s, addr, addr, VTD_PT_LEVEL, true, entry);
}

/* Called with iommu_lock held, so that the root table stays the same */
static bool vtd_ats_translate_one(IntelIOMMUState *s, uint8_t bus_num,
                                  uint8_t devfn, VTDATSWalk *w, bool priv_req,
                                  bool exec_req, hwaddr addr,
                                  IOMMUTLBEntry *entry)
{
    /*
     * Supervisor and execute requests are not among the capabilities of
     * first-level translation, and other requests with PASID do not exist.
     */
    if (!s->dmar_enabled || priv_req || exec_req) {
        return false;
    }

    /* Interrupts are not translated; with PASID it is an address as any */
    if (w->pasid == PCI_NO_PASID && addr >= VTD_INTERRUPT_ADDR_FIRST &&
        addr <= VTD_INTERRUPT_ADDR_LAST) {
        entry->iova = addr & VTD_PAGE_MASK_4K;
        entry->addr_mask = ~VTD_PAGE_MASK_4K;
        entry->translated_addr = entry->iova;
        entry->perm = IOMMU_WO | IOMMU_UNTRANSLATED_ONLY;
        return true;
    }

    if (!vtd_ats_get_entries(s, bus_num, devfn, w)) {
        return false;
    }
    if (!s->root_scalable) {
        return vtd_ats_walk_second_level(s, w, addr, entry);
    }

    switch (w->pe.val[0] & VTD_SM_PASID_ENTRY_PGTT) {
    case VTD_SM_PASID_ENTRY_FLT:
        return vtd_ats_walk_first_level(s, w, addr, entry);
    case VTD_SM_PASID_ENTRY_SLT:
        return vtd_ats_walk_second_level(s, w, addr, entry);
    case VTD_SM_PASID_ENTRY_PT:
        return vtd_ats_pass_through(s, addr, entry);
    default:
        return false;
    }
}

ssize_t vtd_ats_request_translation(PCIBus *bus, void *opaque, int devfn,
                                    uint32_t pasid, bool priv_req,
                                    bool exec_req, hwaddr addr, size_t length,
                                    bool no_write, IOMMUTLBEntry *result,
                                    size_t result_length, uint32_t *err_count)
{
    IntelIOMMUState *s = opaque;
    uint8_t bus_num = pci_bus_num(bus);
    VTDATSWalk w = { .pasid = pasid, .no_write = no_write };
    hwaddr last = addr + (length - 1);
    size_t count = 0;

    QEMU_LOCK_GUARD(&s->iommu_lock);

    if (!(s->ecap & VTD_ECAP_DT)) {
        return -ENODEV;
    }

    for (;;) {
        IOMMUTLBEntry *entry = &result[count];

        if (count == result_length) {
            return -ENOMEM;
        }

        *entry = (IOMMUTLBEntry) {
            .target_as = &address_space_memory,
            .iova = addr & VTD_PAGE_MASK_4K,
            .addr_mask = ~VTD_PAGE_MASK_4K,
            .perm = IOMMU_NONE,
            .pasid = pasid,
        };
        if (!vtd_ats_translate_one(s, bus_num, devfn, &w, priv_req, exec_req,
                                   addr, entry)) {
            (*err_count)++;
        }
        trace_vtd_ats_translate(PCI_BUILD_BDF(bus_num, devfn), pasid, addr,
                                no_write, entry->translated_addr,
                                entry->addr_mask, entry->perm);
        count++;

        addr = entry->iova | entry->addr_mask;
        if (addr >= last) {
            return count;
        }
        addr++;
    }
}

void vtd_ats_register_notifier(PCIBus *bus, void *opaque, int devfn,
                               uint32_t pasid, IOMMUNotifier *n)
{
    IntelIOMMUState *s = opaque;
    VTDATSNotifier *notifier = g_new0(VTDATSNotifier, 1);

    assert(bql_locked());

    notifier->bus = bus;
    notifier->devfn = devfn;
    notifier->pasid = pasid;
    notifier->n = n;
    QLIST_INSERT_HEAD(&s->ats_notifiers, notifier, next);
}

int vtd_ats_unregister_notifier(PCIBus *bus, void *opaque, int devfn,
                                uint32_t pasid, IOMMUNotifier *n)
{
    IntelIOMMUState *s = opaque;
    VTDATSNotifier *notifier;

    assert(bql_locked());

    QLIST_FOREACH(notifier, &s->ats_notifiers, next) {
        if (notifier->bus == bus && notifier->devfn == devfn &&
            notifier->pasid == pasid && notifier->n == n) {
            QLIST_REMOVE(notifier, next);
            g_free(notifier);
            return 0;
        }
    }
    return -ENOENT;
}

static bool vtd_ats_pasid_matches(uint32_t registered, uint32_t pasid)
{
    return registered == pasid || registered == PCI_ALL_PASIDS ||
           (pasid == PCI_ALL_PASIDS && registered != PCI_NO_PASID);
}

void vtd_ats_invalidate(IntelIOMMUState *s, uint16_t sid, uint32_t pasid,
                        hwaddr addr, bool size)
{
    uint64_t mask = ~VTD_PAGE_MASK_4K;
    VTDATSNotifier *notifier;
    IOMMUTLBEntry entry;

    if (size) {
        /* The lowest clear bit of the page number is the range's highest */
        unsigned int bits = VTD_PAGE_SHIFT_4K + 1 +
                            cto64(addr >> VTD_PAGE_SHIFT_4K);

        mask = bits >= 64 ? UINT64_MAX : MAKE_64BIT_MASK(0, bits);
    }

    trace_vtd_ats_invalidate(sid, pasid, addr & ~mask, mask);

    QLIST_FOREACH(notifier, &s->ats_notifiers, next) {
        IOMMUNotifier *n = notifier->n;

        if (PCI_BUILD_BDF(pci_bus_num(notifier->bus),
                          notifier->devfn) != sid ||
            !vtd_ats_pasid_matches(notifier->pasid, pasid) ||
            n->start > (addr | mask) || n->end < (addr & ~mask)) {
            continue;
        }
        /* A callback may change its own copy only */
        entry = (IOMMUTLBEntry) {
            .target_as = &address_space_memory,
            .iova = addr & ~mask,
            .addr_mask = mask,
            .perm = IOMMU_NONE,
            .pasid = pasid,
        };
        n->notify(n, &entry);
    }

    trace_vtd_ats_invalidate_done(sid, pasid);
}
