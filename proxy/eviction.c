/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "eviction.h"

static bool may_go_for_same_source(const struct admission_entry *entry)
{
	return entry->kind == ADMISSION_OVER || entry->kind == ADMISSION_SILENT;
}

static bool may_go(const struct admission_entry *entry)
{
	return may_go_for_same_source(entry) ||
	       (entry->kind == ADMISSION_WAITING && !entry->source_trusted);
}

/* Whether `a` goes rather than `b`. */
static bool goes_first(const struct admission_entry *a, const struct admission_entry *b)
{
	if ((a->kind == ADMISSION_OVER) != (b->kind == ADMISSION_OVER))
		return a->kind == ADMISSION_OVER;
	if (a->source_users != b->source_users)
		return a->source_users > b->source_users;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	if (a->kind == ADMISSION_WAITING && a->source_failures != b->source_failures)
		return a->source_failures > b->source_failures;
	if (a->kind == ADMISSION_WAITING && a->source_failures > 0)
		return a->since > b->since;
	return a->since < b->since;
}

static int choose(const struct admission_entry *entries, size_t n, const void *source)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		if (source ? entries[i].source != source || !may_go_for_same_source(&entries[i])
			   : !may_go(&entries[i]))
			continue;
		if (best == n || goes_first(&entries[i], &entries[best]))
			best = i;
	}
	return best < n ? (int)best : ADMISSION_REFUSED;
}

int admission_decide(const struct admission_entry *entries, size_t n, const void *source,
		     unsigned users)
{
	if (users >= ADMISSION_PER_SOURCE)
		return choose(entries, n, source);
	if (n >= ADMISSION_TOTAL)
		return choose(entries, n, NULL);
	return ADMISSION_HAS_ROOM;
}

int admission_choose(const struct admission_entry *entries, size_t n)
{
	return choose(entries, n, NULL);
}
