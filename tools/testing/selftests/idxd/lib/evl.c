// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "evl.h"
#include "names.h"
#include "poll.h"
#include "regs.h"
#include "sysfs.h"

static const char *const counters[EVL_COUNTERS] = {
	[EVL_ENTRIES] = "entries",
	[EVL_FAULTS] = "cr_faults",
	[EVL_WRITTEN] = "cr_written",
	[EVL_FAILURES] = "cr_fault_failures",
	[EVL_REFUSED] = "refused",
	[EVL_ERRORS] = "errors",
	[EVL_BATCHES] = "batches",
	[EVL_DRAINS] = "drains",
	[EVL_FULL] = "full",
	[EVL_MAX_USED] = "max_used",
};

int evl_status(const struct wq *wq, struct evl_status *status)
{
	struct regs regs;
	uint64_t value;
	int rc;

	rc = regs_open(&regs, wq);
	if (rc)
		return rc;

	value = regs_read64(&regs, REG_EVLSTATUS);
	status->head = value & 0xffff;
	status->tail = (value >> 32) & 0xffff;
	status->size = regs_read64(&regs, REG_EVLCFG_SIZE) & 0xffff;
	regs_close(&regs);

	return 0;
}

int evl_idle(const struct wq *wq, struct evl_status *status)
{
	uint64_t end = clock_ns() + RECORD_MS * NSEC_PER_MSEC;
	int rc;

	do {
		rc = evl_status(wq, status);
		if (rc || status->head == status->tail)
			return rc;
		usleep(1000);
	} while (clock_ns() < end);

	return -ETIMEDOUT;
}

/* How many entries the dumps of all devices say are waiting. */
static unsigned int evl_waiting(void)
{
	unsigned int value, sum = 0;
	char line[256];
	glob_t found;
	FILE *f;
	size_t i;

	if (glob("/sys/kernel/debug/idxd/*/event_log", 0, NULL, &found))
		return 0;

	for (i = 0; i < found.gl_pathc; i++) {
		f = fopen(found.gl_pathv[i], "r");
		if (!f)
			continue;
		while (fgets(line, sizeof(line), f) && *line != '\n')
			if (sscanf(line, "waiting: %u", &value) == 1)
				sum += value;
		fclose(f);
	}
	globfree(&found);

	return sum;
}

int evl_settle(void)
{
	uint64_t end = clock_ns() + RECORD_MS * NSEC_PER_MSEC;

	while (evl_waiting()) {
		if (clock_ns() > end)
			return -ETIMEDOUT;
		usleep(1000);
	}

	return 0;
}

long evl_counter(const struct wq *wq, enum evl_counter counter)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/dsa%u/event_log/%s",
		 wq->dev, counters[counter]);

	return sysfs_read_long(path, -1);
}

long evl_counter_wait(const struct wq *wq, enum evl_counter counter, long value)
{
	uint64_t end = clock_ns() + RECORD_MS * NSEC_PER_MSEC;
	long seen;

	for (;;) {
		seen = evl_counter(wq, counter);
		if (seen < 0 || seen >= value || clock_ns() > end)
			return seen;
		usleep(1000);
	}
}

int evl_parse(const char *hex, struct evl_entry *entry)
{
	unsigned char *byte = (unsigned char *)entry;
	unsigned int i, value;

	for (i = 0; i < sizeof(*entry); i++) {
		while (isspace(*hex))
			hex++;
		if (!isxdigit(hex[0]) || !isxdigit(hex[1]) ||
		    sscanf(hex, "%2x", &value) != 1)
			return -EINVAL;
		byte[i] = value;
		hex += 2;
	}

	return 0;
}

void record_print(FILE *out, const struct dsa_completion_record *record)
{
	fprintf(out, "status %#x (%s), result %u, bytes completed %u",
		record->status, status_name(record->status), record->result,
		record->bytes_completed);
	if (record->fault_addr)
		fprintf(out, ", fault address %#llx",
			(unsigned long long)record->fault_addr);
}

void evl_print(FILE *out, const struct evl_entry *entry, const char *indent)
{
	fprintf(out, "%serror %#x (%s), %s access%s\n", indent, entry->error,
		status_name(entry->error), entry->write ? "write" : "read",
		entry->priv ? ", privileged" : "");
	fprintf(out, "%sfault address %#llx\n", indent,
		(unsigned long long)entry->fault_addr);
	if (entry->desc_valid)
		fprintf(out, "%soperation %#x (%s), PASID %u\n", indent,
			entry->opcode, opcode_name(entry->opcode), entry->pasid);
	if (entry->wq_valid)
		fprintf(out, "%swork queue %u\n", indent, entry->wq);
	if (entry->in_batch)
		fprintf(out, "%sbatch %u, index %u\n", indent, entry->batch_id,
			entry->batch_index);
	if (entry->info_valid)
		fprintf(out, "%serror information %#x\n", indent, entry->info);
	fprintf(out, "%srecord: ", indent);
	record_print(out, &entry->record);
	fputc('\n', out);
}
