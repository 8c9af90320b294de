// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets a test control of a device, or takes back what was set in all of them,
 * when the machine is QEMU and has test controls.
 *
 * usage: test_control DEVICE x-test-NAME VALUE
 *        test_control off
 *
 * Exit status 4 if the machine does not have them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kselftest.h"
#include "lib/qmp.h"

static int set(struct qmp *qmp, char **argv)
{
	char link[PATH_MAX];
	struct wq wq = {};
	int rc;

	snprintf(link, sizeof(link), "/sys/bus/dsa/devices/%s/..", argv[1]);
	if (!realpath(link, wq.device)) {
		snprintf(qmp->error, sizeof(qmp->error), "no device %s", argv[1]);
		return -errno;
	}
	rc = qmp_open(qmp, &wq);
	if (!rc) {
		rc = qmp_set(qmp, argv[2], argv[3]);
		qmp_close(qmp);
	}

	return rc;
}

int main(int argc, char **argv)
{
	struct qmp qmp = {};
	int rc;

	if (argc == 4)
		rc = set(&qmp, argv);
	else if (argc == 2 && !strcmp(argv[1], "off"))
		rc = qmp_controls_off(&qmp);
	else
		return 2;
	if (rc)
		fprintf(stderr, "test_control: %s\n", qmp.error);
	if (rc == -ENODEV)
		return KSFT_SKIP;

	return rc ? 1 : 0;
}
