/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "throttle.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "budget.h"

enum { HASHES = 4096, NETWORKS = 1024, KINDS = THROTTLE_KNOWN + 1, FEW = KINDS, SHARES = FEW + 1 };

struct throttle_source {
	SLIST_ENTRY(throttle_source) same_hash;
	TAILQ_ENTRY(throttle_source) unused; /* while `users` is 0 */
	enum throttle_kind unused_as;
	struct peer_key key;
	struct budget *network;
	unsigned users;
	unsigned came;	 /* how often it connected, while it was not known */
	unsigned checks; /* begun; from any number on */
	bool check_under_way;
	size_t share;	       /* of the check under way */
	unsigned failures;     /* since the last full access */
	uint64_t last_failure; /* µs */
	uint64_t next_check;   /* µs; no check before this, unless it is known */
	uint64_t full_access;  /* µs; when it last came; 0: not within THROTTLE_KNOWN_FOR */
	struct budget budget;  /* of a known source */
};

struct throttle {
	uint8_t hash_key[crypto_shorthash_KEYBYTES];
	struct budget shares[SHARES];	  /* by kind, and FEW */
	struct budget networks[NETWORKS]; /* by a hash that nobody else can know */
	size_t n;
	SLIST_HEAD(, throttle_source) sources[HASHES];
	TAILQ_HEAD(, throttle_source) unused[KINDS]; /* unused for longest first */
};

static const struct budget_limit source_limit = { THROTTLE_KNOWN_INTERVAL, THROTTLE_KNOWN_RESERVE };
static const struct budget_limit network_limit = { THROTTLE_NETWORK_INTERVAL,
						   THROTTLE_NETWORK_RESERVE };

/* Of all but the known: 240 in reserve and 35 in 6 minutes, so 8640 in 24 hours. */
static const struct budget_limit share_limits[SHARES] = {
	[THROTTLE_KNOWN] = { THROTTLE_ALL_KNOWN_INTERVAL, THROTTLE_ALL_KNOWN_RESERVE },
	[THROTTLE_FAILED] = { 20 * 1000000, 100 },
	[THROTTLE_SEEN] = { 48 * 1000000, 50 },
	[THROTTLE_NEW] = { 48 * 1000000, 60 },
	[FEW] = { 180 * 1000000, 30 },
};

int throttle_create(struct throttle **ret_throttle)
{
	struct throttle *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	crypto_shorthash_keygen(t->hash_key);
	for (size_t i = 0; i < KINDS; i++)
		TAILQ_INIT(&t->unused[i]);
	*ret_throttle = t;
	return 0;
}

void throttle_destroy(struct throttle *throttle)
{
	struct throttle_source *source;

	if (!throttle)
		return;
	for (size_t i = 0; i < HASHES; i++) {
		while ((source = SLIST_FIRST(&throttle->sources[i]))) {
			SLIST_REMOVE_HEAD(&throttle->sources[i], same_hash);
			free(source);
		}
	}
	free(throttle);
}

enum throttle_kind throttle_source_kind(const struct throttle_source *source)
{
	if (source->full_access > 0)
		return THROTTLE_KNOWN;
	if (source->failures > 0)
		return THROTTLE_FAILED;
	return source->came > 1 ? THROTTLE_SEEN : THROTTLE_NEW;
}

/* ---- the table ---- */

static size_t hash(const struct throttle *throttle, const struct peer_key *key, size_t n)
{
	uint64_t value;

	_Static_assert(sizeof(value) == crypto_shorthash_BYTES, "the hash does not fit");
	crypto_shorthash((uint8_t *)&value, key->bytes, sizeof(key->bytes), throttle->hash_key);
	return value % n;
}

static void put_aside(struct throttle *throttle, struct throttle_source *source)
{
	source->unused_as = throttle_source_kind(source);
	TAILQ_INSERT_TAIL(&throttle->unused[source->unused_as], source, unused);
}

static void take_up(struct throttle *throttle, struct throttle_source *source)
{
	TAILQ_REMOVE(&throttle->unused[source->unused_as], source, unused);
}

static void forget(struct throttle *throttle, struct throttle_source *source)
{
	take_up(throttle, source);
	SLIST_REMOVE(&throttle->sources[hash(throttle, &source->key, HASHES)], source,
		     throttle_source, same_hash);
	free(source);
	throttle->n--;
}

static int make_room(struct throttle *throttle)
{
	if (throttle->n < THROTTLE_SOURCES_MAX)
		return 0;
	for (size_t i = 0; i < KINDS; i++) {
		if (!TAILQ_EMPTY(&throttle->unused[i])) {
			forget(throttle, TAILQ_FIRST(&throttle->unused[i]));
			return 0;
		}
	}
	return -ENOSPC;
}

/* The source is unused at first. NULL: there is no room. */
static struct throttle_source *find_or_add(struct throttle *throttle, const struct peer_key *key)
{
	size_t i = hash(throttle, key, HASHES);
	struct throttle_source *source;
	struct peer_key network;

	SLIST_FOREACH(source, &throttle->sources[i], same_hash)
	if (memcmp(&source->key, key, sizeof(*key)) == 0)
		return source;
	if (make_room(throttle) < 0)
		return NULL;
	source = calloc(1, sizeof(*source));
	if (!source)
		return NULL;
	source->key = *key;
	source->checks = randombytes_uniform(TURNS_KINDS);
	peer_get_network(key, &network);
	source->network = &throttle->networks[hash(throttle, &network, NETWORKS)];
	SLIST_INSERT_HEAD(&throttle->sources[i], source, same_hash);
	throttle->n++;
	put_aside(throttle, source);
	return source;
}

/* Time passes: full access and failures are not remembered for ever. */
static void refresh(struct throttle_source *source, uint64_t now)
{
	if (source->full_access > 0 && now >= source->full_access + THROTTLE_KNOWN_FOR)
		source->full_access = 0;
	if (now >= source->last_failure + THROTTLE_FORGET_AFTER)
		source->failures = 0;
}

struct throttle_source *throttle_acquire(struct throttle *throttle, const struct peer_key *key,
					 uint64_t now)
{
	struct throttle_source *source = find_or_add(throttle, key);

	if (!source)
		return NULL;
	if (source->users++ == 0)
		take_up(throttle, source);
	refresh(source, now);
	source->came += source->full_access == 0;
	return source;
}

void throttle_release(struct throttle *throttle, struct throttle_source *source)
{
	if (--source->users == 0)
		put_aside(throttle, source);
}

unsigned throttle_source_users(const struct throttle_source *source)
{
	return source->users;
}

unsigned throttle_source_failures(const struct throttle_source *source)
{
	return source->failures;
}

bool throttle_source_is_trusted(const struct throttle_source *source)
{
	return throttle_source_kind(source) == THROTTLE_KNOWN || source->check_under_way;
}

struct turn throttle_get_turn(const struct throttle_source *source)
{
	bool is_known = throttle_source_kind(source) == THROTTLE_KNOWN;

	return (struct turn){ source, is_known ? 0 : 1 + source->failures, source->checks };
}

/* ---- checks ---- */

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t share_next(const struct throttle *throttle, size_t share, uint64_t now)
{
	return budget_next(&throttle->shares[share], &share_limits[share], now);
}

/* From when on one of its shares has a check for the source, and which of them. */
static uint64_t find_share(const struct throttle *throttle, const struct throttle_source *source,
			   uint64_t now, size_t *ret_share)
{
	enum throttle_kind kind = throttle_source_kind(source);
	uint64_t own = share_next(throttle, kind, now), few;

	*ret_share = kind;
	if (kind == THROTTLE_KNOWN)
		return later(own, budget_next(&source->budget, &source_limit, now));
	few = later(share_next(throttle, FEW, now),
		    budget_next(source->network, &network_limit, now));
	if (few < own)
		*ret_share = FEW;
	return later(source->next_check, few < own ? few : own);
}

int throttle_begin_check(struct throttle *throttle, struct throttle_source *source, uint64_t now,
			 uint64_t *ret_when)
{
	size_t share = 0;

	refresh(source, now);
	*ret_when = UINT64_MAX;
	if (!source->check_under_way)
		*ret_when = find_share(throttle, source, now, &share);
	if (*ret_when > now)
		return throttle_source_kind(source) == THROTTLE_NEW && !source->check_under_way
			       ? -EBUSY
			       : -EAGAIN;
	source->check_under_way = true;
	source->checks++;
	source->share = share;
	budget_take(&throttle->shares[share], &share_limits[share], now);
	if (share == THROTTLE_KNOWN)
		budget_take(&source->budget, &source_limit, now);
	return 0;
}

void throttle_check_abandoned(struct throttle *throttle, struct throttle_source *source)
{
	source->check_under_way = false;
	budget_give_back(&throttle->shares[source->share], &share_limits[source->share]);
	if (source->share == THROTTLE_KNOWN)
		budget_give_back(&source->budget, &source_limit);
}

void throttle_check_passed(struct throttle *throttle, struct throttle_source *source, bool full,
			   uint64_t now)
{
	throttle_check_abandoned(throttle, source);
	if (!full)
		return;
	source->failures = source->came = 0;
	source->next_check = 0;
	source->full_access = later(now, 1);
}

static uint64_t delay_after(unsigned failures)
{
	uint64_t delay = THROTTLE_FIRST_DELAY;

	while (--failures > 0 && delay < THROTTLE_LONGEST_DELAY)
		delay *= 2;
	return delay < THROTTLE_LONGEST_DELAY ? delay : THROTTLE_LONGEST_DELAY;
}

uint64_t throttle_check_failed(struct throttle_source *source, uint64_t now)
{
	bool is_known = throttle_source_kind(source) == THROTTLE_KNOWN;
	uint64_t delay = delay_after(++source->failures);

	source->check_under_way = false;
	source->last_failure = now;
	source->next_check = now + delay;
	if (!is_known && budget_next(source->network, &network_limit, now) == now)
		budget_take(source->network, &network_limit, now);
	if (source->users <= THROTTLE_CROWD)
		return delay;
	return later(delay, (uint64_t)source->users * (is_known ? THROTTLE_CROWD_DELAY
								: THROTTLE_UNKNOWN_CROWD_DELAY));
}

/* ---- known sources ---- */

static void list_one(const struct throttle_source *source, struct throttle_known *known, size_t *n,
		     size_t max)
{
	size_t at = *n;

	while (at > 0 && known[at - 1].full_access < source->full_access) {
		if (at < max)
			known[at] = known[at - 1];
		at--;
	}
	if (at < max)
		known[at] = (struct throttle_known){ source->key, source->full_access };
	*n += *n < max;
}

size_t throttle_list_known(const struct throttle *throttle, uint64_t now,
			   struct throttle_known *ret_known, size_t max)
{
	const struct throttle_source *source;
	size_t n = 0;

	for (size_t i = 0; i < HASHES; i++)
		SLIST_FOREACH(source, &throttle->sources[i], same_hash)
	if (source->full_access > 0 && now < source->full_access + THROTTLE_KNOWN_FOR)
		list_one(source, ret_known, &n, max);
	return n;
}

void throttle_add_known(struct throttle *throttle, const struct throttle_known *known, size_t n,
			uint64_t now)
{
	for (size_t i = 0; i < n; i++) {
		struct throttle_source *source;

		if (known[i].full_access > now)
			continue;
		source = find_or_add(throttle, &known[i].key);
		if (!source)
			continue;
		source->full_access = known[i].full_access;
		if (source->users > 0)
			continue;
		take_up(throttle, source);
		put_aside(throttle, source);
	}
}
