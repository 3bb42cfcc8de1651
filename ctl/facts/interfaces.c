/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "interfaces.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_bridge(const char *name)
{
	char path[sizeof("/sys/class/net//bridge") + IF_NAMESIZE];

	snprintf(path, sizeof(path), "/sys/class/net/%.*s/bridge", IF_NAMESIZE, name);
	return access(path, F_OK) == 0;
}

/* Returns whether it is an IPv4 or IPv6 address. */
static bool take_address(const struct sockaddr *address, struct interface *interface)
{
	const void *bytes;
	size_t size;

	if (address->sa_family == AF_INET) {
		bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
		size = sizeof(struct sockaddr_in);
	} else if (address->sa_family == AF_INET6) {
		bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
		size = sizeof(struct sockaddr_in6);
	} else {
		return false;
	}
	memcpy(&interface->address, address, size);
	return inet_ntop(address->sa_family, bytes, interface->text, sizeof(interface->text));
}

size_t interfaces_read(struct interface *ret_interfaces, size_t max)
{
	struct ifaddrs *all = NULL;
	size_t n = 0;

	if (getifaddrs(&all) < 0)
		return 0;
	for (const struct ifaddrs *one = all; one && n < max; one = one->ifa_next) {
		struct interface *interface = &ret_interfaces[n];

		if (!one->ifa_addr || !take_address(one->ifa_addr, interface))
			continue;
		snprintf(interface->name, sizeof(interface->name), "%s", one->ifa_name);
		interface->is_loopback = one->ifa_flags & IFF_LOOPBACK;
		interface->is_bridge = is_bridge(interface->name);
		n++;
	}
	freeifaddrs(all);
	return n;
}

bool interface_is_container_bridge(const struct interface *interface)
{
	static const char *const prefixes[] = { "docker", "br-", "podman", "cni-podman" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes) && interface->is_bridge; i++)
		if (strncmp(interface->name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}
