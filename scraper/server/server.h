/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desktop's server: viewers on one side, the display on the other, and the decision what is
 * done when. Work is done only when a viewer waits for a frame and something has changed.
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
	/* The last viewer has left, or the first has come. */
	void (*viewers_changed)(unsigned n, void *userdata);
	/* The X server is gone; the viewers have been let go. Must not return. */
	void (*display_lost)(void *userdata) __attribute__((noreturn));
};

/*
 * Connects to the display. `config` must outlive the server. Returns 0 or -errno with the words for
 * the viewer and the log in ret_reason.
 */
int server_create(sd_event *event, const struct config *config, const char *display,
		  const char *xauthority, const struct server_callbacks *callbacks, void *userdata,
		  struct server **ret_server, char *ret_reason, size_t reason_size);

/* Lets all viewers go. NULL is fine. */
void server_destroy(struct server *server);

unsigned server_n_viewers(const struct server *server);

/* All viewers are let go; `reason` goes with "has left:". */
void server_disconnect(struct server *server, const char *reason);

/* Writes the lines about display and viewers of control_protocol.h. */
void server_report(const struct server *server, FILE *answer);

/* A viewer whose socket stands before ClientInit. Owns `fd` from then on, also on failure. */
int server_add_viewer(struct server *server, int fd, const char *peer, bool view_only);

#endif
