/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "group_edit.h"

#include <errno.h>
#include <string.h>

#include "lines.h"

/* Pointers into the text: the list of members, and a member in it. */
struct place {
	const char *list, *end;
	const char *member; /* NULL: not in the list */
};

/* The members are in the last field of the group's line, after the third colon. */
static bool find_list(const char *text, size_t length, const char *group, struct place *place)
{
	const char *cursor = text;
	size_t name = strlen(group);
	struct line line;

	while (line_next(&cursor, text + length, &line)) {
		const char *colon = line.start, *end = line.start + line.bare;

		if (line.bare <= name || memcmp(line.start, group, name) != 0 ||
		    line.start[name] != ':')
			continue;
		for (int i = 0; i < 3 && colon; i++) {
			colon = memchr(colon, ':', (size_t)(end - colon));
			colon = colon ? colon + 1 : NULL;
		}
		if (!colon)
			continue;
		*place = (struct place){ .list = colon, .end = end };
		return true;
	}
	return false;
}

static void find_member(const char *member, struct place *place)
{
	size_t length = strlen(member);

	for (const char *at = place->list; at < place->end;) {
		const char *comma = memchr(at, ',', (size_t)(place->end - at));
		const char *end = comma ? comma : place->end;

		if ((size_t)(end - at) == length && memcmp(at, member, length) == 0)
			place->member = at;
		at = end + 1;
	}
}

int group_edit_has(const char *text, size_t length, const char *group, const char *member)
{
	struct place place;

	if (!find_list(text, length, group, &place))
		return -ENOENT;
	find_member(member, &place);
	return place.member != NULL;
}

static void write_without(FILE *to, const char *text, size_t length, const char *member,
			  const struct place *place)
{
	const char *from = place->member, *after = place->member + strlen(member);

	/* With the comma before it, or for the first member the comma after it. */
	if (from > place->list)
		from--;
	else if (after < place->end)
		after++;
	fwrite(text, 1, (size_t)(from - text), to);
	fwrite(after, 1, length - (size_t)(after - text), to);
}

int group_edit_apply(const char *text, size_t length, const char *group, const char *member,
		     bool is_in, char **ret_text, size_t *ret_length)
{
	struct lines_writer writer;
	struct place place;

	if (!find_list(text, length, group, &place))
		return 0;
	find_member(member, &place);
	if (is_in == (place.member != NULL))
		return 0;
	int r = lines_write_begin(&writer);
	if (r < 0)
		return r;
	if (is_in) {
		fwrite(text, 1, (size_t)(place.end - text), writer.stream);
		fprintf(writer.stream, "%s%s", place.end > place.list ? "," : "", member);
		fwrite(place.end, 1, length - (size_t)(place.end - text), writer.stream);
	} else {
		write_without(writer.stream, text, length, member, &place);
	}
	r = lines_write_end(&writer, ret_text, ret_length);
	return r < 0 ? r : 1;
}
