/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resize_choice.h"

#include "common/wire.h"

struct resize_wish resize_wish_read(const uint8_t *message)
{
	return (struct resize_wish){
		.width = wire_read_u16(message + 2),
		.height = wire_read_u16(message + 4),
		.n_screens = message[6],
	};
}

static enum size_status check(struct resize_wish wish, const struct resize_abilities *abilities)
{
	int longer = wish.width > wish.height ? wish.width : wish.height;
	int shorter = wish.width > wish.height ? wish.height : wish.width;

	if (wish.width < 1 || wish.height < 1 || wish.n_screens != 1)
		return SIZE_INVALID_LAYOUT;
	if (abilities->may_not)
		return SIZE_PROHIBITED;
	if (longer > RESIZE_SIDE_MOST || shorter > RESIZE_LOWER_SIDE_MOST)
		return SIZE_NO_RESOURCES;
	return SIZE_DONE;
}

static int between(int value, int least, int most)
{
	if (value < least)
		value = least;
	return value > most ? most : value;
}

static long area(const struct resize_mode *mode)
{
	return (long)mode->width * mode->height;
}

/* Whether `a` is the better one for a wish of width x height. */
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

struct resize_plan resize_choose(struct resize_wish wish, const struct resize_abilities *abilities)
{
	struct resize_plan plan = { .status = check(wish, abilities) };

	if (plan.status != SIZE_DONE)
		return plan;
	int width = between(between(wish.width, RESIZE_WIDTH_LEAST, RESIZE_SIDE_MOST),
			    abilities->least_width, abilities->most_width);
	int height = between(between(wish.height, RESIZE_HEIGHT_LEAST, RESIZE_SIDE_MOST),
			     abilities->least_height, abilities->most_height);
	plan.width = width;
	plan.height = height;
	if (width == abilities->width && height == abilities->height)
		return plan;
	if (abilities->has_no_monitor) {
		plan.action = RESIZE_SCREEN;
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
