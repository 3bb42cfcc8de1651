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
	viewer->accepted = timer_now(event);
	peer_format(address, viewer->peer);
	*ret_viewer = viewer;
	return 0;
}

void pending_viewer_destroy(struct pending_viewer *viewer)
{
	if (!viewer)
		return;
	pending_viewer_end_check(viewer);
	connection_destroy(viewer->connection);
	free(viewer);
}

bool pending_viewer_waits_for_check(const struct pending_viewer *viewer)
{
	return !viewer->check && connection_get_phase(viewer->connection) == CONNECTION_ANSWERED;
}

int pending_viewer_begin_check(struct pending_viewer *viewer, sd_event *event, const char *path,
			       uint64_t wait, scraper_result_fn result,
			       bool (*make_room)(void *userdata))
{
	const struct rfb_handshake *handshake = connection_get_handshake(viewer->connection);
	struct handoff_request request = { .minor = handshake->minor };
	const struct handoff_check_parameters parameters = {
		.event = event,
		.path = path,
		.wait = wait,
		.viewer = connection_get_fd(viewer->connection),
		.result = result,
		.make_room = make_room,
		.userdata = viewer,
	};
	int r;

	memcpy(request.challenge, handshake->challenge, sizeof(request.challenge));
	memcpy(request.response, handshake->response, sizeof(request.response));
	memcpy(request.peer, viewer->peer, sizeof(request.peer));
	r = handoff_check_start(&parameters, &request, &viewer->check);
	explicit_bzero(request.response, sizeof(request.response));
	return r;
}

void pending_viewer_end_check(struct pending_viewer *viewer)
{
	handoff_check_destroy(viewer->check);
	viewer->check = NULL;
}

static enum eviction_kind get_kind(const struct pending_viewer *viewer)
{
	switch (connection_get_phase(viewer->connection)) {
	case CONNECTION_HANDSHAKE:
		return EVICTION_SILENT;
	case CONNECTION_ANSWERED:
		return viewer->check ? EVICTION_CHECKED : EVICTION_WAITING;
	case CONNECTION_FAILING:
		return EVICTION_WAITING;
	case CONNECTION_CLOSING:
		break;
	}
	return EVICTION_OVER;
}

struct eviction_entry pending_viewer_get_entry(const struct pending_viewer *viewer)
{
	return (struct eviction_entry){
		.source = viewer->source,
		.source_users = throttle_source_users(viewer->source),
		.source_failures = throttle_source_failures(viewer->source),
		.source_trusted = throttle_source_is_trusted(viewer->source),
		.kind = get_kind(viewer),
		.since = viewer->accepted,
	};
}

/*
 * The order of throttle.h. Of unknown sources the newest is first: the others may be an attacker's
 * many addresses.
 */
int pending_viewer_compare_turns(const void *a, const void *b)
{
	const struct pending_viewer *x = *(struct pending_viewer *const *)a,
				    *y = *(struct pending_viewer *const *)b;
	bool newest_first = throttle_source_is_unknown(x->source);
	int order = throttle_compare(x->source, y->source);

	if (order != 0)
		return order;
	order = (x->accepted > y->accepted) - (x->accepted < y->accepted);
	return newest_first ? -order : order;
}
