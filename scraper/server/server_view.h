/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Switches what the viewers see: the display or the status screen. */
#ifndef GPUDESK_SERVER_VIEW_H
#define GPUDESK_SERVER_VIEW_H

#include "server_state.h"

/*
 * The display has been opened: the viewers, if any, see it when something has been drawn on it, or
 * after 5 s. A desktop that starts is black at first. Returns 0 or -errno.
 */
int server_show_display(struct server *server);

/* Shows a veiled display if it is time for that. Returns when to call again, µs; 0: it is shown. */
uint64_t server_lift_veil(struct server *server, uint64_t now);

/* The display is to be closed: the viewers, if any, see the status screen from now on. */
void server_show_status(struct server *server);

/* The status screen is to have another size. Returns 0 or -errno; then it keeps the old one. */
int server_redo_status(struct server *server);

/* All viewers see `frame` from now on, all of it unseen. Its pixels must stay until the next call.
 */
void server_set_view(struct server *server, const struct frame *frame,
		     const struct pixel_format *format);

#endif
