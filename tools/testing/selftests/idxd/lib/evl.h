/* SPDX-License-Identifier: GPL-2.0-only */
/* The event log: what the device and the driver tell of it, and its entries. */
#ifndef IDXD_TEST_EVL_H
#define IDXD_TEST_EVL_H

#include <stdint.h>
#include <stdio.h>

#include "desc.h"
#include "wq.h"

/* An event log entry of a DSA device. */
struct evl_entry {
	uint8_t reserved0:2;
	uint8_t desc_valid:1;
	uint8_t wq_valid:1;
	uint8_t in_batch:1;
	uint8_t write:1;
	uint8_t priv:1;
	uint8_t info_valid:1;
	uint8_t error;
	uint8_t wq;
	uint8_t batch_id;
	uint64_t opcode:8;
	uint64_t pasid:20;
	uint64_t reserved1:4;
	uint16_t batch_index;
	uint16_t reserved2;
	uint32_t info;
	uint64_t fault_addr;
	uint64_t reserved3;
	struct dsa_completion_record record;
} __packed;

static_assert(sizeof(struct evl_entry) == 64, "entry is 64 bytes");

/* Error information of entries that software writes a record for */
#define EVL_INFO_RCR		0x40000	/* a record was requested */
#define EVL_INFO_FIRST		0x80000	/* the first entry of its batch */

/* EVLSTATUS as the device shows it. */
struct evl_status {
	unsigned int head;
	unsigned int tail;
	unsigned int size;
};

/* The driver's counters: files in the device's event_log directory. */
enum evl_counter {
	EVL_ENTRIES,
	EVL_FAULTS,
	EVL_WRITTEN,
	EVL_FAILURES,
	EVL_REFUSED,
	EVL_ERRORS,
	EVL_BATCHES,
	EVL_DRAINS,
	EVL_FULL,
	EVL_MAX_USED,
	EVL_COUNTERS,
};

/**
 * evl_status() - read the ring's indices from the device
 * @wq: a queue of the device
 * @status: filled in
 *
 * Return: 0, or a negative errno: to map registers takes CAP_SYS_ADMIN.
 */
int evl_status(const struct wq *wq, struct evl_status *status);

/**
 * evl_settle() - wait until no device has an entry that waits for its page
 *
 * A process that exits does not wait for a page that does not come: the driver
 * gives its record up, and counts that, when the wait ends. Needs debugfs;
 * without it there is nothing to wait for.
 *
 * Return: 0, or -ETIMEDOUT.
 */
int evl_settle(void);

/**
 * evl_idle() - wait until the driver has taken all entries
 * @wq: a queue of the device
 * @status: filled in
 *
 * Return: 0, -ETIMEDOUT, or a negative errno of evl_status().
 */
int evl_idle(const struct wq *wq, struct evl_status *status);

/**
 * evl_counter() - read one of the driver's counters
 * @wq: a queue of the device
 * @counter: which
 *
 * Return: its value, or -1 if there is none.
 */
long evl_counter(const struct wq *wq, enum evl_counter counter);

/**
 * evl_counter_wait() - wait until a counter has reached a value
 * @wq: a queue of the device
 * @counter: which
 * @value: at least this
 *
 * Return: the last value seen.
 */
long evl_counter_wait(const struct wq *wq, enum evl_counter counter, long value);

/**
 * evl_parse() - read an entry from its bytes in hexadecimal
 * @hex: the digits, in the order of memory; spaces are skipped
 * @entry: filled in
 *
 * Return: 0, or -EINVAL if there are fewer bytes than an entry has.
 */
int evl_parse(const char *hex, struct evl_entry *entry);

/* Print an entry in words, a few lines with @indent in front of each. */
void evl_print(FILE *out, const struct evl_entry *entry, const char *indent);

/* Print a completion record in words, on one line without an end. */
void record_print(FILE *out, const struct dsa_completion_record *record);

#endif /* IDXD_TEST_EVL_H */
