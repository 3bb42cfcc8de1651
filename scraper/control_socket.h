/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scraper's end of the control socket (common/control_protocol.h). Its connections do not keep
 * the process alive, and need no timer: there are few at a time, and one more ends the oldest that
 * does not watch.
 */
#ifndef GPUDESK_CONTROL_SOCKET_H
#define GPUDESK_CONTROL_SOCKET_H

#include <stdio.h>
#include <systemd/sd-event.h>

enum { CONTROL_SOCKET_CONNECTIONS_MAX = 5 };

struct control;

/* The answers to "reload" and "stop", which may end the process, are sent before the call. */
struct control_socket_commands {
	void (*status)(FILE *answer, void *userdata); /* writes the lines after "ok" */
	void (*disconnect)(void *userdata);
	void (*reload)(void *userdata);
	void (*stop)(void *userdata);
};

/*
 * Serves the listening SOCK_SEQPACKET socket `listener`, which it owns from then on. Only root and
 * the user that we are get an answer. `commands` must outlive it. Returns 0, -EINVAL when it is not
 * such a socket (still the caller's, as on any failure), or -errno.
 */
int control_socket_start(sd_event *event, int listener,
			 const struct control_socket_commands *commands, void *userdata,
			 struct control **ret_control);
/* Answers the connection that watches, again: viewers or settings have changed. NULL is fine. */
void control_socket_tell_watcher(struct control *control);

void control_socket_destroy(struct control *control);

#endif
