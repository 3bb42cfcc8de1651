/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether to stop the desktop now: a pure function of the facts. */
#ifndef GPUDESK_STOP_DECISION_H
#define GPUDESK_STOP_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scraper_status.h"
#include "decision.h"
#include "logind.h"

/* The shortest time until it is retried, in µs. */
#define STOP_RETRY UINT64_C(60000000)
/* The same, for a scraper that is about to end. */
#define STOP_RETRY_SOON UINT64_C(2000000)

enum scraper_state {
	SCRAPER_GONE,
	SCRAPER_RUNS,
	SCRAPER_ENDS,
};

struct stop_facts {
	const char *user;	  /* whose desktop it is */
	uint64_t desktop_timeout; /* µs; CONFIG_NEVER */
	bool listening;		  /* a new viewer would be served */
	enum scraper_state scraper;
	struct scraper_status viewers; /* of that scraper, or of the last one */
	uint64_t now;		       /* CLOCK_MONOTONIC in µs, as in `viewers` */
	enum manager_state manager;
	const char *unit; /* "gdm.service"; "" when missing */
	struct seat_survey sessions;
	struct inhibitor inhibitor;
};

enum stop_action {
	STOP_DO_NOTHING, /* what changes that starts the timer again */
	STOP_DO_RETRY,	 /* retry after *ret_again */
	STOP_DO_STOP,
};

/*
 * Always fills in ret_text, for the log; *ret_again (µs) counts only for STOP_DO_RETRY.
 */
enum stop_action stop_decide(const struct stop_facts *facts,
			     char ret_text[static DECISION_TEXT_MAX], uint64_t *ret_again);

/*
 * How long after the end of a scraper to stop the desktop, in µs. CONFIG_NEVER: not at all, or at
 * the time that is already set. `now`: CLOCK_MONOTONIC in µs, as in `scraper`.
 */
uint64_t stop_delay(uint64_t desktop_timeout, const struct scraper_status *scraper, uint64_t now);

#endif
