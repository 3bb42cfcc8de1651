/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the user to the display: waits, within bounds, for a session of the user to be recorded and
 * for its X server to listen, and has the desktop started meanwhile.
 */
#ifndef GPUDESK_SESSION_FINDER_H
#define GPUDESK_SESSION_FINDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "common/session_record.h"
#include "common/xserver.h"
#include "session_choice.h"

/* Where to open the X connection, and what ties it to the session. */
struct session_display {
	char display[DISPLAY_MAX]; /* ":0" */
	char xauthority[1024];	   /* absolute path; "" when the record knows none */
	char session[64];	   /* XDG_SESSION_ID */
};

/* All strings are copied. */
struct session_finder_options {
	const char *directory;	    /* of records; SESSION_RECORD_DIRECTORY */
	uid_t record_owner;	    /* who writes records: 0, or ourselves in a run without root */
	const char *user;	    /* the name of `uid`, for words */
	uid_t uid;		    /* whose desktop; our own */
	uint64_t session_wait;	    /* µs; 0: the answer is there at once or not at all */
	const char *desktop_socket; /* NULL: never have the desktop started */

	/* For tests; NULL is the real thing. */
	const char *xserver_directory;
	session_of_pid_fn session_of_pid;
	void (*session_facts)(const char *id, struct session_facts *ret_facts);
	void (*survey)(uid_t uid, struct session_survey *ret_survey);
};

struct session_finder;

/*
 * The one answer of a finder: `display`, or NULL and the reason in words for the viewer and the
 * log. Both live until the finder is destroyed, which may happen inside the call.
 */
typedef void (*session_found_fn)(const struct session_display *display, const char *reason,
				 void *userdata);

/*
 * Starts to look. `found` is called exactly once from the event loop, never from within this call,
 * and at the latest session_wait later; not at all once the finder is destroyed. One finder serves
 * any number of viewers that wait for the same answer. Returns 0 or -errno.
 */
int session_finder_start(sd_event *event, const struct session_finder_options *options,
			 session_found_fn found, void *userdata,
			 struct session_finder **ret_finder);

/* Before or after the answer, or within it; NULL is fine. Returns NULL. */
struct session_finder *session_finder_destroy(struct session_finder *finder);

/*
 * Whether the session of a display that was found is still to be served (recorded, known to logind,
 * not closing). Returns NULL when it is, else the reason as words (static).
 */
const char *session_over_reason(const char *directory, uid_t record_owner, const char *id);

#endif
