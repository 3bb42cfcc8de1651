/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "missed_damage.h"

void look_init(struct look *look, uint64_t now)
{
	*look = (struct look){ .interval = LOOK_FIRST, .since = now };
}

void look_activity(struct look *look, bool input, uint64_t now)
{
	if (input && look_due(look) > now + LOOK_INPUT) {
		look->since = now;
		look->interval = LOOK_INPUT;
	}
	/* Damage elsewhere is no reason to put a look off: one program may be honest and another
	 * not. */
	if (look->interval > LOOK_FIRST)
		look->interval = LOOK_FIRST;
}

uint64_t look_due(const struct look *look)
{
	return look->since + look->interval;
}

void look_done(struct look *look, uint64_t now, bool found)
{
	look->since = now;
	look->phase++;
	if (found)
		look->interval = LOOK_SHORTEST;
	else if (look->interval < LOOK_LONGEST / 2)
		look->interval *= 2;
	else
		look->interval = LOOK_LONGEST;
}

int look_rows(const struct look *look, int height, int ret_rows[LOOK_ROWS])
{
	/* Without a factor in common with the spacing: the phases spread out soon, and none is left
	 * out. */
	int spacing = (height + LOOK_ROWS - 1) / LOOK_ROWS;
	unsigned step = spacing % 29 ? 29 : spacing % 31 ? 31 : 37;
	int shift = (int)((uint64_t)look->phase * step % (uint64_t)spacing), n = 0;

	for (int row = shift; row < height && n < LOOK_ROWS; row += spacing)
		ret_rows[n++] = row;
	return n;
}
