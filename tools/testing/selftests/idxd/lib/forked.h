/* SPDX-License-Identifier: GPL-2.0-only */
/* A forked child that shares a region's pages until somebody writes to them. */
#ifndef IDXD_TEST_FORKED_H
#define IDXD_TEST_FORKED_H

#include "region.h"

/**
 * forked_start() - fork the child
 * @r: region whose pages have been touched
 *
 * Return: 0, or a negative errno.
 */
int forked_start(struct region *r);

/* End the child, if there is one. */
void forked_stop(struct region *r);

/* Does the child still see page @page as it was when it was forked? */
bool forked_untouched(const struct region *r, unsigned int page);

/* The same in the process that asks. */
bool region_page_untouched(const struct region *r, unsigned int page);

#endif /* IDXD_TEST_FORKED_H */
