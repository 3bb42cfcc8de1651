/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The port is for Guacamole on this machine: openings to everyone are closed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "edit/zone_edit.h"
#include "facts/firewall.h"
#include "firewall_port.h"
#include "setup.h"

static int close_in_file(struct setup *setup, const struct firewall_opening *opening,
			 const char *port)
{
	char *text, *edited;
	size_t length;
	int r = setup_read(setup, opening->path, &text, &length);

	if (r < 0)
		return r;
	r = zone_edit_close(text, length, port, &edited, &length);
	free(text);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = journal_write_file(setup->journal, opening->path, edited, length, 0644);
	free(edited);
	return r;
}

/* The running firewall first: if setup is killed in between, the file still shows the opening. */
static int close_opening(struct setup *setup, const struct firewall_opening *opening,
			 const char *port)
{
	char zone_and_port[192];
	int r = 0;

	snprintf(zone_and_port, sizeof(zone_and_port), "%s %s", opening->zone, opening->entry);
	if (firewall_port_is_open(setup, zone_and_port)) {
		r = journal_record(setup->journal, JOURNAL_PORT, zone_and_port, "");
		if (r >= 0)
			r = firewall_port_set(setup, zone_and_port, false);
	}
	return r < 0 ? r : close_in_file(setup, opening, port);
}

/* Whether it is just this port, in a zone file of the administrator's. */
static bool is_plain(const struct firewall_opening *opening, char ret_port[static 8])
{
	snprintf(ret_port, 8, "%d", CTL_PORT);
	return opening->tool == FIREWALL_FIREWALLD && !opening->is_service &&
	       !opening->is_runtime && strncmp(opening->path, "/etc/", 5) == 0 &&
	       strncmp(opening->entry, ret_port, strlen(ret_port)) == 0 &&
	       strcmp(opening->entry + strlen(ret_port), "/tcp") == 0;
}

static void fix(struct setup *setup, const struct firewall_opening *opening)
{
	char port[8];
	int r = 0;

	if (!is_plain(opening, port)) {
		setup_problem(setup, "%s opens port %d to everyone: %s%s%s",
			      opening->tool == FIREWALL_UFW ? "ufw" : "the firewall", CTL_PORT,
			      opening->entry, opening->path[0] ? " in " : "", opening->path);
		return;
	}
	if (setup_go(setup, "close %s in firewalld's zone %s", opening->entry, opening->zone))
		r = close_opening(setup, opening, port);
	if (r < 0)
		setup_failed(setup, opening->path, r);
}

void step_firewall(struct setup *setup)
{
	struct firewall firewall;

	firewall_read(setup->ctl, CTL_PORT, &firewall);
	for (size_t i = 0; i < firewall.n_openings; i++)
		fix(setup, &firewall.openings[i]);
}
