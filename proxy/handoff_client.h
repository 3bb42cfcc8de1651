/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's side of the hand-off: asks the scraper for a viewer's challenge, then for the check
 * of the response, after which the scraper takes the viewer over if it is right. While the scraper
 * is not running, or when it ends before it has given a challenge, it is asked again.
 */
#ifndef GPUDESK_HANDOFF_CLIENT_H
#define GPUDESK_HANDOFF_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/handoff.h"

struct handoff_client;

/* None is called from calls of the owner. Each may destroy the client, except make_room. */
struct handoff_client_handlers {
	/* At most once. */
	void (*challenged)(const uint8_t challenge[static HANDOFF_CHALLENGE_SIZE], void *userdata);
	/*
	 * Once, the last one: HANDOFF_NOT_POSSIBLE at any time, others after
	 * handoff_client_connect(). `reason` is for the viewer, valid during the call; "": none.
	 */
	void (*result)(enum handoff_result result, const char *reason, void *userdata);
	/* Descriptors ran out: frees one, or returns false. NULL: there are none to free. */
	bool (*make_room)(void *userdata);
};

struct handoff_client_parameters {
	sd_event *event;
	const char *path; /* of the scraper's SOCK_SEQPACKET socket; copied */
	const char *peer; /* for the log and the request; copied */
	uint64_t wait;	  /* µs: how long to ask again; the scraper may take as long again */
	const struct handoff_client_handlers *handlers; /* outlive the client */
	void *userdata;
};

/* Returns 0, -ENAMETOOLONG when `path` does not fit a socket's address, or -errno. */
int handoff_client_start(const struct handoff_client_parameters *parameters,
			 struct handoff_client **ret_client);

/*
 * Has the response checked, once after `challenged`. `viewer` stays the caller's. Returns 0 or
 * -errno: there will be no check then.
 */
int handoff_client_connect(struct handoff_client *client, unsigned minor,
			   const uint8_t response[static HANDOFF_CHALLENGE_SIZE], int viewer);

/* Cancels what is under way: the connection to the scraper is closed. Takes NULL. */
void handoff_client_destroy(struct handoff_client *client);

#endif
