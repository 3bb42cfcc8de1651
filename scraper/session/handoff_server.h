/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scraper's end of the hand-off: accepts the proxy's connections, with one request and one
 * answer each (common/handoff.h). The socket's file decides who may connect (0600, the proxy's
 * user).
 */
#ifndef GPUDESK_HANDOFF_SERVER_H
#define GPUDESK_HANDOFF_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/handoff.h"

enum {
	/* Connections at a time, without answered ones; more wait in the socket's backlog. */
	HANDOFF_CONNECTIONS_MAX = 64,
};
#define HANDOFF_REQUEST_USEC UINT64_C(10000000) /* for the request to come */

struct handoff_server;

/* One request's answer, still to be sent. Outlives the proxy's end, and the server too. */
struct handoff_reply;

/*
 * A request came. The callee owns `viewer` (close-on-exec, otherwise as the proxy left it) and
 * `reply`, which it answers now or later. `request` lives for the call.
 */
typedef void (*handoff_request_fn)(const struct handoff_request *request, int viewer,
				   struct handoff_reply *reply, void *userdata);

/*
 * The proxy closed its end before the answer: it timed out, or its viewer disconnected. Still to be
 * answered (which frees it). At most once, from the event loop.
 */
typedef void (*handoff_gone_fn)(struct handoff_reply *reply, void *userdata);

/* Whether to accept a connection; false leaves it to the next process. */
typedef bool (*handoff_may_accept_fn)(void *userdata);

/*
 * Serves the listening SOCK_SEQPACKET socket `fd`, which the server owns from then on, and makes it
 * non-blocking. Returns 0, -EINVAL when `fd` is not such a socket (still the caller's, as on any
 * failure), or -errno.
 */
int handoff_server_start(sd_event *event, int fd, handoff_request_fn on_request, void *userdata,
			 struct handoff_server **ret_server);

/* `may_accept`, with the `userdata` given at the start, is asked before each connection. */
void handoff_server_ask_before(struct handoff_server *server, handoff_may_accept_fn may_accept);

/* Closes the socket and the connections without a request; open replies stay. NULL is fine. */
struct handoff_server *handoff_server_destroy(struct handoff_server *server);

/* The number of connections that have sent no request yet, or wait for their answer. */
unsigned handoff_server_pending(const struct handoff_server *server);

/* `gone` may be NULL: then it is not called. */
void handoff_reply_on_gone(struct handoff_reply *reply, handoff_gone_fn gone, void *userdata);

/*
 * Sends the answer and frees the reply, also on failure. `reason` is for the viewer and the log, or
 * NULL; handoff_send_answer truncates it. Returns 0, -EPIPE when the proxy is gone, or -errno.
 */
int handoff_reply_send(struct handoff_reply *reply, enum handoff_result result, const char *reason);

#endif
