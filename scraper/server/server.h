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
#include "framebuffer/status_picture.h"

struct server;

struct server_callbacks {
	/*
	 * The display is open (0), or cannot be opened. -ETIMEDOUT: the X server has not answered
	 * for a while, but may still do. `reason` is for the viewer and the log.
	 */
	void (*opened)(int r, const char *reason, void *userdata);
	/* There are `n` viewers now. */
	void (*viewers_changed)(unsigned n, void *userdata);
	/*
	 * The X server is gone, or does not answer, for which `reason` is not "". There is no
	 * display now, and the viewers see the status screen.
	 */
	void (*display_lost)(const char *reason, void *userdata);
	/*
	 * The X server is gone, or does not answer while `event` is to end, and the viewers are
	 * disconnected, since the server cannot go on. Must not return.
	 */
	void (*ended)(void *userdata) __attribute__((noreturn));
};

/*
 * A server without a display. While an X server does not answer, only the events of the loop
 * `urgent` are handled. `config` must outlive the server. Returns 0 or -errno.
 */
int server_create(sd_event *event, sd_event *urgent, const struct config *config,
		  const struct server_callbacks *callbacks, void *userdata,
		  struct server **ret_server);

/*
 * Starts to connect to the display, and calls `opened` later. If it is being opened already, the
 * time until -ETIMEDOUT counts anew. Returns 0 or -errno.
 */
int server_open_display(struct server *server, const char *display, const char *xauthority);

/* Whether one is being opened. */
bool server_is_opening(const struct server *server);

/* Leaves the display, if there is one. The viewers see the status screen. */
void server_close_display(struct server *server);

/* The display's name; NULL while none is open. */
const char *server_display(const struct server *server);

/* What the status screen says; with `since` (µs, not 0), a clock runs from then. */
void server_write_status(struct server *server, const struct status_text *text, uint64_t since);

/*
 * Disconnects all viewers. NULL is fine. A server whose display is still being opened is not freed:
 * the process must end soon.
 */
void server_destroy(struct server *server);

/* Whether its X server is gone, and display_lost() has not been called yet. */
bool server_is_lost(const struct server *server);

unsigned server_n_viewers(const struct server *server);

/* Calls `each` for all that are connected; `view_only`: it sends no input. */
void server_list_viewers(const struct server *server,
			 void (*each)(void *userdata, const char *peer, bool view_only),
			 void *userdata);

/* Whether any of them gave the password for full access. */
bool server_has_full_access(const struct server *server);

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
