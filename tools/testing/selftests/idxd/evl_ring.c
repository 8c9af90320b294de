// SPDX-License-Identifier: GPL-2.0-only
/* Prints the event log's head, tail and size as the device has them. */
#include <stdio.h>
#include <string.h>

#include "lib/evl.h"

int main(int argc, char **argv)
{
	struct evl_status status;
	struct wq wq;
	int rc;

	if (!wq_find(&wq, 0)) {
		fprintf(stderr, "no enabled user work queue\n");
		return 1;
	}

	rc = evl_status(&wq, &status);
	if (rc) {
		fprintf(stderr, "registers: %s\n", strerror(-rc));
		return 1;
	}
	printf("%u %u %u\n", status.head, status.tail, status.size);

	return 0;
}
