/*
 * MOVDIRI, MOVDIR64B, ENQCMD and ENQCMDS on memory and plain I/O
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "fault.h"

/* AT&T syntax: the source is (%rdx) or (%edx), the destination %rax or %eax */
#define MOVDIR64B   ".byte 0x66, 0x0f, 0x38, 0xf8, 0x02"
#define ENQCMD      ".byte 0xf2, 0x0f, 0x38, 0xf8, 0x02"
#define ENQCMDS     ".byte 0xf3, 0x0f, 0x38, 0xf8, 0x02"
#define LOCK        ".byte 0xf0\n\t"
#define ADDR        ".byte 0x67\n\t"

#define CC_ZF       0x40
#define CC_ALL      0x8d5

/* Nothing is mapped from here on */
#define UNMAPPED    0x100000000ULL
#define NONCANON    0x800000000000ULL
/* In the middle of RAM, of a 2M page of its own */
#define PAGE2M      0x1000000ULL
/* Index at offset 0, data at offset 16 */
#define IOAPIC      0xfec00000ULL
#define IOAPIC_PIN5 0x1a
#define PIN_MASKED  0x10000

static uint8_t src[4096] __attribute__((aligned(4096)));
static uint8_t dst[256] __attribute__((aligned(4096)));
static uint8_t code[64] __attribute__((aligned(4096)));

#define OPERANDS(d, s) ARGS("a"(d), "d"(s))

static void clear(void)
{
    int i;

    for (i = 0; i < sizeof(dst); i++) {
        dst[i] = 0;
    }
}

/* Is there a copy of @from at dst[64], and nothing else in dst? */
static bool copied(const uint8_t *from)
{
    int i;

    for (i = 0; i < sizeof(dst); i++) {
        if (dst[i] != (i >= 64 && i < 128 ? from[i - 64] : 0)) {
            return false;
        }
    }
    return true;
}

static bool untouched(void)
{
    int i;

    for (i = 0; i < sizeof(dst); i++) {
        if (dst[i]) {
            return false;
        }
    }
    return true;
}

static void set_page_writable(uint64_t addr, bool writable)
{
    uint64_t *table, cr3;

    asm volatile("mov %%cr3, %0" : "=r"(cr3));
    table = (uint64_t *)(cr3 & ~0xfffULL);
    table = (uint64_t *)(table[0] & ~0xfffULL);
    table = (uint64_t *)(table[addr >> 30] & ~0xfffULL);
    table += addr >> 21 & 511;
    *table = writable ? *table | 2 : *table & ~2ULL;
    asm volatile("invlpg (%0)" : : "r"(addr) : "memory");
}

static void test_movdiri(void)
{
    uint64_t val = 0;

    CHECK(TRY(".byte 0x48, 0x0f, 0x38, 0xf9, 0x02", ,
              ARGS("a"(0x1122334455667788), "d"(&val))) == NO_FAULT);
    CHECK(val == 0x1122334455667788);
    CHECK(TRY(".byte 0x0f, 0x38, 0xf9, 0x02", ,
              ARGS("a"(0xaabbccdd), "d"(&val))) == NO_FAULT);
    CHECK(val == 0x11223344aabbccdd);
    CHECK(TRY(".byte 0x66, 0x0f, 0x38, 0xf9, 0x02", ,
              OPERANDS(0, &val)) == UD_VECTOR);
    CHECK(TRY(LOCK ".byte 0x0f, 0x38, 0xf9, 0x02", ,
              OPERANDS(0, &val)) == UD_VECTOR);
    CHECK(TRY(".byte 0x0f, 0x38, 0xf9, 0xc2", ,
              OPERANDS(0, &val)) == UD_VECTOR);
    CHECK(val == 0x11223344aabbccdd);
}

static void test_movdir64b(void)
{
    clear();
    CHECK(TRY(MOVDIR64B, , OPERANDS(dst + 64, src + 128)) == NO_FAULT);
    CHECK(copied(src + 128));
    clear();
    CHECK(TRY_USER(MOVDIR64B, , OPERANDS(dst + 64, src + 13)) == NO_FAULT);
    CHECK(copied(src + 13));
    clear();
    /* r8 and r9 */
    CHECK(TRY("mov %%rax, %%r8\n\tmov %%rdx, %%r9\n\t"
              ".byte 0x66, 0x45, 0x0f, 0x38, 0xf8, 0x01", ,
              OPERANDS(dst + 64, src)) == NO_FAULT);
    CHECK(copied(src));
    clear();
    /* The address size applies to both operands */
    CHECK(TRY(ADDR MOVDIR64B, , OPERANDS(dst + 64 + UNMAPPED,
                                         src + 5 + UNMAPPED)) == NO_FAULT);
    CHECK(copied(src + 5));

    /* Overlap: the source is read as a whole first */
    clear();
    CHECK(TRY(MOVDIR64B, , OPERANDS(dst + 64, src)) == NO_FAULT);
    CHECK(TRY(MOVDIR64B, , OPERANDS(dst + 64, dst + 68)) == NO_FAULT);
    CHECK(dst[64] == src[4] && dst[64 + 59] == src[63] && dst[64 + 60] == 0);
    clear();
}

static void test_compat(void)
{
    clear();
    CHECK(TRY_COMPAT(MOVDIR64B, , OPERANDS(dst + 64, src + 3)) == NO_FAULT);
    CHECK(copied(src + 3));

    /* The destination is in ES, the source where its prefix says */
    clear();
    asm volatile("mov %0, %%es" : : "r"(BASED_DS));
    CHECK(TRY_COMPAT(".byte 0x3e\n\t" MOVDIR64B, ,
                     OPERANDS(dst + 64 - BASED_BASE, src + 7)) == NO_FAULT);
    CHECK(copied(src + 7));
    clear();
    CHECK(TRY_COMPAT(".byte 0x26\n\t" MOVDIR64B, ,
                     OPERANDS(dst + 64 - BASED_BASE,
                              src + 9 - BASED_BASE)) == NO_FAULT);
    CHECK(copied(src + 9));
    asm volatile("mov %0, %%es" : : "r"(KERNEL_DS));
    clear();
}

static void test_movdir64b_faults(void)
{
    int i;

    for (i = 1; i < 64; i++) {
        CHECK(TRY(MOVDIR64B, , OPERANDS(dst + i, src)) == GP_VECTOR);
    }
    CHECK(TRY(LOCK MOVDIR64B, , OPERANDS(dst, src)) == UD_VECTOR);
    CHECK(TRY(".byte 0x66, 0x0f, 0x38, 0xf8, 0xc2", ,
              OPERANDS(dst, src)) == UD_VECTOR);
    CHECK(TRY(".byte 0x0f, 0x38, 0xf8, 0x02", ,
              OPERANDS(dst, src)) == UD_VECTOR);

    CHECK(TRY(MOVDIR64B, , OPERANDS(UNMAPPED, src)) == PF_VECTOR);
    CHECK(fault_cr2 == UNMAPPED && fault_error == 2);
    CHECK(TRY_USER(MOVDIR64B, , OPERANDS(UNMAPPED, src)) == PF_VECTOR);
    CHECK(fault_cr2 == UNMAPPED && fault_error == 6);
    CHECK(TRY(MOVDIR64B, , OPERANDS(dst, UNMAPPED + 8)) == PF_VECTOR);
    CHECK(fault_cr2 == UNMAPPED + 8 && fault_error == 0);
    CHECK(TRY(MOVDIR64B, , OPERANDS(dst, UNMAPPED - 63)) == PF_VECTOR);
    CHECK(fault_error == 0);
    CHECK(TRY(MOVDIR64B, , OPERANDS(NONCANON, src)) == GP_VECTOR);
    CHECK(TRY(MOVDIR64B, , OPERANDS(dst, NONCANON)) == GP_VECTOR);
    CHECK(untouched());

    set_page_writable(PAGE2M, false);
    CHECK(TRY(MOVDIR64B, , OPERANDS(PAGE2M, src)) == PF_VECTOR);
    CHECK(fault_cr2 == PAGE2M && fault_error == 3);
    CHECK(TRY(ENQCMDS, , OPERANDS(PAGE2M, dst)) == PF_VECTOR);
    CHECK(fault_cr2 == PAGE2M && fault_error == 3);
    set_page_writable(PAGE2M, true);
    CHECK(TRY(MOVDIR64B, , OPERANDS(PAGE2M, src)) == NO_FAULT);
}

static void test_code(void)
{
    int (*fn)(void) = (void *)code;
    uint8_t buf[64];
    int i;

    for (i = 1; i < 10; i++) {
        /* mov $i, %eax; ret */
        buf[0] = 0xb8;
        buf[1] = i;
        buf[2] = buf[3] = buf[4] = 0;
        buf[5] = 0xc3;
        CHECK(TRY(MOVDIR64B, , OPERANDS(code, buf)) == NO_FAULT);
        CHECK(fn() == i);
    }
}

static uint32_t read_pin5(void)
{
    volatile uint32_t *ioapic = (uint32_t *)IOAPIC; /* registers */

    ioapic[0] = IOAPIC_PIN5;
    return ioapic[4];
}

/* I/O that knows nothing of 64-byte stores gets smaller ones, in order */
static void test_io(void)
{
    volatile uint32_t *ioapic = (uint32_t *)IOAPIC; /* registers */
    uint32_t buf[16] = { IOAPIC_PIN5, 0, 0, 0, PIN_MASKED | 0x31 };

    ioapic[0] = 0;
    CHECK(TRY(MOVDIR64B, , OPERANDS(IOAPIC, buf)) == NO_FAULT);
    CHECK(read_pin5() == (PIN_MASKED | 0x31));

    /* It takes no commands, so nothing may be written */
    buf[4]++;
    CHECK(TRY(ENQCMDS "\n\tjz 1f\n\tud2\n1:\n", ,
              OPERANDS(IOAPIC, buf)) == NO_FAULT);
    CHECK(read_pin5() == (PIN_MASKED | 0x31));
}

static void test_pasid_msr(void)
{
    int i;

    CHECK(rdmsr(MSR_IA32_PASID) == 0);
    for (i = 0; i < 64; i++) {
        CHECK(try_wrmsr(MSR_IA32_PASID, 1ULL << i) ==
              (i < 20 || i == 31 ? NO_FAULT : GP_VECTOR));
    }
    CHECK(rdmsr(MSR_IA32_PASID) == PASID_VALID);
    CHECK(try_wrmsr(MSR_IA32_PASID, PASID_VALID | 0xfffff) == NO_FAULT);
    CHECK(rdmsr(MSR_IA32_PASID) == (PASID_VALID | 0xfffff));
    CHECK(try_wrmsr(MSR_IA32_PASID, 0) == NO_FAULT);
}

/* All status flags are set before, and come back in @flags */
#define SET_FLAGS   "pushq $" XSTR(CC_ALL) "\n\tpopfq\n\t"
#define GET_FLAGS   "\n\tpushfq\n\tpopq %%rcx"
#define FLAGS_OUT   ARGS("=c"(flags))

static void test_enqcmd(void)
{
    uint64_t flags, bit;
    uint32_t *command = (uint32_t *)src;
    int i;

    clear();
    command[0] = 0;
    CHECK(try_wrmsr(MSR_IA32_PASID, 5) == NO_FAULT);
    CHECK(TRY(ENQCMD, , OPERANDS(dst, src)) == GP_VECTOR);
    CHECK(TRY_USER(ENQCMD, , OPERANDS(dst, src)) == GP_VECTOR);
    CHECK(try_wrmsr(MSR_IA32_PASID, PASID_VALID | 5) == NO_FAULT);

    /* Memory takes no commands */
    flags = 0;
    CHECK(TRY_USER(SET_FLAGS ENQCMD GET_FLAGS, FLAGS_OUT,
                   OPERANDS(dst, src)) == NO_FAULT);
    CHECK((flags & CC_ALL) == CC_ZF);
    flags = 0;
    CHECK(TRY(SET_FLAGS ENQCMDS GET_FLAGS, FLAGS_OUT,
              OPERANDS(dst, src)) == NO_FAULT);
    CHECK((flags & CC_ALL) == CC_ZF);
    CHECK(TRY_USER(ENQCMDS, , OPERANDS(dst, src)) == GP_VECTOR);
    CHECK(untouched());

    for (i = 0; i < 32; i++) {
        bit = 1u << i;
        command[0] = bit;
        CHECK(TRY(ENQCMD, , OPERANDS(dst, src)) == GP_VECTOR);
        CHECK(TRY(ENQCMDS, , OPERANDS(dst, src)) ==
              (bit & 0x7ff00000 ? GP_VECTOR : NO_FAULT));
    }
    command[0] = 0;

    for (i = 1; i < 64; i++) {
        CHECK(TRY(ENQCMD, , OPERANDS(dst + i, src)) == GP_VECTOR);
        CHECK(TRY(ENQCMDS, , OPERANDS(dst + i, src)) == GP_VECTOR);
    }
    CHECK(TRY(LOCK ENQCMD, , OPERANDS(dst, src)) == UD_VECTOR);
    CHECK(TRY(LOCK ENQCMDS, , OPERANDS(dst, src)) == UD_VECTOR);
    CHECK(TRY(".byte 0xf2, 0x0f, 0x38, 0xf8, 0xc2", ,
              OPERANDS(dst, src)) == UD_VECTOR);
    CHECK(TRY(".byte 0xf3, 0x0f, 0x38, 0xf8, 0xc2", ,
              OPERANDS(dst, src)) == UD_VECTOR);
    CHECK(TRY(ENQCMD, , OPERANDS(UNMAPPED, src)) == PF_VECTOR);
    CHECK(fault_cr2 == UNMAPPED && fault_error == 2);
    CHECK(TRY(ENQCMD, , OPERANDS(dst, UNMAPPED)) == PF_VECTOR);
    CHECK(fault_cr2 == UNMAPPED && fault_error == 0);
    CHECK(TRY_COMPAT(ENQCMD, , OPERANDS(dst, src)) == NO_FAULT);
    CHECK(try_wrmsr(MSR_IA32_PASID, 0) == NO_FAULT);
}

int main(void)
{
    uint32_t a, b, c, d;
    uint64_t cr0;
    int i;

    for (i = 0; i < sizeof(src); i++) {
        src[i] = i * 7 + 1;
    }
    fault_setup();
    cpuid(7, 0, &a, &b, &c, &d);
    CHECK((c >> 27 & 7) == 7);
    /* CR0.WP */
    asm volatile("mov %%cr0, %0\n\tbts $16, %0\n\tmov %0, %%cr0"
                 : "=r"(cr0) : : "cc");

    test_movdiri();
    test_movdir64b();
    test_compat();
    test_movdir64b_faults();
    test_code();
    test_io();
    test_pasid_msr();
    test_enqcmd();

    ml_printf("%s\n", failures ? "FAILED" : "PASSED");
    return failures ? 1 : 0;
}
