/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_table.h"

#include <errno.h>
#include <string.h>

#include "config_value.h"

const struct config_key config_keys[] = {
#define KEY(key, type, default_value, minimum, maximum, guards_access, help)                       \
	{ #key, default_value, guards_access },
#include "config_keys.h"
};

#define TYPE(type, ctype, expected) static const char expected_##type[] = expected;
#include "config_keys.h"

/* Where the value of each key is and what it may be. */
static const struct config_field {
	const struct config_type *type;
	size_t offset, size;
	const char *minimum, *maximum, *range, *expected;
} config_fields[] = {
#define KEY(key, type, default_value, minimum, maximum, guards_access, help)                       \
	{ &config_type_##type,                                                                     \
	  offsetof(struct config, key),                                                            \
	  sizeof(((struct config *)0)->key),                                                       \
	  minimum,                                                                                 \
	  maximum,                                                                                 \
	  minimum " to " maximum,                                                                  \
	  expected_##type },
#include "config_keys.h"
};

/* Room for the value of any key. */
union config_value {
#define KEY(key, type, default_value, minimum, maximum, guards_access, help)                       \
	config_ctype_##type key;
#include "config_keys.h"
};

#define KEY(key, type, default_value, minimum, maximum, guards_access, help)                       \
	_Static_assert(__builtin_types_compatible_p(__typeof__(((struct config *)0)->key),         \
						    config_ctype_##type),                          \
		       #key " does not have the C type of " #type);
#include "config_keys.h"

enum { N_KEYS = sizeof(config_keys) / sizeof(config_keys[0]), KEY_NAME_MAX = 32 };
_Static_assert(N_KEYS <= 64, "is_set has a bit for each key");
const size_t config_n_keys = N_KEYS;

char *config_trim(char *text, const char *blanks)
{
	size_t length;

	text += strspn(text, blanks);
	length = strlen(text);
	while (length > 0 && strchr(blanks, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

int config_find_key(const char *name, size_t length)
{
	for (size_t key = 0; key < N_KEYS; key++)
		if (strlen(config_keys[key].name) == length &&
		    memcmp(config_keys[key].name, name, length) == 0)
			return (int)key;
	return -ENOENT;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's distance, row by row; `b` is shorter than KEY_NAME_MAX. */
static unsigned edit_distance(const char *a, const char *b)
{
	unsigned row[KEY_NAME_MAX];
	size_t length = strlen(b);

	for (size_t i = 0; i <= length; i++)
		row[i] = (unsigned)i;
	for (; *a; a++) {
		unsigned diagonal = row[0]++;

		for (size_t i = 1; i <= length; i++) {
			unsigned above = row[i];

			row[i] = least(above + 1, row[i - 1] + 1, diagonal + (*a != b[i - 1]));
			diagonal = above;
		}
	}
	return row[length];
}

int config_nearest_key(const char *name)
{
	size_t length = strnlen(name, KEY_NAME_MAX);
	unsigned best = KEY_NAME_MAX;
	int nearest = -ENOENT;

	if (length == KEY_NAME_MAX)
		return -ENOENT;
	for (size_t key = 0; key < N_KEYS; key++) {
		size_t key_length = strlen(config_keys[key].name);
		unsigned distance = edit_distance(name, config_keys[key].name);

		/* When more than half has to change, it is another word. */
		if (distance < best &&
		    distance * 2 <= (length > key_length ? length : key_length)) {
			best = distance;
			nearest = (int)key;
		}
	}
	return nearest;
}

/* A limit of the table as a number. */
static uint64_t limit_number(const struct config_type *type, const char *limit)
{
	union config_value value = { .idle_timeout = 0 };
	const char *bad;

	(void)type->parse(limit, &value, &bad);
	return type->number(&value);
}

static bool in_range(const struct config_field *field, const void *value)
{
	uint64_t number;

	if (!field->type->number)
		return true;
	number = field->type->number(value);
	return number >= limit_number(field->type, field->minimum) &&
	       number <= limit_number(field->type, field->maximum);
}

int config_set(struct config *config, size_t key, const char *text, const char **ret_bad)
{
	const struct config_field *field = &config_fields[key];
	const char *bad = text;
	union config_value value;
	int r;

	/* A string does not fill its field: with zeros behind it, memcmp finds equal settings. */
	memset(&value, 0, sizeof(value));
	r = field->type->parse(text, &value, &bad);
	if (r == 0 && !in_range(field, &value))
		r = -ERANGE;
	if (r < 0) {
		*ret_bad = bad;
		return r;
	}
	memcpy((char *)config + field->offset, &value, field->size);
	return 0;
}

const char *config_separators(size_t key)
{
	return config_fields[key].type->separators;
}

const char *config_expected(size_t key)
{
	return config_fields[key].expected;
}

const char *config_range(size_t key)
{
	return config_fields[key].range;
}

int config_format(const struct config *config, size_t index, char *ret_text, size_t size)
{
	const struct config_field *field = &config_fields[index];

	return field->type->format((const char *)config + field->offset, ret_text, size);
}
