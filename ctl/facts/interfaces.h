/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv4 and IPv6 addresses of the running system's network interfaces. */
#ifndef GPUDESK_INTERFACES_H
#define GPUDESK_INTERFACES_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

enum { INTERFACES_MAX = 128 };

/* One address; an interface with several has several of these. */
struct interface {
	char name[IF_NAMESIZE];
	bool is_loopback, is_bridge;
	struct sockaddr_storage address;
	char text[INET6_ADDRSTRLEN]; /* without a scope */
};

/* Returns how many there are, `max` at most; 0 if they cannot be read. */
size_t interfaces_read(struct interface *ret_interfaces, size_t max);

/* A bridge that docker or podman makes for containers: "docker0", "br-...", "podman1". */
bool interface_is_container_bridge(const struct interface *interface);

#endif
