/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

enum { OPTION_MAX = 160 };

/* Runs firewall-cmd --zone=ZONE --VERB-port=PORT. Returns its exit status or -errno. */
static int run(const char *zone_and_port, const char *verb)
{
	char zone[OPTION_MAX], port[OPTION_MAX];
	const char *blank = strchr(zone_and_port, ' ');
	const char *const argv[] = { "firewall-cmd", zone, port, NULL };

	if (!blank)
		return -EINVAL;
	snprintf(zone, sizeof(zone), "--zone=%.*s", (int)(blank - zone_and_port), zone_and_port);
	snprintf(port, sizeof(port), "--%s-port=%s", verb, blank + 1);
	return tool_run(argv, true);
}

bool firewall_port_is_open(const struct setup *setup, const char *zone_and_port)
{
	return setup->bus && run(zone_and_port, "query") == 0;
}

int firewall_port_set(const struct setup *setup, const char *zone_and_port, bool is_open)
{
	if (!setup->bus)
		return 0;
	int r = run(zone_and_port, is_open ? "add" : "remove");
	return r > 0 ? -EIO : r;
}
