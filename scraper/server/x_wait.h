/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Input in the middle of longer work, and what is done while the X server works on a reply: keys
 * and pointers go to it, since a large capture may take long. When it has been silent for a second,
 * the viewers get what is still to be sent to them, those that time out are disconnected, and the
 * server's `urgent` events are handled; no viewer's message is, until X answers. After 10 s the X
 * server is given up, as if it were gone, and the viewers see the status screen.
 */
#ifndef GPUDESK_X_WAIT_H
#define GPUDESK_X_WAIT_H

#include "server_state.h"

/* Takes the viewers' input that is next in line: the `run` of yield.h. */
void x_wait_take_input(void *server);

/*
 * Returns when `fd`, the connection to the X server, is readable, or input was taken: `wait` of
 * display.h. Does not return if the scraper is to stop and the X server is silent.
 */
void x_wait(void *server, int fd, enum display_wait may);

#endif
