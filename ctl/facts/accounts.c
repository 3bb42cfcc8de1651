/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "accounts.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

/* The entry is libc's, until the next call. */
static const struct passwd *find_user(const struct ctl *ctl, const char *name)
{
	char below[CTL_PATH_MAX];
	const struct passwd *user;

	if (!ctl->root[0])
		return getpwnam(name);
	FILE *file = fopen(ctl_path(ctl, "/etc/passwd", below), "re");
	if (!file)
		return NULL;
	while ((user = fgetpwent(file)) && strcmp(user->pw_name, name) != 0)
		;
	fclose(file);
	return user;
}

/* By name, or by number where `name` is NULL. The entry is libc's, until the next call. */
static const struct group *find_group(const struct ctl *ctl, const char *name, gid_t gid)
{
	char below[CTL_PATH_MAX];
	const struct group *group;

	if (!ctl->root[0])
		return name ? getgrnam(name) : getgrgid(gid);
	FILE *file = fopen(ctl_path(ctl, "/etc/group", below), "re");
	if (!file)
		return NULL;
	while ((group = fgetgrent(file)) &&
	       (name ? strcmp(group->gr_name, name) != 0 : group->gr_gid != gid))
		;
	fclose(file);
	return group;
}

int account_find(const struct ctl *ctl, const char *user, struct account *ret_account)
{
	const struct passwd *found = find_user(ctl, user);

	if (!found)
		return -ENOENT;
	*ret_account = (struct account){ .uid = found->pw_uid, .gid = found->pw_gid };
	snprintf(ret_account->home, sizeof(ret_account->home), "%s", found->pw_dir);
	return 0;
}

int account_find_group(const struct ctl *ctl, const char *group, gid_t *ret_gid)
{
	const struct group *found = find_group(ctl, group, 0);

	if (!found)
		return -ENOENT;
	*ret_gid = found->gr_gid;
	return 0;
}

bool account_exists(const struct ctl *ctl, const char *user)
{
	return find_user(ctl, user) != NULL;
}

bool account_is_in_group(const struct ctl *ctl, const char *user, gid_t gid)
{
	const struct passwd *account = find_user(ctl, user);

	if (account && account->pw_gid == gid)
		return true;
	const struct group *group = find_group(ctl, NULL, gid);
	for (char **member = group ? group->gr_mem : NULL; member && *member; member++)
		if (strcmp(*member, user) == 0)
			return true;
	return false;
}
