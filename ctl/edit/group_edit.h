/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The members of a group in the text of group(5) or gshadow(5). */
#ifndef GPUDESK_GROUP_EDIT_H
#define GPUDESK_GROUP_EDIT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the group has that member; -ENOENT if there is no such group. */
int group_edit_has(const char *text, size_t length, const char *group, const char *member);

/*
 * Adds the member at the end of the list, or removes it. Returns 1 and the new text, for the caller
 * to free; 0 if nothing needs to change, also if there is no such group; or -ENOMEM.
 */
int group_edit_apply(const char *text, size_t length, const char *group, const char *member,
		     bool is_in, char **ret_text, size_t *ret_length);

#endif
