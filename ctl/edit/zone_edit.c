/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_edit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lines.h"

enum { ATTRIBUTE_MAX = 64 };

/* Whether the element has NAME="VALUE" or NAME='VALUE'. */
static bool has_attribute(const char *element, size_t length, const char *name, const char *value)
{
	char text[ATTRIBUTE_MAX];

	for (const char *quote = "\"'"; *quote; quote++) {
		int n = snprintf(text, sizeof(text), " %s=%c%s%c", name, *quote, value, *quote);

		if (memmem(element, length, text, (size_t)n))
			return true;
	}
	return false;
}

/* The end of the comment, the whole rule (ports in there are not ours) or the tag at `at`. */
static const char *end_of(const char *at, const char *end)
{
	const char *close = ">";

	if (strncmp(at, "<!--", 4) == 0)
		close = "-->";
	else if (strncmp(at, "<rule", 5) == 0)
		close = "</rule>";
	const char *found = memmem(at, (size_t)(end - at), close, strlen(close));
	return found ? found + strlen(close) : end;
}

/* Finds the first such element from `at` on. Returns false if there is none. */
static bool find_port(const char *at, const char *end, const char *port, const char **ret_start,
		      const char **ret_end)
{
	while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		const char *after = end_of(at, end);
		size_t length = (size_t)(after - at);

		if (strncmp(at, "<port ", 6) == 0 && memcmp(after - 2, "/>", 2) == 0 &&
		    has_attribute(at, length, "port", port) &&
		    has_attribute(at, length, "protocol", "tcp")) {
			*ret_start = at;
			*ret_end = after;
			return true;
		}
		at = after;
	}
	return false;
}

/* Widens it to the whole line if nothing else is on it. */
static void widen(const char *text, const char *end, const char **from, const char **after)
{
	const char *start = *from, *stop = *after;

	while (start > text && (start[-1] == ' ' || start[-1] == '\t'))
		start--;
	while (stop < end && (*stop == ' ' || *stop == '\t' || *stop == '\r'))
		stop++;
	if ((start > text && start[-1] != '\n') || stop == end || *stop != '\n')
		return;
	*from = start;
	*after = stop + 1;
}

int zone_edit_close(const char *text, size_t length, const char *port, char **ret_text,
		    size_t *ret_length)
{
	const char *at = text, *end = text + length, *from, *after;
	struct lines_writer writer;

	if (!find_port(text, end, port, &from, &after))
		return 0;
	int r = lines_write_begin(&writer);
	if (r < 0)
		return r;
	while (find_port(at, end, port, &from, &after)) {
		widen(text, end, &from, &after);
		fwrite(at, 1, (size_t)(from - at), writer.stream);
		at = after;
	}
	fwrite(at, 1, (size_t)(end - at), writer.stream);
	r = lines_write_end(&writer, ret_text, ret_length);
	return r < 0 ? r : 1;
}
