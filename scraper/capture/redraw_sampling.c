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
	return now < entry->last_whole + REDRAW_SAMPLING_WHOLE_USEC ? entry : NULL;
}

/* An entry for a new area: a free one, or the verified one read whole the longest ago; or NULL. */
static struct redraw_sampling_area *new_entry(struct redraw_sampling *sampling)
{
	struct redraw_sampling_area *oldest = NULL;

	for (size_t i = 0; i < REDRAW_SAMPLING_AREAS; i++) {
		struct redraw_sampling_area *entry = &sampling->areas[i];

		if (rect_is_empty(entry->area))
			return entry;
		if (!entry->unverified && (!oldest || entry->last_whole < oldest->last_whole))
			oldest = entry;
	}
	return oldest;
}

void redraw_sampling_note_whole_read(struct redraw_sampling *sampling, struct rect area,
				     struct rect changed, size_t n_changed, uint64_t now)
{
	struct redraw_sampling_area *entry = entry_of(sampling, area);
	bool few_changes = n_changed <= rect_area(area) / REDRAW_SAMPLING_SHARE;

	/* All areas within what was read are verified. */
	for (size_t i = 0; i < REDRAW_SAMPLING_AREAS; i++) {
		if (!rect_contains(area, sampling->areas[i].area))
			continue;
		sampling->areas[i].unverified = false;
		sampling->areas[i].last_whole = now;
	}
	if (rect_area(area) < REDRAW_SAMPLING_MIN_AREA)
		return;
	if (!few_changes) {
		if (entry)
			entry->streak = 0;
		return;
	}
	if (!entry) {
		entry = new_entry(sampling);
		if (!entry)
			return;
		*entry = (struct redraw_sampling_area){ .area = area, .last_whole = now };
	}
	entry->streak++;
	entry->changing = changed;
}

void redraw_sampling_note_samples(struct redraw_sampling_area *entry, struct rect changed)
{
	entry->unverified = true;
	if (!rect_is_empty(changed))
		entry->changing = changed;
}

static uint64_t due_at(const struct redraw_sampling_area *entry)
{
	return entry->last_whole + REDRAW_SAMPLING_WHOLE_USEC + REDRAW_SAMPLING_GRACE_USEC;
}

uint64_t redraw_sampling_due(const struct redraw_sampling *sampling)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < REDRAW_SAMPLING_AREAS; i++)
		if (sampling->areas[i].unverified && due_at(&sampling->areas[i]) < due)
			due = due_at(&sampling->areas[i]);
	return due;
}

size_t redraw_sampling_list_due(struct redraw_sampling *sampling, uint64_t now,
				struct rect ret_areas[REDRAW_SAMPLING_AREAS])
{
	size_t n = 0;

	for (size_t i = 0; i < REDRAW_SAMPLING_AREAS; i++) {
		struct redraw_sampling_area *entry = &sampling->areas[i];

		if (entry->unverified && due_at(entry) <= now)
			ret_areas[n++] = entry->area;
	}
	return n;
}
