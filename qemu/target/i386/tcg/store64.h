/*
 * 64-byte stores: what MOVDIR64B and ENQCMD have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef I386_TCG_STORE64_H
#define I386_TCG_STORE64_H

#include "qemu/bswap.h"
#include "exec/cpu_ldst.h"
#include "exec/exec-all.h"

#define STORE64_QWORDS 8

/**
 * store64_load_source:
 * @env: CPU state
 * @src: linear address, of any alignment
 * @mmu_idx: MMU index of the access
 * @ra: return address into the generated code
 * @data: filled with the bytes at @src in memory order
 *
 * Read the source operand.  May not return, if the access faults.
 */
static inline void store64_load_source(CPUX86State *env, target_ulong src,
                                       int mmu_idx, uintptr_t ra,
                                       uint64_t data[STORE64_QWORDS])
{
    int i;

    for (i = 0; i < STORE64_QWORDS; i++) {
        data[i] = cpu_to_le64(cpu_ldq_le_mmuidx_ra(env, src + i * 8,
                                                   mmu_idx, ra));
    }
}

#ifndef CONFIG_USER_ONLY
/**
 * store64_resolve:
 * @env: CPU state
 * @dst: linear address, 64-byte aligned
 * @mmu_idx: MMU index of the access
 * @ra: return address into the generated code
 * @addr: set to the physical address of @dst
 * @attrs: set to the attributes of a write to @dst
 *
 * Translate the destination operand for a write.  May not return, if the
 * access faults.
 *
 * Returns: the address space that @addr is in.
 */
static inline AddressSpace *store64_resolve(CPUX86State *env, target_ulong dst,
                                            int mmu_idx, uintptr_t ra,
                                            hwaddr *addr, MemTxAttrs *attrs)
{
    CPUState *cs = env_cpu(env);
    CPUTLBEntryFull *full;
    void *host;

    probe_access_full(env, dst, 64, MMU_DATA_STORE, mmu_idx, false,
                      &host, &full, ra);
    *addr = full->phys_addr | (dst & ~TARGET_PAGE_MASK);
    *attrs = full->attrs;
    return cpu_get_address_space(cs, cpu_asidx_from_attrs(cs, *attrs));
}
#endif

#endif /* I386_TCG_STORE64_H */
