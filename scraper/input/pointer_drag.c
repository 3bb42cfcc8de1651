/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pointer_drag.h"

#include <stdbool.h>
#include <stdint.h>

static bool is_same(struct pointer_place a, struct pointer_place b)
{
	return a.x == b.x && a.y == b.y;
}

static struct pointer_place minus(struct pointer_place a, struct pointer_place b)
{
	return (struct pointer_place){ a.x - b.x, a.y - b.y };
}

static int64_t distance(struct pointer_place a, struct pointer_place b)
{
	struct pointer_place d = minus(a, b);

	return (int64_t)d.x * d.x + (int64_t)d.y * d.y;
}

void pointer_drag_sent(struct pointer_drag *drag, struct pointer_place viewer,
		       struct pointer_place sent)
{
	drag->viewer = viewer;
	drag->sent = sent;
}

void pointer_drag_look(struct pointer_drag *drag, struct pointer_place then,
		       struct pointer_place now, struct pointer_place viewer)
{
	if (!is_same(now, then) && !is_same(now, drag->sent))
		drag->offset = minus(now, drag->viewer);
	if (distance(viewer, now) < distance(viewer, drag->viewer))
		drag->offset = (struct pointer_place){ 0, 0 };
}

struct pointer_place pointer_drag_move(const struct pointer_drag *drag, struct pointer_place viewer)
{
	return (struct pointer_place){ viewer.x + drag->offset.x, viewer.y + drag->offset.y };
}
