/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IDXD_TEST_REPEAT_H
#define IDXD_TEST_REPEAT_H

/**
 * repeat() - how often to do what is only done again and again
 * @n: so often on a kernel for use, at least 2
 *
 * A kernel with lockdep and KASAN is many times slower, and finds in the first
 * rounds what it can find: run_tests.sh sets IDXD_TEST_SHARE there, and a test
 * does that share of its rounds.
 *
 * Return: @n or a share of it, at least 2.
 */
unsigned int repeat(unsigned int n);

#endif /* IDXD_TEST_REPEAT_H */
