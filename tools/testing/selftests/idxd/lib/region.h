/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of many kinds for completion records, where the page is not there. */
#ifndef IDXD_TEST_REGION_H
#define IDXD_TEST_REGION_H

#include <stdbool.h>
#include <sys/types.h>

#include "desc.h"

enum region_kind {
	REGION_ANON,		/* anonymous, never touched */
	REGION_DONTNEED,	/* anonymous, touched, dropped by MADV_DONTNEED */
	REGION_ZERO_PAGE,	/* anonymous, read only so far: the zero page */
	REGION_FORKED,		/* anonymous, shared with a forked child */
	REGION_FILE_PRIVATE,	/* private mapping of a file on a disk */
	REGION_FILE_SHARED,	/* shared mapping of a file on a disk */
	REGION_SHMEM_PRIVATE,	/* private mapping of a file in memory */
	REGION_SHMEM_SHARED,	/* shared mapping of a file in memory */
	REGION_THP,		/* transparent huge page */
	REGION_HUGETLB,		/* huge page of the pool */
	/* The rest cannot be written to: the record must stay away. */
	REGION_READONLY,	/* touched, then made read-only */
	REGION_READONLY_NEW,	/* read-only, never touched */
	REGION_READONLY_SHARED,	/* read-only shared mapping of a file */
	REGION_NO_ACCESS,	/* PROT_NONE */
	REGION_UNMAPPED,	/* nothing is mapped */
	REGION_PAST_EOF,	/* shared mapping, beyond the end of its file */
	REGION_KINDS,
};

struct region {
	enum region_kind kind;
	char *base;
	size_t stride;		/* from a page to the next: its size */
	size_t len;
	unsigned int pages;
	int fd;			/* of the mapped file, or -1 */
	/* Of the forked child. */
	pid_t child;
	int ask;
	int answer;
};

/**
 * region_get() - map pages that an access would find missing or unwritable
 * @r: filled in
 * @kind: kind of memory
 * @pages: number of pages of the kind's size
 *
 * The page around a record is filled with a pattern where its kind allows;
 * region_wrong() looks whether it is still there.
 *
 * Return: 0; -ENODEV if the machine has no memory of this kind; another
 * negative errno if it should have, but failed.
 */
int region_get(struct region *r, enum region_kind kind, unsigned int pages);
void region_put(struct region *r);

/* Where the record of page @page goes; nothing is touched. */
struct dsa_completion_record *region_record(const struct region *r,
					    unsigned int page);

/**
 * region_wrong() - look at a page of a record from all sides
 * @r: region
 * @page: number of the page, its record is complete (or cannot be)
 *
 * The bytes around the record, the file below it, the forked child's view.
 *
 * Return: NULL if all is right, else a sentence that says what is not.
 */
const char *region_wrong(const struct region *r, unsigned int page);

/* Must a record on this kind of memory fail to be written? */
static inline bool region_refuses(enum region_kind kind)
{
	return kind >= REGION_READONLY;
}

/* A few words for the kind. */
const char *region_name(enum region_kind kind);

#endif /* IDXD_TEST_REGION_H */
