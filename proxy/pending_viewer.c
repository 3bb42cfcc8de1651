/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pending_viewer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/timer.h"

int pending_viewer_create(sd_event *event, int fd, const struct sockaddr *address,
			  const char *refusal, const struct connection_handlers *handlers,
			  struct pending_viewer **ret_viewer)
{
	struct pending_viewer *viewer = calloc(1, sizeof(*viewer));
	int r;

	if (!viewer)
		return -ENOMEM;
	r = connection_create(event, fd, refusal, handlers, viewer, &viewer->connection);
	if (r < 0) {
		free(viewer);
		return r;
	}
	viewer->since = timer_now(event);
	net_format_peer(address, viewer->peer);
	*ret_viewer = viewer;
	return 0;
}

void pending_viewer_destroy(struct pending_viewer *viewer)
{
	if (!viewer)
		return;
	pending_viewer_end_handoff(viewer);
	connection_destroy(viewer->connection);
	free(viewer);
}

bool pending_viewer_needs_challenge(const struct pending_viewer *viewer)
{
	return !viewer->handoff && connection_get_phase(viewer->connection) == CONNECTION_ASKING;
}

bool pending_viewer_waits_for_check(const struct pending_viewer *viewer)
{
	return !viewer->checking && connection_get_phase(viewer->connection) == CONNECTION_ANSWERED;
}

int pending_viewer_ask(struct pending_viewer *viewer, sd_event *event, const char *path,
		       uint64_t wait, const struct handoff_client_handlers *handlers)
{
	const struct handoff_client_parameters parameters = {
		.event = event,
		.path = path,
		.peer = viewer->peer,
		.wait = wait,
		.handlers = handlers,
		.userdata = viewer,
	};

	return handoff_client_start(&parameters, &viewer->handoff);
}

int pending_viewer_begin_check(struct pending_viewer *viewer)
{
	const struct rfb_handshake *handshake = connection_get_handshake(viewer->connection);

	viewer->checking = true;
	return handoff_client_connect(viewer->handoff, handshake->minor, handshake->response,
				      connection_get_fd(viewer->connection));
}

void pending_viewer_challenge(struct pending_viewer *viewer, uint64_t now,
			      const uint8_t challenge[static RFB_CHALLENGE_SIZE])
{
	viewer->since = now;
	connection_challenge(viewer->connection, challenge);
}

void pending_viewer_end_handoff(struct pending_viewer *viewer)
{
	handoff_client_destroy(viewer->handoff);
	viewer->handoff = NULL;
	viewer->checking = false;
}

static enum eviction_kind get_kind(const struct pending_viewer *viewer)
{
	switch (connection_get_phase(viewer->connection)) {
	case CONNECTION_HANDSHAKE:
		return EVICTION_SILENT;
	case CONNECTION_ASKING:
		return EVICTION_WAITING;
	case CONNECTION_ANSWERED:
		return viewer->checking ? EVICTION_CHECKED : EVICTION_WAITING;
	case CONNECTION_FAILING:
		return EVICTION_FAILING;
	case CONNECTION_CLOSING:
		break;
	}
	return EVICTION_OVER;
}

static struct eviction_entry get_entry(const struct pending_viewer *viewer, uint64_t now)
{
	enum throttle_kind kind = throttle_source_kind(viewer->source);

	return (struct eviction_entry){
		.source = viewer->source,
		.source_users = throttle_source_users(viewer->source),
		.source_trusted = throttle_source_is_trusted(viewer->source),
		.source_failed = kind == THROTTLE_FAILED,
		.is_new = kind == THROTTLE_NEW && pending_viewer_waits_for_check(viewer),
		.kind = get_kind(viewer),
		.young = now < viewer->since + EVICTION_GRACE,
		.since = viewer->since,
	};
}

static size_t list_entries(const struct viewer_list *viewers, const struct pending_viewer *except,
			   uint64_t now, struct eviction_entry ret_entries[static EVICTION_TOTAL],
			   struct pending_viewer *ret_viewers[static EVICTION_TOTAL])
{
	struct pending_viewer *viewer;
	size_t n = 0;

	TAILQ_FOREACH(viewer, viewers, link)
	{
		if (viewer == except)
			continue;
		ret_entries[n] = get_entry(viewer, now);
		ret_viewers[n++] = viewer;
	}
	return n;
}

struct pending_viewer *pending_viewer_find_worst(const struct viewer_list *viewers,
						 const struct pending_viewer *except)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	struct pending_viewer *list[EVICTION_TOTAL];
	int i = eviction_choose(entries, list_entries(viewers, except, 0, entries, list));

	return i >= 0 ? list[i] : NULL;
}

struct pending_viewer *pending_viewer_find_surplus(const struct viewer_list *viewers,
						   const struct throttle_source *source)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	struct pending_viewer *list[EVICTION_TOTAL];
	int i = eviction_find_surplus(entries, list_entries(viewers, NULL, 0, entries, list),
				      source);

	return i >= 0 ? list[i] : NULL;
}

int pending_viewer_find_place(const struct viewer_list *viewers,
			      const struct throttle_source *source, uint64_t now,
			      struct pending_viewer **ret_loser)
{
	struct eviction_entry entries[EVICTION_TOTAL];
	struct pending_viewer *list[EVICTION_TOTAL];
	size_t n = list_entries(viewers, NULL, now, entries, list);
	int i = eviction_decide(entries, n, source);

	*ret_loser = i >= 0 ? list[i] : NULL;
	return i == EVICTION_REFUSED ? -ENOSPC : 0;
}

size_t pending_viewer_list_turns(const struct viewer_list *viewers,
				 bool (*waits)(const struct pending_viewer *viewer), bool checks,
				 struct pending_viewer *ret_turns[static EVICTION_TOTAL])
{
	struct pending_viewer *viewer, *list[EVICTION_TOTAL] = { NULL };
	struct turn turns[TURNS_MAX] = { { .source = NULL } };
	size_t order[TURNS_MAX], n = 0;

	TAILQ_FOREACH(viewer, viewers, link)
	{
		if (!waits(viewer))
			continue;
		turns[n] = throttle_get_turn(viewer->source);
		list[n++] = viewer;
	}
	if (checks)
		n = turns_draw_checks(turns, n, order);
	else
		turns_draw(turns, n, order);
	for (size_t i = 0; i < n; i++)
		ret_turns[i] = list[order[i]];
	return n;
}
