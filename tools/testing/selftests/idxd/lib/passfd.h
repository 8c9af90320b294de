/* SPDX-License-Identifier: GPL-2.0-only */
/* Open files that go from one process to another by a socket. */
#ifndef IDXD_TEST_PASSFD_H
#define IDXD_TEST_PASSFD_H

/* Give @fd to who reads at the other end of the Unix socket @to: 0 or a negative errno. */
int pass_fd(int to, int fd);

/* Take one from the Unix socket @from: the descriptor, or negative. */
int take_fd(int from);

#endif /* IDXD_TEST_PASSFD_H */
