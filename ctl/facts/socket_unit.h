/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where gpudesk.socket listens, from its unit file and drop-ins, without asking systemd. */
#ifndef GPUDESK_SOCKET_UNIT_H
#define GPUDESK_SOCKET_UNIT_H

#include <stddef.h>
#include <stdint.h>

struct ctl;

enum { SOCKET_UNIT_ADDRESS_MAX = 64, SOCKET_UNIT_PORTS_MAX = 8 };

/*
 * Reads a value of ListenStream=: "172.17.0.1:5901", "[fe80::1]:5901%docker0", whose address comes
 * without the scope, or "5901", which is at "::". Returns 0 or -EINVAL: it is no TCP port.
 */
int socket_unit_parse(const char *text, char ret_address[static SOCKET_UNIT_ADDRESS_MAX],
		      uint16_t *ret_port);

/*
 * The TCP ports of gpudesk.socket at the next boot, each once, at most SOCKET_UNIT_PORTS_MAX.
 * Returns how many; where the files name none or are missing, one: CTL_PORT.
 */
size_t socket_unit_ports(const struct ctl *ctl, uint16_t ret_ports[static SOCKET_UNIT_PORTS_MAX]);

#endif
