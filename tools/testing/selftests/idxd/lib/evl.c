// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "evl.h"
#include "names.h"
#include "poll.h"
#include "sysfs.h"

#define REGS_BYTES	4096
#define EVLCFG_SIZE	0xe8
#define EVLSTATUS	0xf0

static const char *const counters[EVL_COUNTERS] = {
	[EVL_ENTRIES] = "entries",
	[EVL_FAULTS] = "cr_faults",
	[EVL_WRITTEN] = "cr_written",
	[EVL_FAILURES] = "cr_fault_failures",
	[EVL_REFUSED] = "refused",
	[EVL_ERRORS] = "errors",
};

int evl_status(const struct wq *wq, struct evl_status *status)
{
	char path[PATH_MAX + 16];
	const char *regs;
	uint64_t value;
	int fd;

	snprintf(path, sizeof(path), "%s/resource0", wq->device);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_SYNC);
	if (fd < 0)
		return -errno;

	regs = mmap(NULL, REGS_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (regs == MAP_FAILED)
		return -errno;

	value = READ_ONCE(*(const uint64_t *)(regs + EVLSTATUS));
	status->head = value & 0xffff;
	status->tail = (value >> 32) & 0xffff;
	value = READ_ONCE(*(const uint64_t *)(regs + EVLCFG_SIZE));
	status->size = value & 0xffff;
	munmap((void *)regs, REGS_BYTES);

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
