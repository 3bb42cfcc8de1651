/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "desktop_search.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/timer.h"

#define RETRY_USEC UINT64_C(1000000) /* after a display that cannot be opened */
#define AGAIN_USEC UINT64_C(250000)  /* after a session that is over: one may follow the other */

static int look(struct desktop_search *search);

/* ---- what those who wait are told ---- */

static bool is_patient(const struct desktop_search *search)
{
	return search->config->status_screen;
}

/* Long enough to be read, it may take effect later than they would give up. */
static void note_reason(struct desktop_search *search, const char *reason)
{
	uint64_t now = timer_now(search->event);

	snprintf(search->reason, sizeof(search->reason), "%s", reason);
	if (!*reason || search->reason_at)
		return;
	search->reason_at = now;
	if (search->until < now + DESKTOP_SEARCH_READ_USEC) {
		search->until = now + DESKTOP_SEARCH_READ_USEC;
		timer_start_at(search->end, search->until);
	}
	log_info("no display to show: %s", reason);
}

static void say(struct desktop_search *search, enum status_step step, const char *desktop)
{
	const struct status_facts facts = {
		.user = search->config->user,
		.first = search->places.display ? STATUS_CONNECTION : STATUS_MANAGER,
		.step = step,
		.has_ended = search->has_ended,
		.may_start = search->may_start && search->config->start_desktop,
		.desktop = desktop,
		.reason = search->reason,
	};
	struct status_text text;

	status_words_write(&facts, &text);
	server_write_status(search->server, &text, search->since);
}

/* ---- the end of the wait ---- */

void desktop_search_stop(struct desktop_search *search)
{
	search->finder = session_finder_destroy(search->finder);
	timer_stop(search->retry);
	timer_stop(search->end);
	search->since = search->until = search->reason_at = 0;
	search->may_start = search->has_ended = search->is_silent = false;
	search->reason[0] = '\0';
}

static void fail(struct desktop_search *search, const char *reason)
{
	char words[SESSION_REASON_MAX]; /* `reason` may end with the finder */

	snprintf(words, sizeof(words), "%s", reason);
	desktop_search_stop(search);
	search->callbacks->failed(words, search->userdata);
}

static int on_end(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct desktop_search *search = userdata;

	(void)source;
	(void)usec;
	fail(search, *search->reason ? search->reason : "No desktop has come within session_wait.");
	return 0;
}

/* There is no display for this reason: another try, or the end. */
static void go_on(struct desktop_search *search, const char *reason, enum status_step step)
{
	if (!is_patient(search)) {
		fail(search, reason);
		return;
	}
	note_reason(search, reason);
	say(search, step, "");
	timer_start(search->retry, RETRY_USEC);
	search->callbacks->waits(search->userdata);
}

/* ---- finding and opening ---- */

static void open_display(struct desktop_search *search, const char *display, const char *xauthority)
{
	int r = server_open_display(search->server, display, xauthority);

	if (r < 0)
		go_on(search, strerror(-r), STATUS_CONNECTION);
	else if (!*search->reason)
		say(search, STATUS_CONNECTION, "");
}

static void on_progress(const struct session_progress *progress, void *userdata)
{
	static const enum status_step steps[] = {
		[SESSION_AWAITS_MANAGER] = STATUS_MANAGER,
		[SESSION_AWAITS_LOGIN] = STATUS_LOGIN,
		[SESSION_AWAITS_X] = STATUS_X_SERVER,
	};
	struct desktop_search *search = userdata;
	bool starts = search->may_start && search->config->start_desktop;

	search->is_silent = false;
	note_reason(search,
		    progress->is_hopeless || (!starts && progress->stage != SESSION_AWAITS_X)
			    ? progress->reason
			    : "");
	say(search, steps[progress->stage], progress->desktop);
	search->callbacks->waits(search->userdata);
}

static void on_session_found(const struct session_display *found, const char *reason,
			     void *userdata)
{
	struct desktop_search *search = userdata;

	if (!found) {
		fail(search, reason);
		return;
	}
	struct session_display display = *found;
	search->finder = session_finder_destroy(search->finder);
	snprintf(search->session, sizeof(search->session), "%s", display.session);
	if (!search->is_silent)
		note_reason(search, "");
	open_display(search, display.display, *display.xauthority ? display.xauthority : NULL);
}

static int look(struct desktop_search *search)
{
	const struct config *config = search->config;
	const struct session_finder_options wanted = {
		.directory = search->places.session_dir,
		.record_owner = session_record_owner(search->places.session_dir),
		.user = config->user,
		.uid = geteuid(),
		.session_wait = search->may_start ? config->session_wait : 0,
		.desktop_socket = search->may_start && config->start_desktop
					  ? search->places.desktop_socket
					  : NULL,
		.progress = is_patient(search) ? on_progress : NULL,
	};

	if (search->places.display) {
		open_display(search, search->places.display, search->places.xauthority);
		return 0;
	}
	search->finder_starts = search->may_start;
	return session_finder_start(search->event, &wanted, on_session_found, search,
				    &search->finder);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct desktop_search *search = userdata;

	(void)source;
	(void)usec;
	int r = look(search);
	if (r < 0)
		fail(search, strerror(-r));
	return 0;
}

/* ---- for admission ---- */

/* Until when a viewer that comes now waits. */
static void extend(struct desktop_search *search, bool may_start)
{
	uint64_t now = timer_now(search->event), wait = search->config->session_wait;

	if (wait < DESKTOP_SEARCH_READ_USEC)
		wait = DESKTOP_SEARCH_READ_USEC;
	uint64_t until = wait > UINT64_MAX - 1 - now ? UINT64_MAX - 1 : now + wait;

	if (!search->since)
		search->since = now;
	search->may_start |= may_start;
	if (!is_patient(search) || until <= search->until)
		return;
	search->until = until;
	timer_start_at(search->end, until);
}

int desktop_search_await(struct desktop_search *search, bool may_start)
{
	bool is_new = !search->since;

	extend(search, may_start);
	if (server_is_opening(search->server))
		return server_open_display(search->server, NULL, NULL);
	if (search->finder && search->may_start && !search->finder_starts) {
		search->finder = session_finder_destroy(search->finder);
		return look(search);
	}
	return is_new ? look(search) : 0;
}

int desktop_search_await_next(struct desktop_search *search, bool may_start, const char *reason)
{
	session_watch_stop(&search->watch);
	search->session[0] = '\0';
	extend(search, may_start);
	search->is_silent = *reason;
	search->has_ended = !search->is_silent;
	note_reason(search, reason);
	say(search,
	    search->is_silent || search->places.display ? STATUS_CONNECTION : STATUS_MANAGER, "");
	return timer_start(search->retry, AGAIN_USEC);
}

bool desktop_search_is_awaited(const struct desktop_search *search)
{
	return search->since;
}

static void on_session_over(const char *reason, void *userdata)
{
	struct desktop_search *search = userdata;

	search->callbacks->over(reason, search->userdata);
}

static void watch_session(struct desktop_search *search)
{
	const char *directory = search->places.session_dir;

	if (!*search->session)
		return;
	int r = session_watch_start(&search->watch, search->event, directory,
				    session_record_owner(directory), search->session,
				    on_session_over, search);
	if (r < 0)
		log_warning("cannot watch logind's sessions: %s; ignoring it", strerror(-r));
}

void desktop_search_opened(struct desktop_search *search, int r, const char *reason)
{
	if (r == -ETIMEDOUT && is_patient(search)) {
		note_reason(search, reason);
		say(search, STATUS_CONNECTION, "");
		search->callbacks->waits(search->userdata);
	} else if (r == -ETIMEDOUT) {
		fail(search, reason);
	} else if (r < 0) {
		search->session[0] = '\0';
		go_on(search, reason, STATUS_CONNECTION);
	} else {
		log_info("serving display %s%s%s", server_display(search->server),
			 *search->session ? " of session " : "", search->session);
		watch_session(search);
		desktop_search_stop(search);
		search->callbacks->found(search->userdata);
	}
}

int desktop_search_init(struct desktop_search *search, sd_event *event, const struct config *config,
			const struct desktop_search_places *places, struct server *server,
			const struct desktop_search_callbacks *callbacks, void *userdata)
{
	*search = (struct desktop_search){
		.event = event,
		.config = config,
		.places = *places,
		.server = server,
		.callbacks = callbacks,
		.userdata = userdata,
	};
	int r = timer_add(event, TIMER_NEVER, on_retry, search, &search->retry);
	return r < 0 ? r : timer_add(event, TIMER_NEVER, on_end, search, &search->end);
}

void desktop_search_finish(struct desktop_search *search)
{
	search->finder = session_finder_destroy(search->finder);
	session_watch_stop(&search->watch);
	search->retry = event_source_end(search->retry);
	search->end = event_source_end(search->end);
}
