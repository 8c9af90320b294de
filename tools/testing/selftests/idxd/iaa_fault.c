// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has an IAA device move memory with completion records on pages that are not
 * there, and says how many records were wrong. For scripts; with a command,
 * runs that while the work queue is still open.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/poll.h"
#include "lib/portal.h"

#define PAGE	4096
#define LEN	333

static_assert(sizeof(struct iax_completion_record) == 64, "record is 64 bytes");

/* The descriptors of DSA and IAA begin alike, up to the size and the handle. */
static void move(struct dsa_hw_desc *desc, const void *record, void *dst, const void *src)
{
	memset(desc, 0, sizeof(*desc));
	desc->opcode = IAX_OPCODE_MEMMOVE;
	desc->flags = IDXD_OP_FLAG_CRAV | IDXD_OP_FLAG_RCR;
	desc->completion_addr = (uintptr_t)record;
	desc->src_addr = (uintptr_t)src;
	desc->dst_addr = (uintptr_t)dst;
	desc->xfer_size = LEN;
}

static bool one_fault(struct portal *portal, char *page, unsigned char seed)
{
	static const char rest[PAGE];
	char src[LEN], dst[LEN] = {};
	struct dsa_hw_desc desc;

	memset(src, seed, LEN);
	/* The record is not at the page's beginning, but aligned to its size. */
	move(&desc, page + 64, dst, src);
	if (portal_submit(portal, &desc) ||
	    !record_wait((void *)(page + 64), RECORD_MS))
		return false;

	return page[64] == DSA_COMP_SUCCESS && !memcmp(src, dst, LEN) &&
	       !memcmp(page, rest, 64) && !memcmp(page + 128, rest, PAGE - 128);
}

int main(int argc, char **argv)
{
	unsigned int i, count, wrong = 0;
	struct portal portal;
	struct wq wq = {};
	char *pages;
	int rc;

	if (argc < 4) {
		fprintf(stderr, "usage: %s NODE dedicated|shared COUNT [COMMAND]\n", argv[0]);
		return 2;
	}

	snprintf(wq.node, sizeof(wq.node), "%s", argv[1]);
	wq.dedicated = !strcmp(argv[2], "dedicated");
	count = strtoul(argv[3], NULL, 0);
	rc = portal_open(&portal, &wq, SUBMIT_PORTAL);
	if (rc) {
		fprintf(stderr, "%s: %s\n", wq.node, strerror(-rc));
		return 1;
	}

	pages = mmap(NULL, (size_t)count * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED || madvise(pages, (size_t)count * PAGE, MADV_NOHUGEPAGE)) {
		perror("memory");
		return 1;
	}

	for (i = 0; i < count; i++)
		wrong += !one_fault(&portal, pages + (size_t)i * PAGE, i + 1);

	printf("%u records, %u wrong\n", count, wrong);
	fflush(stdout);
	if (argc > 4 && system(argv[4]))
		wrong++;
	portal_close(&portal);

	return wrong != 0;
}
