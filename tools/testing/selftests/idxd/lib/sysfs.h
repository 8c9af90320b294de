/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IDXD_TEST_SYSFS_H
#define IDXD_TEST_SYSFS_H

#include <stddef.h>

/**
 * sysfs_read() - read an attribute, without its newline
 * @path: path of the attribute
 * @buf: where to put it, always terminated
 * @len: size of @buf
 *
 * Return: number of characters, or a negative errno.
 */
int sysfs_read(const char *path, char *buf, size_t len);

/**
 * sysfs_read_long() - read a number, decimal or with 0x in front
 * @path: path of the attribute
 * @fallback: what to return if it cannot be read
 */
long sysfs_read_long(const char *path, long fallback);

/**
 * sysfs_write() - write an attribute with one write()
 * @path: path of the attribute
 * @value: the text
 *
 * Return: 0, or the negative errno that the kernel gave.
 */
int sysfs_write(const char *path, const char *value);

#endif /* IDXD_TEST_SYSFS_H */
