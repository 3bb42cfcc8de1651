/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A viewer's address: as text, and as the key of its source (throttle.h). */
#ifndef GPUDESK_PEER_H
#define GPUDESK_PEER_H

#include <stdint.h>
#include <sys/socket.h>

enum { PEER_TEXT_MAX = 64 };

/* IPv4 as ::ffff:a.b.c.d; the first 64 bits of IPv6, since a host may use all of its /64. */
struct peer_key {
	uint8_t bytes[16];
};

void peer_get_key(const struct sockaddr *address, struct peer_key *ret_key);

/* "172.17.0.2:34567" or "[fe80::1%2]:34567"; IPv4 mapped to IPv6 is written as IPv4. */
void peer_format(const struct sockaddr *address, char ret_text[static PEER_TEXT_MAX]);

/* The same without the port, "172.17.0.2" or "fe80::1%2". */
void peer_format_host(const struct sockaddr *address, char ret_text[static PEER_TEXT_MAX]);

#endif
