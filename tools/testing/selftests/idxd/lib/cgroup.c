// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "sysfs.h"

#define ROOT	"/sys/fs/cgroup"

static void group_path(char path[PATH_MAX], const char *name, const char *file)
{
	snprintf(path, PATH_MAX, ROOT "/idxd-test-%s/%s", name, file);
}

int cgroup_enter(const char *name, const char *file, const char *value)
{
	char path[PATH_MAX];
	int rc;

	if (access(ROOT "/cgroup.controllers", R_OK) &&
	    mount("none", ROOT, "cgroup2", 0, NULL))
		return -ENODEV;
	rc = sysfs_write(ROOT "/cgroup.subtree_control", "+cpu +memory");
	if (rc)
		return rc;

	group_path(path, name, "");
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	group_path(path, name, file);
	rc = sysfs_write(path, value);
	if (rc)
		return rc;
	group_path(path, name, "cgroup.procs");

	return sysfs_write(path, "0");
}

void cgroup_remove(const char *name)
{
	char path[PATH_MAX];

	group_path(path, name, "");
	rmdir(path);
}
