/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A port of a zone of firewalld, as "ZONE PORT/PROTOCOL", opened and closed by its own programs. */
#ifndef GPUDESK_FIREWALL_PORT_H
#define GPUDESK_FIREWALL_PORT_H

#include <stdbool.h>

#include "setup.h"

/* Whether firewalld's program is there that changes its files: firewall-cmd where it runs. */
bool firewall_port_can_set(const struct setup *setup);

/* Whether the zone's file opens the port; or, if `is_running`, the running firewall does. */
bool firewall_port_is_open(const struct setup *setup, const char *zone_and_port, bool is_running);

/* Opens or closes it there, and says if that fails. Returns 0 or -errno. */
int firewall_port_set(struct setup *setup, const char *zone_and_port, bool is_running,
		      bool is_open);

#endif
