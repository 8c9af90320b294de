/*
 * Access to the components of an XSAVE area
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef I386_TCG_XSAVE_H
#define I386_TCG_XSAVE_H

#include "access.h"

#define XSTATE_LEGACY_MASK      (XSTATE_FP_MASK | XSTATE_SSE_MASK)
#define XCOMP_BV_COMPACTED      (1ULL << 63)

/* Offsets of the components beyond the legacy region, in bytes */
typedef struct X86XSaveLayout {
    uint16_t offset[XSAVE_STATE_AREA_COUNT];
} X86XSaveLayout;

/* The standard, not compacted, format */
extern const X86XSaveLayout x86_xsave_standard;

/**
 * do_xsave_components:
 * @ac: access to the area, prepared for store, large enough for @mask
 * @ptr: address of the area
 * @layout: where the components are
 * @mask: components to save; does not include MXCSR, nor the header
 */
void do_xsave_components(X86Access *ac, target_ulong ptr,
                         const X86XSaveLayout *layout, uint64_t mask);

/**
 * do_xsave_mxcsr:
 * @ac: access to the area, prepared for store
 * @ptr: address of the area
 */
void do_xsave_mxcsr(X86Access *ac, target_ulong ptr);

/**
 * get_xinuse:
 * @env: CPU state
 *
 * Returns: XINUSE, the components that may differ from their initial state.
 */
uint64_t get_xinuse(CPUX86State *env);

/**
 * do_xrstor:
 * @ac: access to the area, prepared for load, large enough for @rfbm and
 *      @xstate_bv together
 * @ptr: address of the area
 * @layout: where the components are; decides too where MXCSR comes from
 * @rfbm: components to load
 * @xstate_bv: components that the area has, the others are initialized
 */
void do_xrstor(X86Access *ac, target_ulong ptr, const X86XSaveLayout *layout,
               uint64_t rfbm, uint64_t xstate_bv);

/**
 * x86_xsave_check:
 * @env: CPU state
 * @ptr: address of the area
 * @min_cpl: raise #GP for less privileged code
 * @ra: return address into the generated code
 *
 * The checks of all instructions that know the compacted format.  Does not
 * return if one fails.
 */
void x86_xsave_check(CPUX86State *env, target_ulong ptr, int min_cpl,
                     uintptr_t ra);

/**
 * x86_xsave_compacted:
 * @env: CPU state
 * @ptr: address of the area
 * @rfbm: components to save
 * @ra: return address into the generated code
 *
 * Save with init optimization in compacted format.
 */
void x86_xsave_compacted(CPUX86State *env, target_ulong ptr, uint64_t rfbm,
                         uintptr_t ra);

/**
 * x86_xrstor_compacted:
 * @env: CPU state
 * @ptr: address of the area
 * @rfbm: components to load
 * @enabled: components that the header may mention
 * @ra: return address into the generated code
 *
 * Restore from an area in compacted format; raise #GP if it is not.
 */
void x86_xrstor_compacted(CPUX86State *env, target_ulong ptr, uint64_t rfbm,
                          uint64_t enabled, uintptr_t ra);

#endif /* I386_TCG_XSAVE_H */
