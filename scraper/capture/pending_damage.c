/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pending_damage.h"

#include "read_plan.h"

/* µs from one fetch to the next, while something waits: for its turn, or for its next strip. */
enum { FETCH_INTERVAL = 4000, STRIP_INTERVAL = 500 };

void pending_damage_init(struct pending_damage *pending, unsigned frame_rate)
{
	*pending = (struct pending_damage){ .everything = true };
	frame_pacer_init(&pending->pacer, frame_rate);
}

void pending_damage_reset(struct pending_damage *pending, int width, int height)
{
	pending->screen = (struct rect){ 0, 0, width, height };
	pending->everything = true;
	pending->n = 0;
	pending->settling = (struct damage_settling){ .fetched = 0 };
}

void pending_damage_reported(struct pending_damage *pending, uint64_t now)
{
	if (!pending->reported)
		pending->noticed = now;
	pending->reported = true;
}

/* Pixels that wait for no further strip. */
static size_t settled_pixels(const struct pending_damage *pending)
{
	return pending->everything ? rect_area(pending->screen)
				   : read_plan_area(pending->rects, pending->n);
}

/* Large areas and small ones are paced separately: see frame_pacer.h. */
static bool is_large(const struct pending_damage *pending)
{
	return settled_pixels(pending) > rect_area(pending->screen) / PENDING_DAMAGE_LARGE;
}

static uint64_t strips_due(const struct pending_damage *pending)
{
	return damage_settling_due(&pending->settling, frame_pacer_due(&pending->pacer, true));
}

uint64_t pending_damage_due(const struct pending_damage *pending)
{
	uint64_t due = UINT64_MAX, strips = strips_due(pending);

	if (pending->everything || pending->n)
		due = frame_pacer_due(&pending->pacer, is_large(pending));
	/* What is large may show a part of the picture that comes in strips. */
	if (strips != UINT64_MAX && (is_large(pending) || strips < due))
		due = strips;
	return due;
}

size_t pending_damage_pixels(const struct pending_damage *pending)
{
	return settled_pixels(pending) + damage_settling_area(&pending->settling);
}

uint64_t pending_damage_fetch_due(const struct pending_damage *pending, uint64_t now)
{
	uint64_t due = pending_damage_due(pending), interval = FETCH_INTERVAL;

	if (!pending->reported)
		return UINT64_MAX;
	if (due == UINT64_MAX)
		return 0;
	if (damage_settling_awaits(&pending->settling) &&
	    frame_pacer_due(&pending->pacer, true) <= now)
		interval = STRIP_INTERVAL;
	return due < pending->fetched + interval ? due : pending->fetched + interval;
}

void pending_damage_add(struct pending_damage *pending, struct rect area)
{
	pending->n = read_plan_add(pending->rects, pending->n, PENDING_DAMAGE_MAX, area);
}

void pending_damage_fetched(struct pending_damage *pending, struct rect *rects, size_t n,
			    uint64_t now)
{
	pending->reported = false;
	pending->fetched = now;
	n = damage_settling_take(&pending->settling, rects, n, pending->noticed, now);
	for (size_t i = 0; i < n; i++)
		pending_damage_add(pending, rects[i]);
	if (n)
		frame_pacer_drawn(&pending->pacer, is_large(pending), now);
}

bool pending_damage_capture(struct pending_damage *pending, uint64_t now)
{
	struct rect areas[DAMAGE_SETTLING_STREAMS];
	size_t n = damage_settling_release(&pending->settling,
					   frame_pacer_due(&pending->pacer, true), now, areas);

	for (size_t i = 0; i < n; i++)
		pending_damage_add(pending, areas[i]);
	frame_pacer_captured(&pending->pacer, is_large(pending), now);
	return n > 0;
}

void pending_damage_captured(struct pending_damage *pending)
{
	pending->everything = false;
	pending->n = 0;
}
