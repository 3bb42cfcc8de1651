/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --json prints, by libjansson. */
#ifndef GPUDESK_JSON_H
#define GPUDESK_JSON_H

#include <jansson.h>

/*
 * A string whatever its bytes are: those that are no UTF-8 become U+FFFD. NULL becomes null.
 * Returns NULL only when out of memory.
 */
json_t *json_text(const char *text);

/*
 * Prints `root` and a newline to standard output, and frees it. Returns CTL_OK, or CTL_FAILED after
 * saying why, also for NULL: out of memory while it was made.
 */
int json_print(json_t *root);

#endif
