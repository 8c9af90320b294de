/*
 * The compacted XSAVE format: XSAVEC, XRSTOR, XSAVES, XRSTORS, IA32_XSS
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "fault.h"

#define XSAVEC      "xsavec64 (%%rdi)"
#define XSAVES      "xsaves64 (%%rdi)"
#define XRSTOR      "xrstor64 (%%rdi)"
#define XRSTORS     "xrstors64 (%%rdi)"

#define FP          0x1ULL
#define SSE         0x2ULL
#define YMM         0x4ULL
#define PKRU        0x200ULL
#define PASID       0x400ULL
#define COMPACTED   (1ULL << 63)

#define USER        (FP | SSE | YMM | PKRU)
#define ALL         (USER | PASID)

/* With all of ALL in the area */
#define YMM_OFFSET      576
#define PKRU_OFFSET     (576 + 256)
#define PASID_OFFSET    (576 + 256 + 8)

#define MXCSR_INIT      0x1f80

#define CR0_TS          (1 << 3)
#define CR4_OSFXSR      (1 << 9)
#define CR4_OSXSAVE     (1 << 18)
#define CR4_PKE         (1 << 22)

static union {
    uint8_t bytes[4096];
    struct {
        uint32_t legacy[6];
        uint32_t mxcsr;
        uint32_t mxcsr_mask;
        uint64_t fpregs[16];
        uint64_t xmm[32];
        uint64_t rest[12];
        uint64_t xstate_bv;
        uint64_t xcomp_bv;
        uint64_t reserved[6];
    };
} area __attribute__((aligned(4096)));

#define OPERANDS(rfbm) \
    ARGS("D"(&area), "a"((uint32_t)(rfbm)), "d"((uint32_t)((rfbm) >> 32)))

static uint64_t at(int offset)
{
    return *(uint64_t *)&area.bytes[offset];
}

static void fill(uint8_t byte)
{
    int i;

    for (i = 0; i < sizeof(area); i++) {
        area.bytes[i] = byte;
    }
}

/* A valid compacted area of which nothing is in use */
static void make_area(uint64_t xcomp_bv)
{
    fill(0);
    area.xcomp_bv = xcomp_bv | COMPACTED;
}

static void set_cr4(uint64_t set, uint64_t clear)
{
    uint64_t cr4;

    asm volatile("mov %%cr4, %0" : "=r"(cr4));
    asm volatile("mov %0, %%cr4" : : "r"((cr4 & ~clear) | set));
}

static void set_pkru(uint32_t val)
{
    asm volatile("wrpkru" : : "a"(val), "c"(0), "d"(0));
}

static uint32_t get_pkru(void)
{
    uint32_t val, edx;

    asm volatile("rdpkru" : "=a"(val), "=d"(edx) : "c"(0));
    return val;
}

static uint32_t get_mxcsr(void)
{
    uint32_t val;

    asm volatile("stmxcsr %0" : "=m"(val));
    return val;
}

static void set_mxcsr(uint32_t val)
{
    asm volatile("ldmxcsr %0" : : "m"(val));
}

/* All of ymm15, from one and into four qwords */
static void set_ymm15(uint64_t val)
{
    uint64_t v[4] = { val, val + 1, val + 2, val + 3 };

    asm volatile("vmovdqu %0, %%ymm15" : : "m"(v));
}

static bool ymm15_is(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    uint64_t v[4];

    asm volatile("vmovdqu %%ymm15, %0" : "=m"(v));
    return v[0] == a && v[1] == b && v[2] == c && v[3] == d;
}

static uint32_t compacted_size(void)
{
    uint32_t a, b, c, d;

    cpuid(0xd, 1, &a, &b, &c, &d);
    return b;
}

static void set_xcr0(uint64_t val)
{
    asm volatile("xsetbv" : : "c"(0), "a"((uint32_t)val), "d"(0));
}

static void set_pasid(uint64_t val)
{
    CHECK(try_wrmsr(MSR_IA32_PASID, val) == NO_FAULT);
}

static void test_cpuid(void)
{
    uint32_t a, b, c, d;
    int i;

    cpuid(0xd, 1, &a, &b, &c, &d);
    CHECK((a & 0xf) == 0xf);
    CHECK(c == PASID && d == 0);
    cpuid(0xd, 10, &a, &b, &c, &d);
    CHECK(a == 8 && b == 0 && (c & 1) == 1);

    for (i = 0; i < 64; i++) {
        CHECK(try_wrmsr(MSR_IA32_XSS, 1ULL << i) ==
              (1ULL << i == PASID ? NO_FAULT : GP_VECTOR));
    }
    CHECK(rdmsr(MSR_IA32_XSS) == PASID);
    CHECK(try_wrmsr(MSR_IA32_XSS, 0) == NO_FAULT);

    /* Leaf 1 follows what is enabled */
    set_xcr0(FP);
    CHECK(compacted_size() == 576);
    set_xcr0(FP | SSE | PKRU);
    CHECK(compacted_size() == 576 + 8);
    set_xcr0(USER);
    CHECK(compacted_size() == PASID_OFFSET);
    CHECK(try_wrmsr(MSR_IA32_XSS, PASID) == NO_FAULT);
    CHECK(compacted_size() == PASID_OFFSET + 8);
}

static void test_save(void)
{
    set_ymm15(0x1111);
    set_pkru(0x44444444);
    set_pasid(PASID_VALID | 0x12345);

    fill(0xaa);
    CHECK(TRY(XSAVES, , OPERANDS(ALL)) == NO_FAULT);
    CHECK(area.xstate_bv == ALL);
    CHECK(area.xcomp_bv == (ALL | COMPACTED));
    CHECK(area.xmm[30] == 0x1111 && area.xmm[31] == 0x1112);
    CHECK(at(YMM_OFFSET + 240) == 0x1113 && at(YMM_OFFSET + 248) == 0x1114);
    CHECK(at(PKRU_OFFSET) == 0x44444444);
    CHECK(at(PASID_OFFSET) == (PASID_VALID | 0x12345));
    CHECK(area.mxcsr == MXCSR_INIT && area.mxcsr_mask == 0xffff);
    /* Nothing beyond, nor in the reserved part of the header */
    CHECK(at(PASID_OFFSET + 8) == 0xaaaaaaaaaaaaaaaa);
    CHECK(area.reserved[0] == 0xaaaaaaaaaaaaaaaa);

    /* Components that are not asked for take no place */
    fill(0xaa);
    CHECK(TRY(XSAVES, , OPERANDS(PKRU | PASID)) == NO_FAULT);
    CHECK(area.xstate_bv == (PKRU | PASID));
    CHECK(area.xcomp_bv == (PKRU | PASID | COMPACTED));
    CHECK(at(576) == 0x44444444 && at(584) == (PASID_VALID | 0x12345));
    CHECK(at(592) == 0xaaaaaaaaaaaaaaaa && at(0) == 0xaaaaaaaaaaaaaaaa);

    /* Bits that are not enabled are ignored, PASID is not XSAVEC's */
    fill(0xaa);
    CHECK(TRY(XSAVEC, , OPERANDS(~0ULL)) == NO_FAULT);
    CHECK(area.xcomp_bv == (USER | COMPACTED));
    CHECK(at(PKRU_OFFSET) == 0x44444444);
    CHECK(at(PASID_OFFSET) == 0xaaaaaaaaaaaaaaaa);
    CHECK(TRY(XSAVES, , OPERANDS(~0ULL)) == NO_FAULT);
    CHECK(area.xcomp_bv == (ALL | COMPACTED));

    /* In its initial state PASID takes place, but is not written */
    set_pasid(0);
    fill(0xaa);
    CHECK(TRY(XSAVES, , OPERANDS(ALL)) == NO_FAULT);
    CHECK(area.xstate_bv == USER);
    CHECK(area.xcomp_bv == (ALL | COMPACTED));
    CHECK(at(PASID_OFFSET) == 0xaaaaaaaaaaaaaaaa);

    CHECK(TRY_USER(XSAVEC, , OPERANDS(USER)) == NO_FAULT);
}

static void test_restore(void)
{
    make_area(ALL);
    area.xstate_bv = ALL;
    area.legacy[0] = 0x37f;
    area.mxcsr = 0x3f80;
    area.xmm[30] = 5;
    area.xmm[31] = 6;
    *(uint64_t *)&area.bytes[YMM_OFFSET + 240] = 7;
    *(uint64_t *)&area.bytes[YMM_OFFSET + 248] = 8;
    *(uint64_t *)&area.bytes[PKRU_OFFSET] = 0x10;
    *(uint64_t *)&area.bytes[PASID_OFFSET] = PASID_VALID | 0xfffff;

    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == NO_FAULT);
    CHECK(ymm15_is(5, 6, 7, 8));
    CHECK(get_mxcsr() == 0x3f80);
    CHECK(get_pkru() == 0x10);
    CHECK(rdmsr(MSR_IA32_PASID) == (PASID_VALID | 0xfffff));

    /* What is not asked for stays */
    set_ymm15(0x20);
    set_pasid(PASID_VALID | 1);
    set_pkru(0x40);
    CHECK(TRY(XRSTORS, , OPERANDS(YMM)) == NO_FAULT);
    CHECK(ymm15_is(0x20, 0x21, 7, 8));
    CHECK(rdmsr(MSR_IA32_PASID) == (PASID_VALID | 1));
    CHECK(get_pkru() == 0x40);

    /* What is asked for and not in the area becomes initial */
    area.xstate_bv = ALL & ~PASID;
    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == NO_FAULT);
    CHECK(rdmsr(MSR_IA32_PASID) == 0);
    CHECK(ymm15_is(5, 6, 7, 8));
    set_pasid(PASID_VALID | 1);
    area.xstate_bv = 0;
    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == NO_FAULT);
    CHECK(rdmsr(MSR_IA32_PASID) == 0);
    CHECK(get_mxcsr() == MXCSR_INIT);
    CHECK(get_pkru() == 0);
    CHECK(ymm15_is(0, 0, 0, 0));

    /* Also if the area has no place for it */
    set_pasid(PASID_VALID | 1);
    make_area(FP);
    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == NO_FAULT);
    CHECK(rdmsr(MSR_IA32_PASID) == 0);

    /* XRSTOR understands the format, in user mode too */
    set_ymm15(0x30);
    set_mxcsr(0x5f80);
    CHECK(TRY(XSAVEC, , OPERANDS(SSE | YMM)) == NO_FAULT);
    set_ymm15(0x40);
    set_mxcsr(MXCSR_INIT);
    CHECK(TRY_USER(XRSTOR, , OPERANDS(~0ULL)) == NO_FAULT);
    CHECK(ymm15_is(0x30, 0x31, 0x32, 0x33));
    CHECK(get_mxcsr() == 0x5f80);
    set_mxcsr(MXCSR_INIT);

    /* XRSTOR and the standard format leave PASID alone */
    set_pasid(PASID_VALID | 2);
    CHECK(TRY(XRSTOR, , OPERANDS(~0ULL)) == NO_FAULT);
    fill(0);
    area.mxcsr = MXCSR_INIT;
    CHECK(TRY(XRSTOR, , OPERANDS(~0ULL)) == NO_FAULT);
    CHECK(rdmsr(MSR_IA32_PASID) == (PASID_VALID | 2));
}

static void test_header(void)
{
    int i;

    set_pasid(PASID_VALID | 3);
    set_pkru(0);

    fill(0);
    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == GP_VECTOR);  /* not compacted */

    make_area(ALL);
    CHECK(TRY(XRSTOR, , OPERANDS(ALL)) == GP_VECTOR);   /* not XRSTOR's */
    make_area(USER | 1 << 5);
    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == GP_VECTOR);  /* not enabled */
    make_area(USER);
    area.xstate_bv = PASID;
    CHECK(TRY(XRSTORS, , OPERANDS(USER)) == GP_VECTOR); /* no place */
    area.xstate_bv = COMPACTED;
    CHECK(TRY(XRSTORS, , OPERANDS(USER)) == GP_VECTOR);
    for (i = 0; i < 6; i++) {
        make_area(USER);
        area.reserved[i] = 1ULL << 63;
        CHECK(TRY(XRSTORS, , OPERANDS(USER)) == GP_VECTOR);
        CHECK(TRY(XRSTOR, , OPERANDS(USER)) == GP_VECTOR);
    }

    /* Reserved bits in the components */
    make_area(ALL);
    area.xstate_bv = SSE;
    area.mxcsr = MXCSR_INIT | 0x10000;
    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == GP_VECTOR);
    CHECK(TRY(XRSTORS, , OPERANDS(ALL & ~(SSE | PASID))) == NO_FAULT);
    make_area(ALL);
    area.xstate_bv = PASID | PKRU;
    *(uint64_t *)&area.bytes[PKRU_OFFSET] = 0x10;
    for (i = 0; i < 64; i++) {
        if (i < 20 || i == 31) {
            continue;
        }
        *(uint64_t *)&area.bytes[PASID_OFFSET] = 1ULL << i;
        CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == GP_VECTOR);
    }
    CHECK(rdmsr(MSR_IA32_PASID) == (PASID_VALID | 3));
    CHECK(get_pkru() == 0);

    /* A component that is not enabled any more */
    CHECK(try_wrmsr(MSR_IA32_XSS, 0) == NO_FAULT);
    make_area(ALL);
    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == GP_VECTOR);
    CHECK(TRY(XSAVES, , OPERANDS(ALL)) == NO_FAULT);
    CHECK(area.xcomp_bv == (USER | COMPACTED));
    CHECK(try_wrmsr(MSR_IA32_XSS, PASID) == NO_FAULT);
}

static void test_faults(void)
{
    uint8_t *p = area.bytes;
    int i;

    make_area(ALL);
    for (i = 1; i < 64; i++) {
        CHECK(TRY(XSAVEC, , ARGS("D"(p + i), "a"(1), "d"(0))) == GP_VECTOR);
        CHECK(TRY(XSAVES, , ARGS("D"(p + i), "a"(1), "d"(0))) == GP_VECTOR);
        CHECK(TRY(XRSTORS, , ARGS("D"(p + i), "a"(1), "d"(0))) == GP_VECTOR);
    }
    CHECK(TRY_USER(XSAVES, , OPERANDS(ALL)) == GP_VECTOR);
    CHECK(TRY_USER(XRSTORS, , OPERANDS(ALL)) == GP_VECTOR);

    /* /3, /4 and /5 with prefixes that are not allowed */
    for (i = 0; i < 3; i++) {
        static const uint8_t prefixes[3] = { 0xf0, 0x66, 0xf3 };
        uint8_t code[6] = { prefixes[i], 0x0f, 0xc7, 0x1f, 0xc3 };

        CHECK(TRY("call *%%rcx", , ARGS("c"(code), OPERANDS(ALL))) ==
              UD_VECTOR);
        code[3] = 0x27;
        CHECK(TRY("call *%%rcx", , ARGS("c"(code), OPERANDS(ALL))) ==
              UD_VECTOR);
        code[3] = 0x2f;
        CHECK(TRY("call *%%rcx", , ARGS("c"(code), OPERANDS(ALL))) ==
              UD_VECTOR);
    }

    asm volatile("mov %%cr0, %%rax\n\tor %0, %%eax\n\tmov %%rax, %%cr0"
                 : : "i"(CR0_TS) : "rax");
    CHECK(TRY(XSAVEC, , OPERANDS(ALL)) == NM_VECTOR);
    CHECK(TRY(XSAVES, , OPERANDS(ALL)) == NM_VECTOR);
    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == NM_VECTOR);
    asm volatile("clts");

    set_cr4(0, CR4_OSXSAVE);
    CHECK(TRY(XSAVEC, , OPERANDS(ALL)) == UD_VECTOR);
    CHECK(TRY(XSAVES, , OPERANDS(ALL)) == UD_VECTOR);
    CHECK(TRY(XRSTORS, , OPERANDS(ALL)) == UD_VECTOR);
    CHECK(TRY_USER(XSAVES, , OPERANDS(ALL)) == UD_VECTOR);
    set_cr4(CR4_OSXSAVE, 0);

    /* The area may end where the used components end */
    p = (uint8_t *)0x100000000 - 576;
    CHECK(TRY(XSAVES, , ARGS("D"(p), "a"((uint32_t)PASID), "d"(0))) ==
          PF_VECTOR);
    CHECK(fault_cr2 == 0x100000000);
    set_pasid(0);
    CHECK(TRY(XSAVES, , ARGS("D"(p), "a"((uint32_t)PASID), "d"(0))) ==
          NO_FAULT);
}

int main(void)
{
    fault_setup();
    set_cr4(CR4_OSFXSR | CR4_OSXSAVE | CR4_PKE, 0);

    test_cpuid();
    test_save();
    test_restore();
    test_header();
    test_faults();

    ml_printf("%s\n", failures ? "FAILED" : "PASSED");
    return failures ? 1 : 0;
}
