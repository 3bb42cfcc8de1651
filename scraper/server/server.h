/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desktop's server: connects the viewers and the display. Work is done only when a viewer waits
 * for an update and something has changed.
 */
#ifndef GPUDESK_SERVER_H
#define GPUDESK_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "common/config.h"

struct server;

struct server_callbacks {
	/*
	 * The display is open (0), or cannot be opened: then the server can only be destroyed.
	 * -ETIMEDOUT: the X server has not answered for a while, but may still do. `reason` is for
	 * the viewer and the log.
	 */
	void (*opened)(int r, const char *reason, void *userdata);
	/* There are `n` viewers now. */
	void (*viewers_changed)(unsigned n, void *userdata);
	/* The X server is gone; the viewers are disconnected. Must not return. */
	void (*display_lost)(void *userdata) __attribute__((noreturn));
};

/*
 * Starts to connect to the display, and calls `opened` later. From then on, while the X server does
 * not answer, only the events of the loop `urgent` are handled; if one of them ends `event`, the
 * display counts as lost. `config` must outlive the server. Returns 0 or -errno.
 */
int server_create(sd_event *event, sd_event *urgent, const struct config *config,
		  const char *display, const char *xauthority,
		  const struct server_callbacks *callbacks, void *userdata,
		  struct server **ret_server);

/* The display's name; NULL while it is not open: then nothing below may be called. */
const char *server_display(const struct server *server);

/* A viewer waits for the display: after -ETIMEDOUT, the time counts anew. */
void server_await_display(struct server *server);

/*
 * Disconnects all viewers. NULL is fine. A server whose display is still being opened is not freed:
 * the process must end soon.
 */
void server_destroy(struct server *server);

unsigned server_n_viewers(const struct server *server);

/*
 * Makes sure that there is a place for one more viewer. When all max_viewers are taken, one with
 * full access gets that of the looker (who gave the view-only password) who has watched longest.
 * Returns 0, or -EUSERS and the reason.
 */
int server_make_place(struct server *server, bool is_looker, char *ret_reason, size_t reason_size);

/* Disconnects all viewers; `reason` goes with "disconnected:". */
void server_disconnect(struct server *server, const char *reason);

/* Writes the lines about display and viewers of control_protocol.h. */
void server_report(const struct server *server, FILE *answer);

/*
 * `fd` is a viewer's socket before ClientInit, `view_only` whether it gave the view-only password.
 * Owns it from then on, also on failure.
 */
int server_add_viewer(struct server *server, int fd, const char *peer, bool view_only);

#endif
