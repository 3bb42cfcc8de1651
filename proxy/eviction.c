/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "eviction.h"

#include <sodium.h>

static bool may_go(const struct eviction_entry *entry)
{
	return entry->kind < EVICTION_WAITING ||
	       (entry->kind == EVICTION_WAITING && !entry->source_trusted);
}

static bool may_go_for_its_source(const struct eviction_entry *entry)
{
	return entry->kind < EVICTION_CHECKED && entry->kind != EVICTION_FAILING;
}

/* Negative if `a` goes before `b`, which comes before it in the list; 0 if that is decided by lot.
 */
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
	return a->since < b->since ? -1 : 1; /* entries come oldest first */
}

/*
 * Of `source` or (NULL) of all. A newcomer whose source would have `new_users` connections takes
 * part in a lot of those that wait for their check; 0: there is none.
 */
static int choose(const struct eviction_entry *entries, size_t n, const void *source,
		  unsigned new_users)
{
	size_t best[EVICTION_TOTAL], n_best = 0; /* between which the lot decides */

	for (size_t i = 0; i < n; i++) {
		int order;

		if (source ? entries[i].source != source || !may_go_for_its_source(&entries[i])
			   : !may_go(&entries[i]))
			continue;
		order = n_best == 0 ? -1 : compare(&entries[i], &entries[best[0]]);
		if (order < 0)
			n_best = 0;
		if (order <= 0)
			best[n_best++] = i;
	}
	if (n_best == 0)
		return EVICTION_REFUSED;
	const struct eviction_entry *first = &entries[best[0]];
	bool takes_part = first->kind == EVICTION_WAITING && new_users >= first->source_users;
	uint32_t lot = randombytes_uniform((uint32_t)n_best + takes_part);
	return lot < n_best ? (int)best[lot] : EVICTION_REFUSED;
}

int eviction_decide(const struct eviction_entry *entries, size_t n, const void *source)
{
	unsigned users = 0, share = 0;

	for (size_t i = 0; i < n; i++) {
		users += entries[i].source == source;
		share += entries[i].source == source && entries[i].kind != EVICTION_FAILING;
	}
	if (share >= EVICTION_PER_SOURCE)
		return choose(entries, n, source, users + 1);
	if (n >= EVICTION_TOTAL)
		return choose(entries, n, NULL, users + 1);
	return EVICTION_HAS_ROOM;
}

int eviction_choose(const struct eviction_entry *entries, size_t n)
{
	return choose(entries, n, NULL, 0);
}
