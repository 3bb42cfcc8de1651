/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the user to the display: waits, within bounds, until a session of the user is recorded and
 * its X server answers, and requests the desktop's start meanwhile.
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

/* Where to open the X connection, and for which session. */
struct session_display {
	char display[DISPLAY_MAX]; /* ":0" */
	char xauthority[1024];	   /* absolute path; "" if the record has none */
	char session[64];	   /* XDG_SESSION_ID */
};

/* What a finder waits for. */
enum session_stage {
	SESSION_AWAITS_MANAGER, /* neither a session nor a login screen */
	SESSION_AWAITS_LOGIN,	/* a login screen, or a session without a record (yet) */
	SESSION_AWAITS_X,	/* the session's X server does not answer yet */
};

struct session_progress {
	enum session_stage stage;
	bool is_hopeless;    /* somebody has to do something */
	const char *reason;  /* a sentence: why there is no display */
	const char *desktop; /* what is being started for it; "": nothing, as far as known */
};

/* Must not destroy the finder. The strings live for the call. */
typedef void (*session_progress_fn)(const struct session_progress *progress, void *userdata);

/* All strings are copied. */
struct session_finder_options {
	const char *directory;	    /* of records; SESSION_RECORD_DIRECTORY */
	uid_t record_owner;	    /* of records: 0, or ourselves in a run without root */
	const char *user;	    /* the name of `uid`, for messages */
	uid_t uid;		    /* whose desktop; our own */
	uint64_t session_wait;	    /* µs; 0: checks only once */
	const char *desktop_socket; /* NULL: never request the desktop's start */
	/*
	 * Called after each check that found none, often with the same as before. The finder then
	 * never gives up, whatever session_wait says. NULL: it does.
	 */
	session_progress_fn progress;

	/* For tests; NULL in production. */
	const char *xserver_directory;
	session_of_pid_fn session_of_pid;
	void (*session_facts)(const char *id, struct session_facts *ret_facts);
	void (*survey)(uid_t uid, struct session_survey *ret_survey);
};

struct session_finder;

/*
 * The answer of a finder: `display`, or NULL and the reason for the viewer and the log. Both live
 * until the finder is destroyed, which may happen inside the call.
 */
typedef void (*session_found_fn)(const struct session_display *display, const char *reason,
				 void *userdata);

/*
 * Calls `found` exactly once, from the event loop and at the latest after session_wait; not at all
 * once the finder is destroyed, and only with a display if there is a `progress`. One finder serves
 * any number of viewers that wait for the same answer. Returns 0 or -errno.
 */
int session_finder_start(sd_event *event, const struct session_finder_options *options,
			 session_found_fn found, void *userdata,
			 struct session_finder **ret_finder);

/* Before, during or after the answer; NULL is fine. Returns NULL. */
struct session_finder *session_finder_destroy(struct session_finder *finder);

#endif
