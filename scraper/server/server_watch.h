/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts and stops what exists only while there are viewers: screen, input, clipboard, RFB. */
#ifndef GPUDESK_SERVER_WATCH_H
#define GPUDESK_SERVER_WATCH_H

#include "server_state.h"

/*
 * For the first viewer, with the display or with the status screen. Returns 0 or -errno; nothing is
 * left behind on failure.
 */
int server_start_serving(struct server *server);

/* After the last one. The screen's memory is kept for the next one. May be called twice. */
void server_stop_serving(struct server *server);

/* The viewers, if any, are shown the display, which is open. Returns as above. */
int server_start_watching(struct server *server);
void server_stop_watching(struct server *server);

/* Makes the status screen, and its layout. Returns 0 or -errno. */
int server_prepare_status(struct server *server);
void server_lay_out_status(struct server *server); /* the latter alone */

/* Reads the keyboard's lights. */
void server_read_leds(struct server *server);

#endif
