/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The listening sockets that the service manager passed (sd_listen_fds(3)), and accepting from
 * them. */
#ifndef GPUDESK_LISTENER_H
#define GPUDESK_LISTENER_H

#include <stdbool.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

struct listener;

struct listener_handlers {
	/* Whether to accept who is waiting; false leaves them to the next process. */
	bool (*may_accept)(void *userdata);
	/* Owns `fd`, non-blocking and close-on-exec. `address` is IPv4 or IPv6. */
	void (*accepted)(int fd, const struct sockaddr *address, void *userdata);
	/* Descriptors or memory ran out: makes room, or returns false when it cannot. */
	bool (*exhausted)(void *userdata);
};

/*
 * Takes over every descriptor of LISTEN_FDS and clears it from the environment. Returns 0; -ENOENT
 * when there is none; -ENOTSOCK when one is not a listening TCP socket; or -errno. *ret_bad is then
 * that descriptor, or -1. `handlers` must outlive it.
 */
int listener_create(sd_event *event, const struct listener_handlers *handlers, void *userdata,
		    struct listener **ret_listener, int *ret_bad);

/* Closes the descriptors; the service manager has its own. Takes NULL. */
void listener_destroy(struct listener *listener);

/* Accepts what is waiting right now, a batch of each socket; returns how many those were. */
unsigned listener_accept(struct listener *listener);

#endif
