/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "membership.h"

#include <errno.h>
#include <shadow.h>
#include <stdlib.h>

#include "edit/group_edit.h"
#include "journal/safe_write.h"

static int read_file(const struct setup *setup, const char *path, const char *group,
		     const char *member)
{
	char *text;
	size_t length;
	int r = setup_read(setup, path, &text, &length);

	if (r < 0)
		return r;
	r = group_edit_has(text, length, group, member);
	free(text);
	return r;
}

/* /etc/gshadow need not exist, nor have the group. */
int membership_read(const struct setup *setup, const char *group, const char *member)
{
	int in_group = read_file(setup, "/etc/group", group, member);
	int in_shadow = read_file(setup, "/etc/gshadow", group, member);

	if (in_group < 0)
		return in_group;
	if (in_shadow == -ENOENT || in_shadow == in_group)
		return in_group ? MEMBERSHIP_WHOLE : MEMBERSHIP_NONE;
	return in_shadow < 0 ? in_shadow : MEMBERSHIP_HALF;
}

static int write_file(const struct setup *setup, const char *path, const char *group,
		      const char *member, bool is_in)
{
	char here[CTL_PATH_MAX], *text, *edited;
	size_t length;
	int r = setup_read(setup, path, &text, &length);

	if (r < 0)
		return r;
	r = group_edit_apply(text, length, group, member, is_in, &edited, &length);
	free(text);
	if (r <= 0)
		return r;
	ctl_path(setup->ctl, path, here);
	r = safe_write(here, edited, length, here, 0);
	free(edited);
	return r;
}

int membership_write(const struct setup *setup, const char *group, const char *member, bool is_in)
{
	bool is_locked = !setup->ctl->root[0];

	if (is_locked && lckpwdf() < 0)
		return -EBUSY;
	int r = write_file(setup, "/etc/gshadow", group, member, is_in);
	if (r >= 0)
		r = write_file(setup, "/etc/group", group, member, is_in);
	if (is_locked)
		ulckpwdf();
	return r;
}

void membership_tidy(const struct setup *setup)
{
	char here[CTL_PATH_MAX];

	safe_tidy(ctl_path(setup->ctl, "/etc/gshadow", here));
	safe_tidy(ctl_path(setup->ctl, "/etc/group", here));
}
