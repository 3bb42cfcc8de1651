/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follows the desktop's size and monitors, and answers the viewers' requests for another size.
 */
#ifndef GPUDESK_DESKTOP_SIZE_H
#define GPUDESK_DESKTOP_SIZE_H

#include "server_state.h"

/*
 * The display's size or its monitors have changed: the frame and all viewers follow. Returns 0; or
 * -errno if there is no memory for the frame: then the event loop ends, and nothing is left to do.
 */
int desktop_size_follow(struct server *server);

/*
 * Carries out the last request, if one is due, and answers all viewers that have made one. Writes
 * when to call again (µs), UINT64_MAX: no request waits. Returns as desktop_size_follow().
 */
int desktop_size_serve_request(struct server *server, uint64_t now, uint64_t *ret_due);

/* The same for the status screen, which takes any size within limits. */
void status_size_serve_request(struct server *server);

#endif
