/* SPDX-License-Identifier: GPL-2.0-only */
/* One allocation fails of those that the kernel makes for this thread. */
#ifndef IDXD_TEST_FAIL_NTH_H
#define IDXD_TEST_FAIL_NTH_H

/**
 * fail_nth_prepare() - let allocations that may sleep fail, too, and quietly
 *
 * ./restore.sh takes it back.
 *
 * Return: 0, or -ENODEV if the kernel has no fault injection.
 */
int fail_nth_prepare(void);

/**
 * fail_nth_begin() - from now on allocations of this thread are counted
 * @nth: the one that fails, from 1; 0 is none
 *
 * Return: what to give to fail_nth_end(), or a negative errno.
 */
int fail_nth_begin(unsigned int nth);

/**
 * fail_nth_end() - no allocation fails any more
 * @fail: from fail_nth_begin()
 *
 * Return: how many allocations more it would have taken for one to fail: 0 if
 * one did.
 */
unsigned int fail_nth_end(int fail);

#endif /* IDXD_TEST_FAIL_NTH_H */
