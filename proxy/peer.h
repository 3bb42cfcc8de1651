/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A viewer's address as the key of its source (throttle.h). */
#ifndef GPUDESK_PEER_H
#define GPUDESK_PEER_H

#include <stdint.h>
#include <sys/socket.h>

/* IPv4 as ::ffff:a.b.c.d; the first 64 bits of IPv6, since a host may use all of its /64. */
struct peer_key {
	uint8_t bytes[16];
};

void peer_get_key(const struct sockaddr *address, struct peer_key *ret_key);

#endif
