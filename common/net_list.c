/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net_list.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { MAPPED_BITS = 96, ADDRESS_BITS = 128 };

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool is_mapped(const uint8_t address[static 16])
{
	return memcmp(address, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

/* Whether the bits of `a` and `b` before `prefix` are equal. */
static bool same_prefix(const uint8_t a[static 16], const uint8_t b[static 16], unsigned prefix)
{
	unsigned whole = prefix / 8, rest = prefix % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

static bool host_bits_are_zero(const struct net_block *block)
{
	unsigned at = block->prefix / 8;

	if (at == sizeof(block->address))
		return true;
	if (block->address[at] & (0xff >> block->prefix % 8))
		return false;
	while (++at < sizeof(block->address))
		if (block->address[at])
			return false;
	return true;
}

/* Parses a prefix length of at most `max` bits, without leading zeros. */
static int parse_prefix(const char *text, unsigned max, unsigned *ret_prefix)
{
	unsigned value = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		value = value * 10 + (unsigned)(*text - '0');
		if (value > max)
			return -EINVAL;
	}
	*ret_prefix = value;
	return 0;
}

/* Parses one item; cuts `item` at its slash. */
static int parse_block(char *item, struct net_block *ret_block)
{
	struct net_block block = { .prefix = ADDRESS_BITS };
	char *slash = strchr(item, '/');
	unsigned offset = 0, prefix;
	int r;

	if (slash)
		*slash = '\0';
	if (inet_pton(AF_INET, item, block.address + sizeof(mapped_prefix)) == 1) {
		memcpy(block.address, mapped_prefix, sizeof(mapped_prefix));
		offset = MAPPED_BITS;
	} else if (inet_pton(AF_INET6, item, block.address) != 1) {
		return -EINVAL;
	}
	if (slash) {
		r = parse_prefix(slash + 1, ADDRESS_BITS - offset, &prefix);
		if (r < 0)
			return r;
		block.prefix = (uint8_t)(offset + prefix);
	}
	if (!host_bits_are_zero(&block))
		return -EINVAL;
	*ret_block = block;
	return 0;
}

/* Parses the `length` bytes of one item and appends it. */
static int append_item(struct net_list *list, const char *text, size_t length)
{
	char item[INET6_ADDRSTRLEN + sizeof("/128")];
	int r;

	if (length >= sizeof(item))
		return -EINVAL;
	if (list->n == NET_LIST_MAX)
		return -E2BIG;
	memcpy(item, text, length);
	item[length] = '\0';
	r = parse_block(item, &list->blocks[list->n]);
	if (r == 0)
		list->n++;
	return r;
}

int net_list_parse(const char *text, struct net_list *ret_list, const char **ret_bad)
{
	struct net_list list = { .n = 0 };
	int r = -EINVAL;

	for (;;) {
		size_t length;

		text += strspn(text, NET_LIST_SEPARATORS);
		length = strcspn(text, NET_LIST_SEPARATORS);
		if (length == 0)
			break;
		r = append_item(&list, text, length);
		if (r < 0)
			break;
		text += length;
	}
	if (r < 0) {
		if (ret_bad)
			*ret_bad = text;
		return r;
	}
	*ret_list = list;
	return 0;
}

static bool address_bytes(const struct sockaddr *address, uint8_t ret[static 16])
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (address->sa_family) {
	case AF_INET:
		memcpy(&in, address, sizeof(in));
		memcpy(ret, mapped_prefix, sizeof(mapped_prefix));
		memcpy(ret + sizeof(mapped_prefix), &in.sin_addr, sizeof(in.sin_addr));
		return true;
	case AF_INET6:
		memcpy(&in6, address, sizeof(in6));
		memcpy(ret, &in6.sin6_addr, sizeof(in6.sin6_addr));
		return true;
	default:
		return false;
	}
}

bool net_list_contains(const struct net_list *list, const struct sockaddr *address)
{
	uint8_t bytes[16];
	bool mapped;

	if (!address_bytes(address, bytes))
		return false;
	mapped = is_mapped(bytes);
	for (size_t i = 0; i < list->n; i++) {
		const struct net_block *block = &list->blocks[i];

		/* "::/0" means IPv6 only: IPv4 is inside it just in our representation. */
		if (mapped && block->prefix < MAPPED_BITS)
			continue;
		if (same_prefix(bytes, block->address, block->prefix))
			return true;
	}
	return false;
}

static int format_block(const struct net_block *block, char *ret_text, size_t size)
{
	bool mapped = block->prefix >= MAPPED_BITS && is_mapped(block->address);
	char address[INET6_ADDRSTRLEN];

	inet_ntop(mapped ? AF_INET : AF_INET6,
		  block->address + (mapped ? sizeof(mapped_prefix) : 0), address, sizeof(address));
	return snprintf(ret_text, size, "%s/%d", address,
			block->prefix - (mapped ? MAPPED_BITS : 0));
}

int net_list_format(const struct net_list *list, char *ret_text, size_t size)
{
	char item[INET6_ADDRSTRLEN + sizeof("/128")];
	size_t length = 0;

	for (size_t i = 0; i < list->n; i++) {
		int n;

		format_block(&list->blocks[i], item, sizeof(item));
		n = snprintf(ret_text + length, size - length, "%s%s", i > 0 ? ", " : "", item);
		if ((size_t)n >= size - length)
			return -ENOSPC;
		length += (size_t)n;
	}
	if (length == 0 && size > 0)
		*ret_text = '\0';
	return (int)length;
}

static const struct sockaddr_in *as_ipv4(const struct sockaddr *address)
{
	return (const struct sockaddr_in *)(const void *)address;
}

static const struct sockaddr_in6 *as_ipv6(const struct sockaddr *address)
{
	return (const struct sockaddr_in6 *)(const void *)address;
}

void net_format_host(const struct sockaddr *address, char ret_text[static NET_PEER_TEXT_MAX])
{
	if (address->sa_family == AF_INET) {
		inet_ntop(AF_INET, &as_ipv4(address)->sin_addr, ret_text, NET_PEER_TEXT_MAX);
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = as_ipv6(address);
		size_t length;

		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
			inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, ret_text,
				  NET_PEER_TEXT_MAX);
			return;
		}
		inet_ntop(AF_INET6, &in6->sin6_addr, ret_text, NET_PEER_TEXT_MAX);
		length = strlen(ret_text);
		if (in6->sin6_scope_id != 0)
			snprintf(ret_text + length, NET_PEER_TEXT_MAX - length, "%%%u",
				 (unsigned)in6->sin6_scope_id);
	} else {
		snprintf(ret_text, NET_PEER_TEXT_MAX, "unknown");
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
void net_format_peer(const struct sockaddr *address, char ret_text[static NET_PEER_TEXT_MAX])
{
	char host[NET_PEER_TEXT_MAX];

	net_format_host(address, host);
	snprintf(ret_text, NET_PEER_TEXT_MAX, strchr(host, ':') ? "[%.50s]:%u" : "%.50s:%u", host,
		 get_port(address));
}
