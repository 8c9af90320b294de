/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file whose pages come when the test says so: a small FUSE server in a
 * process of its own.
 */
#ifndef IDXD_TEST_FUSE_H
#define IDXD_TEST_FUSE_H

#include <stdbool.h>
#include <sys/types.h>

/* What the pages hold. */
#define FUSE_PATTERN	0

struct fuse {
	char path[40];		/* the file */
	pid_t server;
	int tell;		/* pipe to the server */
	int hear;		/* and from it */
};

/**
 * fuse_start() - mount the file
 * @f: filled in
 * @pages: size of the file in pages of 4096 bytes
 *
 * Return: 0; -ENODEV if the kernel has no FUSE; another negative errno if it
 * cannot be mounted.
 */
int fuse_start(struct fuse *f, unsigned int pages);

/* Answer what was asked for, and from now on at once. */
void fuse_answer(struct fuse *f);

/* How many reads wait for fuse_answer()? */
unsigned int fuse_waiting(struct fuse *f);

/* End the server, which fails what waits, and unmount. */
void fuse_stop(struct fuse *f);

#endif /* IDXD_TEST_FUSE_H */
