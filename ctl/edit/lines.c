/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool line_next(const char **cursor, const char *end, struct line *ret_line)
{
	const char *start = *cursor;

	if (start == end)
		return false;
	const char *newline = memchr(start, '\n', (size_t)(end - start));
	size_t length = newline ? (size_t)(newline + 1 - start) : (size_t)(end - start);
	size_t bare = newline ? length - 1 : length;
	if (newline && bare > 0 && start[bare - 1] == '\r')
		bare--;
	*ret_line = (struct line){ .start = start, .length = length, .bare = bare };
	*cursor = start + length;
	return true;
}

const char *lines_end(const char *text, size_t length)
{
	const char *cursor = text;
	struct line line;

	if (line_next(&cursor, text + length, &line) && line.length - line.bare == 2)
		return "\r\n";
	return "\n";
}

bool lines_lack_end(const char *text, size_t length)
{
	return length > 0 && text[length - 1] != '\n';
}

int lines_write_begin(struct lines_writer *writer)
{
	*writer = (struct lines_writer){ 0 };
	writer->stream = open_memstream(&writer->text, &writer->length);
	return writer->stream ? 0 : -ENOMEM;
}

int lines_write_end(struct lines_writer *writer, char **ret_text, size_t *ret_length)
{
	bool failed = ferror(writer->stream) != 0;

	if (fclose(writer->stream) != 0 || failed) {
		free(writer->text);
		return -ENOMEM;
	}
	*ret_text = writer->text;
	*ret_length = writer->length;
	return 0;
}
