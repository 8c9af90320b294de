// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a value to a file with one write(), and prints how that ended: OK, or
 * the name of the error. For scripts: a shell cannot tell.
 *
 * With -f, the write is marked for fault injection (see
 * Documentation/fault-injection): what fails is up to /sys/kernel/debug.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int explain(const char *name)
{
	fprintf(stderr, "usage: %s [-f] FILE VALUE\n", name);

	return 2;
}

static int write_once(const char *path, const char *value, bool failing)
{
	int mark = -1;
	int rc = 0;
	int fd;

	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;

	/* No fault of our own may come in between. */
	if (failing) {
		mark = open("/proc/self/make-it-fail", O_WRONLY);
		if (mark < 0 || mlockall(MCL_CURRENT))
			return -errno;
		if (write(mark, "1", 1) != 1)
			return -errno;
	}
	if (write(fd, value, strlen(value)) < 0)
		rc = -errno;
	if (failing && write(mark, "0", 1) != 1)
		rc = rc ? rc : -errno;

	return rc;
}

int main(int argc, char **argv)
{
	bool failing = false;
	int rc;

	while ((rc = getopt(argc, argv, "+f")) != -1) {
		if (rc != 'f')
			return explain(argv[0]);
		failing = true;
	}
	if (argc - optind != 2)
		return explain(argv[0]);

	rc = write_once(argv[optind], argv[optind + 1], failing);
	puts(rc ? strerrorname_np(-rc) : "OK");

	return 0;
}
