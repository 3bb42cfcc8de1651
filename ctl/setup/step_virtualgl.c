/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * If vglserver_config has given the NVIDIA devices to the group vglusers, GDM's X server and the
 * desktop can use them only as its members.
 */
#include <errno.h>
#include <stdio.h>

#include "facts/virtualgl.h"
#include "membership.h"
#include "setup.h"

static void join(struct setup *setup, const char *member)
{
	char group_and_member[256];
	int r = membership_read(setup, VIRTUALGL_GROUP, member);

	if (r == MEMBERSHIP_WHOLE || r == -ENOENT)
		return;
	if (r < 0) {
		setup_failed(setup, "/etc/gshadow", r);
		return;
	}
	if (!setup_go(setup,
		      "add %s to the group " VIRTUALGL_GROUP ", which VirtualGL gave the card to",
		      member))
		return;
	snprintf(group_and_member, sizeof(group_and_member), VIRTUALGL_GROUP " %s", member);
	r = journal_record(setup->journal, JOURNAL_MEMBER, group_and_member, "");
	if (r >= 0)
		r = membership_write(setup, VIRTUALGL_GROUP, member, true);
	if (r < 0)
		setup_failed(setup, "/etc/group", r);
}

void step_virtualgl(struct setup *setup)
{
	static const char *const gdm_users[] = { "Debian-gdm", "gdm" };
	struct virtualgl virtualgl;

	virtualgl_read(setup->ctl, &virtualgl);
	if (!virtualgl.device[0] && !virtualgl.is_in_modules)
		return;
	for (size_t i = 0; i < sizeof(gdm_users) / sizeof(gdm_users[0]); i++)
		if (account_exists(setup->ctl, gdm_users[i]))
			join(setup, gdm_users[i]);
	join(setup, setup->user);
}
