/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One viewer that is not handed over yet: its socket, its source, and its check when it has one. */
#ifndef GPUDESK_PENDING_VIEWER_H
#define GPUDESK_PENDING_VIEWER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

#include "connection.h"
#include "eviction.h"
#include "handoff_client.h"
#include "peer.h"
#include "throttle.h"

struct pending_viewer {
	TAILQ_ENTRY(pending_viewer) link; /* its owner's */
	void *owner;
	struct connection *connection;
	struct throttle_source *source; /* borrowed; its owner acquires and releases it */
	struct scraper_check *check;	/* NULL: none under way */
	uint64_t accepted;		/* µs */
	char peer[PEER_TEXT_MAX];
};

TAILQ_HEAD(viewer_list, pending_viewer);

/*
 * Owns `fd` from success on. A `refusal` that is not "" is what the viewer is told. The handlers'
 * userdata is the viewer.
 */
int pending_viewer_create(sd_event *event, int fd, const struct sockaddr *address,
			  const char *refusal, const struct connection_handlers *handlers,
			  struct pending_viewer **ret_viewer);

/* Closes the socket and ends a check under way. Takes NULL. */
void pending_viewer_destroy(struct pending_viewer *viewer);

/* Whether it has answered its challenge, and no check of that has begun. */
bool pending_viewer_waits_for_check(const struct pending_viewer *viewer);

/*
 * Shows the response to the scraper at `path`; `wait`, `result` and `make_room` are those of
 * handoff_client.h, whose userdata is the viewer. Returns 0 or -errno.
 */
int pending_viewer_begin_check(struct pending_viewer *viewer, sd_event *event, const char *path,
			       uint64_t wait, scraper_result_fn result,
			       bool (*make_room)(void *userdata));
void pending_viewer_end_check(struct pending_viewer *viewer);

/* What eviction.h has to know about it. */
struct eviction_entry pending_viewer_get_entry(const struct pending_viewer *viewer);

/* Whose check comes first, for qsort over pointers to viewers. */
int pending_viewer_compare_turns(const void *a, const void *b);

#endif
