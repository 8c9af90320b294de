/* SPDX-License-Identifier: GPL-2.0-only */
/* The directories in sysfs that stand for opened files of a work queue. */
#ifndef IDXD_TEST_FILE_H
#define IDXD_TEST_FILE_H

#include "wq.h"

#define FILES_MAX	16

/**
 * file_list() - list the opened files of a work queue
 * @wq: the queue
 * @ids: their numbers, ascending
 *
 * Return: how many there are, at most FILES_MAX.
 */
int file_list(const struct wq *wq, int ids[FILES_MAX]);

/**
 * file_attr() - read an attribute of an opened file
 * @wq: the queue
 * @id: the file's number
 * @attr: name of the attribute
 *
 * Return: its value, or -1 if there is none.
 */
long file_attr(const struct wq *wq, int id, const char *attr);

#endif /* IDXD_TEST_FILE_H */
