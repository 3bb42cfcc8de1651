/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often the screen is captured: at most `frame_rate` times a second on average, at once as long
 * as that holds. Captures of large areas and of small ones are counted apart, so that typing does
 * not wait behind a film. Times are microseconds of one clock, passed in.
 */
#ifndef GPUDESK_FRAME_PACER_H
#define GPUDESK_FRAME_PACER_H

#include <stdbool.h>
#include <stdint.h>

struct frame_pacer {
	uint64_t period;  /* µs from one capture to the next, on average */
	uint64_t next[2]; /* when the next capture would be on time: [0] small areas, [1] large */
};

void frame_pacer_init(struct frame_pacer *pacer, unsigned frame_rate);

/*
 * When an area may be captured: `now` or earlier for at once. A capture may come up to one period
 * before its time, so that a source of exactly that rate is not held back by its own jitter.
 */
uint64_t frame_pacer_due(const struct frame_pacer *pacer, bool large);

/* Says that an area was captured at `now`. */
void frame_pacer_captured(struct frame_pacer *pacer, bool large, uint64_t now);

#endif
