/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which viewers are one source (throttle.h). */
#ifndef GPUDESK_PEER_H
#define GPUDESK_PEER_H

#include <stdint.h>
#include <sys/socket.h>

struct peer_key {
	uint8_t bytes[16];
};

/*
 * The key of a viewer's source, where it came in by the interface of `arrival` (arrival.h, or
 * -errno). All of this machine's own addresses are one source, ::1: any of its users has all of
 * 127.0.0.0/8. IPv4 is ::ffff:a.b.c.d. An IPv6 address counts whole if it is link-local, or came by
 * a bridge, whose containers share a /64; elsewhere a host may use all of its /64, which is the
 * source then.
 */
void peer_get_key(const struct sockaddr *address, int arrival, struct peer_key *ret_key);

/*
 * The network of a source, in which whoever has one address may have all: the /24 of an IPv4
 * address, the /64 of an IPv6 address that counts whole, and the /48 of a /64.
 */
void peer_get_network(const struct peer_key *key, struct peer_key *ret_network);

#endif
