/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets keys in a section of a file of "key=value" lines, and changes nothing else. */
#ifndef GPUDESK_KEY_EDIT_H
#define GPUDESK_KEY_EDIT_H

#include <stdbool.h>
#include <stddef.h>

struct key_edit {
	const char *section; /* "daemon" */
	const char *key, *value;
	bool is_boolean; /* "true", "TRUE" and "1" are the same */
};

/*
 * Changes the last line that sets the key, which is the one that counts. If there is none, adds a
 * line: after a comment that shows the key ("#key=..."), else at the start of the section, which is
 * added if it is missing. Keeps the file's line endings. Returns 1 and the new text, for the caller
 * to free; 0 if the key has that value already; or -ENOMEM.
 */
int key_edit_apply(const struct key_edit *edit, const char *text, size_t length, char **ret_text,
		   size_t *ret_length);

/* The same with `n` of them, one after the other: 1 if any changes something. */
int key_edit_apply_all(const struct key_edit *edits, size_t n, const char *text, size_t length,
		       char **ret_text, size_t *ret_length);

#endif
