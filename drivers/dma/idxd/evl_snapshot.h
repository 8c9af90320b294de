/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_SNAPSHOT_H_
#define _IDXD_EVL_SNAPSHOT_H_

#include <linux/types.h>

struct idxd_device;
struct idxd_evl_entry;

/**
 * enum idxd_evl_state - what became of an entry in the ring
 * @IDXD_EVL_OVERWRITTEN: the device wrote another one in its place
 * @IDXD_EVL_HANDLED: it was taken and is done with
 * @IDXD_EVL_WAITING: it was taken and waits to be handled, or is just being
 * @IDXD_EVL_NOT_TAKEN: the driver has not taken it from the ring yet
 * @IDXD_EVL_NR_STATES: how many they are
 */
enum idxd_evl_state {
	IDXD_EVL_OVERWRITTEN,
	IDXD_EVL_HANDLED,
	IDXD_EVL_WAITING,
	IDXD_EVL_NOT_TAKEN,
	IDXD_EVL_NR_STATES,
};

/**
 * struct idxd_evl_snapshot - a copy of the event log at one moment
 * @iax: it is of an IAA device
 * @id: number of the device
 * @size: entries of the ring, 0 if the device has none
 * @entry_bytes: size of an entry
 * @head: index of the next entry to take
 * @tail: index of the next entry that the device writes
 * @pending: an interrupt of the event log is pending
 * @first: index of the oldest entry
 * @nr: entries that were in the ring at that moment
 * @count: how many of them are in which &enum idxd_evl_state
 * @state: of each of them, from the oldest to the latest
 * @entries: likewise
 */
struct idxd_evl_snapshot {
	bool iax;
	int id;
	unsigned int size;
	unsigned int entry_bytes;
	unsigned int head;
	unsigned int tail;
	bool pending;
	unsigned int first;
	unsigned int nr;
	unsigned int count[IDXD_EVL_NR_STATES];
	u8 *state;
	void *entries;
};

struct idxd_evl_snapshot *idxd_evl_snapshot_take(struct idxd_device *idxd);
void idxd_evl_snapshot_free(struct idxd_evl_snapshot *snap);

#endif
