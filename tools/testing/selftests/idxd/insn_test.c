// SPDX-License-Identifier: GPL-2.0-only
/*
 * MOVDIRI, MOVDIR64B, ENQCMD and ENQCMDS as a program sees them: what they do,
 * what they fault on, and the flags that they leave.
 */
#include <cpuid.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

#include "main.h"
#include "lib/insn.h"
#include "lib/poll.h"
#include "lib/portal.h"

#define FLAG_CF	0x001
#define FLAG_PF	0x004
#define FLAG_AF	0x010
#define FLAG_ZF	0x040
#define FLAG_SF	0x080
#define FLAG_OF	0x800
#define FLAGS	(FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

/* What a general protection fault and a page fault come as. */
#define GP	SI_KERNEL
#define NONE	(-1)

static sigjmp_buf out;
static int fault_code;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	fault_code = info->si_code;
	siglongjmp(out, 1);
}

/* How an instruction ends: NONE, or the signal's code. */
#define FAULT_OF(insn)				\
	({					\
		fault_code = NONE;		\
		if (!sigsetjmp(out, 1))		\
			insn;			\
		fault_code;			\
	})

static void movdiri64(uint64_t *dst, uint64_t value)
{
	/* movdiri %rdx, (%rax) */
	asm volatile(".byte 0x48, 0x0f, 0x38, 0xf9, 0x10"
		     : : "a" (dst), "d" (value) : "memory");
}

static void movdiri32(uint32_t *dst, uint32_t value)
{
	/* movdiri %edx, (%rax) */
	asm volatile(".byte 0x0f, 0x38, 0xf9, 0x10"
		     : : "a" (dst), "d" (value) : "memory");
}

static void enqcmds(void *dst, const void *src)
{
	/* enqcmds (%rdx), %rax */
	asm volatile(".byte 0xf3, 0x0f, 0x38, 0xf8, 0x02"
		     : : "a" (dst), "d" (src) : "memory", "cc");
}

/* The flags after ENQCMD, with all of them set or clear before. */
static unsigned long flags_after_enqcmd(void *dst, const void *src, bool set)
{
	unsigned long flags = set ? FLAGS : 0;

	asm volatile("sub $128, %%rsp\n\t"
		     "pushfq\n\t"
		     "andq %3, (%%rsp)\n\t"
		     "orq %0, (%%rsp)\n\t"
		     "popfq\n\t"
		     ".byte 0xf2, 0x0f, 0x38, 0xf8, 0x02\n\t"
		     "pushfq\n\t"
		     "popq %0\n\t"
		     "lea 128(%%rsp), %%rsp"
		     : "+c" (flags)
		     : "a" (dst), "d" (src), "i" (~FLAGS)
		     : "memory", "cc");

	return flags & FLAGS;
}

FIXTURE(insn) {
	struct line *to;	/* an ordinary page */
	struct line from;
};

FIXTURE_SETUP(insn)
{
	struct sigaction action = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO,
	};
	unsigned int i;

	self->to = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->to);
	for (i = 0; i < sizeof(self->from); i++)
		self->from.byte[i] = i + 1;
	ASSERT_EQ(0, sigaction(SIGSEGV, &action, NULL));
	ASSERT_EQ(0, sigaction(SIGILL, &action, NULL));
}

FIXTURE_TEARDOWN(insn)
{
	munmap(self->to, 4096);
}

TEST_F(insn, cpuid)
{
	unsigned int a, b, c, d;

	ASSERT_TRUE(__get_cpuid_count(7, 0, &a, &b, &c, &d));
	EXPECT_TRUE(c & (1U << 27));
	EXPECT_TRUE(c & (1U << 28));
	EXPECT_TRUE(c & (1U << 29));

	/* XSAVES, and the PASID state that it saves for the kernel. */
	ASSERT_TRUE(__get_cpuid_count(0xd, 1, &a, &b, &c, &d));
	EXPECT_TRUE(a & (1U << 3));
	EXPECT_TRUE(c & (1U << 10));
	ASSERT_TRUE(__get_cpuid_count(0xd, 10, &a, &b, &c, &d));
	EXPECT_EQ(8, a);
	EXPECT_EQ(0, b);
	EXPECT_EQ(1, c & 1);
}

TEST_F(insn, movdiri)
{
	uint64_t *to = (uint64_t *)self->to;

	movdiri64(to, 0x1122334455667788);
	EXPECT_EQ(0x1122334455667788, to[0]);
	movdiri32((uint32_t *)to + 1, 0xaabbccdd);
	EXPECT_EQ(0xaabbccdd55667788, to[0]);
	EXPECT_EQ(0, to[1]);
	ASSERT_EQ(0, mprotect(to, 4096, PROT_READ));
	EXPECT_EQ(SEGV_ACCERR, FAULT_OF(movdiri64(to, 0)));
}

TEST_F(insn, movdir64b_memory)
{
	unsigned char source[64 + 7];

	movdir64b(&self->to[1], &self->from);
	EXPECT_EQ(0, memcmp(&self->to[1], &self->from, 64));
	EXPECT_EQ(0, self->to[0].byte[63]);
	EXPECT_EQ(0, self->to[2].byte[0]);

	/* The source may lie anywhere. */
	memcpy(source + 7, &self->from, 64);
	movdir64b(&self->to[3], source + 7);
	EXPECT_EQ(0, memcmp(&self->to[3], &self->from, 64));
}

TEST_F(insn, movdir64b_faults)
{
	char *to = (char *)self->to;

	EXPECT_EQ(GP, FAULT_OF(movdir64b(to + 32, &self->from)));
	EXPECT_EQ(GP, FAULT_OF(movdir64b(to + 1, &self->from)));
	EXPECT_EQ(SEGV_MAPERR, FAULT_OF(movdir64b(NULL, &self->from)));
	EXPECT_EQ(SEGV_MAPERR, FAULT_OF(movdir64b(to, NULL)));
	EXPECT_EQ(0, to[0]);
	ASSERT_EQ(0, mprotect(to, 4096, PROT_READ));
	EXPECT_EQ(SEGV_ACCERR, FAULT_OF(movdir64b(to, &self->from)));
}

/* Without a PASID there is nothing to submit under. */
TEST_F(insn, enqcmd_without_pasid)
{
	memset(&self->from, 0, 64);
	EXPECT_EQ(GP, FAULT_OF(enqcmd(self->to, &self->from)));
}

TEST_F(insn, enqcmds_is_privileged)
{
	memset(&self->from, 0, 64);
	EXPECT_EQ(GP, FAULT_OF(enqcmds(self->to, &self->from)));
}

FIXTURE(enqcmd) {
	struct line *to;
	struct dsa_hw_desc desc;
	struct dsa_completion_record *record;
	struct wq wq;
	struct portal portal;
};

FIXTURE_SETUP(enqcmd)
{
	struct sigaction action = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO,
	};
	char *page;

	begin_test();
	ASSERT_TRUE(wq_find(&self->wq, WQ_SHARED));

	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)page);
	self->to = (struct line *)page;
	self->record = (void *)(page + 2048);
	desc_noop(&self->desc, self->record);
	ASSERT_EQ(0, sigaction(SIGSEGV, &action, NULL));
	ASSERT_EQ(0, sigaction(SIGILL, &action, NULL));
	ASSERT_EQ(0, portal_open(&self->portal, &self->wq, SUBMIT_PORTAL));
}

FIXTURE_TEARDOWN(enqcmd)
{
	portal_close(&self->portal);
}

TEST_F(enqcmd, memory_answers_retry)
{
	EXPECT_FALSE(enqcmd(self->to, &self->desc));
	EXPECT_EQ(0, self->to->byte[8]);
}

TEST_F(enqcmd, misaligned_destination)
{
	char *portal = self->portal.page;

	EXPECT_EQ(GP, FAULT_OF(enqcmd(portal + 32, &self->desc)));
	EXPECT_EQ(GP, FAULT_OF(enqcmd(portal + 1, &self->desc)));
}

static int enqcmd_fault(void *dst, const void *src)
{
	return FAULT_OF(enqcmd(dst, src));
}

/* PASID and privilege come from the CPU: there is no place for others. */
TEST_F(enqcmd, first_word_is_zero)
{
	unsigned int bit;

	for (bit = 0; bit < 32; bit++) {
		*(uint32_t *)&self->desc = 1U << bit;
		EXPECT_EQ(GP, enqcmd_fault(self->portal.page, &self->desc));
	}
	EXPECT_EQ(0, self->record->status);
	memset(&self->desc, 0, 4);
	EXPECT_TRUE(enqcmd(self->portal.page, &self->desc));
	ASSERT_TRUE(record_wait(self->record, RECORD_MS));
	EXPECT_EQ(DSA_COMP_SUCCESS, self->record->status);
}

TEST_F(enqcmd, unmapped)
{
	EXPECT_EQ(SEGV_MAPERR, FAULT_OF(enqcmd(NULL, &self->desc)));
	EXPECT_EQ(SEGV_MAPERR, FAULT_OF(enqcmd(self->portal.page, NULL)));
}

TEST_F(enqcmd, every_offset_of_the_page)
{
	unsigned int i;

	for (i = 0; i < 64; i++) {
		EXPECT_EQ(i * 64, self->portal.next);
		memset(self->record, 0, RECORD_SIZE);
		ASSERT_EQ(0, portal_submit(&self->portal, &self->desc));
		ASSERT_TRUE(record_wait(self->record, RECORD_MS));
		EXPECT_EQ(DSA_COMP_SUCCESS, self->record->status);
		/* A refused descriptor was offered at the next offset again. */
		self->portal.next = (i + 1) * 64 % 4096;
	}
}

TEST_F(enqcmd, flags)
{
	/* The first use faults, and is mended by the kernel. */
	EXPECT_FALSE(enqcmd(self->to, &self->desc));
	EXPECT_EQ(FLAG_ZF, flags_after_enqcmd(self->to, &self->desc, true));
	EXPECT_EQ(FLAG_ZF, flags_after_enqcmd(self->to, &self->desc, false));
	EXPECT_EQ(0, flags_after_enqcmd(self->portal.page, &self->desc, true));
	ASSERT_TRUE(record_wait(self->record, RECORD_MS));
	memset(self->record, 0, RECORD_SIZE);
	EXPECT_EQ(0, flags_after_enqcmd(self->portal.page, &self->desc, false));
	ASSERT_TRUE(record_wait(self->record, RECORD_MS));
}

/* A dedicated queue takes no ENQCMD. */
TEST_F(enqcmd, dedicated_answers_retry)
{
	struct portal portal;
	struct wq wq;

	ASSERT_TRUE(wq_find(&wq, WQ_DEDICATED));

	ASSERT_EQ(0, portal_open(&portal, &wq, SUBMIT_PORTAL));
	EXPECT_FALSE(enqcmd(portal.page, &self->desc));
	EXPECT_EQ(0, self->record->status);
	portal_close(&portal);
}

int main(int argc, char **argv)
{
	return idxd_test_main(argc, argv);
}
