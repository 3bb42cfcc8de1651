/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scraper's end of the hand-off: accepts the proxy's connections, gives each one challenge, and
 * takes one response to it (common/handoff.h). The socket's file decides who may connect (0600, the
 * proxy's user). That proxy may have been taken over: nothing that it sends is believed.
 */
#ifndef GPUDESK_HANDOFF_SERVER_H
#define GPUDESK_HANDOFF_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/handoff.h"

enum {
	/*
	 * Connections at a time, without answered ones; more wait in the socket's backlog. As many
	 * as the proxy has viewers at most, so that silent ones keep no place from others.
	 */
	HANDOFF_CONNECTIONS_MAX = 256,
	/*
	 * Connections accepted in each HANDOFF_ACCEPT_INTERVAL: five times what the proxy asks for
	 * (proxy/proxy_handoffs.h). One that was taken over cannot keep this process from other
	 * work.
	 */
	HANDOFF_ACCEPTS_MAX = 256,
	HANDOFF_ACCEPT_INTERVAL = 100 * 1000, /* µs */
};
#define HANDOFF_REQUEST_USEC UINT64_C(10000000) /* for the first request to come */

struct handoff_server;

/* One request's answer, still to be sent. Outlives the proxy's end, and the server too. */
struct handoff_reply;

/*
 * A response to `challenge` came, the only one. The callee owns `viewer` (close-on-exec, otherwise
 * as the proxy left it) and `reply`, which it answers now or later. The others live for the call.
 */
typedef void (*handoff_request_fn)(const struct handoff_request *request,
				   const uint8_t challenge[HANDOFF_CHALLENGE_SIZE], int viewer,
				   struct handoff_reply *reply, void *userdata);

/*
 * The proxy closed its end before the answer: it timed out, or its viewer disconnected. Still to be
 * answered (which frees it). At most once, from the event loop.
 */
typedef void (*handoff_gone_fn)(struct handoff_reply *reply, void *userdata);

/*
 * Whether to accept a connection, or to give one a challenge; false leaves it to the next process.
 */
typedef bool (*handoff_may_accept_fn)(void *userdata);

/*
 * Serves the listening SOCK_SEQPACKET socket `fd`, which the server owns from then on, and makes it
 * non-blocking. Returns 0, -EINVAL when `fd` is not such a socket (still the caller's, as on any
 * failure), or -errno.
 */
int handoff_server_start(sd_event *event, int fd, handoff_request_fn on_request, void *userdata,
			 struct handoff_server **ret_server);

/*
 * With the `userdata` given at the start, `may_accept` is asked before each connection, and
 * `may_challenge` before each challenge: a connection that gets none is closed.
 */
void handoff_server_ask_before(struct handoff_server *server, handoff_may_accept_fn may_accept,
			       handoff_may_accept_fn may_challenge);

/* Closes the socket and the connections without a response; open replies stay. NULL is fine. */
struct handoff_server *handoff_server_destroy(struct handoff_server *server);

/*
 * The number of connections that wait for their answer, and of those that have sent no response
 * yet: any stranger can cause these.
 */
unsigned handoff_server_pending(const struct handoff_server *server);
unsigned handoff_server_strangers(const struct handoff_server *server);

/* Whether one has been given a challenge, and its response is not answered yet. */
bool handoff_server_has_challenged(const struct handoff_server *server);

/* `gone` may be NULL: then it is not called. */
void handoff_reply_on_gone(struct handoff_reply *reply, handoff_gone_fn gone, void *userdata);

/*
 * Sends the answer and frees the reply, also on failure. `reason` is for the viewer and the log, or
 * NULL; handoff_send_answer truncates it. Returns 0, -EPIPE when the proxy is gone, or -errno.
 */
int handoff_reply_send(struct handoff_reply *reply, enum handoff_result result, const char *reason);

#endif
