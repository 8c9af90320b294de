/* SPDX-License-Identifier: GPL-2.0-only */
/* Control groups that limit what a process may use. */
#ifndef IDXD_TEST_CGROUP_H
#define IDXD_TEST_CGROUP_H

/**
 * cgroup_enter() - move the calling process to a control group with a limit
 * @name: of the group, which is made if it does not exist
 * @file: the limit's file, such as "cpu.max"
 * @value: what is written to it
 *
 * Mounts cgroup2 if needed.
 *
 * Return: 0; -ENODEV if the kernel has no control groups; another negative errno.
 */
int cgroup_enter(const char *name, const char *file, const char *value);

/* Remove a group that has no process any more, or was never made. */
void cgroup_remove(const char *name);

#endif /* IDXD_TEST_CGROUP_H */
