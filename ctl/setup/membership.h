/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of the machine's groups, in /etc/group and /etc/gshadow. */
#ifndef GPUDESK_MEMBERSHIP_H
#define GPUDESK_MEMBERSHIP_H

#include "setup.h"

/* The group's number. Returns 0, -ENOENT, or -errno. */
int membership_number(const struct setup *setup, const char *group, gid_t *ret_number);

/* In one file only: a change was interrupted. */
enum membership { MEMBERSHIP_NONE, MEMBERSHIP_HALF, MEMBERSHIP_WHOLE };

/* Returns enum membership; -ENOENT when /etc/group has no such group; or -errno. */
int membership_read(const struct setup *setup, const char *group, const char *member);

/*
 * Puts the user in or out, under the lock that useradd(8) and the like take. It is not recorded
 * here. No backup files are left. Returns 0, -EBUSY when somebody holds that lock, or -errno.
 */
int membership_write(const struct setup *setup, const char *group, const char *member, bool is_in);

/* Removes what a change that was interrupted has left. */
void membership_tidy(const struct setup *setup);

#endif
