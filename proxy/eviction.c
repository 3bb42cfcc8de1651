/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "eviction.h"

#include <sodium.h>

static bool may_go(const struct eviction_entry *entry)
{
	return entry->kind < EVICTION_WAITING ||
	       (entry->kind == EVICTION_WAITING && !entry->source_trusted && !entry->is_new);
}

static bool may_go_for_its_source(const struct eviction_entry *entry)
{
	return entry->kind < EVICTION_CHECKED && entry->kind != EVICTION_FAILING;
}

/* Negative if `a` goes before `b`, 0 if that is decided by lot. */
static int compare(const struct eviction_entry *a, const struct eviction_entry *b)
{
	if ((a->kind == EVICTION_OVER) != (b->kind == EVICTION_OVER))
		return a->kind == EVICTION_OVER ? -1 : 1;
	if (a->source_users != b->source_users)
		return a->source_users > b->source_users ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind >= EVICTION_FAILING)
		return 0;
	return a->since < b->since ? -1 : 1;
}

/* Those who may go first, between which the lot decides. */
struct losers {
	size_t n, indices[EVICTION_TOTAL];
	struct eviction_entry first;
};

static void add(struct losers *losers, const struct eviction_entry *entry, size_t index)
{
	int order = losers->n == 0 ? -1 : compare(entry, &losers->first);

	if (order > 0)
		return;
	if (order < 0) {
		losers->n = 0;
		losers->first = *entry;
	}
	losers->indices[losers->n++] = index;
}

/* A newcomer whose source would have `new_users` connections takes part in a lot; 0: none. */
static int draw(const struct losers *losers, unsigned new_users)
{
	const struct eviction_entry *first = &losers->first;
	bool takes_part = first->kind == EVICTION_WAITING && new_users >= first->source_users;
	uint32_t lot;

	if (losers->n == 0)
		return EVICTION_REFUSED;
	lot = randombytes_uniform((uint32_t)losers->n + takes_part);
	return lot < losers->n ? (int)losers->indices[lot] : EVICTION_REFUSED;
}

static int choose_of(const struct eviction_entry *entries, size_t n, const void *source,
		     unsigned new_users)
{
	struct losers losers = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		if (entries[i].source == source && may_go_for_its_source(&entries[i]))
			add(&losers, &entries[i], i);
	return draw(&losers, new_users);
}

/* `grace`: the only connection of a source has some time before it counts as silent. */
static int choose_of_all(const struct eviction_entry *entries, size_t n, unsigned new_users,
			 bool grace)
{
	struct losers losers = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		struct eviction_entry entry = entries[i];

		if (grace && entry.kind == EVICTION_SILENT && entry.young &&
		    (entry.source_users == 1 || entry.source_trusted)) {
			entry.kind = EVICTION_WAITING;
			entry.is_new = false;
		}
		if (may_go(&entry))
			add(&losers, &entry, i);
	}
	return draw(&losers, new_users);
}

/* The places of a source's share that are taken; *ret_limit: of how many. */
static unsigned count_share(const struct eviction_entry *entries, size_t n, const void *source,
			    unsigned *ret_limit)
{
	unsigned share = 0;

	*ret_limit = EVICTION_PER_SOURCE;
	for (size_t i = 0; i < n; i++) {
		if (entries[i].source != source)
			continue;
		share += entries[i].kind != EVICTION_FAILING;
		if (entries[i].source_failed)
			*ret_limit = EVICTION_PER_FAILED;
	}
	return share;
}

int eviction_decide(const struct eviction_entry *entries, size_t n, const void *source)
{
	unsigned users = 0, limit;
	unsigned share = count_share(entries, n, source, &limit);

	for (size_t i = 0; i < n; i++)
		users += entries[i].source == source;
	if (share >= limit)
		return choose_of(entries, n, source, users + 1);
	if (n >= EVICTION_TOTAL)
		return choose_of_all(entries, n, users + 1, true);
	return EVICTION_HAS_ROOM;
}

int eviction_find_surplus(const struct eviction_entry *entries, size_t n, const void *source)
{
	unsigned limit;

	if (count_share(entries, n, source, &limit) <= limit)
		return EVICTION_HAS_ROOM;
	return choose_of(entries, n, source, 0);
}

int eviction_choose(const struct eviction_entry *entries, size_t n)
{
	return choose_of_all(entries, n, 0, false);
}
