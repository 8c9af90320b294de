// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "forked.h"
#include "poll.h"
#include "region.h"

#define PAGE_BYTES	4096UL
#define HUGE_BYTES	(2UL << 20)
#define PATTERN		0x5a

/* Far below where the kernel puts mappings: nothing else comes to be here. */
#define LONELY		((char *)0x100000000000)

/* Where the files of REGION_FILE_* are made: a file system on a disk. */
#define DIR_VARIABLE	"IDXD_TEST_DIR"

static const char *const names[REGION_KINDS] = {
	[REGION_ANON] = "anonymous, never touched",
	[REGION_DONTNEED] = "dropped by MADV_DONTNEED",
	[REGION_ZERO_PAGE] = "anonymous, zero page",
	[REGION_FORKED] = "shared with a forked child",
	[REGION_FILE_PRIVATE] = "private mapping, file on disk",
	[REGION_FILE_SHARED] = "shared mapping, file on disk",
	[REGION_SHMEM_PRIVATE] = "private mapping, tmpfs file",
	[REGION_SHMEM_SHARED] = "shared mapping, tmpfs file",
	[REGION_THP] = "transparent huge page",
	[REGION_HUGETLB] = "huge page of the pool",
	[REGION_READONLY] = "read-only page",
	[REGION_READONLY_NEW] = "read-only, never touched",
	[REGION_READONLY_SHARED] = "read-only shared mapping",
	[REGION_NO_ACCESS] = "mapped without access",
	[REGION_UNMAPPED] = "not mapped",
	[REGION_PAST_EOF] = "beyond the end of the file",
};

const char *region_name(enum region_kind kind)
{
	return names[kind];
}

static size_t record_offset(unsigned int page)
{
	/* All over the page, its first and last record included. */
	return ((page * 37 + PAGE_BYTES / RECORD_SIZE - 1) * RECORD_SIZE) %
	       PAGE_BYTES;
}

struct dsa_completion_record *region_record(const struct region *r,
					    unsigned int page)
{
	return (void *)(r->base + page * r->stride + record_offset(page));
}

static bool is_file(enum region_kind kind)
{
	switch (kind) {
	case REGION_FILE_PRIVATE:
	case REGION_FILE_SHARED:
	case REGION_SHMEM_PRIVATE:
	case REGION_SHMEM_SHARED:
	case REGION_READONLY_SHARED:
	case REGION_PAST_EOF:
		return true;
	default:
		return false;
	}
}

/* Is what was there before the record a pattern, or nothing? */
static unsigned char background(enum region_kind kind)
{
	switch (kind) {
	case REGION_FORKED:
	case REGION_READONLY:
		return PATTERN;
	default:
		return is_file(kind) ? PATTERN : 0;
	}
}

static void page_fill(char *to, enum region_kind kind, unsigned int page)
{
	memset(to, background(kind), PAGE_BYTES);
	memset(to + record_offset(page), 0, RECORD_SIZE);
}

static int disk_file(void)
{
	const char *dir = getenv(DIR_VARIABLE);
	char path[256];
	struct statfs fs;
	int fd;

	if (!dir || statfs(dir, &fs))
		return -ENODEV;
	if (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC)
		return -ENODEV;

	snprintf(path, sizeof(path), "%s/recordXXXXXX", dir);
	fd = mkstemp(path);
	if (fd < 0)
		return -errno;
	unlink(path);

	return fd;
}

static int file_get(struct region *r)
{
	char content[PAGE_BYTES];
	unsigned int i;

	if (r->kind == REGION_FILE_PRIVATE || r->kind == REGION_FILE_SHARED)
		r->fd = disk_file();
	else
		r->fd = memfd_create("record", MFD_CLOEXEC);
	if (r->fd < 0)
		return r->fd == -1 ? -errno : r->fd;

	if (r->kind == REGION_PAST_EOF)
		return 0;

	for (i = 0; i < r->pages; i++) {
		page_fill(content, r->kind, i);
		if (pwrite(r->fd, content, PAGE_BYTES, i * PAGE_BYTES) != PAGE_BYTES)
			return -EIO;
	}

	return 0;
}

static int map(struct region *r)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	int prot = PROT_READ | PROT_WRITE;
	char *hint = NULL;
	size_t len;

	switch (r->kind) {
	case REGION_FILE_SHARED:
	case REGION_SHMEM_SHARED:
	case REGION_PAST_EOF:
		flags = MAP_SHARED;
		break;
	case REGION_READONLY_SHARED:
		flags = MAP_SHARED;
		prot = PROT_READ;
		break;
	case REGION_FILE_PRIVATE:
	case REGION_SHMEM_PRIVATE:
		flags = MAP_PRIVATE;
		break;
	case REGION_HUGETLB:
		flags |= MAP_HUGETLB;
		break;
	case REGION_READONLY_NEW:
		prot = PROT_READ;
		break;
	case REGION_NO_ACCESS:
		prot = PROT_NONE;
		break;
	case REGION_UNMAPPED:
		flags |= MAP_FIXED_NOREPLACE;
		hint = LONELY;
		break;
	case REGION_THP:
		flags |= MAP_FIXED_NOREPLACE;
		hint = LONELY + 1024 * HUGE_BYTES;
		break;
	default:
		break;
	}

	len = r->pages * r->stride;
	r->base = mmap(hint, len, prot, flags, r->fd, 0);
	if (r->base == MAP_FAILED) {
		r->base = NULL;
		/* The pool is empty: an administrator's decision. */
		return r->kind == REGION_HUGETLB ? -ENODEV : -errno;
	}
	r->len = len;

	return 0;
}

static void touch(struct region *r)
{
	unsigned int i;

	for (i = 0; i < r->pages; i++)
		page_fill(r->base + i * r->stride, r->kind, i);
}

/* Bring the mapped pages into the state that gives the kind its name. */
static int prepare(struct region *r)
{
	unsigned int i;

	switch (r->kind) {
	case REGION_DONTNEED:
		touch(r);
		return madvise(r->base, r->len, MADV_DONTNEED) ? -errno : 0;
	case REGION_ZERO_PAGE:
		for (i = 0; i < r->pages; i++)
			if (READ_ONCE(r->base[i * r->stride]))
				return -EIO;
		return 0;
	case REGION_FORKED:
		touch(r);
		return forked_start(r);
	case REGION_THP:
		return madvise(r->base, r->len, MADV_HUGEPAGE) ? -ENODEV : 0;
	case REGION_READONLY:
		touch(r);
		return mprotect(r->base, r->len, PROT_READ) ? -errno : 0;
	case REGION_UNMAPPED:
		return munmap(r->base, r->len) ? -errno : 0;
	default:
		return 0;
	}
}

int region_get(struct region *r, enum region_kind kind, unsigned int pages)
{
	int rc = 0;

	memset(r, 0, sizeof(*r));
	r->kind = kind;
	r->pages = pages;
	r->fd = -1;
	r->stride = PAGE_BYTES;
	if (kind == REGION_THP || kind == REGION_HUGETLB)
		r->stride = HUGE_BYTES;

	if (is_file(kind))
		rc = file_get(r);
	if (!rc)
		rc = map(r);
	if (!rc)
		rc = prepare(r);
	if (rc)
		region_put(r);

	return rc;
}

void region_put(struct region *r)
{
	forked_stop(r);
	if (r->base && r->kind != REGION_UNMAPPED)
		munmap(r->base, r->len);
	if (r->fd >= 0)
		close(r->fd);
	r->base = NULL;
	r->fd = -1;
}

static bool untouched(const char *at, enum region_kind kind, unsigned int page)
{
	char want[PAGE_BYTES];

	page_fill(want, kind, page);

	return !memcmp(at, want, PAGE_BYTES);
}

/* Everything but the record itself. */
static bool surroundings_right(const char *at, enum region_kind kind,
			       unsigned int page)
{
	char want[PAGE_BYTES];

	page_fill(want, kind, page);
	memcpy(want + record_offset(page), at + record_offset(page), RECORD_SIZE);

	return !memcmp(at, want, PAGE_BYTES);
}

static const char *file_wrong(const struct region *r, unsigned int page)
{
	const char *mapped = r->base + page * r->stride;
	char content[PAGE_BYTES];

	if (pread(r->fd, content, PAGE_BYTES, page * PAGE_BYTES) != PAGE_BYTES)
		return "the file cannot be read";

	switch (r->kind) {
	case REGION_FILE_SHARED:
	case REGION_SHMEM_SHARED:
		if (memcmp(content, mapped, PAGE_BYTES))
			return "the record is not in the shared file";
		return NULL;
	default:
		if (!untouched(content, r->kind, page))
			return "the file has changed, but must not";
		return NULL;
	}
}

static const char *refusal_wrong(const struct region *r, unsigned int page)
{
	char *at = r->base + page * r->stride;

	switch (r->kind) {
	case REGION_PAST_EOF:
		return lseek(r->fd, 0, SEEK_END) ? "the file has grown" : NULL;
	case REGION_UNMAPPED:
		if (!msync(at, PAGE_BYTES, MS_ASYNC) || errno != ENOMEM)
			return "something is mapped where nothing was";
		return NULL;
	case REGION_NO_ACCESS:
		if (mprotect(at, PAGE_BYTES, PROT_READ))
			return "mprotect() failed";
		break;
	default:
		break;
	}

	if (!untouched(at, r->kind, page))
		return "the page has changed, but must not";

	return r->fd >= 0 ? file_wrong(r, page) : NULL;
}

const char *region_wrong(const struct region *r, unsigned int page)
{
	if (region_refuses(r->kind))
		return refusal_wrong(r, page);

	if (!surroundings_right(r->base + page * r->stride, r->kind, page))
		return "bytes beside the record have changed";
	if (r->fd >= 0)
		return file_wrong(r, page);
	if (r->kind == REGION_FORKED && !forked_untouched(r, page))
		return "the forked child sees the record";
	if (r->kind == REGION_THP &&
	    !page_present(r->base + (page + 1) * r->stride - 1))
		return "the page that came is no huge page";

	return NULL;
}

bool region_page_untouched(const struct region *r, unsigned int page)
{
	return untouched(r->base + page * r->stride, r->kind, page);
}
