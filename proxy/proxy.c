/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "arrival.h"
#include "common/event_source.h"
#include "common/log.h"
#include "common/program.h"
#include "common/timer.h"
#include "known_sources.h"
#include "proxy_handoffs.h"
#include "proxy_state.h"
#include "refusal.h"

/* ---- viewers ---- */

static void on_asking(void *userdata)
{
	const struct pending_viewer *viewer = userdata;

	proxy_schedule_turns(viewer->owner);
}

static void on_answered(void *userdata)
{
	struct pending_viewer *viewer = userdata;

	log_debug("%s: answered the challenge (RFB 3.%u)", viewer->peer,
		  connection_get_handshake(viewer->connection)->minor);
	proxy_schedule_turns(viewer->owner);
}

static void on_ended(const char *why, void *userdata)
{
	struct pending_viewer *viewer = userdata;
	struct proxy *proxy = viewer->owner;
	uint64_t now = timer_now(proxy->event);

	if (why)
		viewer_log_closed(&proxy->log, now, viewer->peer, why);
	/* Who leaves during the check may have seen that there is no quick yes. */
	if (viewer->checking)
		throttle_check_failed(viewer->source, now);
	viewer->checking = false;
	proxy_remove_viewer(viewer);
}

static const struct connection_handlers connection_handlers = { on_asking, on_answered, on_ended };

static int make_room(struct proxy *proxy, const struct throttle_source *source)
{
	struct pending_viewer *loser;
	int r = pending_viewer_find_place(&proxy->viewers, source, timer_now(proxy->event), &loser);

	if (loser)
		proxy_drop_viewer(loser);
	return r;
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
		viewer_log_refused(&proxy->log, viewer->since, viewer->peer, refusal);
	return 0;
}

static struct throttle_source *acquire_source(struct proxy *proxy, int fd,
					      const struct sockaddr *address)
{
	char interface[IF_NAMESIZE];
	struct peer_key key;

	peer_get_key(address, arrival_find(fd, interface), &key);
	return throttle_acquire(proxy->throttle, &key, timer_now(proxy->event));
}

static void on_accepted(int fd, const struct sockaddr *address, void *userdata)
{
	struct proxy *proxy = userdata;
	uint64_t now = timer_now(proxy->event);
	struct throttle_source *source = acquire_source(proxy, fd, address);
	int r = source ? make_room(proxy, source) : -ENOSPC;

	settings_refresh(&proxy->settings);
	if (r >= 0)
		r = add_viewer(proxy, fd, address, source);
	if (r < 0) {
		char peer[NET_PEER_TEXT_MAX];

		net_format_peer(address, peer);
		viewer_log_no_place(&proxy->log, now, peer,
				    r == -ENOSPC
					    ? "too many viewers are waiting for the password check"
					    : strerror(-r));
		close(fd);
		if (source)
			throttle_release(proxy->throttle, source);
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
		proxy_exit_replaced(proxy);
	return false;
}

static bool on_exhausted(void *userdata)
{
	return proxy_drop_one_for(userdata, NULL);
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
		proxy_begin_idle_time(proxy);
	return 0;
}

static void remember(struct proxy *proxy)
{
	int r = known_sources_load(proxy->memory, proxy->throttle, timer_now(proxy->event));

	if (r < 0)
		log_warning("%s/known-sources is ignored: %s", proxy->memory, strerror(-r));
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
	if (proxy->scraper_path)
		proxy->settings.sockets = NULL;
	proxy->memory = parameters->memory;
	r = throttle_create(&proxy->throttle);
	if (r >= 0)
		remember(proxy);
	if (r >= 0)
		r = timer_add(proxy->event, TIMER_NEVER, on_idle, proxy, &proxy->idle);
	if (r >= 0)
		r = timer_add(proxy->event, TIMER_NEVER, proxy_on_schedule, proxy,
			      &proxy->schedule);
	if (r >= 0)
		r = listener_create(proxy->event, &listener_handlers, proxy, &proxy->listener,
				    ret_bad);
	if (r < 0) {
		proxy_destroy(proxy);
		return r;
	}
	proxy_begin_idle_time(proxy);
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
		proxy_remove_viewer(viewer);
	}
	event_source_end(proxy->idle);
	event_source_end(proxy->schedule);
	throttle_destroy(proxy->throttle);
	sd_event_unref(proxy->event);
	free(proxy);
}
