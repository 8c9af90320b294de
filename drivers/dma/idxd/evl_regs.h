/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event log of DSA 2.0: its registers and the layout of an entry
 */
#ifndef _IDXD_EVL_REGS_H_
#define _IDXD_EVL_REGS_H_

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

/* GENCAP.evl_support 1 and 2 stand for entries of 64 and 128 bytes. */
#define IDXD_EVL_ENTRY_BYTES(support)	(32U << (support))
#define IDXD_EVL_ENTRY_BYTES_MAX	IDXD_EVL_ENTRY_BYTES(2)

/* EVLCFG: where the ring is. Writes count only while the device is disabled. */
#define IDXD_EVLCFG_OFFSET		0xe0
#define IDXD_EVLCFG_PASID_EN		BIT_ULL(0)
#define IDXD_EVLCFG_PRIV		BIT_ULL(1)
#define IDXD_EVLCFG_BASE		GENMASK_ULL(63, 12)
#define IDXD_EVLCFG_SIZE_OFFSET		0xe8
#define IDXD_EVLCFG_SIZE		GENMASK_ULL(15, 0)
#define IDXD_EVLCFG_PASID		GENMASK_ULL(35, 16)

#define IDXD_EVL_SIZE_MIN		64
#define IDXD_EVL_SIZE_MAX		65535

/*
 * EVLSTATUS is read whole and written in halves: the lower one holds the head,
 * the upper one the tail, which is read only, and the pending bit, which is
 * cleared by writing 1.
 */
#define IDXD_EVLSTATUS_OFFSET		0xf0
#define IDXD_EVLSTATUS_HEAD		GENMASK_ULL(15, 0)
#define IDXD_EVLSTATUS_TAIL		GENMASK_ULL(47, 32)
#define IDXD_EVLSTATUS_PENDING		BIT_ULL(62)
#define IDXD_EVLSTATUS_UPPER_OFFSET	0xf4

/* First quadword of an entry */
#define IDXD_EVLENT_DESC_VALID		BIT_ULL(2)
#define IDXD_EVLENT_WQ_VALID		BIT_ULL(3)
#define IDXD_EVLENT_BATCH		BIT_ULL(4)
#define IDXD_EVLENT_WRITE		BIT_ULL(5)
#define IDXD_EVLENT_PRIV		BIT_ULL(6)
#define IDXD_EVLENT_INFO_VALID		BIT_ULL(7)
#define IDXD_EVLENT_CODE		GENMASK_ULL(15, 8)
#define IDXD_EVLENT_WQ			GENMASK_ULL(23, 16)
#define IDXD_EVLENT_BATCH_ID		GENMASK_ULL(31, 24)
#define IDXD_EVLENT_OPCODE		GENMASK_ULL(39, 32)
#define IDXD_EVLENT_PASID		GENMASK_ULL(59, 40)

/* Second quadword; its upper half means something only with INFO_VALID. */
#define IDXD_EVLENT_BATCH_IDX		GENMASK_ULL(15, 0)
#define IDXD_EVLENT_INFO		GENMASK_ULL(63, 32)
/* error information of DSA_COMP_CRA_XLAT, _INT_HANDLE_INVAL, _DRAIN_EVL, _BATCH_EVL_ERR */
#define IDXD_EVLENT_INT_HANDLE		GENMASK_ULL(47, 32)
#define IDXD_EVLENT_RCI			BIT_ULL(48)
#define IDXD_EVLENT_IMS			BIT_ULL(49)
#define IDXD_EVLENT_RCR			BIT_ULL(50)
#define IDXD_EVLENT_FIRST_ERR		BIT_ULL(51)
#define IDXD_EVLENT_OPERAND		GENMASK_ULL(63, 61)

/* An error code that no record has: a portal dropped what was written to it */
#define IDXD_EVL_PORTAL			0x50

/**
 * struct idxd_evl_entry - an entry of the event log
 * @flags: IDXD_EVLENT_* of the first quadword
 * @info: IDXD_EVLENT_* of the second quadword
 * @addr: fault address; of a completion record fault: the record's address
 * @rsvd: reserved
 * @tail: what follows in an entry of 64 or 128 bytes. The completion record is
 *	the second half of the entry, see idxd_evl_entry_record().
 */
struct idxd_evl_entry {
	u64 flags;
	u64 info;
	u64 addr;
	u64 rsvd;
	u64 tail[12];
} __packed;

static_assert(sizeof(struct idxd_evl_entry) == IDXD_EVL_ENTRY_BYTES_MAX);

/**
 * idxd_evl_entry_record - the completion record in an entry
 * @entry: entry
 * @entry_bytes: size of the device's entries
 *
 * Return: the record, of @entry_bytes / 2 bytes.
 */
static inline u8 *idxd_evl_entry_record(struct idxd_evl_entry *entry,
					unsigned int entry_bytes)
{
	return (u8 *)entry + entry_bytes / 2;
}

#endif
