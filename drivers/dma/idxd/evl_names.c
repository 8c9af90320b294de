// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: names of error codes, status values and operations
 */
#include <linux/kernel.h>
#include <uapi/linux/idxd.h>
#include "evl_names.h"
#include "evl_regs.h"

/*
 * Error codes and the status values of completion records share one number space.
 * Bit 7 of a status is not part of it.
 */
static const char * const evl_errors[] = {
	[DSA_COMP_NONE]			= "none",
	[DSA_COMP_SUCCESS]		= "success",
	[DSA_COMP_SUCCESS_PRED]		= "success with false predicate",
	[DSA_COMP_PAGE_FAULT_NOBOF]	= "page fault",
	[DSA_COMP_PAGE_FAULT_IR]	= "page request failed",
	[DSA_COMP_BATCH_FAIL]		= "batch failed",
	[DSA_COMP_BATCH_PAGE_FAULT]	= "page fault on descriptor list",
	[DSA_COMP_DR_OFFSET_NOINC]	= "delta record offsets not increasing",
	[DSA_COMP_DR_OFFSET_ERANGE]	= "delta record offset out of range",
	[DSA_COMP_DIF_ERR]		= "DIF error",
	[DSA_COMP_BAD_OPCODE]		= "operation not supported",
	[DSA_COMP_INVALID_FLAGS]	= "invalid flags",
	[DSA_COMP_NOZERO_RESERVE]	= "reserved field not zero",
	[DSA_COMP_XFER_ERANGE]		= "transfer size out of range",
	[DSA_COMP_DESC_CNT_ERANGE]	= "descriptor count out of range",
	[DSA_COMP_DR_ERANGE]		= "delta record size out of range",
	[DSA_COMP_OVERLAP_BUFFERS]	= "buffers overlap",
	[DSA_COMP_DCAST_ERR]		= "dualcast destinations differ in bits 11:0",
	[DSA_COMP_DESCLIST_ALIGN]	= "descriptor list not aligned",
	[DSA_COMP_INT_HANDLE_INVAL]	= "invalid interrupt handle",
	[DSA_COMP_CRA_XLAT]		= "completion record page fault",
	[DSA_COMP_CRA_ALIGN]		= "completion record not aligned",
	[DSA_COMP_ADDR_ALIGN]		= "address not aligned",
	[DSA_COMP_PRIV_BAD]		= "privilege not allowed",
	[DSA_COMP_TRAFFIC_CLASS_CONF]	= "traffic class not allowed",
	[DSA_COMP_PFAULT_RDBA]		= "readback address page fault",
	[DSA_COMP_HW_ERR1]		= "hardware error",
	[DSA_COMP_HW_ERR_DRB]		= "hardware error on readback",
	[DSA_COMP_TRANSLATION_FAIL]	= "translation failed",
	[DSA_COMP_DRAIN_EVL]		= "drain finished",
	[DSA_COMP_BATCH_EVL_ERR]	= "batch finished",
	[IDXD_EVL_PORTAL]		= "dropped by the portal",
};

/* Codes of IAA that differ from those of DSA */
static const char * const iax_errors[] = {
	[IAX_COMP_ANALYTICS_ERROR]	= "analytics error",
	[IAX_COMP_OUTBUF_OVERFLOW]	= "output buffer overflow",
	[IAX_COMP_INVALID_SIZE]		= "invalid size",
	[IAX_COMP_PRS_TIMEOUT]		= "page request timed out",
	[IAX_COMP_WATCHDOG]		= "watchdog expired",
	[IAX_COMP_INVALID_COMP_FLAG]	= "invalid compression flag",
	[IAX_COMP_INVALID_FILTER_FLAG]	= "invalid filter flag",
	[IAX_COMP_INVALID_INPUT_SIZE]	= "invalid input size",
	[IAX_COMP_INVALID_NUM_ELEMS]	= "invalid number of elements",
	[IAX_COMP_INVALID_SRC1_WIDTH]	= "invalid source 1 width",
	[IAX_COMP_INVALID_INVERT_OUT]	= "invalid inverted output",
};

static const char * const dsa_opcodes[] = {
	[DSA_OPCODE_NOOP]	= "no-op",
	[DSA_OPCODE_BATCH]	= "batch",
	[DSA_OPCODE_DRAIN]	= "drain",
	[DSA_OPCODE_MEMMOVE]	= "memory move",
	[DSA_OPCODE_MEMFILL]	= "fill",
	[DSA_OPCODE_COMPARE]	= "compare",
	[DSA_OPCODE_COMPVAL]	= "compare pattern",
	[DSA_OPCODE_CR_DELTA]	= "create delta record",
	[DSA_OPCODE_AP_DELTA]	= "apply delta record",
	[DSA_OPCODE_DUALCAST]	= "dualcast",
	[DSA_OPCODE_TRANSL_FETCH] = "translation fetch",
	[DSA_OPCODE_CRCGEN]	= "CRC generation",
	[DSA_OPCODE_COPY_CRC]	= "copy with CRC",
	[DSA_OPCODE_DIF_CHECK]	= "DIF check",
	[DSA_OPCODE_DIF_INS]	= "DIF insert",
	[DSA_OPCODE_DIF_STRP]	= "DIF strip",
	[DSA_OPCODE_DIF_UPDT]	= "DIF update",
	[DSA_OPCODE_DIX_GEN]	= "DIX generation",
	[DSA_OPCODE_CFLUSH]	= "cache flush",
};

static const char * const iax_opcodes[] = {
	[IAX_OPCODE_NOOP]		= "no-op",
	[IAX_OPCODE_DRAIN]		= "drain",
	[IAX_OPCODE_MEMMOVE]		= "memory move",
	[IAX_OPCODE_DECOMPRESS]		= "decompress",
	[IAX_OPCODE_COMPRESS]		= "compress",
	[IAX_OPCODE_CRC64]		= "CRC64",
	[IAX_OPCODE_ZERO_DECOMP_32]	= "zero decompress 32",
	[IAX_OPCODE_ZERO_DECOMP_16]	= "zero decompress 16",
	[IAX_OPCODE_ZERO_COMP_32]	= "zero compress 32",
	[IAX_OPCODE_ZERO_COMP_16]	= "zero compress 16",
	[IAX_OPCODE_SCAN]		= "scan",
	[IAX_OPCODE_SET_MEMBER]		= "set membership",
	[IAX_OPCODE_EXTRACT]		= "extract",
	[IAX_OPCODE_SELECT]		= "select",
	[IAX_OPCODE_RLE_BURST]		= "RLE burst",
	[IAX_OPCODE_FIND_UNIQUE]	= "find unique",
	[IAX_OPCODE_EXPAND]		= "expand",
};

static const char *evl_name(const char * const *names, size_t nr, u8 value)
{
	return value < nr ? names[value] : NULL;
}

/**
 * idxd_evl_error_name - name of an error code or a status
 * @iax: it is of an IAA device, not of a DSA device
 * @code: error code of an entry, or status of a completion record without bit 7
 *
 * Return: the name, or "unknown" if there is none.
 */
const char *idxd_evl_error_name(bool iax, u8 code)
{
	const char *name = NULL;

	if (iax)
		name = evl_name(iax_errors, ARRAY_SIZE(iax_errors), code);
	if (!name)
		name = evl_name(evl_errors, ARRAY_SIZE(evl_errors), code);

	return name ?: "unknown";
}

/**
 * idxd_evl_opcode_name - name of an operation
 * @iax: it is of an IAA device, not of a DSA device
 * @opcode: operation of a descriptor
 *
 * Return: the name, or "unknown" if there is none.
 */
const char *idxd_evl_opcode_name(bool iax, u8 opcode)
{
	const char *name;

	if (iax)
		name = evl_name(iax_opcodes, ARRAY_SIZE(iax_opcodes), opcode);
	else
		name = evl_name(dsa_opcodes, ARRAY_SIZE(dsa_opcodes), opcode);

	return name ?: "unknown";
}
