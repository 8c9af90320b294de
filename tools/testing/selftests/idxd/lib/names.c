// SPDX-License-Identifier: GPL-2.0-only
/* What the numbers in descriptors, records and log entries are called. */
#include <stddef.h>

#include <linux/idxd.h>

#include "../../kselftest.h"
#include "names.h"

static const char *const opcodes[] = {
	[DSA_OPCODE_NOOP] = "No-op",
	[DSA_OPCODE_BATCH] = "Batch",
	[DSA_OPCODE_DRAIN] = "Drain",
	[DSA_OPCODE_MEMMOVE] = "Memory Move",
	[DSA_OPCODE_MEMFILL] = "Fill",
	[DSA_OPCODE_COMPARE] = "Compare",
	[DSA_OPCODE_COMPVAL] = "Compare Pattern",
	[DSA_OPCODE_CR_DELTA] = "Create Delta",
	[DSA_OPCODE_AP_DELTA] = "Apply Delta",
	[DSA_OPCODE_DUALCAST] = "Dualcast",
	[DSA_OPCODE_TRANSL_FETCH] = "Translation Fetch",
	[DSA_OPCODE_CRCGEN] = "CRC",
	[DSA_OPCODE_COPY_CRC] = "Copy with CRC",
	[DSA_OPCODE_DIF_CHECK] = "DIF Check",
	[DSA_OPCODE_DIF_INS] = "DIF Insert",
	[DSA_OPCODE_DIF_STRP] = "DIF Strip",
	[DSA_OPCODE_DIF_UPDT] = "DIF Update",
	[DSA_OPCODE_DIX_GEN] = "DIX Generate",
	[DSA_OPCODE_CFLUSH] = "Cache Flush",
};

static const char *const statuses[] = {
	[DSA_COMP_NONE] = "not completed",
	[DSA_COMP_SUCCESS] = "success",
	[DSA_COMP_SUCCESS_PRED] = "success, not the expected result",
	[DSA_COMP_PAGE_FAULT_NOBOF] = "page fault",
	[DSA_COMP_PAGE_FAULT_IR] = "page fault, page request refused",
	[DSA_COMP_BATCH_FAIL] = "a batch member failed",
	[DSA_COMP_BATCH_PAGE_FAULT] = "page fault on the descriptor list",
	[DSA_COMP_BAD_OPCODE] = "unsupported operation",
	[DSA_COMP_INVALID_FLAGS] = "invalid flags",
	[DSA_COMP_NOZERO_RESERVE] = "a reserved field is not zero",
	[DSA_COMP_XFER_ERANGE] = "transfer size out of range",
	[DSA_COMP_CRA_XLAT] = "page fault on the completion record",
	[DSA_COMP_CRA_ALIGN] = "completion record misaligned",
	[DSA_COMP_PRIV_BAD] = "privileged descriptor not allowed",
	[DSA_COMP_TRANSLATION_FAIL] = "address translation failed",
};

const char *opcode_name(unsigned int opcode)
{
	if (opcode < ARRAY_SIZE(opcodes) && opcodes[opcode])
		return opcodes[opcode];

	return "unknown operation";
}

const char *status_name(unsigned int status)
{
	status = DSA_COMP_STATUS(status);
	if (status < ARRAY_SIZE(statuses) && statuses[status])
		return statuses[status];

	return "other";
}
