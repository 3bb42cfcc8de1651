/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "audience.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/net_list.h"
#include "common/timer.h"
#include "relay.h"
#include "viewers_watch.h"

enum { LOG_PACE = 1000000 /* µs, between refusals that are logged */ };

struct listener {
	struct audience *all;
	struct relay *relay; /* NULL: a free place */
	char peer[NET_PEER_TEXT_MAX], host[NET_PEER_TEXT_MAX];
};

struct audience {
	struct audience_parameters parameters;
	struct listener places[AUDIENCE_MAX];
	struct viewers_watch *watch; /* NULL: the scraper was not asked, or has ended */
	sd_event_source *idle_timer;
	uint64_t logged; /* when the last refusal was */
};

/* For systemd's status, and gpudesk's. */
static unsigned report(const struct audience *audience)
{
	char text[AUDIENCE_MAX * (NET_PEER_TEXT_MAX + 2)] = "";
	unsigned n = 0;
	size_t length = 0;

	for (size_t i = 0; i < AUDIENCE_MAX; i++)
		if (audience->places[i].relay)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
						   n++ ? ", " : "", audience->places[i].peer);
	sd_notifyf(0, "STATUS=%u listener%s%s%s", n, n == 1 ? "" : "s", n ? ": " : "", text);
	return n;
}

static void end_listener(struct listener *listener, const char *reason)
{
	log_info("%s: listens no longer: %s", listener->peer, reason);
	relay_destroy(listener->relay);
	listener->relay = NULL;
	if (report(listener->all) == 0)
		(void)timer_start(listener->all->idle_timer,
				  listener->all->parameters.exit_idle_time);
}

static void on_relay_ended(const char *reason, void *userdata)
{
	end_listener(userdata, reason);
}

static const char *find_refusal(const struct audience *audience)
{
	return audience->parameters.find_refusal(audience->parameters.userdata);
}

/* The scraper also tells when it has read the settings again. */
static void on_viewers(const char *ended, void *userdata)
{
	struct audience *audience = userdata;
	const char *reason = ended ? ended : find_refusal(audience);

	for (size_t i = 0; i < AUDIENCE_MAX; i++) {
		struct listener *listener = &audience->places[i];

		if (!listener->relay)
			continue;
		if (reason)
			end_listener(listener, reason);
		else if (!viewers_watch_has(audience->watch, listener->host))
			end_listener(listener, "the last viewer of that address has disconnected");
	}
	if (ended)
		audience->watch = viewers_watch_end(audience->watch);
}

static struct listener *find_place(struct audience *audience)
{
	for (size_t i = 0; i < AUDIENCE_MAX; i++)
		if (!audience->places[i].relay)
			return &audience->places[i];
	return NULL;
}

/* Returns why not, or NULL. The scraper is waited for only while nobody listens. */
static const char *admit(struct audience *audience, const char *host)
{
	const char *refusal = find_refusal(audience);

	if (refusal)
		return refusal;
	if (!audience->watch) {
		int r = viewers_watch_start(audience->parameters.event,
					    audience->parameters.control, on_viewers, audience,
					    &audience->watch);
		if (r < 0)
			return r == -EPROTO   ? "the scraper is of another version, until it stops"
			       : r == -EAGAIN ? "the scraper does not answer"
					      : "cannot ask the scraper for its viewers";
	}
	return viewers_watch_has(audience->watch, host)
		       ? NULL
		       : "no viewer is connected from that address";
}

/* Returns why not, or NULL; then it owns `fd`. */
static const char *take(struct audience *audience, int fd, const struct listener *new)
{
	const char *reason = admit(audience, new->host);
	struct listener *place = find_place(audience);

	if (reason)
		return reason;
	if (!place)
		return "too many listen already";
	*place = *new;
	if (relay_start(audience->parameters.event, fd, audience->parameters.server, on_relay_ended,
			place, &place->relay) < 0)
		return "out of memory";
	log_info("%s: listens", place->peer);
	timer_stop(audience->idle_timer);
	(void)report(audience);
	return NULL;
}

static void refuse(struct audience *audience, const char *peer, const char *reason)
{
	uint64_t now = timer_now(audience->parameters.event);

	if (audience->logged && now - audience->logged < LOG_PACE)
		return;
	audience->logged = now;
	log_warning("%s: may not listen: %s", peer, reason);
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct audience *audience = userdata;
	struct listener new = { .all = audience };
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	(void)source;
	(void)events;
	int peer = accept4(fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (peer < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
		log_error("cannot accept listeners: %s: stopping", strerror(errno));
		return sd_event_exit(audience->parameters.event, 0); /* systemd starts it again */
	}
	if (peer < 0)
		return 0;
	net_format_peer((struct sockaddr *)&address, new.peer);
	net_format_host((struct sockaddr *)&address, new.host);
	const char *reason = take(audience, peer, &new);
	if (reason) {
		refuse(audience, new.peer, reason);
		close(peer);
	}
	return 0;
}

static int on_idle(sd_event_source *source, uint64_t when, void *userdata)
{
	(void)source;
	(void)when;
	return sd_event_exit(((struct audience *)userdata)->parameters.event, 0);
}

static int add_socket(struct audience *audience, int fd)
{
	sd_event_source *source = NULL;
	int flags = fcntl(fd, F_GETFL);

	if (sd_is_socket(fd, AF_INET, SOCK_STREAM, 1) <= 0 &&
	    sd_is_socket(fd, AF_INET6, SOCK_STREAM, 1) <= 0)
		return -ENOTSOCK;
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	int r = sd_event_add_io(audience->parameters.event, &source, fd, EPOLLIN, on_connection,
				audience);
	/* Those who listen, and what the scraper tells, come first. */
	if (r >= 0)
		r = sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = sd_event_source_set_floating(source, true);
	sd_event_source_unref(source);
	return r;
}

int audience_create(const struct audience_parameters *parameters, struct audience **ret_audience)
{
	struct audience *audience = calloc(1, sizeof(*audience));
	int n = sd_listen_fds(1), r = n == 0 ? -ENOENT : n;

	if (!audience)
		return -ENOMEM;
	audience->parameters = *parameters;
	sd_event_ref(parameters->event);
	if (r >= 0)
		r = timer_add(parameters->event, parameters->exit_idle_time, on_idle, audience,
			      &audience->idle_timer);
	for (int i = 0; i < n && r >= 0; i++)
		r = add_socket(audience, SD_LISTEN_FDS_START + i);
	if (r < 0) {
		audience_destroy(audience);
		return r;
	}
	*ret_audience = audience;
	return 0;
}

void audience_destroy(struct audience *audience)
{
	if (!audience)
		return;
	for (size_t i = 0; i < AUDIENCE_MAX; i++)
		relay_destroy(audience->places[i].relay);
	viewers_watch_end(audience->watch);
	event_source_end(audience->idle_timer);
	sd_event_unref(audience->parameters.event);
	free(audience);
}
