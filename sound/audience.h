/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The listeners: accepts those from whose address a viewer is connected, and ends them with the
 * last viewer of that address. The event loop ends when there has been no listener for a while.
 */
#ifndef GPUDESK_AUDIENCE_H
#define GPUDESK_AUDIENCE_H

#include <stdint.h>
#include <systemd/sd-event.h>

enum { AUDIENCE_MAX = 32 };

struct audience_parameters {
	sd_event *event;
	const char *control;	 /* the path of the scraper's control socket */
	const char *server;	 /* that of the user's sound server */
	uint64_t exit_idle_time; /* µs */
	/* Returns why nobody may listen now; NULL: who sees the desktop may. */
	const char *(*find_refusal)(void *userdata);
	void *userdata;
};

struct audience;

/*
 * Serves the sockets in LISTEN_FDS. The strings of `parameters` must outlive it. Returns 0,
 * -ENOENT without a socket, -ENOTSOCK for a wrong one, or -errno.
 */
int audience_create(const struct audience_parameters *parameters, struct audience **ret_audience);
void audience_destroy(struct audience *audience);

#endif
