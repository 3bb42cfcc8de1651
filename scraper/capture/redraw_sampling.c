/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "redraw_sampling.h"

static struct redraw_sampling_area *entry_of(struct redraw_sampling *sampling, struct rect area)
{
	for (size_t i = 0; i < REDRAW_SAMPLING_AREAS; i++) {
		struct redraw_sampling_area *entry = &sampling->areas[i];

		if (!rect_is_empty(entry->area) && rect_contains(entry->area, area))
			return entry;
	}
	return NULL;
}

struct redraw_sampling_area *redraw_sampling_find(struct redraw_sampling *sampling,
						  struct rect area, uint64_t now)
{
	struct redraw_sampling_area *entry = entry_of(sampling, area);

	if (!entry || entry->streak < REDRAW_SAMPLING_STREAK ||
	    rect_area(area) < REDRAW_SAMPLING_MIN_AREA)
		return NULL;
	return now < entry->last_full + REDRAW_SAMPLING_FULL_USEC ? entry : NULL;
}

/* A place for a new area: a free one, or that of the one read whole the longest ago. */
static struct redraw_sampling_area *place_for(struct redraw_sampling *sampling)
{
	struct redraw_sampling_area *oldest = NULL;

	for (size_t i = 0; i < REDRAW_SAMPLING_AREAS; i++) {
		struct redraw_sampling_area *entry = &sampling->areas[i];

		if (rect_is_empty(entry->area))
			return entry;
		if (!entry->owed && (!oldest || entry->last_full < oldest->last_full))
			oldest = entry;
	}
	return oldest;
}

void redraw_sampling_was_read(struct redraw_sampling *sampling, struct rect area,
			      struct rect changed, size_t n_changed, uint64_t now)
{
	struct redraw_sampling_area *entry = entry_of(sampling, area);
	bool almost_nothing = n_changed <= rect_area(area) / REDRAW_SAMPLING_SHARE;

	/* Whatever lies within what was read is paid, also as a part of something larger. */
	for (size_t i = 0; i < REDRAW_SAMPLING_AREAS; i++) {
		if (!rect_contains(area, sampling->areas[i].area))
			continue;
		sampling->areas[i].owed = false;
		sampling->areas[i].last_full = now;
	}
	if (rect_area(area) < REDRAW_SAMPLING_MIN_AREA)
		return;
	if (!almost_nothing) {
		/* What is owed of it stays owed. */
		if (entry)
			entry->streak = 0;
		return;
	}
	if (!entry) {
		entry = place_for(sampling);
		if (!entry)
			return;
		*entry = (struct redraw_sampling_area){ .area = area, .last_full = now };
	}
	entry->streak++;
	entry->hot = changed;
}

void redraw_sampling_was_sampled(struct redraw_sampling_area *entry, struct rect changed)
{
	entry->owed = true;
	if (!rect_is_empty(changed))
		entry->hot = changed;
}

static uint64_t owed_at(const struct redraw_sampling_area *entry)
{
	return entry->last_full + REDRAW_SAMPLING_FULL_USEC + REDRAW_SAMPLING_GRACE_USEC;
}

uint64_t redraw_sampling_due(const struct redraw_sampling *sampling)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < REDRAW_SAMPLING_AREAS; i++)
		if (sampling->areas[i].owed && owed_at(&sampling->areas[i]) < due)
			due = owed_at(&sampling->areas[i]);
	return due;
}

size_t redraw_sampling_take_due(struct redraw_sampling *sampling, uint64_t now,
				struct rect ret_areas[REDRAW_SAMPLING_AREAS])
{
	size_t n = 0;

	for (size_t i = 0; i < REDRAW_SAMPLING_AREAS; i++) {
		struct redraw_sampling_area *entry = &sampling->areas[i];

		if (entry->owed && owed_at(entry) <= now)
			ret_areas[n++] = entry->area;
	}
	return n;
}
