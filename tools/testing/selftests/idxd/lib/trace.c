// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../kselftest.h"
#include "sysfs.h"
#include "trace.h"

static const char *const mounts[] = {
	"/sys/kernel/tracing",
	"/sys/kernel/debug/tracing",
};

int trace_open(struct trace *t)
{
	char path[PATH_MAX];
	unsigned int i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < ARRAY_SIZE(mounts); i++) {
		t->dir = mounts[i];
		snprintf(path, sizeof(path), "%s/trace_pipe", t->dir);
		t->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (t->fd >= 0)
			return 0;
	}

	return -errno;
}

void trace_close(struct trace *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

int trace_event(struct trace *t, const char *event, bool on)
{
	char path[PATH_MAX];

	if (t->fd < 0)
		return -ENOENT;

	snprintf(path, sizeof(path), "%s/events/%s/enable", t->dir, event);

	return sysfs_write(path, on ? "1" : "0");
}

bool trace_line(struct trace *t, char *line, size_t len)
{
	size_t take, text;
	char *end;
	ssize_t n;

	while (!(end = memchr(t->buf, '\n', t->have))) {
		/* A line that does not fit is nothing of ours. */
		if (t->have == sizeof(t->buf))
			t->have = 0;
		n = t->fd < 0 ? -1 : read(t->fd, t->buf + t->have,
					  sizeof(t->buf) - t->have);
		if (n <= 0)
			return false;
		t->have += n;
	}

	take = end - t->buf + 1;
	text = take - 1 < len - 1 ? take - 1 : len - 1;
	memcpy(line, t->buf, text);
	line[text] = '\0';
	t->have -= take;
	memmove(t->buf, t->buf + take, t->have);

	return true;
}

unsigned int trace_count(struct trace *t, const char *text)
{
	char line[2048];
	unsigned int n = 0;

	while (trace_line(t, line, sizeof(line)))
		if (strstr(line, text))
			n++;

	return n;
}
