/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types of values in /etc/gpudesk.conf: how each is read and written. */
#ifndef GPUDESK_CONFIG_VALUE_H
#define GPUDESK_CONFIG_VALUE_H

#include <errno.h>

#include "config.h"

/* For each type: the C type of a field that holds its values, and its functions. */
#define TYPE(type, ctype, expected)                                                                \
	typedef __typeof__(ctype) config_ctype_##type;                                             \
	extern const struct config_type config_type_##type;
#include "config_keys.h"

struct config_type {
	/*
	 * Reads `text` into *ret, of the C type above. Returns 0, -EINVAL, -ENAMETOOLONG, -E2BIG
	 * (too many parts) or, for a number that is not representable, -ERANGE; then *ret is
	 * untouched and *ret_bad, if only a part of `text` is wrong, points to that.
	 */
	int (*parse)(const char *text, void *ret, const char **ret_bad);
	/* Writes *value as in the file. Returns the length, or -ENOSPC. */
	int (*format)(const void *value, char *ret_text, size_t size);
	/* The value as a number, to compare with the key's range; NULL if the type has no range. */
	uint64_t (*number)(const void *value);
	/* The bytes between the parts of a value; "" if a value has no parts. */
	const char *separators;
};

/* What snprintf returned, or -ENOSPC if it had to cut. */
static inline int config_fitted(int length, size_t size)
{
	return length >= 0 && (size_t)length < size ? length : -ENOSPC;
}

#endif
