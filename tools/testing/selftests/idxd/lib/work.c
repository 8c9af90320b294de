// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "names.h"
#include "work.h"

/* A work's operands: a source and a destination, and room to see overruns. */
#define OPERAND_MAX	1024
#define OPERAND_ROOM	(2 * OPERAND_MAX)
#define GUARD		0xee

enum work_kind {
	WORK_NOOP,
	WORK_MOVE,
	WORK_FILL,
	WORK_EQUAL,
	WORK_DIFFERENT,
	WORK_KINDS,
};

struct work *work_alloc(unsigned int count)
{
	struct work *works;
	unsigned char *mem;
	unsigned int i;

	works = calloc(count, sizeof(*works));
	if (!works)
		return NULL;

	/* Neither moved away nor shared with a forked child. */
	mem = mmap(NULL, (size_t)count * 2 * OPERAND_ROOM, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (mem == MAP_FAILED) {
		free(works);
		return NULL;
	}
	madvise(mem, (size_t)count * 2 * OPERAND_ROOM, MADV_DONTFORK);
	mlock(mem, (size_t)count * 2 * OPERAND_ROOM);

	for (i = 0; i < count; i++) {
		works[i].src = mem + (size_t)i * 2 * OPERAND_ROOM;
		works[i].dst = works[i].src + OPERAND_ROOM;
	}

	return works;
}

void work_free(struct work *works, unsigned int count)
{
	munmap(works[0].src, (size_t)count * 2 * OPERAND_ROOM);
	free(works);
}

static unsigned char data_byte(unsigned int seed, unsigned int i)
{
	return seed * 31 + i * 7 + (i >> 8) + 1;
}

static void operands_init(struct work *w, unsigned int seed)
{
	unsigned int i;

	w->len = 1 + (seed * 97) % OPERAND_MAX;
	memset(w->dst, GUARD, OPERAND_ROOM);
	for (i = 0; i < w->len; i++)
		w->src[i] = data_byte(seed, i);
	memset(&w->want, 0, sizeof(w->want));
	w->want.status = DSA_COMP_SUCCESS;
}

void work_prepare_compare(struct work *w, unsigned int seed, const void *record)
{
	unsigned int at;

	operands_init(w, seed);
	w->kind = WORK_DIFFERENT;
	at = (seed * 13) % w->len;
	memcpy(w->dst, w->src, w->len);
	w->dst[at] ^= 0x40;
	desc_compare(&w->desc, record, w->src, w->dst, w->len);
	w->want.result = 1;
	w->want.bytes_completed = at;
}

void work_prepare(struct work *w, unsigned int seed, const void *record)
{
	uint64_t pattern;

	if (seed % WORK_KINDS == WORK_DIFFERENT) {
		work_prepare_compare(w, seed, record);
		return;
	}

	operands_init(w, seed);
	w->kind = seed % WORK_KINDS;

	switch (w->kind) {
	case WORK_NOOP:
		desc_noop(&w->desc, record);
		break;
	case WORK_MOVE:
		desc_memmove(&w->desc, record, w->dst, w->src, w->len);
		break;
	case WORK_FILL:
		w->len = (w->len + sizeof(pattern)) / sizeof(pattern) *
			 sizeof(pattern);
		memset(w->src, data_byte(seed, 0), w->len);
		memcpy(&pattern, w->src, sizeof(pattern));
		desc_fill(&w->desc, record, w->dst, pattern, w->len);
		break;
	case WORK_EQUAL:
		memcpy(w->dst, w->src, w->len);
		desc_compare(&w->desc, record, w->src, w->dst, w->len);
		break;
	}
}

static bool data_right(const struct work *w)
{
	unsigned int written = w->kind == WORK_NOOP ? 0 : w->len;
	unsigned int i;

	if (w->kind == WORK_MOVE || w->kind == WORK_FILL)
		if (memcmp(w->dst, w->src, w->len))
			return false;

	for (i = written; i < OPERAND_ROOM; i++)
		if (w->dst[i] != GUARD)
			return false;

	return true;
}

const char *work_wrong(const struct work *w,
		       const struct dsa_completion_record *record)
{
	static char text[160];

	if (memcmp((const void *)record, (const void *)&w->want, RECORD_SIZE)) {
		snprintf(text, sizeof(text),
			 "%s: record status %#x result %u bytes %u address %#llx, wanted %#x %u %u %#llx",
			 opcode_name(w->desc.opcode), record->status,
			 record->result, record->bytes_completed,
			 (unsigned long long)record->fault_addr, w->want.status,
			 w->want.result, w->want.bytes_completed,
			 (unsigned long long)w->want.fault_addr);
		return text;
	}

	if (!data_right(w)) {
		snprintf(text, sizeof(text), "%s: record right, but not the data",
			 opcode_name(w->desc.opcode));
		return text;
	}

	return NULL;
}
