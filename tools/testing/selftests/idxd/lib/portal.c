// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "insn.h"
#include "portal.h"

#define PORTAL_SIZE	4096

/* Longer than any queue stays full while the driver is alive. */
#define RETRY_NS	WAIT_NS

int portal_open(struct portal *p, const struct wq *wq, enum submit_by by)
{
	int rc;

	memset(p, 0, sizeof(*p));
	p->dedicated = wq->dedicated;
	p->size = wq->size;
	p->fd = open(wq->node, O_RDWR | O_CLOEXEC);
	if (p->fd < 0)
		return -errno;

	if (by == SUBMIT_WRITE)
		return 0;

	p->page = mmap(NULL, PORTAL_SIZE, PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		       p->fd, 0);
	if (p->page == MAP_FAILED) {
		rc = -errno;
		p->page = NULL;
		portal_close(p);
		return rc;
	}

	return 0;
}

int portal_open_soon(struct portal *p, const struct wq *wq, uint64_t ns)
{
	uint64_t end = clock_ns() + ns;
	int rc;

	do {
		rc = portal_open(p, wq, SUBMIT_PORTAL);
		if (rc != -EBUSY)
			return rc;
		usleep(1000);
	} while (clock_ns() < end);

	return rc;
}

void portal_close(struct portal *p)
{
	if (p->page)
		munmap(p->page, PORTAL_SIZE);
	if (p->fd >= 0)
		close(p->fd);
	p->page = NULL;
	p->fd = -1;
}

static int submit_once(struct portal *p, const struct dsa_hw_desc *desc)
{
	char *to;

	if (!p->page) {
		ssize_t n = write(p->fd, desc, sizeof(*desc));

		if (n < 0)
			return -errno;
		return n == sizeof(*desc) ? 0 : -EIO;
	}

	/* Any 64-byte aligned place in the page is a portal. */
	to = (char *)p->page + p->next;
	p->next = (p->next + sizeof(*desc)) % PORTAL_SIZE;

	store_fence();
	if (p->dedicated) {
		movdir64b(to, desc);
		return 0;
	}

	return enqcmd(to, desc) ? 0 : -EAGAIN;
}

int portal_submit(struct portal *p, const struct dsa_hw_desc *desc)
{
	uint64_t end = clock_ns() + RETRY_NS;
	int rc;

	do {
		rc = submit_once(p, desc);
		if (rc != -EAGAIN)
			return rc;
		sched_yield();
	} while (clock_ns() < end);

	return rc;
}

const char *portal_how(const struct portal *p)
{
	if (!p->page)
		return "write()";

	return p->dedicated ? "MOVDIR64B" : "ENQCMD";
}
