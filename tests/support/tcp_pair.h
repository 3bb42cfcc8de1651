/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection by TCP on the loopback, as a viewer's. */
#ifndef GPUDESK_TESTS_TCP_PAIR_H
#define GPUDESK_TESTS_TCP_PAIR_H

#include "common/net_list.h"

struct tcp_pair {
	int server;		      /* what accept(2) returned */
	int viewer;		      /* the other end */
	char peer[NET_PEER_TEXT_MAX]; /* the viewer's address */
};

/* `family` is AF_INET or AF_INET6. Returns 0 or -errno. */
int tcp_pair_create(int family, struct tcp_pair *ret_pair);
void tcp_pair_close(const struct tcp_pair *pair);

#endif
