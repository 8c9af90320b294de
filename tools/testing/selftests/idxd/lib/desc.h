/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors and completion records of a DSA device. */
#ifndef IDXD_TEST_DESC_H
#define IDXD_TEST_DESC_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <linux/compiler.h>
#include <linux/idxd.h>

#include "uapi.h"

#define RECORD_SIZE	sizeof(struct dsa_completion_record)

/**
 * desc_init() - start a descriptor that asks for a completion record
 * @desc: 64-byte descriptor
 * @opcode: DSA_OPCODE_*
 * @record: address of the record; nothing there is touched
 */
static inline void desc_init(struct dsa_hw_desc *desc, enum dsa_opcode opcode,
			     const void *record)
{
	memset(desc, 0, sizeof(*desc));
	desc->opcode = opcode;
	desc->flags = IDXD_OP_FLAG_CRAV | IDXD_OP_FLAG_RCR;
	desc->completion_addr = (uintptr_t)record;
}

static inline void desc_noop(struct dsa_hw_desc *desc, const void *record)
{
	desc_init(desc, DSA_OPCODE_NOOP, record);
}

static inline void desc_memmove(struct dsa_hw_desc *desc, const void *record,
				void *dst, const void *src, uint32_t len)
{
	desc_init(desc, DSA_OPCODE_MEMMOVE, record);
	desc->src_addr = (uintptr_t)src;
	desc->dst_addr = (uintptr_t)dst;
	desc->xfer_size = len;
}

static inline void desc_fill(struct dsa_hw_desc *desc, const void *record,
			     void *dst, uint64_t pattern, uint32_t len)
{
	desc_init(desc, DSA_OPCODE_MEMFILL, record);
	desc->pattern = pattern;
	desc->dst_addr = (uintptr_t)dst;
	desc->xfer_size = len;
}

static inline void desc_compare(struct dsa_hw_desc *desc, const void *record,
				const void *one, const void *other, uint32_t len)
{
	desc_init(desc, DSA_OPCODE_COMPARE, record);
	desc->src_addr = (uintptr_t)one;
	desc->src2_addr = (uintptr_t)other;
	desc->xfer_size = len;
}

static inline void desc_batch(struct dsa_hw_desc *desc, const void *record,
			      const struct dsa_hw_desc *members, uint32_t count)
{
	desc_init(desc, DSA_OPCODE_BATCH, record);
	desc->desc_list_addr = (uintptr_t)members;
	desc->desc_count = count;
}

static inline void desc_drain(struct dsa_hw_desc *desc, const void *record)
{
	desc_init(desc, DSA_OPCODE_DRAIN, record);
}

#endif /* IDXD_TEST_DESC_H */
