/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resize_choice.h"

static enum size_status check(struct size_request request, const struct resize_abilities *abilities)
{
	int longer = request.width > request.height ? request.width : request.height;
	int shorter = request.width > request.height ? request.height : request.width;

	if (request.width < 1 || request.height < 1 || request.n_screens != 1)
		return SIZE_INVALID_LAYOUT;
	if (abilities->is_prohibited)
		return SIZE_PROHIBITED;
	if (longer > RESIZE_LONG_SIDE_MAX || shorter > RESIZE_SHORT_SIDE_MAX)
		return SIZE_NO_RESOURCES;
	return SIZE_DONE;
}

static int between(int value, int min, int max)
{
	if (value < min)
		value = min;
	return value > max ? max : value;
}

static long area(const struct resize_mode *mode)
{
	return (long)mode->width * mode->height;
}

/* Whether `a` is the better one for a request of width x height. */
static bool is_better(const struct resize_mode *a, const struct resize_mode *b, int width,
		      int height)
{
	bool a_fits = a->width <= width && a->height <= height;
	bool b_fits = b->width <= width && b->height <= height;

	if (a_fits != b_fits)
		return a_fits;
	if (area(a) != area(b))
		return a_fits ? area(a) > area(b) : area(a) < area(b);
	return a->refresh > b->refresh;
}

static size_t find_best(const struct resize_abilities *abilities, int width, int height)
{
	size_t best = 0;

	for (size_t i = 1; i < abilities->n_modes; i++)
		if (is_better(&abilities->modes[i], &abilities->modes[best], width, height))
			best = i;
	return best;
}

static struct resize_plan use_mode(const struct resize_abilities *abilities, size_t i)
{
	const struct resize_mode *mode = &abilities->modes[i];
	bool is_so = mode->width == abilities->width && mode->height == abilities->height;

	return (struct resize_plan){
		.action = is_so ? RESIZE_NOTHING : RESIZE_USE_MODE,
		.mode = i,
		.width = mode->width,
		.height = mode->height,
	};
}

struct resize_plan resize_choose(struct size_request request,
				 const struct resize_abilities *abilities)
{
	struct resize_plan plan = { .status = check(request, abilities) };

	if (plan.status != SIZE_DONE)
		return plan;
	int width = between(between(request.width, RESIZE_WIDTH_MIN, RESIZE_LONG_SIDE_MAX),
			    abilities->min_width, abilities->max_width);
	int height = between(between(request.height, RESIZE_HEIGHT_MIN, RESIZE_LONG_SIDE_MAX),
			     abilities->min_height, abilities->max_height);
	plan.width = width;
	plan.height = height;
	if (width == abilities->width && height == abilities->height)
		return plan;
	if (abilities->n_monitors != 1) {
		plan.action = !abilities->n_monitors   ? RESIZE_SCREEN
			      : abilities->takes_modes ? RESIZE_SHARE
						       : RESIZE_NOTHING;
		if (plan.action == RESIZE_NOTHING)
			plan.status = SIZE_PROHIBITED;
		return plan;
	}

	size_t best = abilities->n_modes ? find_best(abilities, width, height) : 0;
	bool is_exact = abilities->n_modes && abilities->modes[best].width == width &&
			abilities->modes[best].height == height;
	if (abilities->takes_modes && !is_exact) {
		plan.action = RESIZE_NEW_MODE;
		return plan;
	}
	if (!abilities->n_modes) {
		plan.status = SIZE_PROHIBITED;
		return plan;
	}
	return use_mode(abilities, best);
}

static int scaled(int value, int from, int to)
{
	return (int)(((int64_t)value * to + from / 2) / from);
}

struct rect resize_share(struct rect area, int old_width, int old_height, int width, int height)
{
	int x0 = scaled(area.x, old_width, width), y0 = scaled(area.y, old_height, height);
	int x1 = scaled(area.x + area.w, old_width, width);
	int y1 = scaled(area.y + area.h, old_height, height);

	return (struct rect){ x0, y0, x1 - x0, y1 - y0 };
}
