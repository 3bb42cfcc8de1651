/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What exists only while there are viewers: tracking of the display, input, clipboard, RFB. */
#ifndef GPUDESK_SERVER_WATCH_H
#define GPUDESK_SERVER_WATCH_H

#include "server_state.h"

/* For the first viewer. Returns 0 or -errno; nothing is left behind on failure. */
int server_start_watching(struct server *server);

/* After the last one. The screen's memory stays, for the next one. Once more is fine. */
void server_stop_watching(struct server *server);

/* The keyboard's lights have changed. */
void server_read_leds(struct server *server);

#endif
