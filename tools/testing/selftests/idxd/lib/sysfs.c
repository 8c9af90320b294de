// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"

int sysfs_read(const char *path, char *buf, size_t len)
{
	ssize_t n;
	int fd;

	buf[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	n = read(fd, buf, len - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;

	while (n && (buf[n - 1] == '\n' || buf[n - 1] == ' '))
		n--;
	buf[n] = '\0';

	return n;
}

long sysfs_read_long(const char *path, long fallback)
{
	char buf[64];
	char *end;
	long value;

	if (sysfs_read(path, buf, sizeof(buf)) <= 0)
		return fallback;

	value = strtol(buf, &end, 0);

	return end == buf ? fallback : value;
}

int sysfs_write(const char *path, const char *value)
{
	int rc = 0;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	if (write(fd, value, strlen(value)) < 0)
		rc = -errno;
	close(fd);

	return rc;
}
