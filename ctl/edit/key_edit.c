/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key_edit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lines.h"

/* Offsets into the text of where the key is set or could be; NONE if there is no such place. */
struct places {
	size_t value, value_length; /* of the last line that sets it */
	size_t after_example;	    /* the last comment that shows it */
	size_t after_section;	    /* the section's first header */
};

static const size_t NONE = (size_t)-1;

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts the blanks off both ends. */
static void trim(const char **text, size_t *length)
{
	while (*length > 0 && is_blank(**text))
		++*text, --*length;
	while (*length > 0 && is_blank((*text)[*length - 1]))
		--*length;
}

static bool equals(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(text, word, length) == 0;
}

static bool is_header_of(const char *text, size_t length, const char *section)
{
	return length >= 2 && text[length - 1] == ']' && equals(text + 1, length - 2, section);
}

/* Whether the text is "KEY = VALUE"; if so, gives the value without blanks around it. */
static bool sets_key(const struct key_edit *edit, const char *text, size_t length,
		     const char **ret_value, size_t *ret_length)
{
	const char *equal = memchr(text, '=', length), *key = text;

	if (!equal)
		return false;
	size_t key_length = (size_t)(equal - text);
	trim(&key, &key_length);
	const char *value = equal + 1;
	size_t value_length = length - (size_t)(value - text);
	trim(&value, &value_length);
	*ret_value = value;
	*ret_length = value_length;
	return equals(key, key_length, edit->key);
}

static void take_line(const struct key_edit *edit, const char *text, const struct line *line,
		      bool *in_section, struct places *places)
{
	const char *content = line->start, *value;
	size_t length = line->bare, value_length;
	size_t after = (size_t)(line->start - text) + line->length;
	trim(&content, &length);
	if (length == 0)
		return;
	if (content[0] == '[') {
		*in_section = is_header_of(content, length, edit->section);
		if (*in_section && places->after_section == NONE)
			places->after_section = after;
	} else if (*in_section && content[0] == '#') {
		content++, length--;
		trim(&content, &length);
		if (sets_key(edit, content, length, &value, &value_length))
			places->after_example = after;
	} else if (*in_section && sets_key(edit, content, length, &value, &value_length)) {
		places->value = (size_t)(value - text);
		places->value_length = value_length;
	}
}

static struct places find_places(const struct key_edit *edit, const char *text, size_t length)
{
	struct places places = { NONE, 0, NONE, NONE };
	bool in_section = false;
	const char *cursor = text;
	struct line line;

	while (line_next(&cursor, text + length, &line))
		take_line(edit, text, &line, &in_section, &places);
	return places;
}

static int boolean_of(const char *text, size_t length)
{
	if ((length == 4 && strncasecmp(text, "true", 4) == 0) || equals(text, length, "1"))
		return 1;
	if ((length == 5 && strncasecmp(text, "false", 5) == 0) || equals(text, length, "0"))
		return 0;
	return -1;
}

static bool has_value(const struct key_edit *edit, const char *value, size_t length)
{
	if (equals(value, length, edit->value))
		return true;
	return edit->is_boolean && boolean_of(value, length) >= 0 &&
	       boolean_of(value, length) == boolean_of(edit->value, strlen(edit->value));
}

/* Writes the text with the key's line, and if wanted the section's header, added at `at`. */
static void add(const struct key_edit *edit, FILE *to, const char *text, size_t length, size_t at,
		bool with_header)
{
	const char *end = lines_end(text, length);

	fwrite(text, 1, at, to);
	if (lines_lack_end(text, at))
		fputs(end, to);
	if (with_header && at > 0)
		fputs(end, to);
	if (with_header)
		fprintf(to, "[%s]%s", edit->section, end);
	fprintf(to, "%s=%s%s", edit->key, edit->value, end);
	fwrite(text + at, 1, length - at, to);
}

int key_edit_apply(const struct key_edit *edit, const char *text, size_t length, char **ret_text,
		   size_t *ret_length)
{
	struct places places = find_places(edit, text, length);
	struct lines_writer writer;

	if (places.value != NONE && has_value(edit, text + places.value, places.value_length))
		return 0;
	int r = lines_write_begin(&writer);
	if (r < 0)
		return r;
	if (places.value != NONE) {
		size_t after = places.value + places.value_length;

		fwrite(text, 1, places.value, writer.stream);
		fputs(edit->value, writer.stream);
		fwrite(text + after, 1, length - after, writer.stream);
	} else if (places.after_example != NONE) {
		add(edit, writer.stream, text, length, places.after_example, false);
	} else if (places.after_section != NONE) {
		add(edit, writer.stream, text, length, places.after_section, false);
	} else {
		add(edit, writer.stream, text, length, length, true);
	}
	r = lines_write_end(&writer, ret_text, ret_length);
	return r < 0 ? r : 1;
}

int key_edit_apply_all(const struct key_edit *edits, size_t n, const char *text, size_t length,
		       char **ret_text, size_t *ret_length)
{
	char *edited = NULL, *next;

	for (size_t i = 0; i < n; i++) {
		int r = key_edit_apply(&edits[i], edited ? edited : text, length, &next, &length);

		if (r < 0) {
			free(edited);
			return r;
		}
		if (r == 0)
			continue;
		free(edited);
		edited = next;
	}
	if (!edited)
		return 0;
	*ret_text = edited;
	*ret_length = length;
	return 1;
}
