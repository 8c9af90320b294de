/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instructions that write 64 bytes at once. They are given as bytes
 * because older assemblers do not know them.
 */
#ifndef IDXD_TEST_INSN_H
#define IDXD_TEST_INSN_H

#include <linux/compiler.h>
#include <stdbool.h>

struct line {
	unsigned char byte[64];
} __aligned(64);

/**
 * movdir64b() - write 64 bytes with one store
 * @dst: 64-byte aligned destination: a dedicated work queue's portal, or memory
 * @src: the 64 bytes, of any alignment
 */
static inline void movdir64b(void *dst, const void *src)
{
	/* movdir64b (%rdx), %rax */
	asm volatile(".byte 0x66, 0x0f, 0x38, 0xf8, 0x02"
		     : "+m" (*(struct line *)dst)
		     : "a" (dst), "d" (src), "m" (*(const struct line *)src));
}

/**
 * enqcmd() - offer 64 bytes under the PASID of the running thread
 * @dst: 64-byte aligned destination, the portal of a shared work queue
 * @src: the 64 bytes; bits 30:0 of the first dword must be 0
 *
 * Return: true if the queue took them, false if it asks to try again.
 */
static inline bool enqcmd(void *dst, const void *src)
{
	bool retry;

	/* enqcmd (%rdx), %rax */
	asm volatile(".byte 0xf2, 0x0f, 0x38, 0xf8, 0x02\n\t"
		     "setz %0"
		     : "=q" (retry), "+m" (*(struct line *)dst)
		     : "a" (dst), "d" (src), "m" (*(const struct line *)src)
		     : "cc");
	return !retry;
}

/* What is written before must be visible before the descriptor that names it. */
static inline void store_fence(void)
{
	asm volatile("sfence" : : : "memory");
}

static inline void cpu_pause(void)
{
	asm volatile("pause" : : : "memory");
}

#endif /* IDXD_TEST_INSN_H */
