/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a hand-off to a viewer: checks the password, finds the display while the viewer waits,
 * accepts the viewer or refuses it with a reason, and ends the process when it is no longer needed.
 */
#ifndef GPUDESK_ADMISSION_H
#define GPUDESK_ADMISSION_H

#include <stdio.h>
#include <systemd/sd-event.h>

#include "common/config.h"

struct admission;

/* Where the display is found; strings are the caller's. */
struct admission_options {
	const char *config_path;		 /* where `config` was read */
	const char *session_dir;		 /* of records */
	const char *display;			 /* NULL: found by the record */
	const char *xauthority;			 /* for `display`; NULL: Xlib's choice */
	const char *desktop_socket;		 /* NULL: the user's own in /run */
	const char *user_bus;			 /* NULL: the user's own in /run/user */
	sd_event *urgent;			 /* see server_create() */
	void (*viewers_changed)(void *userdata); /* a viewer has come or gone */
	void *userdata;				 /* its argument */
};

/*
 * Serves hand-offs on `listener`, a listening SOCK_SEQPACKET socket, which it owns from then on.
 * `options` and `config` must outlive it; `config` is read again when its file has changed. Ends
 * the event loop when idle and when the session is over; when the display is lost, the process ends
 * at once. Returns 0 or -errno.
 */
int admission_start(sd_event *event, const struct admission_options *options, struct config *config,
		    int listener, struct admission **ret_admission);
void admission_destroy(struct admission *admission);

/* Disconnects all viewers, and refuses those that wait. */
void admission_disconnect(struct admission *admission, const char *reason);

/*
 * Has the settings in the file hold for viewers from now on: without viewers by ending the event
 * loop, so that the next one starts a new process.
 */
void admission_reload(struct admission *admission);

/* Writes the lines of control_protocol.h that answer "status". */
void admission_report(const struct admission *admission, FILE *answer);

#endif
