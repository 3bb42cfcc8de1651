/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "interfaces.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>

size_t interfaces_read(struct interface *ret_interfaces, size_t max)
{
	struct ifaddrs *all = NULL;
	size_t n = 0;

	if (getifaddrs(&all) < 0)
		return 0;
	for (const struct ifaddrs *one = all; one && n < max; one = one->ifa_next) {
		struct interface *interface = &ret_interfaces[n];

		if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET)
			continue;
		snprintf(interface->name, sizeof(interface->name), "%s", one->ifa_name);
		memcpy(&interface->address, one->ifa_addr, sizeof(interface->address));
		if (inet_ntop(AF_INET, &interface->address.sin_addr, interface->text,
			      sizeof(interface->text)))
			n++;
	}
	freeifaddrs(all);
	return n;
}

bool interface_is_docker_bridge(const struct interface *interface)
{
	return strcmp(interface->name, "docker0") == 0 || strncmp(interface->name, "br-", 3) == 0;
}
