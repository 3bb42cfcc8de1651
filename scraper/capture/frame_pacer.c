/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_pacer.h"

void frame_pacer_init(struct frame_pacer *pacer, unsigned frame_rate)
{
	/* 2 % more than requested: otherwise a source whose clock runs a little fast would be held
	 * back for a whole period again and again. */
	*pacer = (struct frame_pacer){ .period = 980000 / frame_rate };
}

static uint64_t wait_max(const struct frame_pacer *pacer)
{
	return pacer->period / 4 < FRAME_PACER_WAIT_MAX ? pacer->period / 4 : FRAME_PACER_WAIT_MAX;
}

static uint64_t turn_of(const struct frame_pacer *pacer, const struct frame_pacer_kind *kind)
{
	return kind->next > pacer->period ? kind->next - pacer->period : 0;
}

/* Whether the frame that is being drawn waits for its next step: not if the source is slow. */
static bool waits(const struct frame_pacer *pacer, const struct frame_pacer_kind *kind)
{
	return kind->wait && pacer->drawn && kind->next > pacer->drawn;
}

void frame_pacer_drawn(struct frame_pacer *pacer, bool large, uint64_t now)
{
	struct frame_pacer_kind *kind = &pacer->kinds[large];
	uint64_t most = wait_max(pacer), after = now - kind->last_drawn;
	uint64_t wait = after + after / 4 < most ? after + after / 4 : most;
	bool rested = now - pacer->seen > 2 * most;

	pacer->seen = now;
	pacer->drawn_more = pacer->drawn;
	if (pacer->drawn && !(pacer->late_step && rested))
		return;
	pacer->rested = rested;
	pacer->late_step = !pacer->drawn && turn_of(pacer, kind) > now && after <= most;
	pacer->drawn = now;
	if (pacer->late_step && wait > kind->wait) {
		kind->wait = wait;
		kind->n_vain = 0;
	}
}

uint64_t frame_pacer_due(const struct frame_pacer *pacer, bool large)
{
	const struct frame_pacer_kind *kind = &pacer->kinds[large];
	uint64_t turn = turn_of(pacer, kind), complete = pacer->drawn + kind->wait;

	/* With the next frame, if possible, which else would come right after this capture. */
	if (pacer->late_step && turn > pacer->drawn)
		return turn + pacer->period / 4;
	return waits(pacer, kind) && complete > turn ? complete : turn;
}

void frame_pacer_captured(struct frame_pacer *pacer, bool large, uint64_t now)
{
	struct frame_pacer_kind *kind = &pacer->kinds[large];

	if (pacer->drawn_more)
		kind->n_vain = 0;
	else if (waits(pacer, kind) && ++kind->n_vain >= FRAME_PACER_VAIN)
		kind->wait = kind->n_vain = 0;
	kind->next = (kind->next > now ? kind->next : now) + pacer->period;
	if (pacer->rested)
		kind->last_drawn = pacer->drawn;
	pacer->drawn = 0;
	pacer->drawn_more = pacer->rested = pacer->late_step = false;
}
