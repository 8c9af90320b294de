// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "sysfs.h"

/* The slash of the device's name is an exclamation mark in sysfs. */
static void cdev_path(const struct wq *wq, char *path, size_t len)
{
	snprintf(path, len, "/sys/bus/dsa/devices/%s/dsa!%s", wq->name, wq->name);
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int file_list(const struct wq *wq, int ids[FILES_MAX])
{
	char path[PATH_MAX];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	cdev_path(wq, path, sizeof(path));
	dir = opendir(path);
	if (!dir)
		return 0;
	while (count < FILES_MAX && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "file%d", &ids[count]) == 1)
			count++;
	closedir(dir);
	qsort(ids, count, sizeof(*ids), compare);

	return count;
}

long file_attr(const struct wq *wq, int id, const char *attr)
{
	char dir[PATH_MAX / 2], path[PATH_MAX];

	cdev_path(wq, dir, sizeof(dir));
	snprintf(path, sizeof(path), "%s/file%d/%s", dir, id, attr);

	return sysfs_read_long(path, -1);
}
