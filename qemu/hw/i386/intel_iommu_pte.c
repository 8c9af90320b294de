/*
 * Intel IOMMU: access to paging entries that the guest uses at the same time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/rcu.h"
#include "exec/ram_addr.h"
#include "intel_iommu_internal.h"

/*
 * The host address of the entry at @addr, which is a multiple of 8, or NULL if
 * it is not in RAM.  Called within an RCU critical section.
 */
static uint64_t *vtd_pte_map(dma_addr_t addr, MemoryRegion **mr, hwaddr *offset)
{
    hwaddr len = sizeof(uint64_t);

    *mr = address_space_translate(&address_space_memory, addr, offset, &len,
                                  true, VTD_STRUCT_ATTRS);
    if (len < sizeof(uint64_t) ||
        !memory_access_is_direct(*mr, true, VTD_STRUCT_ATTRS)) {
        return NULL;
    }
    return memory_region_get_ram_ptr(*mr) + *offset;
}

MemTxResult vtd_pte_load(dma_addr_t addr, uint64_t *pte)
{
    MemoryRegion *mr;
    hwaddr offset;
    uint64_t *p;

    RCU_READ_LOCK_GUARD();

    p = vtd_pte_map(addr, &mr, &offset);
    if (!p) {
        return MEMTX_ACCESS_ERROR;
    }
    *pte = le64_to_cpu(qatomic_read__nocheck(p));
    return MEMTX_OK;
}

int vtd_pte_set_flags(dma_addr_t addr, uint64_t pte, uint64_t flags)
{
    uint64_t old = cpu_to_le64(pte);
    uint8_t dirty;
    MemoryRegion *mr;
    hwaddr offset;
    uint64_t *p;

    if (!(flags & ~pte)) {
        return 0;
    }

    RCU_READ_LOCK_GUARD();

    p = vtd_pte_map(addr, &mr, &offset);
    if (!p) {
        return -EFAULT;
    }
    if (qatomic_cmpxchg__nocheck(p, old, cpu_to_le64(pte | flags)) != old) {
        return -EAGAIN;
    }

    /* Flags change no instruction: translated code on the page stays valid */
    dirty = memory_region_get_dirty_log_mask(mr) & ~(1 << DIRTY_MEMORY_CODE);
    if (dirty) {
        cpu_physical_memory_set_dirty_range(memory_region_get_ram_addr(mr) +
                                            offset, sizeof(*p), dirty);
    }
    return 0;
}
