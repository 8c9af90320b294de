// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives a work queue descriptors that are wrong and have no completion record:
 * the device can report each of them as an error only.
 *
 * usage: bad_descs NODE COUNT
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/desc.h"

/* Between two of them, so that the device does not count them as one. */
#define PAUSE_US	3000

int main(int argc, char **argv)
{
	struct dsa_hw_desc desc;
	unsigned int count;
	ssize_t n;
	int fd;

	if (argc != 3)
		return 2;

	count = atoi(argv[2]);
	fd = open(argv[1], O_RDWR);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}

	memset(&desc, 0, sizeof(desc));
	desc.opcode = 0xff;
	while (count--) {
		do {
			n = write(fd, &desc, sizeof(desc));
		} while (n < 0 && errno == EAGAIN);
		if (n != sizeof(desc)) {
			perror("write");
			return 1;
		}
		usleep(PAUSE_US);
	}

	return 0;
}
