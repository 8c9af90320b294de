/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages that do not come before the test wants them to. */
#ifndef IDXD_TEST_SLOW_H
#define IDXD_TEST_SLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "fuse.h"

enum slow_kind {
	SLOW_UFFD,		/* userfaultfd */
	SLOW_UFFD_USER_ONLY,	/* userfaultfd that refuses the kernel's faults */
	SLOW_FUSE,		/* private mapping of a file of a FUSE server */
};

struct slow {
	enum slow_kind kind;
	char *base;
	unsigned int pages;
	int fd;			/* the userfaultfd, or the file */
	struct fuse *fuse;
};

/**
 * slow_get() - map pages that are missing until slow_answer()
 * @s: filled in
 * @kind: what keeps the pages back
 * @pages: how many
 * @place: where to map them, or NULL
 * @fuse: server for SLOW_FUSE, started by the caller; else NULL
 *
 * Return: 0; -ENODEV if the kernel has no such thing; another negative errno.
 */
int slow_get(struct slow *s, enum slow_kind kind, unsigned int pages, void *place,
	     struct fuse *fuse);

/**
 * slow_answer() - let the pages come, all zero
 * @s: mapped pages
 *
 * Those of the server's other users come, too.
 *
 * Return: 0, or a negative errno.
 */
int slow_answer(struct slow *s);

/**
 * slow_watch() - hold back pages that are mapped already, and missing
 * @s: filled in; not for slow_put()
 * @base: the pages, of memory that is anonymous or shared
 * @pages: how many
 *
 * Return: 0, or a negative errno.
 */
int slow_watch(struct slow *s, char *base, unsigned int pages);

/* Unmap. */
void slow_put(struct slow *s);

#endif /* IDXD_TEST_SLOW_H */
