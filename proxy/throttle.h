/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often passwords may be tried, and whose turn it is. Wrong ones are delayed, but no address is
 * locked out: all Guacamole users share guacd's address, so that would lock out the owner as well.
 * No I/O; the caller passes the time, in µs of any monotonic clock. Policy:
 *
 * 1. A source (peer.h) has one check under way at a time. It is one of three kinds:
 *    known: full access came from it within THROTTLE_KNOWN_FOR; its owner is behind it;
 *    fresh: it has neither failed nor given up within THROTTLE_FORGET_AFTER;
 *    suspect: it has.
 * 2. After a wrong password, the answer is delayed: 0.5 s, doubled for each further failure up to
 *    10 s; a known source's with more than THROTTLE_CROWD connections, by THROTTLE_CROWD_DELAY for
 *    each of them, so that those who wait do not fill its turns.
 *    Unless the source is known, its next check is delayed as long: 10 in its first minute, then 6.
 *    Only full access forgives failures: the view-only password does not.
 * 3. A known source has 60 checks a minute, and all known ones together 90 and 30 in reserve.
 * 4. All others together have 90 a minute and 240 in reserve, and 8640 in any 24 hours: 5 a minute
 *    and 1440 in reserve. Suspect sources leave half of both reserves to fresh ones.
 * 5. When checks run short, fresh sources come before suspect ones, and among each it goes by lot:
 *    the newest or oldest may be an attacker's as well. A source that disconnects without waiting
 *    for its answer has given up, and is not fresh afterwards.
 *
 * Right passwords do not count.
 */
#ifndef GPUDESK_THROTTLE_H
#define GPUDESK_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "peer.h"

enum {
	THROTTLE_SOURCES_MAX = 1024,
	THROTTLE_FIRST_DELAY = 500 * 1000,	     /* µs */
	THROTTLE_LONGEST_DELAY = 10 * 1000000,	     /* µs */
	THROTTLE_CROWD = 8,			     /* connections of a source */
	THROTTLE_CROWD_DELAY = 2400 * 1000,	     /* µs */
	THROTTLE_KNOWN_INTERVAL = 60 * 1000000 / 50, /* µs, between the checks of a known source */
	THROTTLE_KNOWN_RESERVE = 10,
	THROTTLE_ALL_INTERVAL = 60 * 1000000 / 90, /* µs: of all known sources; of all others */
	THROTTLE_ALL_KNOWN_RESERVE = 30,
	THROTTLE_OTHERS_RESERVE = 240,
	THROTTLE_DAY_INTERVAL = 60 * 1000000 / 5, /* µs */
	THROTTLE_DAY_RESERVE = 1440,
};
#define THROTTLE_FORGET_AFTER (UINT64_C(24) * 3600 * 1000000)  /* µs */
#define THROTTLE_KNOWN_FOR (UINT64_C(7) * 24 * 3600 * 1000000) /* µs */

struct throttle;
struct throttle_source;

enum throttle_kind { THROTTLE_KNOWN, THROTTLE_FRESH, THROTTLE_SUSPECT };

/* Returns 0 or -ENOMEM. destroy takes NULL. */
int throttle_create(struct throttle **ret_throttle);
void throttle_destroy(struct throttle *throttle);

/*
 * The source with that key, valid until it is released as often as it was acquired. When the table
 * is full, an unused source is forgotten: the one of which least is known, and of those the one
 * unused for longest. Returns NULL when all are in use.
 */
struct throttle_source *throttle_acquire(struct throttle *throttle, const struct peer_key *key,
					 uint64_t now);
void throttle_release(struct throttle *throttle, struct throttle_source *source, uint64_t now);

/* How many times the source is acquired, and its failures since the last full access. */
unsigned throttle_source_users(const struct throttle_source *source);
unsigned throttle_source_failures(const struct throttle_source *source);

enum throttle_kind throttle_source_kind(const struct throttle_source *source);

/* Whether it is known, or may be soon: its check is under way. */
bool throttle_source_is_trusted(const struct throttle_source *source);

/*
 * Who comes first when checks run short: writes the indices of the `n` sources to ret_order, by
 * kind, and by lot among each.
 */
void throttle_draw(struct throttle_source *const *sources, size_t n, size_t *ret_order);

/*
 * Begins a check and returns 0, or returns -EAGAIN: retry at *ret_when; UINT64_MAX: when the
 * source's check under way has ended.
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

/* A viewer of the source answered its challenge, and disconnected before the result. */
void throttle_gave_up(struct throttle_source *source, uint64_t now);

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
