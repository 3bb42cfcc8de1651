/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "peer.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "arrival.h"

static const struct sockaddr_in *as_ipv4(const struct sockaddr *address)
{
	return (const struct sockaddr_in *)(const void *)address;
}

static const struct sockaddr_in6 *as_ipv6(const struct sockaddr *address)
{
	return (const struct sockaddr_in6 *)(const void *)address;
}

void peer_get_key(const struct sockaddr *address, int arrival, struct peer_key *ret_key)
{
	*ret_key = (struct peer_key){ .bytes = { 0 } };
	if (arrival == ARRIVAL_LOOPBACK) {
		ret_key->bytes[15] = 1;
	} else if (address->sa_family == AF_INET) {
		memset(ret_key->bytes + 10, 0xff, 2);
		memcpy(ret_key->bytes + 12, &as_ipv4(address)->sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		const struct in6_addr *a = &as_ipv6(address)->sin6_addr;
		bool whole = IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_LINKLOCAL(a) ||
			     arrival == ARRIVAL_BRIDGE;

		memcpy(ret_key->bytes, a->s6_addr, whole ? 16 : 8);
	}
}

void peer_get_network(const struct peer_key *key, struct peer_key *ret_network)
{
	static const uint8_t v4_mapped[12] = { [10] = 0xff, [11] = 0xff }, no_host[8];
	size_t length = 8;

	if (memcmp(key->bytes, v4_mapped, sizeof(v4_mapped)) == 0)
		length = 15;
	else if (memcmp(key->bytes + 8, no_host, sizeof(no_host)) == 0)
		length = 6;
	*ret_network = (struct peer_key){ .bytes = { 0 } };
	memcpy(ret_network->bytes, key->bytes, length);
}
