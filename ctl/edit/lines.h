/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Going through the lines of a text that is to be edited, and putting a new one together. */
#ifndef GPUDESK_LINES_H
#define GPUDESK_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct line {
	const char *start;
	size_t length; /* with its end */
	size_t bare;   /* without "\n" or "\r\n" */
};

/* The line that begins at *cursor, which moves behind it; false at the end. */
bool line_next(const char **cursor, const char *end, struct line *ret_line);

/* How the text's lines end: as its first one does, "\n" where there is none. */
const char *lines_end(const char *text, size_t length);

/* Whether the text's last line lacks its end. */
bool lines_lack_end(const char *text, size_t length);

/*
 * Begins a text that is written as a stream, and ends it: returns 0 and the malloc'ed text, or
 * -ENOMEM. lines_write_end() takes NULL for `stream`.
 */
struct lines_writer {
	FILE *stream;
	char *text;
	size_t length;
};

int lines_write_begin(struct lines_writer *writer);
int lines_write_end(struct lines_writer *writer, char **ret_text, size_t *ret_length);

#endif
