// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "forked.h"

/* Answers for one page after the other, until nobody asks any more. */
static void child_main(const struct region *r, int ask, int answer)
{
	unsigned int page;
	char untouched;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(ask, &page, sizeof(page)) == sizeof(page)) {
		untouched = region_page_untouched(r, page);
		if (write(answer, &untouched, 1) != 1)
			break;
	}
	_exit(0);
}

int forked_start(struct region *r)
{
	int down[2], up[2];
	int rc;

	if (pipe2(down, O_CLOEXEC))
		return -errno;
	if (pipe2(up, O_CLOEXEC)) {
		rc = -errno;
		close(down[0]);
		close(down[1]);
		return rc;
	}

	r->child = fork();
	if (!r->child) {
		close(down[1]);
		child_main(r, down[0], up[1]);
	}
	rc = r->child < 0 ? -errno : 0;
	close(down[0]);
	close(up[1]);
	r->ask = down[1];
	r->answer = up[0];

	return rc;
}

void forked_stop(struct region *r)
{
	if (!r->child)
		return;

	close(r->ask);
	close(r->answer);
	if (r->child > 0)
		waitpid(r->child, NULL, 0);
	r->child = 0;
}

bool forked_untouched(const struct region *r, unsigned int page)
{
	char untouched = 0;

	if (write(r->ask, &page, sizeof(page)) != sizeof(page) ||
	    read(r->answer, &untouched, 1) != 1)
		return false;

	return untouched;
}
