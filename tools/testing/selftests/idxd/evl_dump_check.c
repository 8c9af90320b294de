// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a dump of the event log and says what is wrong with it by itself: the
 * numbers in front must be those of the entries, their indices must follow one
 * another up to the tail, and the words must say what the raw words say.
 *
 * usage: evl_dump_check < DUMP
 *
 * Prints nothing and ends with 0 if all is right.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HANDLED, WAITING, NOT_TAKEN, OVERWRITTEN, STATES };

static const char *const states[STATES] = {
	"handled", "waiting", "not taken", "overwritten",
};

struct head {
	unsigned long size, bytes, head, tail;
	unsigned long count[STATES];
};

#define NOT_SAID	(~0UL)

/* What the lines of an entry say */
struct words {
	unsigned long index;
	int state;
	unsigned long error, queue, opcode, pasid, batch, batch_index;
	unsigned long address;
	unsigned int raw_lines;
	unsigned long raw[4];
};

static void bad(unsigned long index, const char *what)
{
	printf("entry %lu: %s\n", index, what);
	exit(1);
}

/* "KEY: NUMBER", the number in any base that C knows; where it ends, or NULL */
static const char *number(const char *line, const char *key, unsigned long *value)
{
	size_t len = strlen(key);
	char *end;

	line += strspn(line, " ");
	if (strncmp(line, key, len))
		return NULL;
	*value = strtoul(line + len, &end, 0);

	return end;
}

static void head_line(struct head *h, const char *line)
{
	char key[16];
	int i;

	number(line, "size: ", &h->size);
	number(line, "bytes per entry: ", &h->bytes);
	number(line, "head: ", &h->head);
	number(line, "tail: ", &h->tail);
	for (i = 0; i < STATES; i++) {
		snprintf(key, sizeof(key), "%s: ", states[i]);
		number(line, key, &h->count[i]);
	}
}

static bool entry_line(struct words *w, const char *line)
{
	const char *end = number(line, "entry ", &w->index);
	int i;

	if (!end)
		return false;

	w->state = STATES;
	for (i = 0; i < STATES; i++)
		if (!strncmp(end, ": ", 2) && !strcmp(end + 2, states[i]))
			w->state = i;
	w->error = NOT_SAID;
	w->queue = NOT_SAID;
	w->opcode = NOT_SAID;
	w->pasid = NOT_SAID;
	w->batch = NOT_SAID;
	w->batch_index = NOT_SAID;
	w->address = NOT_SAID;
	w->raw_lines = 0;

	return true;
}

static void raw_line(struct words *w, const char *line, unsigned long at)
{
	char *end = (char *)line;
	int i;

	if (at != 32 * w->raw_lines++ || *end++ != ':')
		bad(w->index, "raw lines");
	for (i = 0; !at && i < 4; i++)
		w->raw[i] = strtoul(end, &end, 16);
}

static void words_line(struct words *w, const char *line)
{
	const char *end;
	unsigned long n;

	number(line, "error: ", &w->error);
	if (number(line, "queue: wq", &n))
		number(strchr(line, '.'), ".", &w->queue);
	number(line, "operation: ", &w->opcode);
	number(line, "PASID: ", &w->pasid);
	number(line, "address: ", &w->address);
	end = number(line, "batch: ", &w->batch);
	if (end)
		number(end, ", index ", &w->batch_index);
	end = number(line, "raw ", &n);
	if (end)
		raw_line(w, end, n);
}

static void expect(const struct words *w, const char *what, bool valid, unsigned long raw,
		   unsigned long said)
{
	if (said != (valid ? raw : NOT_SAID))
		bad(w->index, what);
}

static void words_check(const struct words *w, const struct head *h)
{
	unsigned long q = w->raw[0];
	bool desc = q & 4;

	if (w->state >= OVERWRITTEN)
		bad(w->index, "state");
	if (w->index >= h->size)
		bad(w->index, "beyond the ring");
	if (w->raw_lines * 32 != h->bytes)
		bad(w->index, "bytes");

	expect(w, "error", true, q >> 8 & 0xff, w->error);
	expect(w, "queue", q & 8, q >> 16 & 0xff, w->queue);
	expect(w, "operation", desc, q >> 32 & 0xff, w->opcode);
	expect(w, "PASID", desc, q >> 40 & 0xfffff, w->pasid);
	expect(w, "batch", desc && (q & 16), q >> 24 & 0xff, w->batch);
	expect(w, "batch index", desc && (q & 16), w->raw[1] & 0xffff, w->batch_index);
	if (w->address != w->raw[2])
		bad(w->index, "address");
}

int main(void)
{
	unsigned long seen[STATES] = {}, entries = 0, gaps = 0, last = 0, used;
	struct head h = {};
	struct words w = {};
	bool body = false;
	char line[512];
	int i;

	for (;;) {
		bool more = fgets(line, sizeof(line), stdin);

		if (more)
			line[strcspn(line, "\n")] = 0;
		/* An empty line ends the numbers in front, and each entry. */
		if (more && *line) {
			if (!body)
				head_line(&h, line);
			else if (!entry_line(&w, line))
				words_line(&w, line);
			continue;
		}
		if (body) {
			words_check(&w, &h);
			if (entries && w.index == last)
				bad(w.index, "twice");
			if (entries)
				gaps += (w.index + h.size - last) % h.size - 1;
			if (w.state != NOT_TAKEN && seen[NOT_TAKEN])
				bad(w.index, "after one that is not taken");
			last = w.index;
			seen[w.state]++;
			entries++;
		}
		body = true;
		if (!more)
			break;
	}
	if (!h.size)
		return entries ? 1 : 0;

	for (i = 0; i < OVERWRITTEN; i++) {
		if (seen[i] == h.count[i])
			continue;
		printf("%lu %s, but %lu of them\n", h.count[i], states[i], seen[i]);
		return 1;
	}
	used = (h.tail + h.size - h.head) % h.size;
	if (used < h.count[NOT_TAKEN] || used > h.count[NOT_TAKEN] + h.count[OVERWRITTEN]) {
		printf("head %lu, tail %lu, but %lu not taken\n", h.head, h.tail,
		       h.count[NOT_TAKEN]);
		return 1;
	}
	if (entries && gaps > h.count[OVERWRITTEN]) {
		printf("%lu missing, %lu overwritten\n", gaps, h.count[OVERWRITTEN]);
		return 1;
	}
	if (entries && !h.count[OVERWRITTEN] && (gaps || (last + 1) % h.size != h.tail)) {
		printf("%lu missing, last %lu, tail %lu\n", gaps, last, h.tail);
		return 1;
	}

	return 0;
}
