/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A viewer's socket while it is the proxy's: runs the handshake on it, never waits, never reads
 * more than the handshake's own bytes, notices when the viewer leaves, and closes so that a
 * failure's reason arrives.
 */
#ifndef GPUDESK_CONNECTION_H
#define GPUDESK_CONNECTION_H

#include <stdint.h>
#include <systemd/sd-event.h>

#include "rfb_handshake.h"

struct connection;

enum connection_phase {
	CONNECTION_HANDSHAKE, /* the viewer has 10 s for it in all */
	CONNECTION_ANSWERED,  /* waits for connection_fail or connection_destroy, without limit */
	CONNECTION_FAILING,   /* a failure is being delayed */
	CONNECTION_CLOSING,   /* a failure is being written, or waits to be read */
};

struct connection_handlers {
	/* The viewer has answered its challenge. */
	void (*answered)(void *userdata);
	/* It is over: destroy the connection, now or later. `why` is for the log, or NULL. */
	void (*ended)(const char *why, void *userdata);
};

/*
 * Owns `fd`, a non-blocking stream socket, from success on. A `refusal` that is not "" is what the
 * viewer is told. `handlers` must outlive it. The handlers are not called from here.
 */
int connection_create(sd_event *event, int fd, const char *refusal,
		      const struct connection_handlers *handlers, void *userdata,
		      struct connection **ret_connection);

/* Closes the socket. Takes NULL. */
void connection_destroy(struct connection *connection);

enum connection_phase connection_get_phase(const struct connection *connection);
int connection_get_fd(const struct connection *connection);
const struct rfb_handshake *connection_get_handshake(const struct connection *connection);

/*
 * To a viewer that has answered: the check failed. It is told `reason` after `delay` µs; then the
 * connection ends by itself.
 */
void connection_fail(struct connection *connection, const char *reason, uint64_t delay);

/* Tells a viewer that waits for a result why there will be none, as far as that goes at once. */
void connection_give_up(struct connection *connection, const char *reason);

#endif
