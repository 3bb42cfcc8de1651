/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tcp_pair.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* An address of the loopback, with a port that is free. */
static socklen_t get_loopback(int family, struct sockaddr_storage *ret_address)
{
	*ret_address = (struct sockaddr_storage){ .ss_family = (sa_family_t)family };
	if (family == AF_INET6) {
		((struct sockaddr_in6 *)ret_address)->sin6_addr = in6addr_loopback;
		return sizeof(struct sockaddr_in6);
	}
	((struct sockaddr_in *)ret_address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(struct sockaddr_in);
}

static int connect_pair(int listening, struct tcp_pair *ret_pair)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	if (getsockname(listening, (struct sockaddr *)&address, &length) < 0)
		return -errno;
	ret_pair->viewer = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (ret_pair->viewer < 0)
		return -errno;
	if (connect(ret_pair->viewer, (const struct sockaddr *)&address, length) == 0) {
		length = sizeof(address);
		ret_pair->server = accept4(listening, (struct sockaddr *)&address, &length,
					   SOCK_CLOEXEC);
		if (ret_pair->server >= 0) {
			net_format_peer((const struct sockaddr *)&address, ret_pair->peer);
			return 0;
		}
	}
	close(ret_pair->viewer);
	return -errno;
}

int tcp_pair_create(int family, struct tcp_pair *ret_pair)
{
	struct sockaddr_storage address;
	socklen_t length = get_loopback(family, &address);
	int listening = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), r = -EIO;

	if (listening < 0)
		return -errno;
	if (bind(listening, (const struct sockaddr *)&address, length) == 0 &&
	    listen(listening, 1) == 0)
		r = connect_pair(listening, ret_pair);
	close(listening);
	return r;
}

void tcp_pair_close(const struct tcp_pair *pair)
{
	close(pair->server);
	close(pair->viewer);
}
