/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pam_edit.h"

#include <stdbool.h>
#include <string.h>

#include "lines.h"

static const char module[] = "pam_gpudesk.so";

static bool is_ours(const struct line *line)
{
	size_t blanks = 0;

	while (blanks < line->bare && (line->start[blanks] == ' ' || line->start[blanks] == '\t'))
		blanks++;
	return blanks < line->bare && line->start[blanks] != '#' &&
	       memmem(line->start, line->bare, module, strlen(module));
}

int pam_edit_apply(const char *text, size_t length, char **ret_text, size_t *ret_length)
{
	const char *end = lines_end(text, length), *cursor = text;
	struct lines_writer writer;
	bool lacks_end = false;
	struct line line;
	int r = lines_write_begin(&writer);

	if (r < 0)
		return r;
	while (line_next(&cursor, text + length, &line)) {
		if (is_ours(&line))
			continue;
		fwrite(line.start, 1, line.length, writer.stream);
		lacks_end = line.length == line.bare;
	}
	if (lacks_end)
		fputs(end, writer.stream);
	fprintf(writer.stream, "%s%s", PAM_EDIT_LINE, end);
	return lines_write_end(&writer, ret_text, ret_length);
}
