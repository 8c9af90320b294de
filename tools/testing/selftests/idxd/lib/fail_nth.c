// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fail_nth.h"
#include "sysfs.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"

int fail_nth_prepare(void)
{
	if (access(FAIL_NTH, W_OK) ||
	    sysfs_write("/sys/kernel/debug/failslab/ignore-gfp-wait", "N") ||
	    sysfs_write("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N") ||
	    sysfs_write("/sys/kernel/debug/failslab/verbose", "0") ||
	    sysfs_write("/sys/kernel/debug/fail_page_alloc/verbose", "0"))
		return -ENODEV;

	return 0;
}

int fail_nth_begin(unsigned int nth)
{
	int fail = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	char text[16];
	int rc, len;

	if (fail < 0)
		return -errno;
	len = snprintf(text, sizeof(text), "%u", nth);
	if (write(fail, text, len) != len) {
		rc = -errno;
		close(fail);
		return rc;
	}

	return fail;
}

unsigned int fail_nth_end(int fail)
{
	char text[16];
	int len;

	len = pread(fail, text, sizeof(text) - 1, 0);
	if (len < 0 || write(fail, "0", 1) != 1)
		len = 0;
	close(fail);
	text[len] = '\0';

	return strtoul(text, NULL, 0);
}
