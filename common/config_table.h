/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of keys as the parser needs it. A key is named by its index. */
#ifndef GPUDESK_CONFIG_TABLE_H
#define GPUDESK_CONFIG_TABLE_H

#include "config.h"

/* The key of that name, `length` bytes of it. Returns its index, or -ENOENT. */
int config_find_key(const char *name, size_t length);

/* The key nearest to `name`, by edit distance. Returns its index, or -ENOENT if none is similar. */
int config_nearest_key(const char *name);

/*
 * Sets the key to what `text` says. Returns 0, -EINVAL, -ENAMETOOLONG, -E2BIG (too many parts) or
 * -ERANGE; then *config is untouched and *ret_bad is the wrong part of `text`, or all of it.
 */
int config_set(struct config *config, size_t key, const char *text, const char **ret_bad);

/* The bytes that end a part of a value, as *ret_bad is one; "" where a value has no parts. */
const char *config_separators(size_t key);

/* What a value must be, after "expected ". */
const char *config_expected(size_t key);

/* Cuts the bytes in `blanks` off both ends of `text`. Returns where it begins then. */
char *config_trim(char *text, const char *blanks);

/* "1 to 64": the values without -ERANGE. */
const char *config_range(size_t key);

#endif
