/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A viewer that is not handed over yet: its socket, its source, and its check, if any. */
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
	struct scraper_check *check;	/* NULL: none is under way */
	uint64_t accepted;		/* µs */
	char peer[PEER_TEXT_MAX];
};

TAILQ_HEAD(viewer_list, pending_viewer);

/*
 * Owns `fd` on success. A viewer with a `refusal` that is not "" is told that and refused. The
 * handlers' userdata is the viewer.
 */
int pending_viewer_create(sd_event *event, int fd, const struct sockaddr *address,
			  const char *refusal, const struct connection_handlers *handlers,
			  struct pending_viewer **ret_viewer);

/* Closes the socket and cancels a check under way. Takes NULL. */
void pending_viewer_destroy(struct pending_viewer *viewer);

/* Whether it has answered its challenge, and its check has not begun. */
bool pending_viewer_waits_for_check(const struct pending_viewer *viewer);

/*
 * Has the scraper at `path` check the response; `wait`, `result` and `make_room` are as in
 * handoff_client.h, with the viewer as userdata. Returns 0 or -errno.
 */
int pending_viewer_begin_check(struct pending_viewer *viewer, sd_event *event, const char *path,
			       uint64_t wait, scraper_result_fn result,
			       bool (*make_room)(void *userdata));
void pending_viewer_end_check(struct pending_viewer *viewer);

/* The viewer as eviction.h sees it. */
struct eviction_entry pending_viewer_get_entry(const struct pending_viewer *viewer);

/* Whose check is first: for qsort(3) over pointers to viewers. */
int pending_viewer_compare_turns(const void *a, const void *b);

#endif
