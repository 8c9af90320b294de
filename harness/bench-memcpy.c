// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What memcpy() takes on this machine, for the sizes and between buffers such
 * as the benchmark in the guest has.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define ROUNDS	2001
#define HUGE	(2UL << 20)

static uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static char *buffer(void)
{
	char *p = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	memset(p, 0x5a, HUGE);
	return p;
}

int main(void)
{
	static const size_t sizes[] = { 4096, 65536, 1 << 20 };
	static uint64_t ns[ROUNDS];
	char *src = buffer(), *dst = buffer();
	unsigned int i, j;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (j = 0; j < ROUNDS; j++) {
			uint64_t start = clock_ns();

			memcpy(dst, src, sizes[i]);
			/* The copy is used, so that there must be one. */
			__asm__ volatile("" : : "r" (dst) : "memory");
			ns[j] = clock_ns() - start;
		}
		qsort(ns, ROUNDS, sizeof(ns[0]), compare);
		printf("memcpy() of %4zu KiB on the host              median %8.1f us  p99 %8.1f us  %6.2f GB/s\n",
		       sizes[i] / 1024, ns[ROUNDS / 2] / 1e3, ns[ROUNDS * 99 / 100] / 1e3,
		       (double)sizes[i] / ns[ROUNDS / 2]);
	}
	return 0;
}
