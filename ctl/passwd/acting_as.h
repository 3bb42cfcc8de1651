/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root takes on another user's rights to files, for a while. */
#ifndef GPUDESK_ACTING_AS_H
#define GPUDESK_ACTING_AS_H

#include <stdbool.h>
#include <sys/types.h>

enum { ACTING_GROUPS_MAX = 256 };

struct acting_as {
	bool is_other;
	uid_t uid; /* to return to */
	gid_t gid;
	int n_groups;
	gid_t groups[ACTING_GROUPS_MAX];
};

/*
 * From here on, files are accessed and created with the rights of that user and its groups
 * (setfsuid(2)). Does nothing if the caller is that user. Returns 0, -EPERM, or -errno.
 */
int acting_as_begin(struct acting_as *acting, const char *name, uid_t uid, gid_t gid);
void acting_as_end(struct acting_as *acting);

#endif
