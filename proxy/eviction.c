/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "eviction.h"

static bool may_go_for_same_source(const struct eviction_entry *entry)
{
	return entry->kind == EVICTION_OVER || entry->kind == EVICTION_SILENT;
}

static bool may_go(const struct eviction_entry *entry)
{
	return may_go_for_same_source(entry) ||
	       (entry->kind == EVICTION_WAITING && !entry->source_trusted);
}

/* Whether `a` is closed rather than `b`. */
static bool goes_first(const struct eviction_entry *a, const struct eviction_entry *b)
{
	if ((a->kind == EVICTION_OVER) != (b->kind == EVICTION_OVER))
		return a->kind == EVICTION_OVER;
	if (a->source_users != b->source_users)
		return a->source_users > b->source_users;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	if (a->kind == EVICTION_WAITING && a->source_failures != b->source_failures)
		return a->source_failures > b->source_failures;
	if (a->kind == EVICTION_WAITING && a->source_failures > 0)
		return a->since > b->since;
	return a->since < b->since;
}

static int choose(const struct eviction_entry *entries, size_t n, const void *source)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		if (source ? entries[i].source != source || !may_go_for_same_source(&entries[i])
			   : !may_go(&entries[i]))
			continue;
		if (best == n || goes_first(&entries[i], &entries[best]))
			best = i;
	}
	return best < n ? (int)best : EVICTION_REFUSED;
}

int eviction_decide(const struct eviction_entry *entries, size_t n, const void *source,
		    unsigned users)
{
	if (users >= EVICTION_PER_SOURCE)
		return choose(entries, n, source);
	if (n >= EVICTION_TOTAL)
		return choose(entries, n, NULL);
	return EVICTION_HAS_ROOM;
}

int eviction_choose(const struct eviction_entry *entries, size_t n)
{
	return choose(entries, n, NULL);
}
