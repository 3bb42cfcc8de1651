/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's side of the hand-off: one check of a viewer's response by the scraper, which takes
 * the viewer over if it is right. While the scraper is not running, or when it ends without an
 * answer, the check is retried.
 */
#ifndef GPUDESK_HANDOFF_CLIENT_H
#define GPUDESK_HANDOFF_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/handoff.h"

struct scraper_check;

/*
 * Called once, never from within handoff_check_start. `reason` is for the viewer, valid during the
 * call; "" when there is none. The check may be destroyed from here.
 */
typedef void (*scraper_result_fn)(enum handoff_result result, const char *reason, void *userdata);

struct handoff_check_parameters {
	sd_event *event;
	const char *path; /* of the scraper's SOCK_SEQPACKET socket; copied */
	uint64_t wait;	  /* µs: how long to retry; the scraper may take as long again */
	int viewer;	  /* borrowed until the check is destroyed */
	scraper_result_fn result;
	/* Descriptors ran out: frees one, or returns false. NULL: there are none to free. */
	bool (*make_room)(void *userdata);
	void *userdata;
};

/* Returns 0, -ENAMETOOLONG when `path` does not fit a socket's address, or -errno. */
int handoff_check_start(const struct handoff_check_parameters *parameters,
			const struct handoff_request *request, struct scraper_check **ret_check);

/* Cancels a check under way: its connection to the scraper is closed. Takes NULL. */
void handoff_check_destroy(struct scraper_check *check);

#endif
