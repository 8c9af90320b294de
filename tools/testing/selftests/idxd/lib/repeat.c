// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "repeat.h"

unsigned int repeat(unsigned int n)
{
	const char *text = getenv("IDXD_TEST_SHARE");
	unsigned int share = text ? strtoul(text, NULL, 10) : 1;

	if (share)
		n /= share;

	return n < 2 ? 2 : n;
}
