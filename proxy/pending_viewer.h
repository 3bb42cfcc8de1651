/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A viewer that is not handed over yet: its socket, its source, and its hand-off, once begun. */
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
#include "throttle.h"

struct pending_viewer {
	TAILQ_ENTRY(pending_viewer) link; /* its owner's */
	void *owner;
	struct connection *connection;
	struct throttle_source *source; /* borrowed; its owner acquires and releases it */
	struct handoff_client *handoff; /* NULL: the scraper is not being asked */
	bool checking;			/* it is checking the response */
	uint64_t since;			/* µs: when it was accepted or challenged */
	char peer[NET_PEER_TEXT_MAX];
};

TAILQ_HEAD(viewer_list, pending_viewer);

/*
 * Owns `fd` on success. A viewer with a `refusal` that is not "" is told that and refused. The
 * handlers' userdata is the viewer.
 */
int pending_viewer_create(sd_event *event, int fd, const struct sockaddr *address,
			  const char *refusal, const struct connection_handlers *handlers,
			  struct pending_viewer **ret_viewer);

/* Closes the socket and cancels a hand-off under way. Takes NULL. */
void pending_viewer_destroy(struct pending_viewer *viewer);

/* Whether it needs a challenge for which the scraper has not been asked. */
bool pending_viewer_needs_challenge(const struct pending_viewer *viewer);

/* Whether it has answered its challenge, and its check has not begun. */
bool pending_viewer_waits_for_check(const struct pending_viewer *viewer);

/*
 * Begins the hand-off: asks the scraper at `path` for a challenge. `wait` and `handlers` are as in
 * handoff_client.h, with the viewer as userdata. Returns 0 or -errno.
 */
int pending_viewer_ask(struct pending_viewer *viewer, sd_event *event, const char *path,
		       uint64_t wait, const struct handoff_client_handlers *handlers);

/* Has the response checked. Returns 0 or -errno. */
int pending_viewer_begin_check(struct pending_viewer *viewer);

/* Ends the hand-off, at any stage. */
void pending_viewer_end_handoff(struct pending_viewer *viewer);

/* Passes the challenge on, as connection_challenge(). */
void pending_viewer_challenge(struct pending_viewer *viewer, uint64_t now,
			      const uint8_t challenge[static RFB_CHALLENGE_SIZE]);

/* The viewer to close when descriptors run out, but not `except` (or NULL); NULL: none. */
struct pending_viewer *pending_viewer_find_worst(const struct viewer_list *viewers,
						 const struct pending_viewer *except);

/*
 * A place for one more viewer of `source`: returns 0, and in *ret_loser who has to go for it (NULL:
 * nobody), or -ENOSPC. There are EVICTION_TOTAL viewers at most.
 */
int pending_viewer_find_place(const struct viewer_list *viewers,
			      const struct throttle_source *source, uint64_t now,
			      struct pending_viewer **ret_loser);

/* One that has to go since wrong passwords came from its source (eviction.h); NULL: none. */
struct pending_viewer *pending_viewer_find_surplus(const struct viewer_list *viewers,
						   const struct throttle_source *source);

/*
 * Those of the list for which `waits` holds, or one of each source among them if it is about
 * `checks`, in the order of their turns; returns how many.
 */
size_t pending_viewer_list_turns(const struct viewer_list *viewers,
				 bool (*waits)(const struct pending_viewer *viewer), bool checks,
				 struct pending_viewer *ret_turns[static EVICTION_TOTAL]);

#endif
