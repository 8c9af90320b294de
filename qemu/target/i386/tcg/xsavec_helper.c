/*
 * x86 XSAVE area in compacted format
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "cpu.h"
#include "exec/helper-proto.h"
#include "helper-tcg.h"
#include "tcg-cpu.h"
#include "xsave.h"

#define MXCSR_VALID     0xffff

#define XSAVE_MIN_SIZE  (sizeof(X86LegacyXSaveArea) + sizeof(X86XSaveHeader))
#define XO(X)           offsetof(X86XSaveArea, X)

/*
 * Lay out @xcomp_bv's components one behind the other.
 * Returns: the size of the area up to the last one of @used.
 */
static unsigned compacted_layout(X86XSaveLayout *layout, uint64_t xcomp_bv,
                                 uint64_t used)
{
    uint64_t todo = xcomp_bv & ~(XSTATE_LEGACY_MASK | XCOMP_BV_COMPACTED);
    unsigned next = XSAVE_MIN_SIZE;
    unsigned size = next;

    for (; todo; todo &= todo - 1) {
        int i = ctz64(todo);
        const ExtSaveArea *esa = &x86_ext_save_areas[i];

        if (esa->ecx & ESA_FEATURE_ALIGN64_MASK) {
            next = ROUND_UP(next, 64);
        }
        layout->offset[i] = next;
        next += esa->size;
        if (used & (1ULL << i)) {
            size = next;
        }
    }
    return size;
}

void x86_xsave_check(CPUX86State *env, target_ulong ptr, int min_cpl,
                     uintptr_t ra)
{
    if (!(env->cr[4] & CR4_OSXSAVE_MASK)) {
        raise_exception_ra(env, EXCP06_ILLOP, ra);
    }
    if (env->cr[0] & CR0_TS_MASK) {
        raise_exception_ra(env, EXCP07_PREX, ra);
    }
    if ((env->hflags & HF_CPL_MASK) > min_cpl || !QEMU_IS_ALIGNED(ptr, 64)) {
        raise_exception_ra(env, EXCP0D_GPF, ra);
    }
}

void x86_xsave_compacted(CPUX86State *env, target_ulong ptr, uint64_t rfbm,
                         uintptr_t ra)
{
    uint64_t saved = rfbm & get_xinuse(env);
    X86XSaveLayout layout;
    X86Access ac;
    unsigned size;

    size = compacted_layout(&layout, rfbm, saved);
    access_prepare(&ac, env, ptr, size, MMU_DATA_STORE, ra);

    do_xsave_components(&ac, ptr, &layout, saved);
    if (saved & XSTATE_SSE_MASK) {
        do_xsave_mxcsr(&ac, ptr);
    }
    access_stq(&ac, ptr + XO(header.xstate_bv), saved);
    access_stq(&ac, ptr + XO(header.xcomp_bv), rfbm | XCOMP_BV_COMPACTED);
}

/* Returns: false if the header is not one of the compacted format. */
static bool valid_compacted_header(X86Access *ac, target_ulong ptr,
                                   uint64_t enabled, uint64_t xstate_bv,
                                   uint64_t xcomp_bv)
{
    int i;

    if (!(xcomp_bv & XCOMP_BV_COMPACTED) ||
        (xcomp_bv & ~XCOMP_BV_COMPACTED & ~enabled) ||
        (xstate_bv & ~(xcomp_bv & ~XCOMP_BV_COMPACTED))) {
        return false;
    }
    for (i = XO(header.reserve0); i < XSAVE_MIN_SIZE; i += 8) {
        if (access_ldq(ac, ptr + i)) {
            return false;
        }
    }
    return true;
}

void x86_xrstor_compacted(CPUX86State *env, target_ulong ptr, uint64_t rfbm,
                          uint64_t enabled, uintptr_t ra)
{
    uint64_t xstate_bv, xcomp_bv;
    X86XSaveLayout layout;
    X86Access ac;
    unsigned size;

    access_prepare(&ac, env, ptr, XSAVE_MIN_SIZE, MMU_DATA_LOAD, ra);
    xstate_bv = access_ldq(&ac, ptr + XO(header.xstate_bv));
    xcomp_bv = access_ldq(&ac, ptr + XO(header.xcomp_bv));
    if (!valid_compacted_header(&ac, ptr, enabled, xstate_bv, xcomp_bv)) {
        raise_exception_ra(env, EXCP0D_GPF, ra);
    }

    size = compacted_layout(&layout, xcomp_bv, rfbm & xstate_bv);
    if (size > XSAVE_MIN_SIZE) {
        access_prepare(&ac, env, ptr, size, MMU_DATA_LOAD, ra);
    }

    if ((rfbm & xstate_bv & XSTATE_SSE_MASK) &&
        (access_ldl(&ac, ptr + XO(legacy.mxcsr)) & ~MXCSR_VALID)) {
        raise_exception_ra(env, EXCP0D_GPF, ra);
    }

    do_xrstor(&ac, ptr, &layout, rfbm, xstate_bv);
}

void helper_xsavec(CPUX86State *env, target_ulong ptr, uint64_t rfbm)
{
    uintptr_t ra = GETPC();

    x86_xsave_check(env, ptr, 3, ra);
    x86_xsave_compacted(env, ptr, rfbm & env->xcr0, ra);
}
