/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The port is for Guacamole on this machine: openings to everyone are closed. */
#include <stdio.h>
#include <string.h>

#include "facts/firewall.h"
#include "firewall_port.h"
#include "setup.h"

/* The running firewall first: if setup is killed in between, the file still shows the opening. */
static int close_opening(struct setup *setup, const char *zone_and_port)
{
	bool is_running = firewall_port_is_open(setup, zone_and_port, true);
	int r = journal_record(setup->journal, JOURNAL_PORT, zone_and_port,
			       is_running ? "running" : "");

	if (r < 0) {
		setup_failed(setup, zone_and_port, r);
		return r;
	}
	if (is_running)
		r = firewall_port_set(setup, zone_and_port, true, false);
	return r < 0 ? r : firewall_port_set(setup, zone_and_port, false, false);
}

/* Whether it is just this port, in a zone file of the administrator's. */
static bool is_plain(const struct firewall_opening *opening, uint16_t port)
{
	char entry[16];

	snprintf(entry, sizeof(entry), "%u/tcp", (unsigned)port);
	return opening->tool == FIREWALL_FIREWALLD && !opening->is_service &&
	       !opening->is_runtime && strncmp(opening->path, "/etc/", 5) == 0 &&
	       strcmp(opening->entry, entry) == 0;
}

static void fix(struct setup *setup, const struct firewall_opening *opening, uint16_t port)
{
	char zone_and_port[192];

	if (!is_plain(opening, port) || !firewall_port_can_set(setup)) {
		setup_problem(setup, "%s opens port %u to everyone: %s%s%s",
			      opening->tool == FIREWALL_UFW ? "ufw" : "the firewall",
			      (unsigned)port, opening->entry, opening->path[0] ? " in " : "",
			      opening->path);
		return;
	}
	snprintf(zone_and_port, sizeof(zone_and_port), "%s %s", opening->zone, opening->entry);
	if (setup_go(setup, "close %s in firewalld's zone %s", opening->entry, opening->zone))
		(void)close_opening(setup, zone_and_port);
}

void step_firewall(struct setup *setup)
{
	struct firewall firewall;

	for (size_t port = 0; port < setup->n_ports; port++) {
		firewall_read(setup->ctl, setup->ports[port], &firewall);
		for (size_t i = 0; i < firewall.n_openings; i++)
			fix(setup, &firewall.openings[i], setup->ports[port]);
	}
}
