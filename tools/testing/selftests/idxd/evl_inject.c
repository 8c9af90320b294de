// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts entries into a device's event log as if the device had logged them, when
 * the machine is QEMU and offers that to tests.
 *
 * usage: evl_inject DEVICE [COUNT*]HEX
 *
 * Exit status 4 if the machine does not offer it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kselftest.h"
#include "lib/qmp.h"

int main(int argc, char **argv)
{
	char link[PATH_MAX], path[PATH_MAX];
	struct wq wq = {};
	struct qmp qmp;
	char *slash;

	if (argc != 3)
		return 2;

	snprintf(link, sizeof(link), "/sys/bus/dsa/devices/%s", argv[1]);
	if (!realpath(link, path)) {
		perror(link);
		return 1;
	}
	/* The PCI device is the parent. */
	slash = strrchr(path, '/');
	*slash = 0;
	snprintf(wq.device, sizeof(wq.device), "%s", path);

	if (qmp_open(&qmp, &wq)) {
		fprintf(stderr, "evl_inject: %s\n", qmp.error);
		return KSFT_SKIP;
	}
	if (qmp_set(&qmp, "x-test-log", argv[2])) {
		fprintf(stderr, "evl_inject: %s\n", qmp.error);
		return 1;
	}
	qmp_close(&qmp);

	return 0;
}
