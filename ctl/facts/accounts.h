/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users and groups: the running system's, from wherever it has them; below --root, the files'. */
#ifndef GPUDESK_ACCOUNTS_H
#define GPUDESK_ACCOUNTS_H

#include <stdbool.h>
#include <sys/types.h>

struct ctl;

enum { ACCOUNT_HOME_MAX = 1024 };

struct account {
	uid_t uid;
	gid_t gid;
	char home[ACCOUNT_HOME_MAX];
};

/* Returns 0 or -ENOENT. */
int account_find(const struct ctl *ctl, const char *user, struct account *ret_account);
int account_find_group(const struct ctl *ctl, const char *group, gid_t *ret_gid);

bool account_exists(const struct ctl *ctl, const char *user);

/* By the user's own group, or by the group's list of members. */
bool account_is_in_group(const struct ctl *ctl, const char *user, gid_t gid);

#endif
