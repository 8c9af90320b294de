// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "slow.h"

#define PAGE_BYTES	4096UL

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

static int uffd_open(struct slow *s)
{
	struct uffdio_api api = { .api = UFFD_API };
	int flags = O_CLOEXEC | O_NONBLOCK;

	/* Neither the system call nor what it needs. */
	if (access("/proc/sys/vm/unprivileged_userfaultfd", F_OK))
		return -ENODEV;
	if (s->kind == SLOW_UFFD_USER_ONLY)
		flags |= UFFD_USER_MODE_ONLY;
	s->fd = syscall(SYS_userfaultfd, flags);
	if (s->fd < 0)
		return -errno;

	return ioctl(s->fd, UFFDIO_API, &api) ? -errno : 0;
}

static int uffd_register(struct slow *s)
{
	struct uffdio_register reg = {
		.range = {
			.start = (uintptr_t)s->base,
			.len = s->pages * PAGE_BYTES,
		},
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	return ioctl(s->fd, UFFDIO_REGISTER, &reg) ? -errno : 0;
}

int slow_watch(struct slow *s, char *base, unsigned int pages)
{
	int rc;

	memset(s, 0, sizeof(*s));
	s->kind = SLOW_UFFD;
	s->base = base;
	s->pages = pages;
	rc = uffd_open(s);

	return rc ? rc : uffd_register(s);
}

int slow_get(struct slow *s, enum slow_kind kind, unsigned int pages, void *place,
	     struct fuse *fuse)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	int file = -1;
	int rc;

	memset(s, 0, sizeof(*s));
	s->kind = kind;
	s->pages = pages;
	s->fuse = fuse;
	s->fd = -1;

	if (kind == SLOW_FUSE) {
		s->fd = open(fuse->path, O_RDWR | O_CLOEXEC);
		rc = s->fd < 0 ? -errno : 0;
		flags = MAP_PRIVATE;
		file = s->fd;
	} else {
		rc = uffd_open(s);
	}
	if (rc)
		goto err;

	if (place)
		flags |= MAP_FIXED_NOREPLACE;
	s->base = mmap(place, pages * PAGE_BYTES, PROT_READ | PROT_WRITE, flags,
		       file, 0);
	if (s->base == MAP_FAILED) {
		rc = -errno;
		s->base = NULL;
		goto err;
	}

	rc = kind == SLOW_FUSE ? 0 : uffd_register(s);
	if (!rc)
		return 0;
err:
	slow_put(s);
	return rc;
}

static int uffd_answer(struct slow *s)
{
	unsigned int i;

	for (i = 0; i < s->pages; i++) {
		struct uffdio_zeropage zero = {
			.range = {
				.start = (uintptr_t)s->base + i * PAGE_BYTES,
				.len = PAGE_BYTES,
			},
		};

		if (ioctl(s->fd, UFFDIO_ZEROPAGE, &zero) && errno != EEXIST)
			return -errno;
	}

	return 0;
}

int slow_answer(struct slow *s)
{
	if (s->kind != SLOW_FUSE)
		return uffd_answer(s);

	fuse_answer(s->fuse);

	return 0;
}

void slow_put(struct slow *s)
{
	if (s->base)
		munmap(s->base, s->pages * PAGE_BYTES);
	if (s->fd >= 0)
		close(s->fd);
	s->base = NULL;
	s->fd = -1;
}
