/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "take_back.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

enum { DISTANCE_MAX = 400 }; /* lines, between two that are the same again */

struct lines {
	struct line *lines;
	size_t n;
};

/* A change from `before` to `after`: the lines from..to of one became those of the other. */
struct hunk {
	size_t before, before_end, after, after_end;
};

struct taking {
	struct lines before, after, now;
	size_t *places; /* for each line of `before`: 1 + the line of `now` where it is put, or 0 */
	size_t *found;	/* for each line of `after`: 1 + the line of `now` that is it, or 0 */
	bool *is_gone;	/* for each line of `now` */
	struct hunk *hunks;
	size_t n_hunks;
};

static int split(struct text text, struct lines *ret_lines)
{
	const char *cursor = text.start, *end = text.start + text.length;
	struct line line;
	size_t n = 0;

	while (line_next(&cursor, end, &line))
		n++;
	ret_lines->lines = calloc(n + 1, sizeof(line));
	if (!ret_lines->lines)
		return -ENOMEM;
	ret_lines->n = n;
	cursor = text.start;
	for (size_t i = 0; i < n; i++)
		(void)line_next(&cursor, end, &ret_lines->lines[i]);
	return 0;
}

static size_t skip_blanks(const struct line *line, size_t at)
{
	while (at < line->bare && (line->start[at] == ' ' || line->start[at] == '\t'))
		at++;
	return at;
}

static bool is_same(const struct line *a, const struct line *b)
{
	size_t i = skip_blanks(a, 0), j = skip_blanks(b, 0);

	while (i < a->bare && j < b->bare &&
	       tolower((unsigned char)a->start[i]) == tolower((unsigned char)b->start[j])) {
		i = skip_blanks(a, i + 1);
		j = skip_blanks(b, j + 1);
	}
	return i == a->bare && j == b->bare;
}

static bool is_blank(const struct line *line)
{
	return skip_blanks(line, 0) == line->bare;
}

static bool is_header(const struct line *line)
{
	size_t at = skip_blanks(line, 0);

	return at < line->bare && line->start[at] == '[';
}

static size_t count(const struct lines *lines, const struct line *line)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->n; i++)
		n += is_same(&lines->lines[i], line);
	return n;
}

/* ---- What the edit was ----------------------------------------------------------------------- */

/* From two lines that differ to the nearest two that are the same, or to both ends. */
static struct hunk next_hunk(const struct taking *taking, size_t i, size_t j)
{
	for (size_t distance = 1; distance <= DISTANCE_MAX; distance++)
		for (size_t x = 0; x <= distance; x++) {
			size_t to_i = i + x, to_j = j + distance - x;

			if (to_i < taking->before.n && to_j < taking->after.n &&
			    is_same(&taking->before.lines[to_i], &taking->after.lines[to_j]))
				return (struct hunk){ i, to_i, j, to_j };
		}
	return (struct hunk){ i, taking->before.n, j, taking->after.n };
}

static int find_hunks(struct taking *taking)
{
	size_t i = 0, j = 0;

	while (i < taking->before.n || j < taking->after.n) {
		if (i < taking->before.n && j < taking->after.n &&
		    is_same(&taking->before.lines[i], &taking->after.lines[j])) {
			i++, j++;
			continue;
		}
		struct hunk *grown = reallocarray(taking->hunks, taking->n_hunks + 1,
						  sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		taking->hunks = grown;
		grown[taking->n_hunks] = next_hunk(taking, i, j);
		i = grown[taking->n_hunks].before_end;
		j = grown[taking->n_hunks++].after_end;
	}
	return 0;
}

/* ---- Where it is now ------------------------------------------------------------------------- */

/* The line of `now` that is the one at `index` of `after`: best where the one before it, too. */
static size_t find_now(const struct taking *taking, size_t index)
{
	const struct line *line = &taking->after.lines[index];
	size_t found = taking->now.n;

	for (size_t k = 0; k < taking->now.n; k++) {
		if (taking->is_gone[k] || !is_same(&taking->now.lines[k], line))
			continue;
		found = k;
		if (k > 0 && index > 0 &&
		    is_same(&taking->now.lines[k - 1], &taking->after.lines[index - 1]))
			break;
	}
	return found;
}

/* Whether others have a line like it, which was there before and is all that is left. */
static bool is_of_others(const struct taking *taking, const struct line *line)
{
	return count(&taking->now, line) <= count(&taking->before, line);
}

/* The length of a line's key with the blanks around it; 0: it has none. */
static size_t key_length(const struct line *line)
{
	const char *equals = memchr(line->start, '=', line->bare);

	return equals ? (size_t)(equals - line->start) : 0;
}

static bool has_same_key(const struct line *a, const struct line *b)
{
	const struct line keys[] = { { a->start, 0, key_length(a) },
				     { b->start, 0, key_length(b) } };

	return keys[0].bare > 0 && keys[1].bare > 0 && is_same(&keys[0], &keys[1]);
}

/*
 * Where an old line is put: at the new one that has its key, if there is one; else at the first
 * that is still there. Returns 1 + the line of `now`, or 0: there is none.
 */
static size_t place_of(const struct taking *taking, const struct hunk *hunk, const struct line *old)
{
	size_t first = 0;

	for (size_t j = hunk->after; j < hunk->after_end; j++) {
		if (has_same_key(&taking->after.lines[j], old))
			return taking->found[j];
		if (!first)
			first = taking->found[j];
	}
	return first;
}

static void take_hunk(struct taking *taking, const struct hunk *hunk, struct take_back *result)
{
	for (size_t j = hunk->after; j < hunk->after_end; j++) {
		const struct line *line = &taking->after.lines[j];
		size_t k = is_blank(line) || is_of_others(taking, line) ? taking->now.n
									: find_now(taking, j);

		if (k == taking->now.n)
			continue;
		taking->is_gone[k] = true;
		taking->found[j] = k + 1;
		result->n_taken++;
	}
	for (size_t i = hunk->before; i < hunk->before_end; i++) {
		const struct line *line = &taking->before.lines[i];

		taking->places[i] = place_of(taking, hunk, line);
		result->n_lost += !taking->places[i] && !is_blank(line) &&
				  count(&taking->now, line) < count(&taking->before, line);
	}
}

/* A header stays where lines follow it in its section. */
static void keep_headers(struct taking *taking, struct take_back *result)
{
	for (size_t k = 0; k < taking->now.n; k++) {
		if (!taking->is_gone[k] || !is_header(&taking->now.lines[k]))
			continue;
		for (size_t i = k + 1; i < taking->now.n; i++) {
			if (is_header(&taking->now.lines[i]))
				break;
			if (taking->is_gone[i] || is_blank(&taking->now.lines[i]))
				continue;
			taking->is_gone[k] = false;
			result->n_taken--;
			break;
		}
	}
}

/* ---- The new text ---------------------------------------------------------------------------- */

static void put_old(const struct taking *taking, size_t place, FILE *to, const char *end)
{
	for (size_t i = 0; i < taking->before.n; i++)
		if (taking->places[i] == place + 1) {
			fwrite(taking->before.lines[i].start, 1, taking->before.lines[i].bare, to);
			fputs(end, to);
		}
}

static int write_text(const struct taking *taking, struct text now, struct take_back *result)
{
	const char *end = lines_end(now.start, now.length);
	struct lines_writer writer;
	int r = lines_write_begin(&writer);

	if (r < 0)
		return r;
	for (size_t k = 0; k < taking->now.n; k++) {
		if (taking->is_gone[k])
			put_old(taking, k, writer.stream, end);
		else
			fwrite(taking->now.lines[k].start, 1, taking->now.lines[k].length,
			       writer.stream);
	}
	return lines_write_end(&writer, &result->text, &result->length);
}

static int take(struct taking *taking, struct text now, struct take_back *result)
{
	int r = find_hunks(taking);

	taking->places = calloc(taking->before.n + 1, sizeof(*taking->places));
	taking->found = calloc(taking->after.n + 1, sizeof(*taking->found));
	taking->is_gone = calloc(taking->now.n + 1, sizeof(*taking->is_gone));
	if (r < 0 || !taking->places || !taking->found || !taking->is_gone)
		return -ENOMEM;
	for (size_t i = 0; i < taking->n_hunks; i++)
		take_hunk(taking, &taking->hunks[i], result);
	keep_headers(taking, result);
	return write_text(taking, now, result);
}

int take_back(struct text before, struct text after, struct text now, struct take_back *ret_result)
{
	struct taking taking = { .n_hunks = 0 };
	struct take_back result = { .text = NULL };
	int r = split(before, &taking.before);

	if (r >= 0)
		r = split(after, &taking.after);
	if (r >= 0)
		r = split(now, &taking.now);
	if (r >= 0)
		r = take(&taking, now, &result);
	free(taking.before.lines);
	free(taking.after.lines);
	free(taking.now.lines);
	free(taking.places);
	free(taking.found);
	free(taking.is_gone);
	free(taking.hunks);
	if (r >= 0)
		*ret_result = result;
	return r;
}
