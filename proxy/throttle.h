/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often passwords may be tried. Wrong ones are delayed and never locked out: every Guacamole
 * user has guacd's one address, so a lock-out would lock the owner out. No I/O; the caller passes
 * the time, in µs of any clock that does not go back. Policy:
 *
 * 1. A source (an IPv4 address, an IPv6 /64) has one check under way at a time.
 * 2. After a wrong password its answer, and the source's next check, wait: 0.5 s, doubled with
 *    each further failure up to 10 s. A right password, or 10 minutes of peace, forgets that.
 * 3. All sources together have 90 checks a minute and 20 in reserve, so that many addresses are no
 *    way around 2. Right passwords do not count, and a source whose last password was right does
 *    not wait for this.
 * 4. When these run short, sources of which nothing is known come before those that have failed or
 *    given up; of the former the newest comes first, since the others may be an attacker's many
 *    addresses, and who waits without an answer is not new by leaving and coming again.
 */
#ifndef GPUDESK_THROTTLE_H
#define GPUDESK_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	THROTTLE_SOURCES_MAX = 1024,
	THROTTLE_FIRST_DELAY = 500 * 1000,	     /* µs */
	THROTTLE_LONGEST_DELAY = 10 * 1000000,	     /* µs */
	THROTTLE_FORGET_AFTER = 600 * 1000000,	     /* µs */
	THROTTLE_CHECK_INTERVAL = 60 * 1000000 / 90, /* µs, between checks of all sources */
	THROTTLE_CHECK_RESERVE = 20,
};

struct throttle;
struct throttle_source;

/* Returns 0 or -ENOMEM. destroy takes NULL. */
int throttle_create(struct throttle **ret_throttle);
void throttle_destroy(struct throttle *throttle);

/*
 * The source that `address` (IPv4 or IPv6) belongs to, valid until it is released as often as it
 * was acquired. When the table is full, the unused source that taught least and longest ago is
 * forgotten. Returns NULL when all are in use.
 */
struct throttle_source *throttle_acquire(struct throttle *throttle, const struct sockaddr *address,
					 uint64_t now);
void throttle_release(struct throttle *throttle, struct throttle_source *source, uint64_t now);

/* How many times the source is acquired, and its failures since the last success. */
unsigned throttle_source_users(const struct throttle_source *source);
unsigned throttle_source_failures(const struct throttle_source *source);

/* Whether it has neither passed, failed nor given up. */
bool throttle_source_is_unknown(const struct throttle_source *source);

/* Whether its last password was right, or is perhaps: its check is under way. */
bool throttle_source_is_trusted(const struct throttle_source *source);

/* Who comes first when checks run short: negative, 0 or positive like strcmp's. */
int throttle_compare(const struct throttle_source *a, const struct throttle_source *b);

/*
 * Begins a check and returns 0. Or returns -EAGAIN: try again at *ret_when, UINT64_MAX meaning when
 * the source's check under way has ended.
 */
int throttle_begin_check(struct throttle *throttle, struct throttle_source *source, uint64_t now,
			 uint64_t *ret_when);

/* Ends the check under way. failed returns the delay of the answer, in µs. */
void throttle_check_passed(struct throttle *throttle, struct throttle_source *source);
uint64_t throttle_check_failed(struct throttle *throttle, struct throttle_source *source,
			       uint64_t now);
/* There was no answer about the password. */
void throttle_check_abandoned(struct throttle_source *source);

/* A viewer of it left that had given its answer and did not wait for the result. */
void throttle_gave_up(struct throttle_source *source, uint64_t now);

#endif
