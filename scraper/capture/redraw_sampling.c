/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "redraw_sampling.h"

static struct doubt_area *entry_of(struct doubt *doubt, struct rect area)
{
	for (size_t i = 0; i < DOUBT_AREAS; i++) {
		struct doubt_area *entry = &doubt->areas[i];

		if (!rect_is_empty(entry->area) && rect_contains(entry->area, area))
			return entry;
	}
	return NULL;
}

struct doubt_area *doubt_find(struct doubt *doubt, struct rect area, uint64_t now)
{
	struct doubt_area *entry = entry_of(doubt, area);

	if (!entry || entry->streak < DOUBT_STREAK || rect_area(area) < DOUBT_MIN_AREA)
		return NULL;
	return now < entry->last_full + DOUBT_FULL_USEC ? entry : NULL;
}

/* A place for a new area: a free one, or that of the one read whole the longest ago. */
static struct doubt_area *place_for(struct doubt *doubt)
{
	struct doubt_area *oldest = NULL;

	for (size_t i = 0; i < DOUBT_AREAS; i++) {
		struct doubt_area *entry = &doubt->areas[i];

		if (rect_is_empty(entry->area))
			return entry;
		if (!entry->owed && (!oldest || entry->last_full < oldest->last_full))
			oldest = entry;
	}
	return oldest;
}

void doubt_was_read(struct doubt *doubt, struct rect area, struct rect changed, size_t n_changed,
		    uint64_t now)
{
	struct doubt_area *entry = entry_of(doubt, area);
	bool almost_nothing = n_changed <= rect_area(area) / DOUBT_SHARE;

	/* Whatever lies within what was read is paid, also as a part of something larger. */
	for (size_t i = 0; i < DOUBT_AREAS; i++) {
		if (!rect_contains(area, doubt->areas[i].area))
			continue;
		doubt->areas[i].owed = false;
		doubt->areas[i].last_full = now;
	}
	if (rect_area(area) < DOUBT_MIN_AREA)
		return;
	if (!almost_nothing) {
		/* What is owed of it stays owed. */
		if (entry)
			entry->streak = 0;
		return;
	}
	if (!entry) {
		entry = place_for(doubt);
		if (!entry)
			return;
		*entry = (struct doubt_area){ .area = area, .last_full = now };
	}
	entry->streak++;
	entry->hot = changed;
}

void doubt_was_sampled(struct doubt_area *entry, struct rect changed)
{
	entry->owed = true;
	if (!rect_is_empty(changed))
		entry->hot = changed;
}

static uint64_t owed_at(const struct doubt_area *entry)
{
	return entry->last_full + DOUBT_FULL_USEC + DOUBT_GRACE_USEC;
}

uint64_t doubt_due(const struct doubt *doubt)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < DOUBT_AREAS; i++)
		if (doubt->areas[i].owed && owed_at(&doubt->areas[i]) < due)
			due = owed_at(&doubt->areas[i]);
	return due;
}

size_t doubt_take_due(struct doubt *doubt, uint64_t now, struct rect ret_areas[DOUBT_AREAS])
{
	size_t n = 0;

	for (size_t i = 0; i < DOUBT_AREAS; i++) {
		struct doubt_area *entry = &doubt->areas[i];

		if (entry->owed && owed_at(entry) <= now)
			ret_areas[n++] = entry->area;
	}
	return n;
}
