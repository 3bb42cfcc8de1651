/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arrival.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Addresses of this machine that are looked through; a machine with more has some 10 KB of them. */
enum { ADDRESSES_MAX = 1024 };

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static bool is_v4_mapped(const union address *address)
{
	return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address->in6.sin6_addr);
}

/* The index in the packet information of a control message; 0 if there is none. */
static int find_index(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		struct in_pktinfo info;
		struct in6_pktinfo info6;

		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			return info.ipi_ifindex;
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info6, CMSG_DATA(c), sizeof(info6));
			return (int)info6.ipi6_ifindex;
		}
	}
	return 0;
}

/* The kernel notes the interface when the handshake completes. Returns an index or -errno. */
static int arrival_index(int fd, int family)
{
	const int level = family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
	const int wish = family == AF_INET6 ? IPV6_RECVPKTINFO : IP_PKTINFO;
	const int option = family == AF_INET6 ? IPV6_2292PKTOPTIONS : IP_PKTOPTIONS;
	_Alignas(struct cmsghdr) char control[256];
	socklen_t length = sizeof(control);
	int on = 1, off = 0, index;

	if (setsockopt(fd, level, wish, &on, sizeof(on)) < 0 ||
	    getsockopt(fd, level, option, control, &length) < 0)
		return -errno;
	(void)setsockopt(fd, level, wish, &off, sizeof(off));
	struct msghdr message = { .msg_control = control, .msg_controllen = length };
	index = find_index(&message);
	return index > 0 ? index : -ENODEV;
}

static bool is_bridge(int fd, const struct ifreq *interface)
{
	struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = *interface;

	request.ifr_data = (void *)&driver;
	return ioctl(fd, SIOCETHTOOL, &request) == 0 && strcmp(driver.driver, "bridge") == 0;
}

static bool is_loopback(int fd, const struct ifreq *interface)
{
	struct ifreq request = *interface;

	return ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_LOOPBACK);
}

static bool is_bound(int fd, const char *interface)
{
	char name[IF_NAMESIZE] = "";
	socklen_t length = sizeof(name);

	return getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &length) == 0 &&
	       strncmp(name, interface, IF_NAMESIZE) == 0;
}

/* "eth0:1" is a label of eth0. */
static bool is_label_of(const char *label, const char *interface)
{
	size_t length = strnlen(interface, IF_NAMESIZE);

	return strncmp(label, interface, length) == 0 &&
	       (length == IF_NAMESIZE || label[length] == '\0' || label[length] == ':');
}

static bool has_address(int fd, const char *interface, in_addr_t address)
{
	struct ifreq *list = calloc(ADDRESSES_MAX, sizeof(*list));
	struct ifconf request = { .ifc_len = ADDRESSES_MAX * (int)sizeof(*list), .ifc_req = list };
	bool found = false;

	if (!list || ioctl(fd, SIOCGIFCONF, &request) < 0)
		request.ifc_len = 0;
	for (size_t i = 0; i < (size_t)request.ifc_len / sizeof(*list) && !found; i++) {
		struct sockaddr_in in;

		memcpy(&in, &list[i].ifr_addr, sizeof(in));
		found = in.sin_addr.s_addr == address && is_label_of(list[i].ifr_name, interface);
	}
	free(list);
	return found;
}

static bool has_local_address(int fd, const char *interface, const union address *local)
{
	in_addr_t address;

	if (local->any.sa_family == AF_INET)
		return has_address(fd, interface, local->in.sin_addr.s_addr);
	if (!is_v4_mapped(local))
		return false;
	memcpy(&address, local->in6.sin6_addr.s6_addr + 12, sizeof(address));
	return has_address(fd, interface, address);
}

int arrival_find(int fd, char ret_interface[static IF_NAMESIZE])
{
	struct ifreq interface = { 0 };
	union address local = { 0 };
	socklen_t length = sizeof(local);
	int index;

	if (getsockname(fd, &local.any, &length) < 0)
		return -errno;
	index = arrival_index(fd, local.any.sa_family);
	if (index < 0)
		return index;
	interface.ifr_ifindex = index;
	if (ioctl(fd, SIOCGIFNAME, &interface) < 0)
		return -errno;
	memcpy(ret_interface, interface.ifr_name, IF_NAMESIZE);
	if (is_loopback(fd, &interface))
		return ARRIVAL_LOOPBACK;
	if (is_bridge(fd, &interface))
		return ARRIVAL_BRIDGE;
	if (is_bound(fd, ret_interface) || has_local_address(fd, ret_interface, &local))
		return ARRIVAL_ADDRESSED;
	return ARRIVAL_FOREIGN;
}
