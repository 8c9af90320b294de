// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/compiler.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "regs.h"

#define BAR_BYTES	0x10000

/* Places of other registers are in units of this. */
#define TABLE_UNIT	0x100

int regs_open(struct regs *regs, const struct wq *wq)
{
	char path[PATH_MAX + 16];
	uint64_t tables, wqcap;
	void *base;
	int fd;

	snprintf(path, sizeof(path), "%s/resource0", wq->device);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_SYNC);
	if (fd < 0)
		return -errno;

	base = mmap(NULL, BAR_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (base == MAP_FAILED)
		return -errno;
	regs->base = base;

	/* Later reads may come in a reset. */
	tables = regs_read64(regs, REG_TABLES);
	wqcap = regs_read64(regs, REG_WQCAP);
	if (tables == UINT64_MAX || wqcap == UINT64_MAX) {
		regs_close(regs);
		return -EAGAIN;
	}
	regs->wqcfg = (tables >> 16 & 0xffff) * TABLE_UNIT;
	regs->wqcfg_stride = 32 << (wqcap >> 24 & 0xf);

	return 0;
}

void regs_close(struct regs *regs)
{
	munmap((void *)regs->base, BAR_BYTES);
	regs->base = NULL;
}

uint32_t regs_read32(const struct regs *regs, unsigned int at)
{
	return READ_ONCE(*(const uint32_t *)(regs->base + at));
}

uint64_t regs_read64(const struct regs *regs, unsigned int at)
{
	return READ_ONCE(*(const uint64_t *)(regs->base + at));
}

int regs_state(const struct regs *regs)
{
	uint32_t gensts = regs_read32(regs, REG_GENSTS);

	return gensts == UINT32_MAX ? -1 : gensts & GENSTS_STATE;
}

uint32_t regs_wqcfg(const struct regs *regs, unsigned int id, unsigned int dword)
{
	return regs_read32(regs, regs->wqcfg + id * regs->wqcfg_stride + dword * 4);
}

long regs_wq_pasid(const struct regs *regs, unsigned int id)
{
	uint32_t cfg = regs_wqcfg(regs, id, WQCFG_PASID);

	if (cfg == UINT32_MAX || !(cfg & WQCFG_PASID_ENABLE))
		return -1;

	return cfg >> WQCFG_PASID_SHIFT & WQCFG_PASID_MASK;
}

unsigned int regs_wq_occupancy(const struct regs *regs, unsigned int id)
{
	uint32_t cfg = regs_wqcfg(regs, id, WQCFG_OCCUPANCY);

	return cfg == UINT32_MAX ? 0 : cfg & WQCFG_OCCUPANCY_MASK;
}

bool regs_wq_enabled(const struct regs *regs, unsigned int id)
{
	return regs_wqcfg(regs, id, WQCFG_STATE) >> WQCFG_STATE_SHIFT == WQCFG_STATE_ENABLED;
}
