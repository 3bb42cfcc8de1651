/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setting one key in the text of a file of "key=value" lines, and leaving all else as it is. */
#ifndef GPUDESK_KEY_EDIT_H
#define GPUDESK_KEY_EDIT_H

#include <stdbool.h>
#include <stddef.h>

struct key_edit {
	const char *section; /* "daemon"; NULL for a file without sections */
	const char *key, *value;
	const char *assign;	  /* between key and value in a line that is new: "=" */
	bool is_boolean;	  /* "true", "TRUE" and "1" are one value */
	bool has_inline_comments; /* a value ends at a blank and "#" */
};

/*
 * The last line that sets the key, which is the one that counts, gets the value. Where there is
 * none, a line is added: after a comment that shows the key ("#key=..."), else at the section's
 * start, which is added too where it is missing; without sections, at the end. Line ends stay as
 * the file has them. Returns 1 and the malloc'ed text, NUL behind it; 0 when the key has that value
 * already; or -ENOMEM.
 */
int key_edit_apply(const struct key_edit *edit, const char *text, size_t length, char **ret_text,
		   size_t *ret_length);

#endif
