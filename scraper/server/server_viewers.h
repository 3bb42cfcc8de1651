/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's viewers: passes their messages on to the desktop, and frees those that are gone. */
#ifndef GPUDESK_SERVER_VIEWERS_H
#define GPUDESK_SERVER_VIEWERS_H

#include "server_state.h"

/* Disconnects a viewer: keys and buttons are released now, the rest is freed by server_reap(). */
void server_drop_viewer(struct viewer *viewer, const char *reason);

/* The same for all. */
void server_drop_viewers(struct server *server, const char *reason);

/* The display is shown from now on: the viewer may act on it soon. */
void server_join_display(struct viewer *viewer);

/* The display is shown no longer: releases what the viewer holds there. */
void server_leave_display(struct viewer *viewer);

/* Before the frame changes: copies what is being sent from it. */
void server_keep_sending(struct server *server);

/* Frees the viewers that are gone, and stops serving if none is left. */
void server_reap(struct server *server);

/* Frees all viewers, and stops serving. */
void server_destroy_viewers(struct server *server);

/* ---- in server_display.c ---- */

/* Closes a display whose X server is gone, and tells the owner. Returns whether it was so. */
bool server_forget_lost_display(struct server *server);

/* Disconnects all viewers at once, and ends the process by `ended` of server.h. */
void server_end(struct server *server) __attribute__((noreturn));

#endif
