// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: decoding of a copy of the ring
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <uapi/linux/idxd.h>
#include "evl_names.h"
#include "evl_regs.h"
#include "evl_show.h"
#include "evl_snapshot.h"

static const char * const evl_states[IDXD_EVL_NR_STATES] = {
	[IDXD_EVL_OVERWRITTEN]	= "overwritten",
	[IDXD_EVL_HANDLED]	= "handled",
	[IDXD_EVL_WAITING]	= "waiting",
	[IDXD_EVL_NOT_TAKEN]	= "not taken",
};

static void evl_show_flag(struct seq_file *m, u64 set, const char *name)
{
	if (set)
		seq_printf(m, " %s", name);
}

/* The meaning of the error information depends on the error code. */
static void evl_show_info(struct seq_file *m, const struct idxd_evl_entry *entry)
{
	u8 code = FIELD_GET(IDXD_EVLENT_CODE, entry->flags);

	switch (code) {
	case DSA_COMP_INVALID_FLAGS:
		seq_printf(m, "  invalid flags: %#010llx\n",
			   FIELD_GET(IDXD_EVLENT_INFO, entry->info));
		return;
	case DSA_COMP_INT_HANDLE_INVAL:
	case DSA_COMP_CRA_XLAT:
	case DSA_COMP_DRAIN_EVL:
	case DSA_COMP_BATCH_EVL_ERR:
		seq_puts(m, "  requested:");
		evl_show_flag(m, entry->info & IDXD_EVLENT_RCR, "record");
		evl_show_flag(m, entry->info & IDXD_EVLENT_RCI, "interrupt");
		if (!(entry->info & (IDXD_EVLENT_RCR | IDXD_EVLENT_RCI)))
			seq_puts(m, " nothing");
		seq_printf(m, ", handle %llu%s\n",
			   FIELD_GET(IDXD_EVLENT_INT_HANDLE, entry->info),
			   entry->info & IDXD_EVLENT_IMS ? " (IMS)" : "");
		if (code == DSA_COMP_CRA_XLAT)
			break;
		return;
	case DSA_COMP_BATCH_PAGE_FAULT:
	case DSA_COMP_PFAULT_RDBA:
		break;
	default:
		seq_printf(m, "  information: %#010llx\n",
			   FIELD_GET(IDXD_EVLENT_INFO, entry->info));
		return;
	}

	seq_printf(m, "  operand: %llu\n", FIELD_GET(IDXD_EVLENT_OPERAND, entry->info));
}

static bool evl_is_first_error(const struct idxd_evl_entry *entry)
{
	switch (FIELD_GET(IDXD_EVLENT_CODE, entry->flags)) {
	case DSA_COMP_INT_HANDLE_INVAL:
	case DSA_COMP_CRA_XLAT:
	case DSA_COMP_DRAIN_EVL:
	case DSA_COMP_BATCH_EVL_ERR:
		return (entry->flags & IDXD_EVLENT_INFO_VALID) &&
		       (entry->info & IDXD_EVLENT_FIRST_ERR);
	}

	return false;
}

static void evl_show_flags(struct seq_file *m, const struct idxd_evl_entry *entry)
{
	seq_puts(m, "  flags:");
	evl_show_flag(m, entry->flags & IDXD_EVLENT_DESC_VALID, "descriptor_valid");
	evl_show_flag(m, entry->flags & IDXD_EVLENT_WQ_VALID, "queue_valid");
	evl_show_flag(m, entry->flags & IDXD_EVLENT_BATCH, "batch");
	evl_show_flag(m, entry->flags & IDXD_EVLENT_WRITE, "write");
	evl_show_flag(m, entry->flags & IDXD_EVLENT_PRIV, "privileged");
	evl_show_flag(m, entry->flags & IDXD_EVLENT_INFO_VALID, "information_valid");
	evl_show_flag(m, evl_is_first_error(entry), "first_error_of_batch");
	seq_putc(m, '\n');
}

static void evl_show_descriptor(struct seq_file *m, const struct idxd_evl_snapshot *snap,
				const struct idxd_evl_entry *entry)
{
	u8 opcode = FIELD_GET(IDXD_EVLENT_OPCODE, entry->flags);

	if (entry->flags & IDXD_EVLENT_WQ_VALID)
		seq_printf(m, "  queue: wq%d.%llu\n", snap->id,
			   FIELD_GET(IDXD_EVLENT_WQ, entry->flags));

	if (!(entry->flags & IDXD_EVLENT_DESC_VALID))
		return;

	seq_printf(m, "  operation: %#04x, %s\n", opcode,
		   idxd_evl_opcode_name(snap->iax, opcode));
	seq_printf(m, "  PASID: %llu\n", FIELD_GET(IDXD_EVLENT_PASID, entry->flags));
	if (entry->flags & IDXD_EVLENT_BATCH)
		seq_printf(m, "  batch: %llu, index %llu\n",
			   FIELD_GET(IDXD_EVLENT_BATCH_ID, entry->flags),
			   FIELD_GET(IDXD_EVLENT_BATCH_IDX, entry->info));
}

static void evl_show_record(struct seq_file *m, const struct idxd_evl_snapshot *snap,
			    const void *raw)
{
	const struct dsa_completion_record *record = raw + snap->entry_bytes / 2;
	u8 status = record->status;

	seq_printf(m, "  record: status %#04x, %s%s; result %#04x, completed %u, fault address %#llx\n",
		   status, idxd_evl_error_name(snap->iax, DSA_COMP_STATUS(status)),
		   status & DSA_COMP_STATUS_WRITE ? " (write)" : "",
		   record->result, record->bytes_completed, record->fault_addr);
}

static bool evl_has_record(const struct idxd_evl_entry *entry)
{
	switch (FIELD_GET(IDXD_EVLENT_CODE, entry->flags)) {
	case DSA_COMP_CRA_XLAT:
	case DSA_COMP_DRAIN_EVL:
	case DSA_COMP_BATCH_EVL_ERR:
		return true;
	}

	return false;
}

/**
 * idxd_evl_show_head - show the state of the log as a whole
 * @m: seq_file
 * @snap: copy of the event log
 */
void idxd_evl_show_head(struct seq_file *m, const struct idxd_evl_snapshot *snap)
{
	int i;

	seq_printf(m, "size: %u\n", snap->size);
	if (!snap->size)
		return;

	seq_printf(m, "bytes per entry: %u\n", snap->entry_bytes);
	seq_printf(m, "head: %u\n", snap->head);
	seq_printf(m, "tail: %u\n", snap->tail);
	seq_printf(m, "pending: %d\n", snap->pending);
	for (i = 0; i < IDXD_EVL_NR_STATES; i++)
		seq_printf(m, "%s: %u\n", evl_states[i], snap->count[i]);
}

/**
 * idxd_evl_show_entry - show an entry
 * @m: seq_file
 * @snap: copy of the event log
 * @nr: number of the entry, 0 for the oldest
 *
 * None of the fields of the entry is trusted.
 */
void idxd_evl_show_entry(struct seq_file *m, const struct idxd_evl_snapshot *snap,
			 unsigned int nr)
{
	const void *raw = snap->entries + nr * snap->entry_bytes;
	const struct idxd_evl_entry *entry = raw;
	u8 code = FIELD_GET(IDXD_EVLENT_CODE, entry->flags);
	const u64 *quad = raw;
	unsigned int i;

	seq_printf(m, "\nentry %u: %s\n", (snap->first + nr) % snap->size,
		   evl_states[snap->state[nr]]);
	seq_printf(m, "  error: %#04x, %s\n", code, idxd_evl_error_name(snap->iax, code));
	evl_show_descriptor(m, snap, entry);
	seq_printf(m, "  address: %#llx\n", entry->addr);
	evl_show_flags(m, entry);
	if (entry->flags & IDXD_EVLENT_INFO_VALID)
		evl_show_info(m, entry);
	if (evl_has_record(entry))
		evl_show_record(m, snap, raw);

	for (i = 0; i < snap->entry_bytes / sizeof(*quad); i += 4)
		seq_printf(m, "  raw %#04zx: %016llx %016llx %016llx %016llx\n",
			   i * sizeof(*quad), quad[i], quad[i + 1], quad[i + 2], quad[i + 3]);
}
