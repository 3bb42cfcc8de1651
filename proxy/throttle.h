/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often passwords may be tried, and whose turn it is. Wrong ones are delayed, but no address is
 * locked out: all Guacamole users share guacd's address, so that would lock out the owner as well.
 * No I/O; the caller passes the time, in µs of any monotonic clock. Policy:
 *
 * 1. A source (peer.h) has one check under way at a time. It is one of four kinds:
 *    known: full access came from it within THROTTLE_KNOWN_FOR; its owner is behind it;
 *    failed: a wrong password came from it within THROTTLE_FORGET_AFTER;
 *    seen: neither, but it has connected before;
 *    new: none of these.
 * 2. After a wrong password, the answer is delayed: 0.5 s, doubled for each further failure up to
 *    10 s; that of a source with more than THROTTLE_CROWD connections by so much for each of them
 *    that those who wait do not fill its turns.
 *    Unless the source is known, its next check is delayed as long: 10 in its first minute, then 6.
 *    Only full access forgives failures: the view-only password does not.
 * 3. A known source has 60 checks a minute, and all known ones together 90 and 30 in reserve.
 * 4. All others have 8640 in any 24 hours. Each kind has a share of its own (throttle.c), so that
 *    whoever fills one share does not delay the others: addresses without end are new, a limited
 *    number of them is soon seen, and a guesser has failed. Of new sources that find their share
 * used up, only the newest waits. Others are sent away, as by greylisting of mail: who comes back
 * is seen.
 * 5. One more share is for networks (peer.h) that had few guesses: THROTTLE_NETWORK_RESERVE, and
 *    one more in each THROTTLE_NETWORK_INTERVAL.
 * 6. When a share runs short, those who have failed least often come first; turns.h says more.
 *
 * Right passwords do not count.
 */
#ifndef GPUDESK_THROTTLE_H
#define GPUDESK_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "peer.h"
#include "turns.h"

enum {
	THROTTLE_SOURCES_MAX = 16384,
	THROTTLE_FIRST_DELAY = 500 * 1000,	     /* µs */
	THROTTLE_LONGEST_DELAY = 10 * 1000000,	     /* µs */
	THROTTLE_CROWD = 8,			     /* connections of a source */
	THROTTLE_CROWD_DELAY = 2400 * 1000,	     /* µs, at a known source */
	THROTTLE_UNKNOWN_CROWD_DELAY = 40 * 1000000, /* µs, at others */
	THROTTLE_KNOWN_INTERVAL = 60 * 1000000 / 50, /* µs, between the checks of a known source */
	THROTTLE_KNOWN_RESERVE = 10,
	THROTTLE_ALL_KNOWN_INTERVAL = 60 * 1000000 / 90, /* µs */
	THROTTLE_ALL_KNOWN_RESERVE = 30,
	THROTTLE_OTHERS_RESERVE = 240, /* of all shares but the known sources' */
	THROTTLE_NETWORK_RESERVE = 20,
	THROTTLE_NETWORK_INTERVAL = 600 * 1000000, /* µs */
};
#define THROTTLE_FORGET_AFTER (UINT64_C(24) * 3600 * 1000000)  /* µs */
#define THROTTLE_KNOWN_FOR (UINT64_C(7) * 24 * 3600 * 1000000) /* µs */

struct throttle;
struct throttle_source;

/* What is forgotten first comes first. */
enum throttle_kind { THROTTLE_NEW, THROTTLE_SEEN, THROTTLE_FAILED, THROTTLE_KNOWN };

/* Returns 0 or -ENOMEM. destroy takes NULL. */
int throttle_create(struct throttle **ret_throttle);
void throttle_destroy(struct throttle *throttle);

/*
 * The source with that key, valid until it is released as often as it was acquired. When the table
 * is full, an unused source is forgotten: by kind, and of those the one unused for longest. Returns
 * NULL when all are in use, or without memory.
 */
struct throttle_source *throttle_acquire(struct throttle *throttle, const struct peer_key *key,
					 uint64_t now);
void throttle_release(struct throttle *throttle, struct throttle_source *source);

/* How many times the source is acquired, and its failures since the last full access. */
unsigned throttle_source_users(const struct throttle_source *source);
unsigned throttle_source_failures(const struct throttle_source *source);

enum throttle_kind throttle_source_kind(const struct throttle_source *source);

/* Whether it is known, or may be soon: its check is under way. */
bool throttle_source_is_trusted(const struct throttle_source *source);

/* The ticket of one of its connections: known sources first, then those with fewer failures. */
struct turn throttle_get_turn(const struct throttle_source *source);

/*
 * Begins a check and returns 0, or returns -EAGAIN: retry at *ret_when; UINT64_MAX: when the
 * source's check under way has ended. -EBUSY: the same as
 * -EAGAIN, for a new source whose share is used up.
 */
int throttle_begin_check(struct throttle *throttle, struct throttle_source *source, uint64_t now,
			 uint64_t *ret_when);

/*
 * End the check under way: full access or the view-only password was proved, or neither;
 * throttle_check_failed() returns the delay of the answer, in µs.
 */
void throttle_check_passed(struct throttle *throttle, struct throttle_source *source, bool full,
			   uint64_t now);
uint64_t throttle_check_failed(struct throttle_source *source, uint64_t now);
/* No password was found wrong. */
void throttle_check_abandoned(struct throttle *throttle, struct throttle_source *source);

/* Known sources are remembered elsewhere while the proxy does not run (known_sources.h). */
struct throttle_known {
	struct peer_key key;
	uint64_t full_access; /* µs: when it came */
};

/* Writes the latest `max` of those still known; returns how many. */
size_t throttle_list_known(const struct throttle *throttle, uint64_t now,
			   struct throttle_known *ret_known, size_t max);

/* Adds what was listed; times in the future are ignored. */
void throttle_add_known(struct throttle *throttle, const struct throttle_known *known, size_t n,
			uint64_t now);

#endif
