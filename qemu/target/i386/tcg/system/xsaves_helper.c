/*
 * x86 save and restore of supervisor state (system only)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "exec/helper-proto.h"
#include "tcg/helper-tcg.h"
#include "tcg/xsave.h"

void helper_xsaves(CPUX86State *env, target_ulong ptr, uint64_t rfbm)
{
    uintptr_t ra = GETPC();

    x86_xsave_check(env, ptr, 0, ra);
    x86_xsave_compacted(env, ptr, rfbm & (env->xcr0 | env->xss), ra);
}

void helper_xrstors(CPUX86State *env, target_ulong ptr, uint64_t rfbm)
{
    uint64_t enabled = env->xcr0 | env->xss;
    uintptr_t ra = GETPC();

    x86_xsave_check(env, ptr, 0, ra);
    x86_xrstor_compacted(env, ptr, rfbm & enabled, enabled, ra);
}
