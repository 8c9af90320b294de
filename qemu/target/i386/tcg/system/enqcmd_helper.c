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

/*
 * The first 4 bytes of a command: PASID and privilege, which ENQCMD fills in
 * and ENQCMDS takes from the source
 */
#define COMMAND_PASID       0x000fffffULL
#define COMMAND_RESERVED    0x7ff00000ULL
#define COMMAND_IDENTITY    0xffffffffULL

/*
 * Send the command at @src to @dst.  The bits @must_be_zero of its first 8
 * bytes are 0 in the source, or it is refused; @identity is added to them.
 *
 * Returns: EFLAGS bits, which say if the target accepted.
 */
static target_ulong enqueue(CPUX86State *env, target_ulong dst,
                            target_ulong src, uint64_t must_be_zero,
                            uint32_t identity, uintptr_t ra)
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
    if (le64_to_cpu(data[0]) & must_be_zero) {
        raise_exception_ra(env, EXCP0D_GPF, ra);
    }
    data[0] |= cpu_to_le64(identity);

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
    return enqueue(env, dst, src, COMMAND_IDENTITY,
                   env->msr_pasid & COMMAND_PASID, ra);
}

target_ulong helper_enqcmds(CPUX86State *env, target_ulong dst,
                            target_ulong src)
{
    return enqueue(env, dst, src, COMMAND_RESERVED, 0, GETPC());
}
