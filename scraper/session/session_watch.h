/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches whether the session of the served display is over. Mostly its X server ends, which needs
 * no watching; but where GDM's worker was killed, X goes on though the session has ended for
 * logind.
 */
#ifndef GPUDESK_SESSION_WATCH_H
#define GPUDESK_SESSION_WATCH_H

#include <sys/types.h>
#include <systemd/sd-event.h>
#include <systemd/sd-login.h>

typedef void (*session_over_fn)(const char *reason, void *userdata);

struct session_watch {
	const char *directory; /* of records; not owned */
	uid_t record_owner;
	const char *session; /* XDG_SESSION_ID, not owned; NULL: not started */
	session_over_fn over;
	void *userdata;
	sd_login_monitor *monitor;
	sd_event_source *source;
};

/*
 * Has `over` called from the event loop when the session is over. Returns 0, or -errno when logind
 * cannot be watched: session_watch_over_reason() works all the same.
 */
int session_watch_start(struct session_watch *watch, sd_event *event, const char *directory,
			uid_t record_owner, const char *session, session_over_fn over,
			void *userdata);

/* One of all zero is fine. */
void session_watch_stop(struct session_watch *watch);

/*
 * Why the session must not be served any more (its record is gone, or logind says so), in static
 * words. NULL: it may be, or the watch is not started.
 */
const char *session_watch_over_reason(const struct session_watch *watch);

#endif
