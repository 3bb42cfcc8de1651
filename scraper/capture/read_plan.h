/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rectangles to request from the X server: few requests for few pixels. Pure. */
#ifndef GPUDESK_READ_PLAN_H
#define GPUDESK_READ_PLAN_H

#include <stddef.h>

#include "framebuffer/rect.h"

enum {
	READ_PLAN_MAX = 16,
	/* A request costs as much as reading so many pixels: about 10 µs at 10 GB/s. It costs more
	 * on a GPU, where each one waits for the card. */
	READ_REQUEST_COST = 24 * 1024,
};

/*
 * Joins the `n` rectangles of `damage` in place until joining two more would cost more than it
 * saves and at most READ_PLAN_MAX are left. Returns their number; they cover all that was there.
 */
size_t read_plan_join(struct rect *damage, size_t n);

/*
 * Adds `area` to the `n` rectangles, `max` of which there is room for. What is in another one is
 * not kept twice. Returns their number.
 */
size_t read_plan_add(struct rect *rects, size_t n, size_t max, struct rect area);

/* The number of pixels in all of them. */
size_t read_plan_area(const struct rect *rects, size_t n);

#endif
