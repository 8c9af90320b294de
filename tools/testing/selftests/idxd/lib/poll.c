// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "clock.h"
#include "insn.h"
#include "poll.h"

#define PAGE_SHIFT	12
#define PM_SWAP		0x4000000000000000ULL
#define PM_PRESENT	0x8000000000000000ULL

/* Polls before the CPU is given to somebody else. */
#define SPINS		200

/* The file stands for the mm that opened it: a forked child needs its own. */
static int pagemap_fd(void)
{
	static int fd = -1;
	static pid_t owner;

	if (fd < 0 || owner != getpid()) {
		if (fd >= 0)
			close(fd);
		fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
		owner = getpid();
	}

	return fd;
}

bool page_present(const void *addr)
{
	off_t pos = ((uintptr_t)addr >> PAGE_SHIFT) * sizeof(uint64_t);
	uint64_t entry;

	if (pread(pagemap_fd(), &entry, sizeof(entry), pos) != sizeof(entry))
		return false;

	return entry & (PM_PRESENT | PM_SWAP);
}

bool record_wait(const struct dsa_completion_record *record,
		 unsigned int timeout_ms)
{
	uint64_t end = clock_ns() + timeout_ms * NSEC_PER_MSEC;
	unsigned int spins = 0;
	bool present = false;

	for (;;) {
		if (!present)
			present = page_present(record);
		if (present && record->status) {
			/* The body is read after the status. */
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
			return true;
		}

		if (++spins % SPINS) {
			cpu_pause();
			continue;
		}
		if (clock_ns() > end)
			return false;
		sched_yield();
	}
}
