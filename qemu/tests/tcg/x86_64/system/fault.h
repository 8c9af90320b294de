/*
 * Run instructions that may fault, in 64-bit, compatibility and user mode
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef X86_64_SYSTEM_FAULT_H
#define X86_64_SYSTEM_FAULT_H

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <minilib.h>

#define UD_VECTOR 6
#define NM_VECTOR 7
#define GP_VECTOR 13
#define PF_VECTOR 14
#define NO_FAULT  3     /* a try ends with int3 */

/* Selectors */
#define KERNEL_CS 0x08
#define KERNEL_DS 0x10
#define COMPAT_CS 0x18  /* 32-bit code */
#define BASED_DS  0x20  /* 32-bit data, base BASED_BASE */
#define USER_CS   0x2b
#define USER_DS   0x33
#define TSS_SEL   0x38

#define BASED_BASE 0x1000

#define STR(x)  #x
#define XSTR(x) STR(x)

uint64_t fault_resume, fault_rsp, fault_vector, fault_error, fault_cr2;

static uint8_t fault_stack[4096] __attribute__((aligned(16)));
static uint8_t user_stack[4096] __attribute__((aligned(16)));

static struct {
    uint32_t reserved;
    uint64_t rsp[3];
    uint8_t rest[76];
} __attribute__((packed)) tss;

static uint64_t gdt_entries[9] __attribute__((aligned(16))) = {
    [KERNEL_CS / 8] = 0x00af9b000000ffff,
    [KERNEL_DS / 8] = 0x00cf93000000ffff,
    [COMPAT_CS / 8] = 0x00cf9b000000ffff,
    [BASED_DS / 8]  = 0x00cf93000000ffff | (uint64_t)BASED_BASE << 16,
    [USER_CS / 8]   = 0x00affb000000ffff,
    [USER_DS / 8]   = 0x00cff3000000ffff,
};

static uint64_t idt_entries[2 * 32] __attribute__((aligned(16)));

/* Remember the fault, then go on in 64-bit mode at CPL 0 where the try ends. */
asm(".pushsection .text\n"
    ".balign 16\n"
    "fault_stubs:\n"
    ".set i, 0\n"
    ".rept 32\n"
    "    .balign 16\n"
    "    .if !((0x27d00 >> i) & 1)\n"  /* no error code on the stack */
    "    pushq $0\n"
    "    .endif\n"
    "    .byte 0x6a, i\n"              /* pushq $i */
    "    jmp fault_common\n"
    "    .set i, i + 1\n"
    ".endr\n"
    ".popsection\n");

void fault_unexpected(void)
{
    ml_printf("FAILED: unexpected fault %ld error %lx cr2 %lx\n",
              fault_vector, fault_error, fault_cr2);
    asm volatile("outb %b0, $0xf4" : : "a"(1));
}

asm(".pushsection .text\n"
    "fault_common:\n"
    "    popq fault_vector(%rip)\n"
    "    popq fault_error(%rip)\n"
    "    pushq %rax\n"
    "    movq %cr2, %rax\n"
    "    movq %rax, fault_cr2(%rip)\n"
    "    popq %rax\n"
    "    cld\n"
    "    cmpq $0, fault_resume(%rip)\n"
    "    je fault_unexpected\n"
    "    pushq $" XSTR(KERNEL_DS) "\n"
    "    pushq fault_rsp(%rip)\n"
    "    pushq $2\n"
    "    pushq $" XSTR(KERNEL_CS) "\n"
    "    pushq fault_resume(%rip)\n"
    "    movq $0, fault_resume(%rip)\n"
    "    iretq\n"
    ".popsection\n");

extern uint8_t fault_stubs[];

static void fault_setup(void)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) reg;
    uint64_t base;
    int i;

    for (i = 0; i < 32; i++) {
        base = (uintptr_t)fault_stubs + i * 16;
        /* Interrupt gate, DPL 3 */
        idt_entries[2 * i] = (base & 0xffff) | KERNEL_CS << 16 |
                             0xee00ULL << 32 | (base >> 16 & 0xffff) << 48;
        idt_entries[2 * i + 1] = base >> 32;
    }

    tss.rsp[0] = (uintptr_t)(fault_stack + sizeof(fault_stack));
    base = (uintptr_t)&tss;
    gdt_entries[TSS_SEL / 8] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 |
                               0x89ULL << 40 | (base >> 24 & 0xff) << 56;
    gdt_entries[TSS_SEL / 8 + 1] = base >> 32;

    reg.limit = sizeof(gdt_entries) - 1;
    reg.base = (uintptr_t)gdt_entries;
    asm volatile("lgdt %0\n\t"
                 "ltr %w1" : : "m"(reg), "r"(TSS_SEL));
    reg.limit = sizeof(idt_entries) - 1;
    reg.base = (uintptr_t)idt_entries;
    asm volatile("lidt %0" : : "m"(reg));
}

#define ARGS(...) __VA_ARGS__

#define TRY_BEGIN                                   \
    "leaq 97f(%%rip), %%r11\n\t"                    \
    "movq %%r11, fault_resume(%%rip)\n\t"           \
    "movq %%rsp, fault_rsp(%%rip)\n\t"

#define TRY_IRET(cs, ss, rsp)                       \
    "pushq $" XSTR(ss) "\n\t"                       \
    "pushq " rsp "\n\t"                             \
    "pushq $2\n\t"                                  \
    "pushq $" XSTR(cs) "\n\t"                       \
    "leaq 98f(%%rip), %%r11\n\t"                    \
    "pushq %%r11\n\t"                               \
    "iretq\n"                                       \
    "98:\n\t"

#define TRY_ASM(code, outs, ins)                    \
    ({                                              \
        asm volatile(code : outs : ins              \
                     : "r8", "r9", "r11", "memory",   \
                       "cc");                       \
        (int)fault_vector;                          \
    })

/* Each of these returns the vector of the fault, or NO_FAULT. */
#define TRY(insn, outs, ins)                                            \
    TRY_ASM(TRY_BEGIN insn "\n\tint3\n97:\n", ARGS(outs), ARGS(ins))

#define TRY_USER(insn, outs, ins)                                       \
    TRY_ASM(TRY_BEGIN                                                   \
            TRY_IRET(USER_CS, USER_DS, "$user_stack + 4096")            \
            insn "\n\tint3\n97:\n", ARGS(outs), ARGS(ins))

#define TRY_COMPAT(insn, outs, ins)                                     \
    TRY_ASM(TRY_BEGIN                                                   \
            TRY_IRET(COMPAT_CS, KERNEL_DS, "fault_rsp(%%rip)")          \
            ".code32\n\t" insn "\n\tint3\n\t.code64\n97:\n",            \
            ARGS(outs), ARGS(ins))

static int failures;

#define CHECK(cond)                                                     \
    do {                                                                \
        if (!(cond)) {                                                  \
            ml_printf("FAIL: line %d: %s\n", __LINE__, #cond);          \
            ml_printf("last fault %ld error %lx cr2 %lx\n",             \
                      fault_vector, fault_error, fault_cr2);            \
            failures++;                                                 \
        }                                                               \
    } while (0)

static inline void cpuid(uint32_t leaf, uint32_t sub, uint32_t *a, uint32_t *b,
                         uint32_t *c, uint32_t *d)
{
    asm volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d)
                 : "a"(leaf), "c"(sub));
}

static inline int try_wrmsr(uint32_t msr, uint64_t val)
{
    return TRY("wrmsr", , ARGS("c"(msr), "a"((uint32_t)val), "d"(val >> 32)));
}

static inline uint64_t rdmsr(uint32_t msr)
{
    uint32_t lo, hi;

    asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
    return lo | (uint64_t)hi << 32;
}

#define MSR_IA32_PASID 0xd93
#define MSR_IA32_XSS   0xda0

#define PASID_VALID    (1ULL << 31)

#endif
