/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "ask_limit.h"
#include "common/event_source.h"
#include "common/program.h"
#include "common/timer.h"
#include "limited_log.h"
#include "listener.h"
#include "pending_viewer.h"
#include "refusal.h"
#include "settings.h"
#include "throttle.h"

struct proxy {
	sd_event *event;
	struct listener *listener;
	struct throttle *throttle;
	struct settings settings;
	const char *scraper_path;
	uint64_t exit_idle_time; /* µs */
	bool is_replaced;	 /* by an upgrade: no viewer is accepted any more */
	sd_event_source *idle;
	sd_event_source *schedule; /* when the scraper may be asked or a check may begin */
	struct ask_limit asks;
	struct viewer_list viewers; /* oldest first */
	size_t n_viewers;
	struct rate_limit refusal_log, failure_log, end_log;
};

/* By the timer, so that a hand-off never begins or ends within another's callback. */
static void schedule_turns(struct proxy *proxy)
{
	timer_start(proxy->schedule, 0);
}

static void begin_idle_time(struct proxy *proxy)
{
	timer_start(proxy->idle, proxy->exit_idle_time);
}

static void exit_replaced(struct proxy *proxy)
{
	log_info("exiting: an upgrade has replaced this program, and the new one takes over");
	sd_event_exit(proxy->event, 0);
}

static void remove_viewer(struct pending_viewer *viewer)
{
	struct proxy *proxy = viewer->owner;

	if (viewer->checking)
		throttle_check_abandoned(viewer->source);
	throttle_release(proxy->throttle, viewer->source, timer_now(proxy->event));
	TAILQ_REMOVE(&proxy->viewers, viewer, link);
	proxy->n_viewers--;
	pending_viewer_destroy(viewer);
	schedule_turns(proxy);
	if (proxy->n_viewers > 0)
		return;
	if (proxy->is_replaced)
		exit_replaced(proxy);
	else
		begin_idle_time(proxy);
}

/* ---- making room ---- */

static void drop(struct pending_viewer *viewer)
{
	struct proxy *proxy = viewer->owner;

	limited_log(&proxy->end_log, timer_now(proxy->event), LOG_LEVEL_INFO, viewer->peer,
		    "closed", "%s: closed: a new viewer needs its place", viewer->peer);
	remove_viewer(viewer);
}

/* Descriptors ran out, for `viewer` or for accepting another (NULL). */
static bool drop_one_for(struct proxy *proxy, const struct pending_viewer *viewer)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	struct pending_viewer *viewers[EVICTION_TOTAL];
	size_t n = pending_viewer_list_entries(&proxy->viewers, viewer, entries, viewers);
	int i = eviction_choose(entries, n);

	if (i >= 0)
		drop(viewers[i]);
	return i >= 0;
}

static bool on_exhausted(void *userdata)
{
	return drop_one_for(userdata, NULL);
}

static bool on_ask_exhausted(void *userdata)
{
	const struct pending_viewer *viewer = userdata;

	return drop_one_for(viewer->owner, viewer);
}

/* ---- hand-offs: first for a challenge, then for the check of the response ---- */

static void on_wrong_password(struct pending_viewer *viewer)
{
	struct proxy *proxy = viewer->owner;
	uint64_t now = timer_now(proxy->event);
	uint64_t delay = throttle_check_failed(proxy->throttle, viewer->source, now);
	unsigned failures = throttle_source_failures(viewer->source);

	limited_log(&proxy->failure_log, now, LOG_LEVEL_WARNING, viewer->peer, "wrong-password",
		    "%s: wrong password (%u consecutive failure%s from this address); answering in "
		    "%u.%u s",
		    viewer->peer, failures, failures == 1 ? "" : "s", (unsigned)(delay / 1000000),
		    (unsigned)(delay / 100000 % 10));
	connection_fail(viewer->connection, "wrong password", delay);
}

static void on_not_possible(struct pending_viewer *viewer, const char *reason)
{
	struct proxy *proxy = viewer->owner;

	if (viewer->checking)
		throttle_check_abandoned(viewer->source);
	limited_log(&proxy->refusal_log, timer_now(proxy->event), LOG_LEVEL_WARNING, viewer->peer,
		    "refused", "%s: refused: %s", viewer->peer, reason);
	connection_fail(viewer->connection, reason, 0);
}

static void on_challenged(const uint8_t challenge[static HANDOFF_CHALLENGE_SIZE], void *userdata)
{
	const struct pending_viewer *viewer = userdata;

	connection_challenge(viewer->connection, challenge);
}

static void on_result(enum handoff_result result, const char *reason, void *userdata)
{
	struct pending_viewer *viewer = userdata;
	struct proxy *proxy = viewer->owner;

	switch (result) {
	case HANDOFF_TAKEN:
	case HANDOFF_TAKEN_VIEW_ONLY:
		log_info("%s: handed over to the scraper", viewer->peer);
		throttle_check_passed(proxy->throttle, viewer->source);
		pending_viewer_end_handoff(viewer);
		remove_viewer(viewer);
		return;
	case HANDOFF_WRONG_PASSWORD:
		on_wrong_password(viewer);
		break;
	case HANDOFF_NOT_POSSIBLE:
	case HANDOFF_CHALLENGED: /* is no result */
		on_not_possible(viewer, reason[0] ? reason : "the desktop cannot be shown now");
		break;
	}
	pending_viewer_end_handoff(viewer);
	schedule_turns(proxy);
}

static const struct handoff_client_handlers handoff_handlers = {
	.challenged = on_challenged,
	.result = on_result,
	.make_room = on_ask_exhausted,
};

static void cannot_ask(struct pending_viewer *viewer, int error)
{
	log_error("%s: cannot ask the scraper: %s", viewer->peer, strerror(-error));
	on_not_possible(viewer, "the service is short of resources; try again");
	pending_viewer_end_handoff(viewer);
}

static void ask_for_challenge(struct pending_viewer *viewer)
{
	const struct proxy *proxy = viewer->owner;
	char path[SETTINGS_PATH_MAX];
	int r;

	settings_get_scraper_path(&proxy->settings, path);
	r = pending_viewer_ask(viewer, proxy->event,
			       proxy->scraper_path ? proxy->scraper_path : path,
			       proxy->settings.config.session_wait, &handoff_handlers);
	if (r < 0)
		cannot_ask(viewer, r);
}

/* Each returns when to try again; UINT64_MAX: when something has changed. */
static uint64_t ask_for_challenges(struct proxy *proxy, uint64_t now)
{
	struct pending_viewer *turns[EVICTION_TOTAL];
	size_t n = pending_viewer_list_turns(&proxy->viewers, pending_viewer_needs_challenge,
					     turns);
	uint64_t when = UINT64_MAX;

	for (size_t i = 0; i < n && ask_limit_take(&proxy->asks, now, &when) == 0; i++)
		ask_for_challenge(turns[i]);
	return when;
}

static uint64_t begin_checks(struct proxy *proxy, uint64_t now)
{
	struct pending_viewer *turns[EVICTION_TOTAL];
	size_t n = pending_viewer_list_turns(&proxy->viewers, pending_viewer_waits_for_check,
					     turns);
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < n; i++) {
		uint64_t when = UINT64_MAX;
		int r = throttle_begin_check(proxy->throttle, turns[i]->source, now, &when);

		if (r < 0) {
			next = when < next ? when : next;
			continue;
		}
		r = pending_viewer_begin_check(turns[i]);
		if (r < 0)
			cannot_ask(turns[i], r);
	}
	return next;
}

static int on_schedule(sd_event_source *source, uint64_t time, void *userdata)
{
	struct proxy *proxy = userdata;
	uint64_t now = timer_now(proxy->event);
	uint64_t next_ask = ask_for_challenges(proxy, now), next_check = begin_checks(proxy, now);

	(void)source;
	(void)time;
	timer_start_at(proxy->schedule, next_ask < next_check ? next_ask : next_check);
	return 0;
}

/* ---- viewers ---- */

static void on_asking(void *userdata)
{
	const struct pending_viewer *viewer = userdata;

	schedule_turns(viewer->owner);
}

static void on_answered(void *userdata)
{
	struct pending_viewer *viewer = userdata;

	log_debug("%s: answered the challenge (RFB 3.%u)", viewer->peer,
		  connection_get_handshake(viewer->connection)->minor);
	schedule_turns(viewer->owner);
}

static void on_ended(const char *why, void *userdata)
{
	struct pending_viewer *viewer = userdata;
	struct proxy *proxy = viewer->owner;

	if (why)
		limited_log(&proxy->end_log, timer_now(proxy->event), LOG_LEVEL_INFO, viewer->peer,
			    "closed", "%s: closed: %s", viewer->peer, why);
	if (viewer->checking || pending_viewer_waits_for_check(viewer))
		throttle_gave_up(viewer->source, timer_now(proxy->event));
	remove_viewer(viewer);
}

static const struct connection_handlers connection_handlers = { on_asking, on_answered, on_ended };

static bool make_room(struct proxy *proxy, const struct throttle_source *source)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	struct pending_viewer *viewers[EVICTION_TOTAL];
	size_t n = pending_viewer_list_entries(&proxy->viewers, NULL, entries, viewers);
	int i = eviction_decide(entries, n, source, throttle_source_users(source) - 1);

	if (i >= 0)
		drop(viewers[i]);
	return i != EVICTION_REFUSED;
}

static int add_viewer(struct proxy *proxy, int fd, const struct sockaddr *address,
		      struct throttle_source *source)
{
	struct pending_viewer *viewer;
	char refusal[RFB_REASON_MAX];
	int r;

	const char *told = refusal_find(&proxy->settings, fd, address, refusal);
	r = pending_viewer_create(proxy->event, fd, address, told, &connection_handlers, &viewer);
	if (r < 0)
		return r;
	viewer->owner = proxy;
	viewer->source = source;
	TAILQ_INSERT_TAIL(&proxy->viewers, viewer, link);
	proxy->n_viewers++;
	timer_stop(proxy->idle);
	if (refusal[0])
		limited_log(&proxy->refusal_log, viewer->accepted, LOG_LEVEL_WARNING, viewer->peer,
			    "refused", "%s: refused: %s", viewer->peer, refusal);
	return 0;
}

static void on_accepted(int fd, const struct sockaddr *address, void *userdata)
{
	struct proxy *proxy = userdata;
	uint64_t now = timer_now(proxy->event);
	struct throttle_source *source = throttle_acquire(proxy->throttle, address, now);
	int r = -ENOSPC;

	settings_refresh(&proxy->settings);
	if (source && make_room(proxy, source))
		r = add_viewer(proxy, fd, address, source);
	if (r < 0) {
		char peer[NET_PEER_TEXT_MAX];

		net_format_peer(address, peer);
		limited_log(&proxy->refusal_log, now, LOG_LEVEL_WARNING, peer, "closed",
			    "%s: closed: %s", peer,
			    r == -ENOSPC ? "too many viewers are waiting for the password check"
					 : strerror(-r));
		close(fd);
		if (source)
			throttle_release(proxy->throttle, source, now);
	}
}

/*
 * After an upgrade, new viewers are left to the new program, which systemd starts when those that
 * are in the handshake have been served: nobody keeps the old one by coming again and again.
 */
static bool may_accept(void *userdata)
{
	struct proxy *proxy = userdata;

	proxy->is_replaced = proxy->is_replaced || program_is_replaced();
	if (!proxy->is_replaced)
		return true;
	if (proxy->n_viewers > 0)
		listener_stop(proxy->listener);
	else
		exit_replaced(proxy);
	return false;
}

static const struct listener_handlers listener_handlers = { may_accept, on_accepted, on_exhausted };

/* Viewers that are already in the backlog are still accepted. */
static int on_idle(sd_event_source *source, uint64_t time, void *userdata)
{
	struct proxy *proxy = userdata;

	(void)source;
	(void)time;
	if (listener_accept(proxy->listener) == 0) {
		log_info("exiting: no viewer for a while");
		return sd_event_exit(proxy->event, 0);
	}
	if (proxy->n_viewers == 0)
		begin_idle_time(proxy);
	return 0;
}

int proxy_create(const struct proxy_parameters *parameters, struct proxy **ret_proxy, int *ret_bad)
{
	struct proxy *proxy = calloc(1, sizeof(*proxy));
	int r;

	*ret_bad = -1;
	if (!proxy)
		return -ENOMEM;
	TAILQ_INIT(&proxy->viewers);
	proxy->event = sd_event_ref(parameters->event);
	proxy->scraper_path = parameters->scraper_path;
	proxy->exit_idle_time = parameters->exit_idle_time;
	settings_init(&proxy->settings, parameters->config_path);
	r = throttle_create(&proxy->throttle);
	if (r >= 0)
		r = timer_add(proxy->event, TIMER_NEVER, on_idle, proxy, &proxy->idle);
	if (r >= 0)
		r = timer_add(proxy->event, TIMER_NEVER, on_schedule, proxy, &proxy->schedule);
	if (r >= 0)
		r = listener_create(proxy->event, &listener_handlers, proxy, &proxy->listener,
				    ret_bad);
	if (r < 0) {
		proxy_destroy(proxy);
		return r;
	}
	begin_idle_time(proxy);
	*ret_proxy = proxy;
	return 0;
}

void proxy_destroy(struct proxy *proxy)
{
	struct pending_viewer *viewer;

	if (!proxy)
		return;
	listener_destroy(proxy->listener);
	while ((viewer = TAILQ_FIRST(&proxy->viewers))) {
		connection_give_up(viewer->connection, "the service is being stopped; try again");
		remove_viewer(viewer);
	}
	event_source_end(proxy->idle);
	event_source_end(proxy->schedule);
	throttle_destroy(proxy->throttle);
	sd_event_unref(proxy->event);
	free(proxy);
}
