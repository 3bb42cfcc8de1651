/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types of values that are numbers: counts, time spans and sizes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config_value.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The first name is the one that is written. */
struct unit {
	const char *names;
	uint64_t factor;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* Reads the digits at *text and moves *text past them. Returns 0, -EINVAL or -ERANGE. */
static int scan_number(const char **text, uint64_t *ret_number)
{
	const char *p = *text;
	uint64_t number = 0;

	if (!is_digit(*p))
		return -EINVAL;
	for (; is_digit(*p); p++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*p - '0'), &number))
			return -ERANGE;
	*text = p;
	*ret_number = number;
	return 0;
}

static bool has_name(const struct unit *unit, const char *word, size_t length,
		     int (*compare)(const char *, const char *, size_t))
{
	size_t n;

	for (const char *name = unit->names; *name; name += n + (name[n] == ' ')) {
		n = strcspn(name, " ");
		if (n == length && compare(name, word, n) == 0)
			return true;
	}
	return false;
}

/* Reads the word at *text, moves *text past it and returns the unit it names, or NULL. */
static const struct unit *scan_unit(const char **text, const struct unit *units, size_t n,
				    int (*compare)(const char *, const char *, size_t))
{
	const char *word = *text;
	size_t length = 0;

	while (is_letter(word[length]))
		length++;
	*text += length;
	for (size_t i = 0; i < n; i++)
		if (has_name(&units[i], word, length, compare))
			return &units[i];
	return NULL;
}

/* Writes "10min". Returns the length or -ENOSPC. */
static int format_in_unit(uint64_t number, const struct unit *unit, char *ret_text, size_t size)
{
	return config_fitted(snprintf(ret_text, size, "%llu%.*s", (unsigned long long)number,
				      (int)strcspn(unit->names, " "), unit->names),
			     size);
}

/* Whole numbers */

static int parse_uint(const char *text, void *ret, const char **ret_bad)
{
	uint64_t number;
	int r = scan_number(&text, &number);

	(void)ret_bad;
	if (r < 0)
		return r;
	if (*text)
		return -EINVAL;
	if (number > UINT32_MAX)
		return -ERANGE;
	*(unsigned *)ret = (unsigned)number;
	return 0;
}

static int format_uint(const void *value, char *ret_text, size_t size)
{
	return config_fitted(snprintf(ret_text, size, "%u", *(const unsigned *)value), size);
}

static uint64_t number_of_uint(const void *value)
{
	return *(const unsigned *)value;
}

const struct config_type config_type_UINT = { parse_uint, format_uint, number_of_uint, "" };

/* Time spans: whole numbers with the units of systemd.time(7) up to weeks, the largest first. */

static const struct unit time_units[] = {
	{ "w week weeks", 604800000000 },
	{ "d day days", 86400000000 },
	{ "h hr hour hours", 3600000000 },
	{ "min m minute minutes", 60000000 },
	{ "s sec second seconds", 1000000 },
	{ "ms msec", 1000 },
	{ "us usec", 1 },
};

/* Adds `number` of `factor` to *sum, which stays below CONFIG_NEVER. */
static int add_span(uint64_t *sum, uint64_t number, uint64_t factor)
{
	uint64_t total;

	if (__builtin_mul_overflow(number, factor, &total) ||
	    __builtin_add_overflow(total, *sum, &total) || total == CONFIG_NEVER)
		return -ERANGE;
	*sum = total;
	return 0;
}

/* Reads "1h 30min": each number has its unit. */
static int parse_span_sum(const char *text, uint64_t *ret_usec)
{
	uint64_t sum = 0, number;

	do {
		const struct unit *unit;
		int r = scan_number(&text, &number);

		if (r < 0)
			return r;
		text = skip_blanks(text);
		unit = scan_unit(&text, time_units, LENGTH_OF(time_units), strncmp);
		if (!unit)
			return -EINVAL;
		r = add_span(&sum, number, unit->factor);
		if (r < 0)
			return r;
		text = skip_blanks(text);
	} while (*text);
	*ret_usec = sum;
	return 0;
}

static int parse_seconds(const char *text, uint64_t *ret_usec)
{
	uint64_t seconds, usec = 0;
	int r = scan_number(&text, &seconds);

	if (r < 0)
		return r;
	r = add_span(&usec, seconds, 1000000);
	if (r < 0)
		return r;
	*ret_usec = usec;
	return 0;
}

int config_parse_timespan(const char *text, uint64_t *ret_usec)
{
	if (strcmp(text, "never") == 0 || strcmp(text, "infinity") == 0) {
		*ret_usec = CONFIG_NEVER;
		return 0;
	}
	if (*text && !text[strspn(text, "0123456789")])
		return parse_seconds(text, ret_usec);
	return parse_span_sum(text, ret_usec);
}

static int parse_timespan(const char *text, void *ret, const char **ret_bad)
{
	(void)ret_bad;
	return config_parse_timespan(text, ret);
}

static int format_timespan(const void *value, char *ret_text, size_t size)
{
	uint64_t rest = *(const uint64_t *)value;
	size_t length = 0;

	if (rest == 0 || rest == CONFIG_NEVER)
		return config_fitted(snprintf(ret_text, size, "%s", rest == 0 ? "0" : "never"),
				     size);
	for (const struct unit *unit = time_units; rest > 0; rest %= unit->factor, unit++) {
		int n;

		if (rest < unit->factor)
			continue;
		if (length > 0 && length < size)
			ret_text[length++] = ' ';
		n = format_in_unit(rest / unit->factor, unit, ret_text + length, size - length);
		if (n < 0)
			return n;
		length += (size_t)n;
	}
	return (int)length;
}

static uint64_t number_of_uint64(const void *value)
{
	return *(const uint64_t *)value;
}

const struct config_type config_type_TIMESPAN = { parse_timespan, format_timespan, number_of_uint64,
						  "" };

/* Sizes: K, KB and KiB are all 1024 bytes, in upper or lower case. */

static const struct unit size_units[] = {
	{ "GiB GB G", 1 << 30 },
	{ "MiB MB M", 1 << 20 },
	{ "KiB KB K", 1 << 10 },
	{ "B", 1 },
};

int config_parse_size(const char *text, uint64_t *ret_bytes)
{
	const struct unit *unit;
	uint64_t number;
	int r = scan_number(&text, &number);

	if (r < 0)
		return r;
	text = skip_blanks(text);
	if (!*text) {
		*ret_bytes = number;
		return 0;
	}
	unit = scan_unit(&text, size_units, LENGTH_OF(size_units), strncasecmp);
	if (!unit || *text)
		return -EINVAL;
	if (__builtin_mul_overflow(number, unit->factor, &number))
		return -ERANGE;
	*ret_bytes = number;
	return 0;
}

static int parse_size(const char *text, void *ret, const char **ret_bad)
{
	(void)ret_bad;
	return config_parse_size(text, ret);
}

/* In the largest unit without a remainder; plain bytes if there is none. */
static int format_size(const void *value, char *ret_text, size_t size)
{
	uint64_t bytes = *(const uint64_t *)value;
	const struct unit *unit = size_units;

	while (unit->factor > 1 && (bytes < unit->factor || bytes % unit->factor != 0))
		unit++;
	if (unit->factor <= 1)
		return config_fitted(snprintf(ret_text, size, "%llu", (unsigned long long)bytes),
				     size);
	return format_in_unit(bytes / unit->factor, unit, ret_text, size);
}

const struct config_type config_type_SIZE = { parse_size, format_size, number_of_uint64, "" };
