/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config_value.h"

#define KEY(field, TYPE, standard, minimum, maximum, guards, placeholder, help)                    \
	{ #field, #TYPE, standard, placeholder, help, guards },
const struct config_key config_keys[] = { CONFIG_KEYS(KEY) };
#undef KEY

/* Where the value of each key is and what it may be. */
static const struct config_field {
	const struct config_type *type;
	size_t offset, size;
	uint64_t minimum, maximum;
} config_fields[] = {
#define FIELD(field, TYPE, standard, minimum, maximum, guards, placeholder, help)                  \
	{ &config_type_##TYPE, offsetof(struct config, field),                                     \
	  sizeof(((struct config *)0)->field), minimum, maximum },
	CONFIG_KEYS(FIELD)
#undef FIELD
};

/* Room for the value of any key. */
union config_value {
#define MEMBER(field, TYPE, standard, minimum, maximum, guards, placeholder, help)                 \
	__typeof__(((struct config *)0)->field) field; /* NOLINT(bugprone-macro-parentheses) */
	CONFIG_KEYS(MEMBER)
#undef MEMBER
};

#define CHECK(field, TYPE, standard, minimum, maximum, guards, placeholder, help)                  \
	_Static_assert(__builtin_types_compatible_p(__typeof__(((struct config *)0)->field),       \
						    CONFIG_CTYPE_##TYPE),                          \
		       #field " has not the C type of " #TYPE);
CONFIG_KEYS(CHECK)
#undef CHECK

enum { N_KEYS = sizeof(config_keys) / sizeof(config_keys[0]), KEY_NAME_MAX = 32 };
_Static_assert(N_KEYS <= 64, "is_set has a bit for each key");
const size_t config_n_keys = N_KEYS;

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

		/* Where more than half has to change, the one is not meant for the other. */
		if (distance < best &&
		    distance * 2 <= (length > key_length ? length : key_length)) {
			best = distance;
			nearest = (int)key;
		}
	}
	return nearest;
}

static bool in_range(const struct config_field *field, const void *value)
{
	uint64_t number;

	if (!field->type->number)
		return true;
	number = field->type->number(value);
	return number >= field->minimum && number <= field->maximum;
}

int config_set(struct config *config, size_t key, const char *text, const char **ret_bad)
{
	const struct config_field *field = &config_fields[key];
	const char *bad = text;
	union config_value value;
	int r;

	/* A string does not fill its field: equal settings are to be equal bytes. */
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
	const char *expected = config_fields[key].type->expected;

	return expected ? expected : config_keys[key].placeholder;
}

/* The number formats itself: every type that has a range is kept as one. */
static void format_limit(const struct config_field *field, uint64_t limit, char *ret_text,
			 size_t size)
{
	union config_value value = { .idle_timeout = limit };

	/* an `unsigned` is not where a uint64_t is on every machine */
	if (field->size == sizeof(unsigned))
		value.max_viewers = (unsigned)limit;
	field->type->format(&value, ret_text, size);
}

void config_range(size_t key, char ret_text[static CONFIG_RANGE_MAX])
{
	char minimum[CONFIG_RANGE_MAX / 2 - 4], maximum[CONFIG_RANGE_MAX / 2 - 4];

	format_limit(&config_fields[key], config_fields[key].minimum, minimum, sizeof(minimum));
	format_limit(&config_fields[key], config_fields[key].maximum, maximum, sizeof(maximum));
	snprintf(ret_text, CONFIG_RANGE_MAX, "%s to %s", minimum, maximum);
}

int config_format(const struct config *config, size_t index, char *ret_text, size_t size)
{
	const struct config_field *field = &config_fields[index];

	return field->type->format((const char *)config + field->offset, ret_text, size);
}
