/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verifying look: XDamage has missed OpenGL updates on NVIDIA, so while a viewer waits, some
 * rows spread over the screen are compared now and then. A look that finds something makes the next
 * come sooner; one that does not makes it come later, up to MISSED_DAMAGE_LONGEST. No I/O; times
 * are microseconds of one clock, passed in.
 */
#ifndef GPUDESK_MISSED_DAMAGE_H
#define GPUDESK_MISSED_DAMAGE_H

#include <stdbool.h>
#include <stdint.h>

#define MISSED_DAMAGE_SHORTEST UINT64_C(50000)
#define MISSED_DAMAGE_INPUT UINT64_C(1000000) /* after a viewer's key or pointer */
#define MISSED_DAMAGE_FIRST UINT64_C(4000000)
#define MISSED_DAMAGE_LONGEST UINT64_C(16000000)

enum { MISSED_DAMAGE_ROWS = 16 }; /* rows compared at one look */

struct missed_damage {
	uint64_t interval; /* µs from `since` to the next look */
	uint64_t since;	   /* the last check, or input */
	unsigned phase; /* shifts the rows from check to check, so that all are seen in the end */
};

void missed_damage_init(struct missed_damage *missed, uint64_t now);

/*
 * The screen is likely to change: a viewer's input brings the next look within MISSED_DAMAGE_INPUT,
 * damage within MISSED_DAMAGE_FIRST of the last one.
 */
void missed_damage_activity(struct missed_damage *missed, bool input, uint64_t now);

/* When the next look is due. */
uint64_t missed_damage_due(const struct missed_damage *missed);

/* The result of a look at `now`. */
void missed_damage_done(struct missed_damage *missed, uint64_t now, bool found);

/* The rows of this look on a screen `height` pixels high; returns how many, at most
 * MISSED_DAMAGE_ROWS. */
int missed_damage_rows(const struct missed_damage *missed, int height,
		       int ret_rows[MISSED_DAMAGE_ROWS]);

#endif
