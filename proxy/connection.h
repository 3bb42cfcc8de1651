/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A viewer's socket while the proxy has it: runs the handshake without ever blocking, reads no byte
 * beyond it, notices when the viewer disconnects, and closes so that the reason of a failure
 * arrives.
 */
#ifndef GPUDESK_CONNECTION_H
#define GPUDESK_CONNECTION_H

#include <stdint.h>
#include <systemd/sd-event.h>

#include "rfb_handshake.h"

struct connection;

enum connection_phase {
	CONNECTION_HANDSHAKE, /* the viewer has 10 s to ask for a challenge, and 60 s to answer it
			       */
	CONNECTION_ASKING,    /* waits for connection_challenge() or connection_fail() */
	CONNECTION_ANSWERED, /* waits for connection_fail() or connection_destroy(), without a limit
			      */
	CONNECTION_FAILING,  /* a failure will be sent after its delay */
	CONNECTION_CLOSING,  /* a failure is being sent, or waits to be read */
};

struct connection_handlers {
	/* The viewer has sent its version and security type, and needs a challenge. */
	void (*asking)(void *userdata);
	/* The viewer has answered its challenge. */
	void (*answered)(void *userdata);
	/* The connection is over: destroy it, now or later. `why` is for the log; NULL: nothing. */
	void (*ended)(const char *why, void *userdata);
};

/*
 * Owns `fd`, a non-blocking stream socket, on success. A viewer with a `refusal` that is not "" is
 * told that and refused. `handlers` must outlive the connection; none is called from here.
 */
int connection_create(sd_event *event, int fd, const char *refusal,
		      const struct connection_handlers *handlers, void *userdata,
		      struct connection **ret_connection);

/* Closes the socket. Takes NULL. */
void connection_destroy(struct connection *connection);

enum connection_phase connection_get_phase(const struct connection *connection);
int connection_get_fd(const struct connection *connection);
const struct rfb_handshake *connection_get_handshake(const struct connection *connection);

/* Passes the scraper's challenge on to a viewer in CONNECTION_ASKING. */
void connection_challenge(struct connection *connection,
			  const uint8_t challenge[static RFB_CHALLENGE_SIZE]);

/*
 * Refuses a viewer that has asked for its challenge, or answered it: it is told `reason` after
 * `delay` µs, then the connection ends.
 */
void connection_fail(struct connection *connection, const char *reason, uint64_t delay);

/* Tells a viewer why there will be no result, if its socket takes that at once. */
void connection_give_up(struct connection *connection, const char *reason);

#endif
