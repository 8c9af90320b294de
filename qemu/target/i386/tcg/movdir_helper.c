/*
 * x86 direct store helpers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/atomic128.h"
#include "cpu.h"
#include "exec/helper-proto.h"
#include "helper-tcg.h"
#include "store64.h"
#ifndef CONFIG_USER_ONLY
#include "system/store64.h"
#endif

/*
 * The architecture writes the 64 bytes at once.  No host offers that for
 * memory, so this uses the widest atomic store there is: another CPU that
 * reads meanwhile can see a part of the data, never a torn 8 (or, on most
 * hosts, 16) byte piece.
 */
static void store64_to_ram(void *host, const uint64_t data[STORE64_QWORDS])
{
    int i;

    if (HAVE_ATOMIC128_RW) {
        Int128 val[STORE64_QWORDS / 2];

        memcpy(val, data, sizeof(val));
        for (i = 0; i < STORE64_QWORDS / 2; i++) {
            atomic16_set((Int128 *)host + i, val[i]);
        }
    } else {
        for (i = 0; i < STORE64_QWORDS; i++) {
            qatomic_set__nocheck((uint64_t *)host + i, data[i]);
        }
    }
}

#ifndef CONFIG_USER_ONLY
static void store64_to_io(CPUX86State *env, target_ulong dst, int mmu_idx,
                          const uint64_t data[STORE64_QWORDS], uintptr_t ra)
{
    MemTxAttrs attrs;
    MemTxResult result;
    AddressSpace *as;
    hwaddr addr;
    int i;

    as = store64_resolve(env, dst, mmu_idx, ra, &addr, &attrs);
    /* Like other failed writes on x86, one here is dropped silently. */
    if (address_space_store64_posted(as, addr, data, attrs, &result)) {
        return;
    }
    for (i = 0; i < STORE64_QWORDS; i++) {
        cpu_stq_le_mmuidx_ra(env, dst + i * 8, le64_to_cpu(data[i]),
                             mmu_idx, ra);
    }
}
#endif

void helper_movdir64b(CPUX86State *env, target_ulong dst, target_ulong src)
{
    uintptr_t ra = GETPC();
    int mmu_idx = cpu_mmu_index(env_cpu(env), false);
    uint64_t data[STORE64_QWORDS];
    void *host;

    if (!QEMU_IS_ALIGNED(dst, 64)) {
        raise_exception_ra(env, EXCP0D_GPF, ra);
    }

    store64_load_source(env, src, mmu_idx, ra, data);

    /* All faults are behind once this returns; not RAM if it is NULL. */
    host = probe_access(env, dst, 64, MMU_DATA_STORE, mmu_idx, ra);
    if (likely(host)) {
        store64_to_ram(host, data);
        return;
    }
#ifdef CONFIG_USER_ONLY
    g_assert_not_reached();
#else
    store64_to_io(env, dst, mmu_idx, data, ra);
#endif
}
