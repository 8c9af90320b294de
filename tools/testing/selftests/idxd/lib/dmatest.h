/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own client of a DMA channel: dmatest copies memory, in as many
 * threads as it is asked for, and compares. What it finds it prints into the
 * kernel's log.
 */
#ifndef IDXD_TEST_DMATEST_H
#define IDXD_TEST_DMATEST_H

#include <stdbool.h>

struct dmatest {
	int log;
	unsigned int ended;		/* threads that have */
	unsigned long copies;		/* of these threads */
	unsigned long failures;
	unsigned int timeouts;		/* copies that were waited for in vain */
	unsigned int halts;		/* of a device, as its driver says */
};

/**
 * dmatest_open() - load the module, and listen to the log from here on
 * @d: filled in
 *
 * Return: 0; -ENOENT if there is no such module; another negative errno.
 */
int dmatest_open(struct dmatest *d);

/**
 * dmatest_close() - stop what runs and unload the module
 * @d: opened
 *
 * Return: 0, or -EBUSY if the module stays.
 */
int dmatest_close(struct dmatest *d);

/**
 * dmatest_start() - start copying through one channel
 * @d: opened; its counts begin at 0
 * @threads: number of threads
 * @copies: of each thread, 0: until dmatest_stop()
 * @timeout_ms: how long a copy is waited for
 * @verify: whether what was copied is compared; an error of a copy counts only then
 *
 * Return: 0, or a negative errno: there may be no channel.
 */
int dmatest_start(struct dmatest *d, unsigned int threads, unsigned long copies,
		  unsigned int timeout_ms, bool verify);

/* Stop, copies under way or not; counts them as timed out. 0, or a negative errno. */
int dmatest_stop(void);

/* Add up what the log has got since the last time. */
void dmatest_listen(struct dmatest *d);

/* Wait, for a minute at most, until so many threads have ended. */
bool dmatest_end(struct dmatest *d, unsigned int threads);

#endif /* IDXD_TEST_DMATEST_H */
