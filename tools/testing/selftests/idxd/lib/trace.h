/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel trace events, read as they come. */
#ifndef IDXD_TEST_TRACE_H
#define IDXD_TEST_TRACE_H

#include <stdbool.h>
#include <stddef.h>

struct trace {
	const char *dir;	/* where tracefs is mounted */
	int fd;
	size_t have;		/* bytes in @buf that nobody has taken yet */
	char buf[8192];
};

/**
 * trace_open() - get ready to read trace events
 * @t: filled in
 *
 * Return: 0, or a negative errno.
 */
int trace_open(struct trace *t);
void trace_close(struct trace *t);

/**
 * trace_event() - turn an event on or off
 * @t: opened trace
 * @event: "system/event"
 * @on: which
 *
 * Return: 0, or a negative errno; -ENOENT if the kernel has no such event.
 */
int trace_event(struct trace *t, const char *event, bool on);

/**
 * trace_line() - take the next line
 * @t: opened trace
 * @line: where to put it, terminated
 * @len: size of @line
 *
 * Return: true if there was one; does not wait.
 */
bool trace_line(struct trace *t, char *line, size_t len);

/* Take all lines that are there, and tell how many of them have @text. */
unsigned int trace_count(struct trace *t, const char *text);

#endif /* IDXD_TEST_TRACE_H */
