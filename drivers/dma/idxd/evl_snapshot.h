/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IDXD_EVL_SNAPSHOT_H_
#define _IDXD_EVL_SNAPSHOT_H_

#include <linux/types.h>

struct idxd_device;
struct idxd_evl_entry;

/**
 * enum idxd_evl_state - state of an entry in the ring
 * @IDXD_EVL_OVERWRITTEN: the device has written another one in its place
 * @IDXD_EVL_HANDLED: it has been taken and handled
 * @IDXD_EVL_WAITING: it has been taken and is waiting to be handled, or is being
 *	handled
 * @IDXD_EVL_NOT_TAKEN: the driver has not taken it from the ring yet
 * @IDXD_EVL_NR_STATES: number of states
 */
enum idxd_evl_state {
	IDXD_EVL_OVERWRITTEN,
	IDXD_EVL_HANDLED,
	IDXD_EVL_WAITING,
	IDXD_EVL_NOT_TAKEN,
	IDXD_EVL_NR_STATES,
};

/**
 * struct idxd_evl_snapshot - a copy of the event log at one point in time
 * @iax: the device is an IAA device
 * @id: number of the device
 * @size: entries of the ring, 0 if the device has none
 * @entry_bytes: size of an entry
 * @head: index of the next entry that the driver takes
 * @tail: index of the next entry that the device writes
 * @pending: an interrupt of the event log is pending
 * @first: index of the oldest entry
 * @nr: number of entries that were in the ring
 * @count: how many of them are in each &enum idxd_evl_state
 * @state: state of each of them, from the oldest to the most recent
 * @entries: the entries, in the same order
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
