/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The output of --json, by libjansson. */
#ifndef GPUDESK_JSON_H
#define GPUDESK_JSON_H

#include <jansson.h>

/*
 * A string. Bytes that are not UTF-8 become U+FFFD, and NULL becomes null. Returns NULL only when
 * out of memory.
 */
json_t *json_text(const char *text);

/* The same, and "" becomes null too. */
json_t *json_text_or_null(const char *text);

/*
 * Prints `root`, and frees it. NULL means that memory ran out while it was made. Returns CTL_OK, or
 * CTL_FAILED after logging why.
 */
int json_print(json_t *root);

#endif
