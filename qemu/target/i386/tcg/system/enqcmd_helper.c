/*
 * x86 enqueue command helpers (system only)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "exec/helper-proto.h"
#include "tcg/helper-tcg.h"
#include "tcg/store64.h"
#include "system/store64.h"

/* The first 4 bytes of a command: whom it acts for */
#define COMMAND_PASID       0x000fffffULL
#define COMMAND_RESERVED    0x7ff00000ULL
#define COMMAND_IDENTITY    0xffffffffULL

/*
 * Send the command at @src to @dst.  @identity replaces the command's own, if
 * @replace is set.
 *
 * Returns: EFLAGS bits, which say if the target accepted.
 */
static target_ulong enqueue(CPUX86State *env, target_ulong dst,
                            target_ulong src, bool replace, uint32_t identity,
                            uintptr_t ra)
{
    int mmu_idx = cpu_mmu_index(env_cpu(env), false);
    uint64_t data[STORE64_QWORDS];
    MemTxAttrs attrs;
    AddressSpace *as;
    hwaddr addr;

    if (!QEMU_IS_ALIGNED(dst, 64)) {
        raise_exception_ra(env, EXCP0D_GPF, ra);
    }

    store64_load_source(env, src, mmu_idx, ra, data);
    if (le64_to_cpu(data[0]) & COMMAND_RESERVED) {
        raise_exception_ra(env, EXCP0D_GPF, ra);
    }
    if (replace) {
        data[0] &= cpu_to_le64(~COMMAND_IDENTITY);
        data[0] |= cpu_to_le64(identity);
    }

    as = store64_resolve(env, dst, mmu_idx, ra, &addr, &attrs);
    return address_space_store64_deferrable(as, addr, data, attrs) ? 0 : CC_Z;
}

target_ulong helper_enqcmd(CPUX86State *env, target_ulong dst,
                           target_ulong src)
{
    uintptr_t ra = GETPC();

    if (!(env->msr_pasid & MSR_IA32_PASID_VALID)) {
        raise_exception_ra(env, EXCP0D_GPF, ra);
    }
    return enqueue(env, dst, src, true, env->msr_pasid & COMMAND_PASID, ra);
}

target_ulong helper_enqcmds(CPUX86State *env, target_ulong dst,
                            target_ulong src)
{
    return enqueue(env, dst, src, false, 0, GETPC());
}
