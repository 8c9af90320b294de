/* SPDX-License-Identifier: GPL-2.0-only */
/* The device's registers, to look at. */
#ifndef IDXD_TEST_REGS_H
#define IDXD_TEST_REGS_H

#include <stdbool.h>
#include <stdint.h>

#include "wq.h"

#define REG_WQCAP	0x20
#define REG_GENSTS	0x90
#define REG_TABLES	0x60
#define REG_EVLCFG_SIZE	0xe8
#define REG_EVLSTATUS	0xf0

/* GENSTS: state of the device */
#define GENSTS_STATE	0x3
#define GENSTS_ENABLED	1
#define GENSTS_HALT	3

/* WQCFG, by dword */
#define WQCFG_PASID		2
#define WQCFG_PASID_SHIFT	8
#define WQCFG_PASID_MASK	0xfffff
#define WQCFG_PASID_ENABLE	0x10000000
#define WQCFG_OCCUPANCY		6
#define WQCFG_OCCUPANCY_MASK	0xffff
#define WQCFG_STATE		6
#define WQCFG_STATE_SHIFT	30
#define WQCFG_STATE_ENABLED	1

struct regs {
	const char *base;
	unsigned int wqcfg;		/* offset of the table */
	unsigned int wqcfg_stride;
};

/**
 * regs_open() - map the registers, read only
 * @regs: filled in
 * @wq: a queue of the device
 *
 * Return: 0, or a negative errno: it takes CAP_SYS_ADMIN; -EAGAIN if the device
 * is being reset.
 */
int regs_open(struct regs *regs, const struct wq *wq);
void regs_close(struct regs *regs);

/* @at: aligned offset of the register */
uint32_t regs_read32(const struct regs *regs, unsigned int at);
uint64_t regs_read64(const struct regs *regs, unsigned int at);

/* GENSTS_ENABLED...; -1 while the device is reset, when all that is read is ones */
int regs_state(const struct regs *regs);

/**
 * regs_wqcfg() - read a work queue's configuration from the device
 * @regs: mapped registers
 * @id: index of the queue in its device
 * @dword: which 32 bits of it
 *
 * Return: the value; all ones while the device is reset.
 */
uint32_t regs_wqcfg(const struct regs *regs, unsigned int id, unsigned int dword);

/* The PASID that the device uses for a dedicated queue, or -1 if for none. */
long regs_wq_pasid(const struct regs *regs, unsigned int id);

/* How many descriptors wait in the queue or are being worked on */
unsigned int regs_wq_occupancy(const struct regs *regs, unsigned int id);

/* Is the queue enabled, for the device? */
bool regs_wq_enabled(const struct regs *regs, unsigned int id);

#endif /* IDXD_TEST_REGS_H */
