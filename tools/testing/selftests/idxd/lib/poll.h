/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a completion record. */
#ifndef IDXD_TEST_POLL_H
#define IDXD_TEST_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "desc.h"

/* What a record may take at most; far more than it does on the slowest machine. */
#define RECORD_MS	(WAIT_NS / NSEC_PER_MSEC)

/**
 * page_present() - is there a page in the page table of this process
 * @addr: any address; nothing there is touched
 *
 * Return: true if an access would find a page.
 */
bool page_present(const void *addr);

/**
 * record_wait() - wait until a record is complete
 * @record: where the device or the driver puts it
 * @timeout_ms: how long to wait
 *
 * To read a record is to fault its page in, and then the device would not miss
 * it: until the page is there its page table entry is looked at instead.
 *
 * Return: true if its status is no longer 0.
 */
bool record_wait(const struct dsa_completion_record *record,
		 unsigned int timeout_ms);

#endif /* IDXD_TEST_POLL_H */
