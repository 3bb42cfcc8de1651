/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a text line by line, and writes its edited copy. */
#ifndef GPUDESK_LINES_H
#define GPUDESK_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct line {
	const char *start;
	size_t length; /* with its ending */
	size_t bare;   /* without it: "\n" or "\r\n" */
};

/* Takes the line at *cursor and moves *cursor past it. Returns false at the end. */
bool line_next(const char **cursor, const char *end, struct line *ret_line);

/* The ending of the text's lines: that of its first one, or "\n". */
const char *lines_end(const char *text, size_t length);

/* Whether the text's last line has no ending. */
bool lines_lack_end(const char *text, size_t length);

/*
 * A text that is written to a stream. Both return 0 or -ENOMEM; end gives the text, for the caller
 * to free, and closes the stream in any case.
 */
struct lines_writer {
	FILE *stream;
	char *text;
	size_t length;
};

int lines_write_begin(struct lines_writer *writer);
int lines_write_end(struct lines_writer *writer, char **ret_text, size_t *ret_length);

#endif
