/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A port in the running firewalld, as "ZONE PORT/PROTOCOL". */
#ifndef GPUDESK_FIREWALL_PORT_H
#define GPUDESK_FIREWALL_PORT_H

#include <stdbool.h>

#include "setup.h"

/* False if firewalld is not running. */
bool firewall_port_is_open(const struct setup *setup, const char *zone_and_port);

/* Opens or closes it until firewalld starts again. Returns 0 or -errno. */
int firewall_port_set(const struct setup *setup, const char *zone_and_port, bool is_open);

#endif
