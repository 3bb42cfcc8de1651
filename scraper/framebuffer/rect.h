/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rectangles: x, y is the upper left pixel; w, h are pixels; empty if either is 0 or less. */
#ifndef GPUDESK_RECT_H
#define GPUDESK_RECT_H

#include <stdbool.h>
#include <stddef.h>

struct rect {
	int x, y, w, h;
};

static inline bool rect_is_empty(struct rect r)
{
	return r.w <= 0 || r.h <= 0;
}

static inline size_t rect_area(struct rect r)
{
	return rect_is_empty(r) ? 0 : (size_t)r.w * (size_t)r.h;
}

/* The part of `a` inside `b`; 0x0 if there is none. */
static inline struct rect rect_intersect(struct rect a, struct rect b)
{
	int x0 = a.x > b.x ? a.x : b.x, y0 = a.y > b.y ? a.y : b.y;
	int x1 = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
	int y1 = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;

	if (x1 <= x0 || y1 <= y0)
		return (struct rect){ 0, 0, 0, 0 };
	return (struct rect){ x0, y0, x1 - x0, y1 - y0 };
}

/* The smallest rectangle that contains both. */
static inline struct rect rect_bounds(struct rect a, struct rect b)
{
	if (rect_is_empty(a))
		return b;
	if (rect_is_empty(b))
		return a;

	int x0 = a.x < b.x ? a.x : b.x, y0 = a.y < b.y ? a.y : b.y;
	int x1 = a.x + a.w > b.x + b.w ? a.x + a.w : b.x + b.w;
	int y1 = a.y + a.h > b.y + b.h ? a.y + a.h : b.y + b.h;

	return (struct rect){ x0, y0, x1 - x0, y1 - y0 };
}

static inline bool rect_contains(struct rect outer, struct rect inner)
{
	return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
	       inner.y + inner.h <= outer.y + outer.h;
}

#endif
