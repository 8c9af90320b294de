/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work for the device whose completion record is known beforehand, down to the
 * last byte. The operands are always present: only the record may fault.
 */
#ifndef IDXD_TEST_WORK_H
#define IDXD_TEST_WORK_H

#include <stdbool.h>

#include "desc.h"

struct work {
	struct dsa_hw_desc desc;
	struct dsa_completion_record want;
	unsigned char *src;
	unsigned char *dst;
	unsigned int len;
	unsigned int kind;
};

/**
 * work_alloc() - get memory for the operands of some works
 * @count: how many
 *
 * Return: array of @count works, or NULL.
 */
struct work *work_alloc(unsigned int count);
void work_free(struct work *works, unsigned int count);

/**
 * work_prepare() - make up a descriptor and the record that it must give
 * @w: from work_alloc()
 * @seed: chooses operation, length and data
 * @record: address of the record, not touched
 */
void work_prepare(struct work *w, unsigned int seed, const void *record);

/**
 * work_prepare_compare() - the same, with an operation whose record has a body
 * @w: from work_alloc()
 * @seed: chooses the place of the difference, which the record tells
 * @record: address of the record, not touched
 */
void work_prepare_compare(struct work *w, unsigned int seed, const void *record);

/**
 * work_wrong() - look at what came back
 * @w: prepared work that has completed
 * @record: the record that came
 *
 * Return: NULL if record and memory are right to the last byte, else a
 * sentence that says what is not.
 */
const char *work_wrong(const struct work *w,
		       const struct dsa_completion_record *record);

#endif /* IDXD_TEST_WORK_H */
