/*
 * Data integrity fields (DIF): tuples that protect blocks of data
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DMA_IDXD_DIF_H
#define HW_DMA_IDXD_DIF_H

#include "desc.h"

#define IDXD_DIF_TUPLE_SIZE     8
#define IDXD_DIF_BLOCK_MAX      4104

/* What a descriptor says of the tags of one side, source or destination */
typedef struct IdxdDifTags {
    /* of the first block */
    uint32_t ref;
    uint16_t app;
    /* bits of the application tag that are left out */
    uint16_t app_mask;
    /* the side's DIF flags */
    uint8_t flags;
} IdxdDifTags;

/* Bytes of data in a block, by the DIF flags */
unsigned idxd_dif_block_size(uint8_t flags);

/* The tags of block @n, counted from the first one */
uint32_t idxd_dif_ref(const IdxdDifTags *tags, uint32_t n);
uint16_t idxd_dif_app(const IdxdDifTags *tags, uint32_t n);

/* The guard of @len bytes of data, by the DIF flags */
uint16_t idxd_dif_guard(const uint8_t *data, unsigned len, uint8_t flags);

/**
 * idxd_dif_check: check a block against the tuple that follows it
 *
 * Return: the DIF status, 0 if there is nothing wrong.
 *
 * @block: data and tuple
 * @len: bytes of data
 * @flags: DIF flags
 * @tags: what the tuple is to hold
 * @n: number of the block
 */
uint8_t idxd_dif_check(const uint8_t *block, unsigned len, uint8_t flags,
                       const IdxdDifTags *tags, uint32_t n);

/**
 * idxd_dif_generate: make a block's tuple
 *
 * @tuple: out
 * @block: data; for what is to be copied, its old tuple as well
 * @len, @flags, @tags, @n: as for idxd_dif_check()
 */
void idxd_dif_generate(uint8_t *tuple, const uint8_t *block, unsigned len,
                       uint8_t flags, const IdxdDifTags *tags, uint32_t n);

#endif
