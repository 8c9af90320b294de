// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuse.h"

#define PAGE_BYTES	4096
#define REQUEST_BYTES	(FUSE_MIN_READ_BUFFER + PAGE_BYTES)
#define ATTR_SECONDS	3600

/* Reads that can wait at a time; the kernel asks for a page only once. */
#define MAX_WAITING	1024

/* What the test says to the server. */
#define TELL_ANSWER	'a'
#define TELL_COUNT	'c'

struct read_request {
	uint64_t unique;
	uint32_t size;
};

struct server {
	int fd;
	unsigned int pages;
	bool answering;
	unsigned int waiting;
	struct read_request reads[MAX_WAITING];
};

static void reply(const struct server *s, uint64_t unique, int error,
		  const void *data, size_t len)
{
	char buf[sizeof(struct fuse_out_header) + PAGE_BYTES];
	struct fuse_out_header *head = (void *)buf;

	head->len = sizeof(*head) + len;
	head->error = error;
	head->unique = unique;
	if (len)
		memcpy(head + 1, data, len);
	/* The asker may have gone in the meantime. */
	if (write(s->fd, buf, head->len) < 0 && errno != ENOENT)
		perror("# fuse");
}

static void reply_read(const struct server *s, const struct read_request *rr)
{
	char page[PAGE_BYTES];

	memset(page, FUSE_PATTERN, sizeof(page));
	reply(s, rr->unique, 0, page, rr->size < sizeof(page) ? rr->size : sizeof(page));
}

static void answer_all(struct server *s)
{
	s->answering = true;
	while (s->waiting)
		reply_read(s, &s->reads[--s->waiting]);
}

static void init(const struct server *s, uint64_t unique,
		 const struct fuse_init_in *in)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = in->minor < FUSE_KERNEL_MINOR_VERSION ?
			 in->minor : FUSE_KERNEL_MINOR_VERSION,
		.max_write = PAGE_BYTES,
		.max_background = MAX_WAITING,
		.congestion_threshold = MAX_WAITING,
	};

	reply(s, unique, 0, &out, sizeof(out));
}

/* The file is the file system's root. */
static void getattr(const struct server *s, uint64_t unique)
{
	struct fuse_attr_out out = {
		.attr_valid = ATTR_SECONDS,
		.attr = {
			.ino = FUSE_ROOT_ID,
			.size = (uint64_t)s->pages * PAGE_BYTES,
			.mode = S_IFREG | 0666,
			.nlink = 1,
			.blksize = PAGE_BYTES,
		},
	};

	reply(s, unique, 0, &out, sizeof(out));
}

static void read_page(struct server *s, uint64_t unique,
		      const struct fuse_read_in *in)
{
	struct read_request rr = { .unique = unique, .size = in->size };

	if (s->answering || s->waiting == MAX_WAITING)
		reply_read(s, &rr);
	else
		s->reads[s->waiting++] = rr;
}

static bool serve(struct server *s)
{
	static char request[REQUEST_BYTES];
	const struct fuse_in_header *in = (const void *)request;
	struct fuse_open_out opened = { .open_flags = FOPEN_KEEP_CACHE };

	if (read(s->fd, request, sizeof(request)) < (ssize_t)sizeof(*in))
		return errno == EAGAIN || errno == EINTR || errno == ENOENT;

	switch (in->opcode) {
	case FUSE_INIT:
		init(s, in->unique, (const void *)(in + 1));
		break;
	case FUSE_GETATTR:
		getattr(s, in->unique);
		break;
	case FUSE_OPEN:
		reply(s, in->unique, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		read_page(s, in->unique, (const void *)(in + 1));
		break;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		reply(s, in->unique, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		reply(s, in->unique, -EOPNOTSUPP, NULL, 0);
	}

	return true;
}

static void listen_to(struct server *s, int from, int to)
{
	char what;

	if (read(from, &what, 1) != 1)
		_exit(0);
	if (what == TELL_ANSWER)
		answer_all(s);
	if (write(to, &s->waiting, sizeof(s->waiting)) < 0)
		_exit(1);
}

static void server_main(struct server *s, int from, int to)
{
	struct pollfd pfd[] = {
		{ .fd = s->fd, .events = POLLIN },
		{ .fd = from, .events = POLLIN },
	};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		if (poll(pfd, 2, -1) < 0 && errno != EINTR)
			_exit(1);
		if (pfd[0].revents && !serve(s))
			_exit(1);
		if (pfd[1].revents)
			listen_to(s, from, to);
	}
}

static int mount_file(struct fuse *f)
{
	char options[80];
	int fd, file;

	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -ENODEV;

	strcpy(f->path, "/tmp/idxd-fuseXXXXXX");
	file = mkstemp(f->path);
	if (file < 0)
		goto err;
	close(file);

	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=100666,user_id=0,group_id=0,allow_other", fd);
	if (!mount("idxd-test", f->path, "fuse", MS_NOSUID | MS_NODEV, options))
		return fd;
	unlink(f->path);
err:
	close(fd);
	return -errno;
}

static unsigned int ask(struct fuse *f, char what)
{
	unsigned int waiting = 0;

	if (write(f->tell, &what, 1) != 1 ||
	    read(f->hear, &waiting, sizeof(waiting)) != sizeof(waiting))
		return 0;

	return waiting;
}

int fuse_start(struct fuse *f, unsigned int pages)
{
	static struct server server;
	int down[2], up[2];
	struct stat st;

	memset(&server, 0, sizeof(server));
	server.pages = pages;
	server.fd = mount_file(f);
	if (server.fd < 0)
		return server.fd;

	if (pipe2(down, O_CLOEXEC) || pipe2(up, O_CLOEXEC))
		return -errno;
	fflush(stdout);
	f->server = fork();
	if (!f->server) {
		close(down[1]);
		close(up[0]);
		server_main(&server, down[0], up[1]);
	}
	/* When the server has gone, the kernel is to notice. */
	close(server.fd);
	close(down[0]);
	close(up[1]);
	f->tell = down[1];
	f->hear = up[0];
	if (f->server < 0)
		return -errno;

	/* The kernel learns the file's size. */
	return stat(f->path, &st) ? -errno : 0;
}

void fuse_answer(struct fuse *f)
{
	ask(f, TELL_ANSWER);
}

unsigned int fuse_waiting(struct fuse *f)
{
	return ask(f, TELL_COUNT);
}

void fuse_stop(struct fuse *f)
{
	if (f->server > 0) {
		kill(f->server, SIGKILL);
		waitpid(f->server, NULL, 0);
	}
	close(f->tell);
	close(f->hear);
	umount2(f->path, MNT_DETACH);
	unlink(f->path);
	f->server = 0;
}
