/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of a group in the text of group(5) or gshadow(5): both have them last in a line. */
#ifndef GPUDESK_GROUP_EDIT_H
#define GPUDESK_GROUP_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether the group is there and has that member. -ENOENT: there is no such group. */
int group_edit_has(const char *text, size_t length, const char *group, const char *member);

/* The group's number. Returns 0 or -ENOENT. */
int group_edit_number(const char *text, size_t length, const char *group, gid_t *ret_number);

/*
 * Adds the member, as the last one, or removes it. Returns 1 and the new malloc'ed text; 0 when
 * nothing is to be changed, also because there is no such group; or -ENOMEM.
 */
int group_edit_apply(const char *text, size_t length, const char *group, const char *member,
		     bool is_in, char **ret_text, size_t *ret_length);

#endif
