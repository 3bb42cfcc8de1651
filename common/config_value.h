/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types of values in /etc/gpudesk.conf: how each is read, written and asked for. */
#ifndef GPUDESK_CONFIG_VALUE_H
#define GPUDESK_CONFIG_VALUE_H

#include <errno.h>

#include "config.h"

/* The C type of the field that holds a value of each type. */
#define CONFIG_CTYPE_USER char[CONFIG_USER_MAX]
#define CONFIG_CTYPE_PATH char[CONFIG_PATH_MAX]
#define CONFIG_CTYPE_NETS struct net_list
#define CONFIG_CTYPE_TIMESPAN uint64_t /* µs */
#define CONFIG_CTYPE_SIZE uint64_t     /* bytes */
#define CONFIG_CTYPE_UINT unsigned
#define CONFIG_CTYPE_BOOL bool
#define CONFIG_CTYPE_COMPRESSION enum compression_mode
#define CONFIG_CTYPE_CLIPBOARD enum clipboard_mode
#define CONFIG_CTYPE_LOG_LEVEL int

struct config_type {
	/*
	 * Reads `text` into *ret, of the C type above. Returns 0, -EINVAL, -ENAMETOOLONG, -E2BIG
	 * (too many parts) or, for a number that is not representable, -ERANGE; then *ret is
	 * untouched and *ret_bad, if only a part of `text` is wrong, points to that.
	 */
	int (*parse)(const char *text, void *ret, const char **ret_bad);
	/* Writes *value as the file would have it. Returns the length, or -ENOSPC. */
	int (*format)(const void *value, char *ret_text, size_t size);
	/* The value as a number, to hold against the key's range; NULL where there is no range. */
	uint64_t (*number)(const void *value);
	/* What is between the parts of a value; "" where it is one piece. */
	const char *separators;
	/* Goes on after "must be "; NULL where the key's placeholder says it all. */
	const char *expected;
};

/* config_value.c */
extern const struct config_type config_type_USER, config_type_PATH, config_type_NETS,
	config_type_BOOL, config_type_COMPRESSION, config_type_CLIPBOARD, config_type_LOG_LEVEL;

/* config_number.c */
extern const struct config_type config_type_UINT, config_type_TIMESPAN, config_type_SIZE;

/* What snprintf returned, or -ENOSPC where it had to cut. */
static inline int config_fitted(int length, size_t size)
{
	return length >= 0 && (size_t)length < size ? length : -ENOSPC;
}

#endif
