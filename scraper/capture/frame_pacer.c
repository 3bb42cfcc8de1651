/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_pacer.h"

void frame_pacer_init(struct frame_pacer *pacer, unsigned frame_rate)
{
	/* 2 % more than requested: otherwise a source whose clock runs a little fast would be held
	 * back for a whole period again and again. */
	*pacer = (struct frame_pacer){ .period = 980000 / frame_rate };
}

uint64_t frame_pacer_due(const struct frame_pacer *pacer, bool large)
{
	uint64_t next = pacer->next[large];

	return next > pacer->period ? next - pacer->period : 0;
}

void frame_pacer_captured(struct frame_pacer *pacer, bool large, uint64_t now)
{
	uint64_t *next = &pacer->next[large];

	*next = (*next > now ? *next : now) + pacer->period;
}
