/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "take_back.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

struct lines {
	struct line *lines;
	size_t n;
};

struct taking {
	struct lines before, after, now;
	size_t *places; /* for each line of `before`: 1 + the line of `now` where it is put, or 0 */
	size_t *found;	/* for each line of `after`: 1 + the line of `now` that is it, or 0 */
	bool *is_gone;	/* for each line of `now` */
	/* The edit, as a range of lines: what is around it is the same before and after. */
	size_t first, before_end, after_end;
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

static void find_edit(struct taking *taking)
{
	const struct lines *before = &taking->before, *after = &taking->after;
	size_t i = 0, n = before->n, m = after->n;

	while (i < n && i < m && is_same(&before->lines[i], &after->lines[i]))
		i++;
	while (n > i && m > i && is_same(&before->lines[n - 1], &after->lines[m - 1]))
		n--, m--;
	taking->first = i;
	taking->before_end = n;
	taking->after_end = m;
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

/* Whether the edit has not added it, or others have a line like it, which is all that is left. */
static bool is_of_others(const struct taking *taking, const struct line *line)
{
	size_t n = count(&taking->before, line);

	return count(&taking->after, line) <= n || count(&taking->now, line) <= n;
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
static size_t place_of(const struct taking *taking, const struct line *old)
{
	size_t first = 0;

	for (size_t j = taking->first; j < taking->after_end; j++) {
		if (has_same_key(&taking->after.lines[j], old))
			return taking->found[j];
		if (!first)
			first = taking->found[j];
	}
	return first;
}

static void take_edit(struct taking *taking, struct take_back *result)
{
	for (size_t j = taking->first; j < taking->after_end; j++) {
		const struct line *line = &taking->after.lines[j];
		size_t k = is_blank(line) || is_of_others(taking, line) ? taking->now.n
									: find_now(taking, j);

		if (k == taking->now.n)
			continue;
		taking->is_gone[k] = true;
		taking->found[j] = k + 1;
		result->n_taken++;
	}
	for (size_t i = taking->first; i < taking->before_end; i++) {
		const struct line *line = &taking->before.lines[i];
		size_t n = count(&taking->before, line);

		if (count(&taking->after, line) >= n)
			continue;
		taking->places[i] = place_of(taking, line);
		result->n_lost += !taking->places[i] && !is_blank(line) &&
				  count(&taking->now, line) < n;
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
	taking->places = calloc(taking->before.n + 1, sizeof(*taking->places));
	taking->found = calloc(taking->after.n + 1, sizeof(*taking->found));
	taking->is_gone = calloc(taking->now.n + 1, sizeof(*taking->is_gone));
	if (!taking->places || !taking->found || !taking->is_gone)
		return -ENOMEM;
	find_edit(taking);
	take_edit(taking, result);
	keep_headers(taking, result);
	return write_text(taking, now, result);
}

int take_back(struct text before, struct text after, struct text now, struct take_back *ret_result)
{
	struct taking taking = { .first = 0 };
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
	if (r >= 0)
		*ret_result = result;
	return r;
}
