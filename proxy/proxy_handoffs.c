/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy_handoffs.h"

#include <errno.h>
#include <string.h>

#include "common/log.h"
#include "common/timer.h"
#include "known_sources.h"
#include "proxy_state.h"

static void on_wrong_password(struct pending_viewer *viewer)
{
	struct proxy *proxy = viewer->owner;
	struct pending_viewer *surplus;
	uint64_t now = timer_now(proxy->event);
	uint64_t delay = throttle_check_failed(viewer->source, now);

	viewer_log_wrong_password(&proxy->log, now, viewer->peer,
				  throttle_source_failures(viewer->source), delay);
	connection_fail(viewer->connection, "wrong password", delay);
	while ((surplus = pending_viewer_find_surplus(&proxy->viewers, viewer->source)))
		proxy_drop_viewer(surplus);
}

static void on_not_possible(struct pending_viewer *viewer, const char *reason)
{
	struct proxy *proxy = viewer->owner;

	if (viewer->checking)
		throttle_check_abandoned(proxy->throttle, viewer->source);
	viewer_log_refused(&proxy->log, timer_now(proxy->event), viewer->peer, reason);
	connection_fail(viewer->connection, reason, 0);
}

static void on_taken(struct pending_viewer *viewer, bool full)
{
	struct proxy *proxy = viewer->owner;
	uint64_t now = timer_now(proxy->event);
	int r = 0;

	log_info("%s: handed over to the scraper", viewer->peer);
	throttle_check_passed(proxy->throttle, viewer->source, full, now);
	if (full)
		r = known_sources_save(proxy->memory, proxy->throttle, now);
	if (r < 0)
		log_warning("cannot remember in %s where full access came from: %s", proxy->memory,
			    strerror(-r));
	pending_viewer_end_handoff(viewer);
	proxy_remove_viewer(viewer);
}

static void on_challenged(const uint8_t challenge[static HANDOFF_CHALLENGE_SIZE], void *userdata)
{
	struct pending_viewer *viewer = userdata;
	const struct proxy *proxy = viewer->owner;

	pending_viewer_challenge(viewer, timer_now(proxy->event), challenge);
}

static void on_result(enum handoff_result result, const char *reason, void *userdata)
{
	struct pending_viewer *viewer = userdata;
	struct proxy *proxy = viewer->owner;

	switch (result) {
	case HANDOFF_TAKEN:
	case HANDOFF_TAKEN_VIEW_ONLY:
		on_taken(viewer, result == HANDOFF_TAKEN);
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
	proxy_schedule_turns(proxy);
}

static bool on_ask_exhausted(void *userdata)
{
	const struct pending_viewer *viewer = userdata;

	return proxy_drop_one_for(viewer->owner, viewer);
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

/* Of new sources that find their share used up, only the newest waits; returns that one. */
static struct pending_viewer *send_away_older(struct pending_viewer *a, struct pending_viewer *b)
{
	struct pending_viewer *older = a && a->since > b->since ? b : a;

	if (older) {
		on_not_possible(older, "too many others are trying passwords; connect again");
		pending_viewer_end_handoff(older);
	}
	return older == b ? a : b;
}

/* Each returns when to try again; UINT64_MAX: when something has changed. */
static uint64_t ask_for_challenges(struct proxy *proxy, uint64_t now)
{
	static const struct budget_limit limit = { PROXY_ASK_INTERVAL, PROXY_ASKS_AT_ONCE };
	struct pending_viewer *turns[EVICTION_TOTAL];
	size_t n = pending_viewer_list_turns(&proxy->viewers, pending_viewer_needs_challenge, false,
					     turns);

	for (size_t i = 0; i < n; i++) {
		uint64_t when = budget_next(&proxy->asks, &limit, now);

		if (when > now)
			return when;
		budget_take(&proxy->asks, &limit, now);
		ask_for_challenge(turns[i]);
	}
	return UINT64_MAX;
}

static uint64_t begin_checks(struct proxy *proxy, uint64_t now)
{
	struct pending_viewer *turns[EVICTION_TOTAL], *newest = NULL;
	size_t n = pending_viewer_list_turns(&proxy->viewers, pending_viewer_waits_for_check, true,
					     turns);
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < n; i++) {
		uint64_t when = UINT64_MAX;
		int r = throttle_begin_check(proxy->throttle, turns[i]->source, now, &when);

		if (r == -EBUSY)
			newest = send_away_older(newest, turns[i]);
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

int proxy_on_schedule(sd_event_source *source, uint64_t time, void *userdata)
{
	struct proxy *proxy = userdata;
	uint64_t now = timer_now(proxy->event);
	uint64_t next_ask = ask_for_challenges(proxy, now), next_check = begin_checks(proxy, now);

	(void)source;
	(void)time;
	timer_start_at(proxy->schedule, next_ask < next_check ? next_ask : next_check);
	return 0;
}
