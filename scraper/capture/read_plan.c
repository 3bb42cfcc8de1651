/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read_plan.h"

#include <stdint.h>

/* Pixels read needlessly if one request reads both. */
static size_t waste(struct rect a, struct rect b)
{
	size_t together = rect_area(rect_bounds(a, b)), apart = rect_area(a) + rect_area(b);

	return together > apart ? together - apart : 0;
}

/*
 * Keeps the search over all pairs short: from a long list (a region of many bands), each rectangle
 * after the first LIMIT is joined to the cheapest of those. Drops empty ones.
 */
static size_t fold(struct rect *damage, size_t n)
{
	enum { LIMIT = READ_PLAN_MAX * 2 };
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t best = 0;

		if (rect_is_empty(damage[i]))
			continue;
		if (kept < LIMIT) {
			damage[kept++] = damage[i];
			continue;
		}
		for (size_t k = 1; k < kept; k++)
			if (waste(damage[k], damage[i]) < waste(damage[best], damage[i]))
				best = k;
		damage[best] = rect_bounds(damage[best], damage[i]);
	}
	return kept;
}

size_t read_plan_join(struct rect *damage, size_t n)
{
	n = fold(damage, n);
	while (n > 1) {
		size_t best_a = 0, best_b = 1, least = SIZE_MAX;

		for (size_t a = 0; a < n; a++) {
			for (size_t b = a + 1; b < n; b++) {
				size_t cost = waste(damage[a], damage[b]);

				if (cost < least) {
					least = cost;
					best_a = a;
					best_b = b;
				}
			}
		}
		if (least > READ_REQUEST_COST && n <= READ_PLAN_MAX)
			break;
		damage[best_a] = rect_bounds(damage[best_a], damage[best_b]);
		damage[best_b] = damage[--n];
	}
	return n;
}

size_t read_plan_add(struct rect *rects, size_t n, size_t max, struct rect area)
{
	size_t kept = 0;

	if (rect_is_empty(area))
		return n;
	for (size_t i = 0; i < n; i++) {
		if (rect_contains(rects[i], area))
			return n;
		if (!rect_contains(area, rects[i]))
			rects[kept++] = rects[i];
	}
	if (kept == max)
		rects[0] = rect_bounds(rects[0], area);
	else
		rects[kept++] = area;
	return kept;
}

size_t read_plan_area(const struct rect *rects, size_t n)
{
	size_t area = 0;

	for (size_t i = 0; i < n; i++)
		area += rect_area(rects[i]);
	return area;
}
