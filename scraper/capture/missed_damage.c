/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "missed_damage.h"

void missed_damage_init(struct missed_damage *missed, uint64_t now)
{
	*missed = (struct missed_damage){ .interval = MISSED_DAMAGE_FIRST, .since = now };
}

void missed_damage_activity(struct missed_damage *missed, bool input, uint64_t now)
{
	if (input && missed_damage_due(missed) > now + MISSED_DAMAGE_INPUT) {
		missed->since = now;
		missed->interval = MISSED_DAMAGE_INPUT;
	}
	/* Damage never delays a check: it says nothing about what other programs draw. */
	if (missed->interval > MISSED_DAMAGE_FIRST)
		missed->interval = MISSED_DAMAGE_FIRST;
}

uint64_t missed_damage_due(const struct missed_damage *missed)
{
	return missed->since + missed->interval;
}

void missed_damage_done(struct missed_damage *missed, uint64_t now, bool found)
{
	missed->since = now;
	missed->phase++;
	if (found)
		missed->interval = MISSED_DAMAGE_SHORTEST;
	else if (missed->interval < MISSED_DAMAGE_LONGEST / 2)
		missed->interval *= 2;
	else
		missed->interval = MISSED_DAMAGE_LONGEST;
}

int missed_damage_rows(const struct missed_damage *missed, int height,
		       int ret_rows[MISSED_DAMAGE_ROWS])
{
	/* A prime that does not divide the spacing: the phases spread quickly and skip no row. */
	int spacing = (height + MISSED_DAMAGE_ROWS - 1) / MISSED_DAMAGE_ROWS;
	unsigned step = spacing % 29 ? 29 : spacing % 31 ? 31 : 37;
	int shift = (int)((uint64_t)missed->phase * step % (uint64_t)spacing), n = 0;

	for (int row = shift; row < height && n < MISSED_DAMAGE_ROWS; row += spacing)
		ret_rows[n++] = row;
	return n;
}
