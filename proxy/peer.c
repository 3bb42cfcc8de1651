/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const struct sockaddr_in *as_ipv4(const struct sockaddr *address)
{
	return (const struct sockaddr_in *)(const void *)address;
}

static const struct sockaddr_in6 *as_ipv6(const struct sockaddr *address)
{
	return (const struct sockaddr_in6 *)(const void *)address;
}

void peer_get_key(const struct sockaddr *address, struct peer_key *ret_key)
{
	*ret_key = (struct peer_key){ .bytes = { 0 } };
	if (address->sa_family == AF_INET) {
		memset(ret_key->bytes + 10, 0xff, 2);
		memcpy(ret_key->bytes + 12, &as_ipv4(address)->sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		const struct in6_addr *a = &as_ipv6(address)->sin6_addr;

		memcpy(ret_key->bytes, a->s6_addr, IN6_IS_ADDR_V4MAPPED(a) ? 16 : 8);
	}
}

void peer_format_host(const struct sockaddr *address, char ret_text[static PEER_TEXT_MAX])
{
	if (address->sa_family == AF_INET) {
		inet_ntop(AF_INET, &as_ipv4(address)->sin_addr, ret_text, PEER_TEXT_MAX);
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = as_ipv6(address);
		size_t length;

		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
			inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, ret_text, PEER_TEXT_MAX);
			return;
		}
		inet_ntop(AF_INET6, &in6->sin6_addr, ret_text, PEER_TEXT_MAX);
		length = strlen(ret_text);
		if (in6->sin6_scope_id != 0)
			snprintf(ret_text + length, PEER_TEXT_MAX - length, "%%%u",
				 (unsigned)in6->sin6_scope_id);
	} else {
		snprintf(ret_text, PEER_TEXT_MAX, "unknown");
	}
}

static unsigned get_port(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return ntohs(as_ipv4(address)->sin_port);
	if (address->sa_family == AF_INET6)
		return ntohs(as_ipv6(address)->sin6_port);
	return 0;
}

/* At most 58: 39 characters of IPv6, a scope of 11, brackets, and a port of 6. */
void peer_format(const struct sockaddr *address, char ret_text[static PEER_TEXT_MAX])
{
	char host[PEER_TEXT_MAX];

	peer_format_host(address, host);
	snprintf(ret_text, PEER_TEXT_MAX, strchr(host, ':') ? "[%.50s]:%u" : "%.50s:%u", host,
		 get_port(address));
}
