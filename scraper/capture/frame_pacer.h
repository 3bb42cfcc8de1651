/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits captures to `frame_rate` a second on average. Those of large areas (screen.c: more than an
 * eighth of the screen) and of small ones are counted separately, so that typing does not wait for
 * a video. Times are µs of one clock, passed in.
 */
#ifndef GPUDESK_FRAME_PACER_H
#define GPUDESK_FRAME_PACER_H

#include <stdbool.h>
#include <stdint.h>

struct frame_pacer {
	uint64_t period;  /* µs from one capture to the next, on average */
	uint64_t next[2]; /* when the next capture has its turn: [0] small areas, [1] large */
};

void frame_pacer_init(struct frame_pacer *pacer, unsigned frame_rate);

/*
 * When an area may be captured: up to one period before its turn, so that a source of exactly that
 * rate is not held back by its own jitter.
 */
uint64_t frame_pacer_due(const struct frame_pacer *pacer, bool large);

/* An area was captured at `now`. */
void frame_pacer_captured(struct frame_pacer *pacer, bool large, uint64_t now);

#endif
