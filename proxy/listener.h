/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accepting viewers from the listening sockets that systemd passed (sd_listen_fds(3)). */
#ifndef GPUDESK_LISTENER_H
#define GPUDESK_LISTENER_H

#include <stdbool.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

struct listener;

struct listener_handlers {
	/* Whether to accept waiting connections; false leaves them to the next process. */
	bool (*may_accept)(void *userdata);
	/* Owns `fd`, non-blocking and close-on-exec. `address` is IPv4 or IPv6. */
	void (*accepted)(int fd, const struct sockaddr *address, void *userdata);
	/* Descriptors or memory ran out: frees some, or returns false. */
	bool (*exhausted)(void *userdata);
};

/*
 * Takes over all descriptors in LISTEN_FDS, and removes that from the environment. Returns 0;
 * -ENOENT if there are none; -ENOTSOCK if one is not a listening TCP socket; or -errno. *ret_bad is
 * then the descriptor in question, or -1. `handlers` must outlive the listener.
 */
int listener_create(sd_event *event, const struct listener_handlers *handlers, void *userdata,
		    struct listener **ret_listener, int *ret_bad);

/* Closes the descriptors; systemd keeps its own. Takes NULL. */
void listener_destroy(struct listener *listener);

/* Accepts no more; waiting connections are left to the next process. */
void listener_stop(struct listener *listener);

/* Accepts waiting connections now, a batch from each socket; returns how many. */
unsigned listener_accept(struct listener *listener);

#endif
