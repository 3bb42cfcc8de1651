/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits captures to `frame_rate` a second on average. Those of large areas (pending_damage.c: more
 * than a 64th of the screen) and of small ones are counted separately, so that typing does not wait
 * for a video. A source that draws each of its frames in two steps would need two captures for
 * each: once the second step has come too late for the first one's capture, captures wait for it,
 * at most a quarter of a period, and only while the source draws as often as it is captured. Times
 * are µs of one clock, passed in.
 */
#ifndef GPUDESK_FRAME_PACER_H
#define GPUDESK_FRAME_PACER_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_PACER_WAIT_MAX UINT64_C(4000) /* µs, for a frame's last step */
enum { FRAME_PACER_VAIN = 60 }; /* captures that waited in vain, before none does any more */

/* Areas of one kind. */
struct frame_pacer_kind {
	uint64_t next; /* when the next capture has its turn */
	uint64_t
		last_drawn; /* when the last frame captured began: the first drawing after a rest */
	uint64_t wait;	    /* from the first drawing of a frame to its capture */
	unsigned n_vain;    /* captures in a row that waited in vain */
};

struct frame_pacer {
	uint64_t period; /* µs from one capture to the next, on average */
	uint64_t drawn;	 /* when the first drawing since the last capture was seen; 0: none */
	bool rested;	 /* nothing had been drawn for a while before it */
	bool drawn_more; /* there was another since */
	bool late_step;	 /* it belongs to the last frame, which was captured without it */
	uint64_t seen;	 /* when the last drawing was seen */
	struct frame_pacer_kind kinds[2]; /* [0] small areas, [1] large ones */
};

void frame_pacer_init(struct frame_pacer *pacer, unsigned frame_rate);

/* Drawing was seen; what is to be captured is large, or not. */
void frame_pacer_drawn(struct frame_pacer *pacer, bool large, uint64_t now);

/*
 * When an area may be captured: up to one period before its turn, so that a source of exactly that
 * rate is not held back by its own jitter.
 */
uint64_t frame_pacer_due(const struct frame_pacer *pacer, bool large);

/* An area was captured at `now`. */
void frame_pacer_captured(struct frame_pacer *pacer, bool large, uint64_t now);

#endif
