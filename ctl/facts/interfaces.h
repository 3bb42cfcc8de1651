/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv4 addresses of the running system's network interfaces. */
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
	struct sockaddr_in address;
	char text[INET_ADDRSTRLEN];
};

/* Returns how many there are, `max` at most; 0 if they cannot be read. */
size_t interfaces_read(struct interface *ret_interfaces, size_t max);

/* docker's default bridge, or the one of a network that was made: "br-...". */
bool interface_is_docker_bridge(const struct interface *interface);

#endif
