// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/compiler.h>
#include <linux/serial.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "clock.h"
#include "qmp.h"

/* A machine under load takes its time; one without a monitor says nothing. */
#define ANSWER_NS	(10 * NSEC_PER_SEC)
#define HELLO_NS	(5 * NSEC_PER_SEC)
#define HELLOS		4

#define DEVICES		"/machine/peripheral"

/* The body of a command with arguments, and the first of these */
#define COMMAND(name, args) "\"execute\":\"" name "\",\"arguments\":{" args "}"
#define PATH		"\"path\":\"%s\""

/* Of a line, at most this is kept: replies that matter are shorter. */
#define LINE_BYTES	4096

static int tty_open(void)
{
	return open(QMP_PORT, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
}

static void port_raw(int fd)
{
	struct termios tio;

	if (tcgetattr(fd, &tio))
		return;
	cfmakeraw(&tio);
	tio.c_cflag |= CLOCAL | CREAD;
	cfsetspeed(&tio, B115200);
	tcsetattr(fd, TCSANOW, &tio);
}

/*
 * The port's interrupt is the first port's, too, and between the two some get
 * lost in QEMU: have the kernel look by itself. That counts from the next open.
 */
static void port_poll(void)
{
	struct serial_struct serial;
	int fd = tty_open();

	if (fd < 0)
		return;
	port_raw(fd);
	if (!ioctl(fd, TIOCGSERIAL, &serial) && serial.irq) {
		serial.irq = 0;
		ioctl(fd, TIOCSSERIAL, &serial);
	}
	close(fd);
}

static int port_open(void)
{
	int fd;

	port_poll();
	fd = tty_open();
	if (fd < 0)
		return -errno;
	port_raw(fd);

	return fd;
}

static int write_all(int fd, const char *text, uint64_t end)
{
	size_t left = strlen(text);

	while (left) {
		struct pollfd pfd = { .fd = fd, .events = POLLOUT };
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			left -= n;
			continue;
		}
		if (clock_ns() > end)
			return -ETIMEDOUT;
		poll(&pfd, 1, 100);
	}

	return 0;
}

/* A line, without its end; what does not fit is dropped. */
static int read_line(int fd, char *line, size_t len, uint64_t end)
{
	size_t have = 0;
	char c;

	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0 && c == '\n') {
			line[have] = '\0';
			return 0;
		}
		if (n > 0 && have < len - 1)
			line[have++] = c;
		if (n > 0)
			continue;
		if (clock_ns() > end)
			return -ETIMEDOUT;
		poll(&pfd, 1, 100);
	}
}

static void keep_error(struct qmp *q, const char *reply)
{
	const char *desc = strstr(reply, "\"desc\": \"");

	desc = desc ? desc + strlen("\"desc\": \"") : reply;
	snprintf(q->error, sizeof(q->error), "%.*s",
		 (int)strcspn(desc, "\""), desc);
}

/*
 * Give a command and wait for the reply to it. Whatever else comes, as events
 * and what was meant for an earlier program, is passed over.
 */
__printf(5, 6)
static int command(struct qmp *q, char *reply, size_t len, uint64_t wait_ns,
		   const char *format, ...)
{
	uint64_t end = clock_ns() + wait_ns;
	char *body, *line;
	char id[32];
	va_list args;
	int rc;

	/* Unlike those of programs before this one. */
	snprintf(id, sizeof(id), "\"%d.%u\"", getpid(), ++q->id);
	va_start(args, format);
	rc = vasprintf(&body, format, args);
	va_end(args);
	if (rc < 0)
		return -ENOMEM;
	rc = asprintf(&line, "{\"id\":%s,%s}\n", id, body);
	free(body);
	if (rc < 0)
		return -ENOMEM;

	rc = write_all(q->fd, line, end);
	free(line);
	while (!rc) {
		rc = read_line(q->fd, reply, len, end);
		if (!rc && strstr(reply, id))
			break;
	}
	if (rc) {
		snprintf(q->error, sizeof(q->error), "monitor on %s: %s", QMP_PORT,
			 strerror(-rc));
		return rc;
	}
	if (strstr(reply, "\"error\"")) {
		keep_error(q, reply);
		return -EINVAL;
	}

	return 0;
}

/* A device is known by its place on bus 0. */
static int wanted_devfn(const struct wq *wq)
{
	const char *slash = strrchr(wq->device, '/');
	unsigned int slot, fn;

	if (!slash || sscanf(slash, "/%*x:00:%x.%u", &slot, &fn) != 2)
		return -ENODEV;

	return slot << 3 | fn;
}

static bool is_device(struct qmp *q, const char *path, int devfn)
{
	char reply[LINE_BYTES];
	const char *value;

	if (command(q, reply, sizeof(reply), ANSWER_NS,
		    COMMAND("qom-get", PATH ",\"property\":\"addr\""), path))
		return false;
	value = strstr(reply, "\"return\": ");

	return value && atoi(value + strlen("\"return\": ")) == devfn;
}

static int find_device(struct qmp *q, int devfn)
{
	char list[LINE_BYTES], path[QMP_TEXT];
	const char *at = list;
	int rc;

	rc = command(q, list, sizeof(list), ANSWER_NS,
		     COMMAND("qom-list", PATH), DEVICES);
	if (rc)
		return rc;

	while ((at = strstr(at, "\"name\": \""))) {
		at += strlen("\"name\": \"");
		snprintf(path, sizeof(path), DEVICES "/%.*s",
			 (int)strcspn(at, "\""), at);
		if (is_device(q, path, devfn)) {
			memcpy(q->device, path, sizeof(path));
			return 0;
		}
	}
	snprintf(q->error, sizeof(q->error), "the monitor does not know the device");

	return -ENODEV;
}

/* Engines that are not held stay as they are. */
static int try_knob(struct qmp *q)
{
	int rc = qmp_set(q, "x-test-hold", "0");

	if (rc)
		snprintf(q->error, sizeof(q->error),
			 "the device does not have x-test=on");

	return rc;
}

/*
 * Before the port is opened the terminal may have echoed a part of the
 * monitor's greeting: the byte makes it forget what it has of a command.
 */
static int hello(struct qmp *q)
{
	char reply[LINE_BYTES];
	unsigned int i;
	int rc;

	for (i = 0; i < HELLOS; i++) {
		rc = write_all(q->fd, "\xff\n", clock_ns() + HELLO_NS);
		if (!rc)
			rc = command(q, reply, sizeof(reply), HELLO_NS,
				     "\"execute\":\"qmp_capabilities\"");
		/* Refused if somebody has said so before, which is as good. */
		if (!rc || rc == -EINVAL)
			return 0;
	}

	return rc;
}

int qmp_open(struct qmp *q, const struct wq *wq)
{
	int rc;

	memset(q, 0, sizeof(*q));
	q->fd = port_open();
	if (q->fd < 0) {
		snprintf(q->error, sizeof(q->error), "no monitor on " QMP_PORT);
		return -ENODEV;
	}

	rc = hello(q);
	if (!rc)
		rc = find_device(q, wanted_devfn(wq));
	if (!rc)
		rc = try_knob(q);
	if (rc) {
		qmp_close(q);
		return -ENODEV;
	}

	return 0;
}

void qmp_close(struct qmp *q)
{
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
}

int qmp_set(struct qmp *q, const char *property, const char *value)
{
	char reply[LINE_BYTES];

	return command(q, reply, sizeof(reply), ANSWER_NS,
		       COMMAND("qom-set", PATH ",\"property\":\"%s\",\"value\":\"%s\""),
		       q->device, property, value);
}
