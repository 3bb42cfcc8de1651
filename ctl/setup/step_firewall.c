/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The port is for Guacamole on this machine: where an old VNC setup has opened it in a zone of
 * firewalld, it is closed. What else opens it, doctor reports.
 */
#include <stdio.h>
#include <string.h>

#include "facts/machine_file.h"
#include "firewall_port.h"
#include "setup.h"

#define ZONES "/etc/firewalld/zones"
#define SUFFIX ".xml"

/* The running firewall first: if setup is killed in between, the file still shows the opening. */
static void close_port(struct setup *setup, const char *zone_and_port)
{
	bool is_running = firewall_port_is_open(setup, zone_and_port, true);

	if (!setup_record(setup, JOURNAL_PORT, zone_and_port, is_running ? "running" : ""))
		return;
	if (!is_running || firewall_port_set(setup, zone_and_port, true, false) >= 0)
		(void)firewall_port_set(setup, zone_and_port, false, false);
}

/* `file` is the administrator's: "public.xml". */
static void fix(struct setup *setup, const char *file, uint16_t port)
{
	char zone_and_port[128];
	int length = (int)(strlen(file) - strlen(SUFFIX));

	snprintf(zone_and_port, sizeof(zone_and_port), "%.*s %u/tcp", length, file, (unsigned)port);
	if (firewall_port_is_open(setup, zone_and_port, false) &&
	    setup_go(setup, "close %u/tcp in firewalld's zone %.*s", (unsigned)port, length, file))
		close_port(setup, zone_and_port);
}

void step_firewall(struct setup *setup)
{
	char **names;
	int n = machine_file_list(setup->ctl, ZONES, SUFFIX, &names);

	if (n < 0)
		return;
	for (int i = 0; i < n; i++)
		for (size_t port = 0; port < setup->n_ports; port++)
			fix(setup, names[i], setup->ports[port]);
	machine_file_free_names(names, n);
}
