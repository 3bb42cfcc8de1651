/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "throttle.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

struct throttle_source {
	struct peer_key key;
	unsigned users; /* 0: may be forgotten */
	bool check_under_way;
	bool passed;	     /* its last password was right */
	unsigned failures;   /* since the last right one */
	unsigned given_up;   /* the same */
	uint64_t last_used;  /* µs */
	uint64_t last_blame; /* µs; when it failed or gave up */
	uint64_t next_check; /* µs; no check before this */
};

struct throttle {
	/* When the reserve of policy 3 is full again, which says all about it. */
	uint64_t reserve_full;
	size_t n;
	struct throttle_source *sources[THROTTLE_SOURCES_MAX];
};

int throttle_create(struct throttle **ret_throttle)
{
	struct throttle *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	*ret_throttle = t;
	return 0;
}

void throttle_destroy(struct throttle *throttle)
{
	if (!throttle)
		return;
	for (size_t i = 0; i < throttle->n; i++)
		free(throttle->sources[i]);
	free(throttle);
}

static unsigned blame(const struct throttle_source *source)
{
	return source->failures + source->given_up;
}

/* What is forgotten first: nothing known, then failures, then right passwords. */
static int worth(const struct throttle_source *source)
{
	return source->passed ? 2 : blame(source) > 0 ? 1 : 0;
}

static bool is_worth_less(const struct throttle_source *a, const struct throttle_source *b)
{
	if (worth(a) != worth(b))
		return worth(a) < worth(b);
	return a->last_used < b->last_used;
}

static void forget(struct throttle *throttle, size_t index)
{
	free(throttle->sources[index]);
	throttle->sources[index] = throttle->sources[--throttle->n];
}

static int make_room(struct throttle *throttle)
{
	size_t least = SIZE_MAX;

	if (throttle->n < THROTTLE_SOURCES_MAX)
		return 0;
	for (size_t i = 0; i < throttle->n; i++) {
		if (throttle->sources[i]->users > 0)
			continue;
		if (least == SIZE_MAX ||
		    is_worth_less(throttle->sources[i], throttle->sources[least]))
			least = i;
	}
	if (least == SIZE_MAX)
		return -ENOSPC;
	forget(throttle, least);
	return 0;
}

static struct throttle_source *find(const struct throttle *throttle, const struct peer_key *key)
{
	for (size_t i = 0; i < throttle->n; i++)
		if (memcmp(&throttle->sources[i]->key, key, sizeof(*key)) == 0)
			return throttle->sources[i];
	return NULL;
}

struct throttle_source *throttle_acquire(struct throttle *throttle, const struct sockaddr *address,
					 uint64_t now)
{
	struct throttle_source *source;
	struct peer_key key;

	peer_get_key(address, &key);
	source = find(throttle, &key);
	if (!source) {
		if (make_room(throttle) < 0)
			return NULL;
		source = calloc(1, sizeof(*source));
		if (!source)
			return NULL;
		source->key = key;
		throttle->sources[throttle->n++] = source;
	}
	if (now >= source->last_blame + THROTTLE_FORGET_AFTER)
		source->failures = source->given_up = 0;
	source->users++;
	source->last_used = now;
	return source;
}

void throttle_release(struct throttle *throttle, struct throttle_source *source, uint64_t now)
{
	source->last_used = now;
	if (--source->users > 0 || worth(source) > 0)
		return;
	for (size_t i = 0; i < throttle->n; i++) {
		if (throttle->sources[i] == source) {
			forget(throttle, i);
			return;
		}
	}
}

unsigned throttle_source_users(const struct throttle_source *source)
{
	return source->users;
}

unsigned throttle_source_failures(const struct throttle_source *source)
{
	return source->failures;
}

bool throttle_source_is_unknown(const struct throttle_source *source)
{
	return worth(source) == 0;
}

bool throttle_source_is_trusted(const struct throttle_source *source)
{
	return source->passed || source->check_under_way;
}

int throttle_compare(const struct throttle_source *a, const struct throttle_source *b)
{
	if (a->passed != b->passed)
		return a->passed ? -1 : 1;
	return (blame(a) > blame(b)) - (blame(a) < blame(b));
}

/* The latest reserve_full that leaves room for one more check at `now`. */
static uint64_t reserve_limit(uint64_t now)
{
	return now + (uint64_t)(THROTTLE_CHECK_RESERVE - 1) * THROTTLE_CHECK_INTERVAL;
}

int throttle_begin_check(struct throttle *throttle, struct throttle_source *source, uint64_t now,
			 uint64_t *ret_when)
{
	if (source->check_under_way) {
		*ret_when = UINT64_MAX;
		return -EAGAIN;
	}
	if (now < source->next_check) {
		*ret_when = source->next_check;
		return -EAGAIN;
	}
	if (throttle->reserve_full < now)
		throttle->reserve_full = now;
	if (!source->passed) {
		uint64_t limit = reserve_limit(now);

		if (throttle->reserve_full > limit) {
			*ret_when = now + (throttle->reserve_full - limit);
			return -EAGAIN;
		}
		throttle->reserve_full += THROTTLE_CHECK_INTERVAL;
	}
	source->check_under_way = true;
	return 0;
}

void throttle_check_passed(struct throttle *throttle, struct throttle_source *source)
{
	/* It was only counted if the source had not passed before. */
	if (!source->passed && throttle->reserve_full >= THROTTLE_CHECK_INTERVAL)
		throttle->reserve_full -= THROTTLE_CHECK_INTERVAL;
	source->check_under_way = false;
	source->passed = true;
	source->failures = source->given_up = 0;
	source->next_check = 0;
}

static uint64_t delay_after(unsigned failures)
{
	uint64_t delay = THROTTLE_FIRST_DELAY;

	while (--failures > 0 && delay < THROTTLE_LONGEST_DELAY)
		delay *= 2;
	return delay < THROTTLE_LONGEST_DELAY ? delay : THROTTLE_LONGEST_DELAY;
}

uint64_t throttle_check_failed(struct throttle *throttle, struct throttle_source *source,
			       uint64_t now)
{
	uint64_t delay;

	/* A failure counts even if the source did not have to wait for its turn. */
	if (source->passed)
		throttle->reserve_full += THROTTLE_CHECK_INTERVAL;
	source->check_under_way = false;
	source->passed = false;
	source->failures++;
	delay = delay_after(source->failures);
	source->last_blame = now;
	source->next_check = now + delay;
	return delay;
}

void throttle_check_abandoned(struct throttle_source *source)
{
	source->check_under_way = false;
}

void throttle_gave_up(struct throttle_source *source, uint64_t now)
{
	if (source->passed)
		return;
	source->given_up++;
	source->last_blame = now;
}
