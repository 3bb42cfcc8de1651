/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CONFIG_KEYS as the parser needs it. Keys are named by their index. */
#ifndef GPUDESK_CONFIG_TABLE_H
#define GPUDESK_CONFIG_TABLE_H

#include "config.h"

enum { CONFIG_RANGE_MAX = 128 };

/* The key of that name, `length` bytes of it. Returns its index, or -ENOENT. */
int config_find_key(const char *name, size_t length);

/* The key most like `name`, by edit distance. Returns its index, or -ENOENT if none is like it. */
int config_nearest_key(const char *name);

/*
 * Sets the key to what `text` says. Returns 0, -EINVAL, -ENAMETOOLONG, -E2BIG (too many parts) or
 * -ERANGE; then *config is untouched and *ret_bad is the wrong part of `text`, or all of it.
 */
int config_set(struct config *config, size_t key, const char *text, const char **ret_bad);

/* What is between the parts of a value, so at the end of a wrong one; "" where it is one piece. */
const char *config_separators(size_t key);

/* What a value must be: goes on after "must be ". */
const char *config_expected(size_t key);

/* "1 to 64": what -ERANGE was about. */
void config_range(size_t key, char ret_text[static CONFIG_RANGE_MAX]);

#endif
