/*
 * DSA device model: DIF Check, Insert, Strip and Update, DIX Generate
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "idxd.h"
#include "dif.h"

/* Bytes of blocks that are read at once; it is at least one block */
#define IDXD_DIF_CHUNK      (8 * (IDXD_DIF_BLOCK_MAX + IDXD_DIF_TUPLE_SIZE))

/* Offsets in a descriptor of the flags and tags of source and destination */
#define IDXD_DIF_SRC_FLAGS  40
#define IDXD_DIF_DST_FLAGS  41
#define IDXD_DIF_OP_FLAGS   42
#define IDXD_DIF_SRC_TAGS   48
#define IDXD_DIF_DST_TAGS   56
/* and of the tags in a record's specific part */
#define IDXD_DIF_SRC_RESULT 0
#define IDXD_DIF_DST_RESULT 8

#define IDXD_DIF_BYTES      (IDXD_BYTES_SRC | IDXD_BYTES_SIZE | \
                             IDXD_BYTES(IDXD_DIF_OP_FLAGS, 1))
#define IDXD_DIF_BYTES_SRC  (IDXD_BYTES(IDXD_DIF_SRC_FLAGS, 1) | \
                             IDXD_BYTES(IDXD_DIF_SRC_TAGS, 8))
#define IDXD_DIF_BYTES_DST  (IDXD_BYTES_DST | \
                             IDXD_BYTES(IDXD_DIF_DST_FLAGS, 1) | \
                             IDXD_BYTES(IDXD_DIF_DST_TAGS, 8))

/* What an operation reads and writes for a block, and how much of it */
typedef struct IdxdDif {
    bool src_tuple;
    bool dst_data;
    bool dst_tuple;
    uint8_t flags;
    /* bytes: data, what is read, what is written */
    unsigned block;
    unsigned in;
    unsigned out;
    IdxdDifTags src;
    IdxdDifTags dst;
} IdxdDif;

static IdxdDifTags idxd_dif_tags(const IdxdWork *w, unsigned flags,
                                 unsigned tags)
{
    return (IdxdDifTags) {
        .ref = ldl_le_p(w->desc.raw + tags),
        .app_mask = lduw_le_p(w->desc.raw + tags + 4),
        .app = lduw_le_p(w->desc.raw + tags + 6),
        .flags = w->desc.raw[flags],
    };
}

static IdxdDif idxd_dif_decode(const IdxdWork *w)
{
    uint8_t opcode = idxd_desc_opcode(&w->desc);
    uint8_t flags = w->desc.raw[IDXD_DIF_OP_FLAGS];
    IdxdDif d = {
        .src_tuple = opcode == IDXD_OP_DIF_CHECK ||
                     opcode == IDXD_OP_DIF_STRIP ||
                     opcode == IDXD_OP_DIF_UPDATE,
        .dst_data = opcode == IDXD_OP_DIF_INSERT ||
                    opcode == IDXD_OP_DIF_STRIP ||
                    opcode == IDXD_OP_DIF_UPDATE,
        .dst_tuple = opcode == IDXD_OP_DIF_INSERT ||
                     opcode == IDXD_OP_DIF_UPDATE ||
                     opcode == IDXD_OP_DIX_GENERATE,
        .flags = flags,
        .block = idxd_dif_block_size(flags),
        .src = idxd_dif_tags(w, IDXD_DIF_SRC_FLAGS, IDXD_DIF_SRC_TAGS),
        .dst = idxd_dif_tags(w, IDXD_DIF_DST_FLAGS, IDXD_DIF_DST_TAGS),
    };

    d.in = d.block + (d.src_tuple ? IDXD_DIF_TUPLE_SIZE : 0);
    d.out = (d.dst_data ? d.block : 0) +
            (d.dst_tuple ? IDXD_DIF_TUPLE_SIZE : 0);
    return d;
}

static bool idxd_dif_op_reserved(const IdxdWork *w)
{
    IdxdDif d = idxd_dif_decode(w);
    uint8_t reserved = IDXD_DIF_DST_RESERVED |
                       (d.src_tuple ? 0 : IDXD_DIF_COPY_ALL);

    return d.flags & ~IDXD_DIF_FLAGS ||
           (d.dst_tuple && d.dst.flags & reserved);
}

static uint8_t idxd_dif_op_check(const IdxdState *s, const IdxdWork *w)
{
    IdxdDif d = idxd_dif_decode(w);
    uint32_t size = idxd_desc_size(&w->desc);

    if (size % d.in) {
        return IDXD_STS_XFER_SIZE;
    }
    if (d.out && idxd_overlap(idxd_desc_src(&w->desc), size,
                              idxd_desc_dst(&w->desc),
                              (uint64_t)size / d.in * d.out)) {
        return IDXD_STS_OVERLAP;
    }
    return IDXD_STS_SUCCESS;
}

/*
 * Check a block, and make what the destination gets for it.
 *
 * Return: the DIF status.
 */
static uint8_t idxd_dif_block(const IdxdDif *d, const uint8_t *in, uint8_t *out,
                              uint32_t n)
{
    uint8_t status = 0;

    if (d->src_tuple) {
        status = idxd_dif_check(in, d->block, d->flags, &d->src, n);
    }
    if (!status && d->dst_data) {
        memcpy(out, in, d->block);
        out += d->block;
    }
    if (!status && d->dst_tuple) {
        idxd_dif_generate(out, in, d->block, d->flags, &d->dst, n);
    }
    return status;
}

static void idxd_dif_store_tags(uint8_t *p, const IdxdDifTags *tags, uint32_t n)
{
    stl_le_p(p, idxd_dif_ref(tags, n));
    stw_le_p(p + 4, tags->app_mask);
    stw_le_p(p + 6, idxd_dif_app(tags, n));
}

/*
 * Some blocks, from block @done on.
 *
 * Return: how many are done; if not all, the record says why.
 *
 * @n: how many there are to do
 * @in, @out: space for them
 */
static uint32_t idxd_dif_step(IdxdEngine *e, IdxdWork *w, const IdxdDif *d,
                              uint32_t done, uint32_t n, uint8_t *in,
                              uint8_t *out)
{
    IdxdRequester rq = idxd_operand_requester(e->s, w);
    uint64_t src = idxd_desc_src(&w->desc) + (uint64_t)done * d->in;
    uint64_t dst = idxd_desc_dst(&w->desc) + (uint64_t)done * d->out;
    uint64_t src_bad, dst_bad;
    uint8_t status = 0;
    IdxdXlat read, written;
    uint32_t i;

    read = idxd_read(e, &rq, src, in, n * d->in, &src_bad);
    if (read != IDXD_XLAT_OK) {
        n = (src_bad - src) / d->in;
    }
    for (i = 0; i < n && !status; i++) {
        status = idxd_dif_block(d, in + i * d->in, out + i * d->out, done + i);
    }
    if (status) {
        n = i - 1;
    }
    if (n && d->out) {
        written = idxd_write_pages(e, &rq, dst, out, n * d->out, &dst_bad);
        if (written != IDXD_XLAT_OK) {
            n = (dst_bad - dst) / d->out;
            idxd_operand_fault(w, written,
                               &(IdxdSpan) { .addr = dst_bad, .write = true },
                               (done + n) * d->in);
            return n;
        }
    }
    if (status) {
        w->rec.status = IDXD_STS_DIF;
        w->rec.result = status;
        w->rec.completed = (done + n) * d->in;
    } else if (read != IDXD_XLAT_OK) {
        idxd_operand_fault(w, read, &(IdxdSpan) { .addr = src_bad },
                           (done + n) * d->in);
    }
    return n;
}

static void idxd_dif_run(IdxdEngine *e, IdxdWork *w)
{
    IdxdDif d = idxd_dif_decode(w);
    uint32_t blocks = idxd_desc_size(&w->desc) / d.in;
    uint32_t chunk = MIN(blocks, IDXD_DIF_CHUNK / (d.block +
                                                   IDXD_DIF_TUPLE_SIZE));
    g_autofree uint8_t *in = g_malloc(chunk * d.in);
    g_autofree uint8_t *out = g_malloc(MAX(chunk * d.out, 1));
    uint32_t done = 0;

    while (done < blocks && w->rec.status == IDXD_STS_SUCCESS) {
        done += idxd_dif_step(e, w, &d, done, MIN(chunk, blocks - done),
                              in, out);
    }
    if (d.src_tuple) {
        idxd_dif_store_tags(w->rec.specific + IDXD_DIF_SRC_RESULT, &d.src,
                            done);
    }
    if (d.dst_tuple) {
        idxd_dif_store_tags(w->rec.specific + IDXD_DIF_DST_RESULT, &d.dst,
                            done);
    }
}

const IdxdOp idxd_op_dif_check = {
    .name = "dif-check",
    .opcode = IDXD_OP_DIF_CHECK,
    .flags = IDXD_FLAG_FENCE | IDXD_FLAG_BOF | IDXD_FLAG_TC_A1,
    .bytes = IDXD_DIF_BYTES | IDXD_DIF_BYTES_SRC,
    .sized = true,
    .needs_record = true,
    .reserved = idxd_dif_op_reserved,
    .check = idxd_dif_op_check,
    .run = idxd_dif_run,
};

const IdxdOp idxd_op_dif_insert = {
    .name = "dif-insert",
    .opcode = IDXD_OP_DIF_INSERT,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_TC_A1,
    .bytes = IDXD_DIF_BYTES | IDXD_DIF_BYTES_DST,
    .sized = true,
    .reserved = idxd_dif_op_reserved,
    .check = idxd_dif_op_check,
    .run = idxd_dif_run,
};

const IdxdOp idxd_op_dif_strip = {
    .name = "dif-strip",
    .opcode = IDXD_OP_DIF_STRIP,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_TC_A1,
    .bytes = IDXD_DIF_BYTES | IDXD_DIF_BYTES_SRC | IDXD_BYTES_DST,
    .sized = true,
    .reserved = idxd_dif_op_reserved,
    .check = idxd_dif_op_check,
    .run = idxd_dif_run,
};

const IdxdOp idxd_op_dif_update = {
    .name = "dif-update",
    .opcode = IDXD_OP_DIF_UPDATE,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_TC_A1,
    .bytes = IDXD_DIF_BYTES | IDXD_DIF_BYTES_SRC | IDXD_DIF_BYTES_DST,
    .sized = true,
    .reserved = idxd_dif_op_reserved,
    .check = idxd_dif_op_check,
    .run = idxd_dif_run,
};

const IdxdOp idxd_op_dix_generate = {
    .name = "dix-generate",
    .opcode = IDXD_OP_DIX_GENERATE,
    .flags = IDXD_FLAGS_WRITER | IDXD_FLAG_TC_A1,
    .bytes = IDXD_DIF_BYTES | IDXD_DIF_BYTES_DST,
    .sized = true,
    .reserved = idxd_dif_op_reserved,
    .check = idxd_dif_op_check,
    .run = idxd_dif_run,
};
