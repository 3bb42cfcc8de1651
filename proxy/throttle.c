/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "throttle.h"

#include <errno.h>
#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"

struct throttle_source {
	struct peer_key key;
	unsigned users; /* 0: may be forgotten */
	bool check_under_way;
	enum throttle_kind checked_as; /* the check under way */
	unsigned failures;	       /* since the last full access */
	unsigned given_up;	       /* the same */
	uint64_t last_used;	       /* µs */
	uint64_t last_blame;	       /* µs; when it failed or gave up */
	uint64_t next_check;	       /* µs; no check before this, unless it is known */
	uint64_t full_access; /* µs; when it last came; 0: not within THROTTLE_KNOWN_FOR */
	struct budget budget; /* of a known source */
};

struct throttle {
	struct budget known, others, day;
	size_t n;
	struct throttle_source *sources[THROTTLE_SOURCES_MAX];
};

static const struct budget_limit source_limit = { THROTTLE_KNOWN_INTERVAL, THROTTLE_KNOWN_RESERVE };
static const struct budget_limit known_limit = { THROTTLE_ALL_INTERVAL,
						 THROTTLE_ALL_KNOWN_RESERVE };
static const struct budget_limit others_limit = { THROTTLE_ALL_INTERVAL, THROTTLE_OTHERS_RESERVE };
static const struct budget_limit day_limit = { THROTTLE_DAY_INTERVAL, THROTTLE_DAY_RESERVE };

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

enum throttle_kind throttle_source_kind(const struct throttle_source *source)
{
	if (source->full_access > 0)
		return THROTTLE_KNOWN;
	return blame(source) > 0 ? THROTTLE_SUSPECT : THROTTLE_FRESH;
}

/* What is forgotten first: nothing known, then failures, then full access. */
static int worth(const struct throttle_source *source)
{
	static const int worths[] = {
		[THROTTLE_KNOWN] = 2, [THROTTLE_SUSPECT] = 1, [THROTTLE_FRESH] = 0
	};

	return worths[throttle_source_kind(source)];
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

/* Time passes: full access and failures are not remembered for ever. */
static void refresh(struct throttle_source *source, uint64_t now)
{
	if (source->full_access > 0 && now >= source->full_access + THROTTLE_KNOWN_FOR)
		source->full_access = 0;
	if (now >= source->last_blame + THROTTLE_FORGET_AFTER)
		source->failures = source->given_up = 0;
}

static struct throttle_source *find_or_add(struct throttle *throttle, const struct peer_key *key)
{
	struct throttle_source *source = find(throttle, key);

	if (source)
		return source;
	if (make_room(throttle) < 0)
		return NULL;
	source = calloc(1, sizeof(*source));
	if (!source)
		return NULL;
	source->key = *key;
	throttle->sources[throttle->n++] = source;
	return source;
}

struct throttle_source *throttle_acquire(struct throttle *throttle, const struct peer_key *key,
					 uint64_t now)
{
	struct throttle_source *source = find_or_add(throttle, key);

	if (!source)
		return NULL;
	refresh(source, now);
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

bool throttle_source_is_trusted(const struct throttle_source *source)
{
	return throttle_source_kind(source) == THROTTLE_KNOWN || source->check_under_way;
}

static void swap(size_t *a, size_t *b)
{
	size_t c = *a;

	*a = *b;
	*b = c;
}

void throttle_draw(struct throttle_source *const *sources, size_t n, size_t *ret_order)
{
	size_t done = 0;

	for (size_t i = 0; i < n; i++)
		ret_order[i] = i;
	for (size_t i = n; i > 1; i--)
		swap(&ret_order[i - 1], &ret_order[randombytes_uniform((uint32_t)i)]);
	for (enum throttle_kind kind = THROTTLE_KNOWN; kind < THROTTLE_SUSPECT; kind++)
		for (size_t i = done; i < n; i++)
			if (throttle_source_kind(sources[ret_order[i]]) == kind)
				swap(&ret_order[i], &ret_order[done++]);
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* When the budgets of its kind have one for the source. */
static uint64_t when_affordable(const struct throttle *throttle,
				const struct throttle_source *source, uint64_t now)
{
	enum throttle_kind kind = throttle_source_kind(source);
	bool half = kind == THROTTLE_SUSPECT;

	if (kind == THROTTLE_KNOWN)
		return later(budget_next(&source->budget, &source_limit, 0, now),
			     budget_next(&throttle->known, &known_limit, 0, now));
	return later(
		later(source->next_check, budget_next(&throttle->others, &others_limit,
						      half ? THROTTLE_OTHERS_RESERVE / 2 : 0, now)),
		budget_next(&throttle->day, &day_limit, half ? THROTTLE_DAY_RESERVE / 2 : 0, now));
}

int throttle_begin_check(struct throttle *throttle, struct throttle_source *source, uint64_t now,
			 uint64_t *ret_when)
{
	refresh(source, now);
	*ret_when = source->check_under_way ? UINT64_MAX : when_affordable(throttle, source, now);
	if (*ret_when > now)
		return -EAGAIN;
	source->check_under_way = true;
	source->checked_as = throttle_source_kind(source);
	if (source->checked_as == THROTTLE_KNOWN) {
		budget_take(&source->budget, &source_limit, now);
		budget_take(&throttle->known, &known_limit, now);
	} else {
		budget_take(&throttle->others, &others_limit, now);
		budget_take(&throttle->day, &day_limit, now);
	}
	return 0;
}

void throttle_check_abandoned(struct throttle *throttle, struct throttle_source *source)
{
	source->check_under_way = false;
	if (source->checked_as == THROTTLE_KNOWN) {
		budget_give_back(&source->budget, &source_limit);
		budget_give_back(&throttle->known, &known_limit);
	} else {
		budget_give_back(&throttle->others, &others_limit);
		budget_give_back(&throttle->day, &day_limit);
	}
}

void throttle_check_passed(struct throttle *throttle, struct throttle_source *source, bool full,
			   uint64_t now)
{
	throttle_check_abandoned(throttle, source);
	if (!full)
		return;
	source->failures = source->given_up = 0;
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
	uint64_t delay;

	source->check_under_way = false;
	source->failures++;
	source->last_blame = now;
	delay = delay_after(source->failures);
	source->next_check = now + delay;
	if (throttle_source_kind(source) == THROTTLE_KNOWN && source->users > THROTTLE_CROWD)
		delay = later(delay, (uint64_t)source->users * THROTTLE_CROWD_DELAY);
	return delay;
}

void throttle_gave_up(struct throttle_source *source, uint64_t now)
{
	source->given_up++;
	source->last_blame = now;
}

size_t throttle_list_known(const struct throttle *throttle, uint64_t now,
			   struct throttle_known *ret_known, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < throttle->n; i++) {
		const struct throttle_source *source = throttle->sources[i];
		struct throttle_known known = { source->key, source->full_access };
		size_t at = n;

		if (known.full_access == 0 || now >= known.full_access + THROTTLE_KNOWN_FOR)
			continue;
		while (at > 0 && ret_known[at - 1].full_access < known.full_access) {
			if (at < max)
				ret_known[at] = ret_known[at - 1];
			at--;
		}
		if (at < max)
			ret_known[at] = known;
		n += n < max;
	}
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
		if (source)
			source->full_access = known[i].full_access;
	}
}
