/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of address blocks in CIDR notation: "127.0.0.0/8, 172.16.0.0/12, ::1". */
#ifndef GPUDESK_NET_LIST_H
#define GPUDESK_NET_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NET_LIST_MAX = 64 };

/* What may be between two blocks. */
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
 * Parses blocks separated by commas or white space. A bare address is a block of one; host bits
 * that are set are an error, and so is a list of nothing. Returns 0, -EINVAL, or -E2BIG above
 * NET_LIST_MAX blocks; on failure *ret_list is untouched and *ret_bad, when given, points to the
 * first bad item within `text`.
 */
int net_list_parse(const char *text, struct net_list *ret_list, const char **ret_bad);

/*
 * Whether the IPv4 or IPv6 `address` is in one of the blocks. Any other family is in none. IPv4
 * that arrives as ::ffff:a.b.c.d is IPv4; no block of IPv6 contains it, ::/0 neither.
 */
bool net_list_contains(const struct net_list *list, const struct sockaddr *address);

/* Writes "127.0.0.0/8, ::1/128"; returns its length, or -ENOSPC with *ret_text unspecified. */
int net_list_format(const struct net_list *list, char *ret_text, size_t size);

#endif
