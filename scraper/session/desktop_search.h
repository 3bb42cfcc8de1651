/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gets the server its display while viewers wait: finds the session's, or takes the given one, and
 * opens it. With the status screen it keeps trying for as long as they wait, and says what is going
 * on; without, the first failure is the answer.
 */
#ifndef GPUDESK_DESKTOP_SEARCH_H
#define GPUDESK_DESKTOP_SEARCH_H

#include "common/config.h"
#include "session_finder.h"
#include "session_watch.h"
#include "status_words.h"

/* A reason stays on the status screen for at least this long. */
#define DESKTOP_SEARCH_READ_USEC UINT64_C(10000000)

struct desktop_search_callbacks {
	/* The display is open. */
	void (*found)(void *userdata);
	/* There is none (yet), and the status screen says why. */
	void (*waits)(void *userdata);
	/* There is none, and nobody is to wait any longer. */
	void (*failed)(const char *reason, void *userdata);
	/* The session whose display is shown is over. */
	void (*over)(const char *reason, void *userdata);
};

/* Where to look; strings are the caller's. */
struct desktop_search_places {
	const char *session_dir;    /* of records */
	const char *display;	    /* NULL: found by the record */
	const char *xauthority;	    /* for `display`; NULL: Xlib's choice */
	const char *desktop_socket; /* to start it */
};

struct desktop_search {
	sd_event *event;	     /* not owned, as all pointers to others */
	const struct config *config; /* user, session_wait, start_desktop, status_screen */
	struct desktop_search_places places;
	struct server *server;
	const struct desktop_search_callbacks *callbacks;
	void *userdata;

	char session[64]; /* XDG_SESSION_ID of the display; "": none, or it was given */
	struct session_watch watch;
	struct session_finder *finder;
	bool finder_starts;	   /* it may start the desktop, */
	bool may_start;		   /* as those who wait may */
	bool has_ended;		   /* a session was shown before, to those who wait, */
	bool is_silent;		   /* or is still there, but its X server does not answer */
	uint64_t since;		   /* µs: they have waited since then; 0: nobody does */
	uint64_t until, reason_at; /* µs: they give up; the reason was shown first, 0: not yet */
	char reason[SESSION_REASON_MAX];
	sd_event_source *retry, *end;
};

/* Returns 0 or -errno. */
int desktop_search_init(struct desktop_search *search, sd_event *event, const struct config *config,
			const struct desktop_search_places *places, struct server *server,
			const struct desktop_search_callbacks *callbacks, void *userdata);
void desktop_search_finish(struct desktop_search *search);

/*
 * A viewer waits from now on; `may_start`: so that the desktop is started. There is no display.
 * Calls `found` or `failed` in the end, from the event loop. Returns 0 or -errno.
 */
int desktop_search_await(struct desktop_search *search, bool may_start);

/*
 * The viewers that were shown a session wait for the next one; with a `reason` ("": none), for the
 * same one, whose X server does not answer. The display is closed.
 */
int desktop_search_await_next(struct desktop_search *search, bool may_start, const char *reason);

/* Whether somebody waits. */
bool desktop_search_is_awaited(const struct desktop_search *search);

/* Nobody waits any longer: all have disconnected. */
void desktop_search_stop(struct desktop_search *search);

/* `opened` of server.h. */
void desktop_search_opened(struct desktop_search *search, int r, const char *reason);

#endif
