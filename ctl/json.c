/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

/* U+FFFD takes three bytes. */
static const char replacement[] = "\xef\xbf\xbd";

/* Replaces the bytes that are not UTF-8. Slow: it tries each character by itself. */
static json_t *replace_invalid(const char *text)
{
	size_t length = strlen(text);
	char *copy = calloc(length + 1, 3);
	json_t *result = NULL;

	if (!copy)
		return NULL;
	for (size_t at = 0, to = 0; at < length;) {
		size_t n = 1;
		json_t *whole = NULL;

		for (; n <= 4 && at + n <= length && !whole; n++)
			whole = json_stringn(text + at, n);
		n--;
		if (whole)
			memcpy(copy + to, text + at, n);
		else
			memcpy(copy + to, replacement, n = 3);
		to += n;
		at += whole ? n : 1;
		json_decref(whole);
	}
	result = json_string(copy);
	free(copy);
	return result;
}

json_t *json_text(const char *text)
{
	if (!text)
		return json_null();
	json_t *string = json_string(text);
	return string ? string : replace_invalid(text);
}

json_t *json_text_or_null(const char *text)
{
	return json_text(text && *text ? text : NULL);
}

int json_print(json_t *root)
{
	if (!root)
		return ctl_failed("out of memory");
	int r = json_dumpf(root, stdout, JSON_INDENT(2));
	json_decref(root);
	if (r < 0 || putchar('\n') == EOF)
		return ctl_failed("cannot write to standard output");
	return CTL_OK;
}
