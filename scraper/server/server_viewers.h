/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's viewers: passes their messages on to the desktop, and frees those that are gone. */
#ifndef GPUDESK_SERVER_VIEWERS_H
#define GPUDESK_SERVER_VIEWERS_H

#include "server_state.h"

/* Disconnects a viewer: keys and buttons are released now, the rest is freed by server_reap(). */
void server_drop_viewer(struct viewer *viewer, const char *reason);

/* Before the frame changes: copies what is being sent from it. */
void server_keep_sending(struct server *server);

/* Frees the viewers that are gone, and stops watching the display if none is left. */
void server_reap(struct server *server);

/* Frees all viewers, and stops watching. */
void server_destroy_viewers(struct server *server);

#endif
