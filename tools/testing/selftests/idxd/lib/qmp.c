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

#include "../../kselftest.h"
#include "clock.h"
#include "qmp.h"

/* A machine without a monitor says nothing; one under load takes its time. */
#define HELLO_NS	(30 * NSEC_PER_SEC)
#define ANSWER_NS	(120 * NSEC_PER_SEC)

/* After so long without an answer, see whether it was heard at all. */
#define ASK_NS		(5 * NSEC_PER_SEC)

/* What makes the monitor forget what it has of a command */
#define FORGET		"\xff\n"

#define DEVICES		"/machine/peripheral"

/* The body of a command with arguments, and the first of these */
#define COMMAND(name, args) "\"execute\":\"" name "\",\"arguments\":{" args "}"
#define PATH		"\"path\":\"%s\""

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

/*
 * A line, without its end; what does not fit is dropped. What there is of one
 * when the time is over stays for the next call.
 */
static int read_line(struct qmp *q, char *line, uint64_t end)
{
	char c;

	for (;;) {
		struct pollfd pfd = { .fd = q->fd, .events = POLLIN };
		ssize_t n = read(q->fd, &c, 1);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0 && c == '\n') {
			memcpy(line, q->part, q->have);
			line[q->have] = '\0';
			q->have = 0;
			return 0;
		}
		if (n > 0 && q->have < sizeof(q->part) - 1)
			q->part[q->have++] = c;
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

/* Unlike those of programs before this one */
static void next_id(struct qmp *q, char *id, size_t len)
{
	snprintf(id, len, "\"%d.%u\"", getpid(), ++q->id);
}

/*
 * Read until there is a reply to the command with an id, or to one that was
 * given later, if any: then -EAGAIN is returned. Whatever else comes, as events
 * and what was meant for an earlier program, is passed over.
 */
static int wait_reply(struct qmp *q, char *reply, const char *id, const char *later,
		      uint64_t end)
{
	int rc;

	do {
		rc = read_line(q, reply, end);
		if (!rc && strstr(reply, id))
			return 0;
		if (!rc && *later && strstr(reply, later))
			return -EAGAIN;
	} while (!rc);

	return rc;
}

/*
 * Wait for the reply to a command. One that has no answer may be lost, or its
 * answer late, and only a lost one may be given again: what is asked meanwhile
 * is answered after it.
 *
 * Returns 0, -EAGAIN if the command was lost, or another negative errno.
 */
static int wait_heard(struct qmp *q, char *reply, const char *id, uint64_t end)
{
	char later[32] = "", line[128];
	int rc;

	for (;;) {
		uint64_t ask = clock_ns() + ASK_NS;

		rc = wait_reply(q, reply, id, later, ask < end ? ask : end);
		if (rc != -ETIMEDOUT || ask >= end)
			return rc;
		next_id(q, later, sizeof(later));
		snprintf(line, sizeof(line),
			 FORGET "{\"id\":%s,\"execute\":\"query-name\"}\n", later);
		rc = write_all(q->fd, line, end);
		if (rc)
			return rc;
	}
}

/* Give a command until it is heard. */
static int give(struct qmp *q, char *reply, const char *body, uint64_t end)
{
	char id[32], *line;
	int rc;

	do {
		next_id(q, id, sizeof(id));
		if (asprintf(&line, "{\"id\":%s,%s}\n", id, body) < 0)
			return -ENOMEM;
		rc = write_all(q->fd, line, end);
		free(line);
		if (!rc)
			rc = wait_heard(q, reply, id, end);
	} while (rc == -EAGAIN);

	return rc;
}

/* The reply has QMP_LINE bytes. */
__printf(4, 5)
static int command(struct qmp *q, char *reply, uint64_t wait_ns, const char *format, ...)
{
	va_list args;
	char *body;
	int rc;

	va_start(args, format);
	rc = vasprintf(&body, format, args);
	va_end(args);
	if (rc < 0)
		return -ENOMEM;

	rc = give(q, reply, body, clock_ns() + wait_ns);
	free(body);
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
	char reply[QMP_LINE];
	const char *value;

	if (command(q, reply, ANSWER_NS, COMMAND("qom-get", PATH ",\"property\":\"addr\""), path))
		return false;
	value = strstr(reply, "\"return\": ");

	return value && atoi(value + strlen("\"return\": ")) == devfn;
}

/* The next name in a list, as a path; false at the end of the list. */
static bool next_path(const char **at, char *path)
{
	static const char name[] = "\"name\": \"";

	*at = strstr(*at, name);
	if (!*at)
		return false;
	*at += strlen(name);
	snprintf(path, QMP_TEXT, DEVICES "/%.*s", (int)strcspn(*at, "\""), *at);

	return true;
}

static int list_devices(struct qmp *q, char *list)
{
	return command(q, list, ANSWER_NS, COMMAND("qom-list", PATH), DEVICES);
}

static int find_device(struct qmp *q, int devfn)
{
	char list[QMP_LINE], path[QMP_TEXT];
	const char *at = list;
	int rc;

	rc = list_devices(q, list);
	if (rc)
		return rc;

	while (next_path(&at, path)) {
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
 * monitor's greeting, and a program that was killed may have given a part of a
 * command.
 */
static int hello(struct qmp *q)
{
	char reply[QMP_LINE];
	int rc;

	rc = write_all(q->fd, FORGET, clock_ns() + HELLO_NS);
	if (!rc)
		rc = command(q, reply, HELLO_NS, "\"execute\":\"qmp_capabilities\"");

	/* Refused if somebody has said so before, which is as good. */
	if (rc == -EINVAL)
		return 0;

	return rc == -ETIMEDOUT ? -ENODEV : rc;
}

/* Of two programs that read here, each would take what the other one waits for. */
static int lock(struct qmp *q)
{
	struct flock whole = { .l_type = F_WRLCK };
	uint64_t end = clock_ns() + ANSWER_NS;

	while (fcntl(q->fd, F_SETLK, &whole)) {
		if (clock_ns() > end) {
			snprintf(q->error, sizeof(q->error),
				 "another program has the monitor");
			return -EBUSY;
		}
		usleep(10000);
	}

	return 0;
}

static int monitor_open(struct qmp *q)
{
	int rc;

	memset(q, 0, sizeof(*q));
	q->fd = port_open();
	if (q->fd < 0) {
		snprintf(q->error, sizeof(q->error), "no monitor on " QMP_PORT);
		return -ENODEV;
	}

	rc = lock(q);
	if (!rc)
		rc = hello(q);
	if (rc)
		qmp_close(q);

	return rc;
}

int qmp_open(struct qmp *q, const struct wq *wq)
{
	int rc;

	rc = monitor_open(q);
	if (rc)
		return -ENODEV;

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
	char reply[QMP_LINE];

	return command(q, reply, ANSWER_NS,
		       COMMAND("qom-set", PATH ",\"property\":\"%s\",\"value\":\"%s\""),
		       q->device, property, value);
}

/* Test controls that stay as they are set, and their values in a new machine. */
static const char *const controls[][2] = {
	{ "x-test-hold", "0" },
	{ "x-test-fail", "none" },
	{ "x-test-drop-ats", "off" },
	{ "x-test-handles", "8" },
	{ "x-test-flr-time", "0" },
	{ "x-test-lose", "0" },
};

int qmp_controls_off(struct qmp *q)
{
	char list[QMP_LINE];
	const char *at = list;
	unsigned int i;
	int rc;

	rc = monitor_open(q);
	if (rc)
		return rc;

	rc = list_devices(q, list);
	while (!rc && next_path(&at, q->device)) {
		/* Other devices do not have them, which is as good. */
		for (i = 0; i < ARRAY_SIZE(controls); i++) {
			rc = qmp_set(q, controls[i][0], controls[i][1]);
			if (rc == -EINVAL)
				rc = 0;
			if (rc)
				break;
		}
	}
	qmp_close(q);

	return rc;
}
