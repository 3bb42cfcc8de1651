/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often passwords may be tried. Wrong ones are delayed, but no address is locked out: all
 * Guacamole users share guacd's address, so that would lock out the owner as well. No I/O; the
 * caller passes the time, in µs of any monotonic clock. Policy:
 *
 * 1. A source (an IPv4 address, an IPv6 /64) has one check under way at a time.
 * 2. After a wrong password, its answer and the source's next check are delayed: 0.5 s, doubled for
 *    each further failure up to 10 s. A right password, or 10 minutes without a failure, ends that.
 * 3. All sources together have 90 checks a minute and 20 in reserve, so that many addresses are no
 *    way around 2. Right passwords do not count, and a source whose last password was right does
 *    not wait for this.
 * 4. When these run short, unknown sources come before those that have failed or given up. The
 *    newest of them comes first, since the others may be an attacker's many addresses; a source
 *    that disconnects without waiting for its answer has given up, and is not new afterwards.
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
	THROTTLE_CHECK_INTERVAL = 60 * 1000000 / 90, /* µs, between the checks of all sources */
	THROTTLE_CHECK_RESERVE = 20,
};

struct throttle;
struct throttle_source;

/* Returns 0 or -ENOMEM. destroy takes NULL. */
int throttle_create(struct throttle **ret_throttle);
void throttle_destroy(struct throttle *throttle);

/*
 * The source that `address` (IPv4 or IPv6) belongs to, valid until it is released as often as it
 * was acquired. When the table is full, an unused source is forgotten: the one of which least is
 * known, and of those the one unused for longest. Returns NULL when all are in use.
 */
struct throttle_source *throttle_acquire(struct throttle *throttle, const struct sockaddr *address,
					 uint64_t now);
void throttle_release(struct throttle *throttle, struct throttle_source *source, uint64_t now);

/* How many times the source is acquired, and its failures since the last success. */
unsigned throttle_source_users(const struct throttle_source *source);
unsigned throttle_source_failures(const struct throttle_source *source);

/* Whether it has neither passed, failed nor given up. */
bool throttle_source_is_unknown(const struct throttle_source *source);

/* Whether its last password was right, or may be: its check is under way. */
bool throttle_source_is_trusted(const struct throttle_source *source);

/* Which comes first when checks run short: negative, 0 or positive, as strcmp(3). */
int throttle_compare(const struct throttle_source *a, const struct throttle_source *b);

/*
 * Begins a check and returns 0, or returns -EAGAIN: retry at *ret_when; UINT64_MAX: when the
 * source's check under way has ended.
 */
int throttle_begin_check(struct throttle *throttle, struct throttle_source *source, uint64_t now,
			 uint64_t *ret_when);

/* End the check under way; throttle_check_failed() returns the delay of the answer, in µs. */
void throttle_check_passed(struct throttle *throttle, struct throttle_source *source);
uint64_t throttle_check_failed(struct throttle *throttle, struct throttle_source *source,
			       uint64_t now);
/* Whether the password was right is not known. */
void throttle_check_abandoned(struct throttle_source *source);

/* A viewer of the source answered its challenge, and disconnected before the result. */
void throttle_gave_up(struct throttle_source *source, uint64_t now);

#endif
