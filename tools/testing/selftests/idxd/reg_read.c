// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints a register of 64 bits of a device, as sysfs does: in hexadecimal.
 *
 * usage: reg_read DEVICE OFFSET
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/regs.h"

int main(int argc, char **argv)
{
	char link[PATH_MAX], path[PATH_MAX];
	struct wq wq = {};
	struct regs regs;
	int rc;

	if (argc != 3)
		return 2;

	snprintf(link, sizeof(link), "/sys/bus/dsa/devices/%s/..", argv[1]);
	if (!realpath(link, path)) {
		perror(link);
		return 1;
	}
	snprintf(wq.device, sizeof(wq.device), "%s", path);
	rc = regs_open(&regs, &wq);
	if (rc) {
		fprintf(stderr, "registers: %s\n", strerror(-rc));
		return 1;
	}
	printf("0x%llx\n", (unsigned long long)regs_read64(&regs, strtoul(argv[2], NULL, 0)));
	regs_close(&regs);

	return 0;
}
