/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses as text, and lists of blocks in CIDR notation: "127.0.0.0/8, 172.16.0.0/12, ::1". */
#ifndef GPUDESK_NET_LIST_H
#define GPUDESK_NET_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NET_LIST_MAX = 64, NET_PEER_TEXT_MAX = 64 };

/* Any of these separate blocks. */
#define NET_LIST_SEPARATORS ", \t\r\n"

struct net_block {
	uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d, network byte order, host bits zero */
	uint8_t prefix;	     /* 0 to 128, IPv4's counted from 96 */
};

struct net_list {
	size_t n;
	struct net_block blocks[NET_LIST_MAX];
};

/*
 * Parses blocks separated by commas or white space. An address alone is a block of one. Returns 0;
 * -EINVAL for a syntax error, host bits that are set, or an empty list; -E2BIG above NET_LIST_MAX
 * blocks. On failure *ret_list is untouched, and *ret_bad, if given, is the first bad item in
 * `text`.
 */
int net_list_parse(const char *text, struct net_list *ret_list, const char **ret_bad);

/*
 * Whether the IPv4 or IPv6 `address` is in one of the blocks; other families never are. A mapped
 * ::ffff:a.b.c.d counts as IPv4, which no block of IPv6 contains, not even ::/0.
 */
bool net_list_contains(const struct net_list *list, const struct sockaddr *address);

/* Writes "127.0.0.0/8, ::1/128"; returns its length, or -ENOSPC with *ret_text unspecified. */
int net_list_format(const struct net_list *list, char *ret_text, size_t size);

/* "172.17.0.2:34567" or "[fe80::1%2]:34567"; IPv4 mapped to IPv6 is written as IPv4. */
void net_format_peer(const struct sockaddr *address, char ret_text[static NET_PEER_TEXT_MAX]);

/* The same without the port, "172.17.0.2" or "fe80::1%2". */
void net_format_host(const struct sockaddr *address, char ret_text[static NET_PEER_TEXT_MAX]);

#endif
