/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to check for drawing that XDamage did not report, as it happens with OpenGL on NVIDIA: while
 * a viewer waits, some rows spread over the screen are compared. A check that finds something makes
 * the next come sooner, one that does not makes it come later. No I/O; times are µs of one clock,
 * passed in.
 */
#ifndef GPUDESK_MISSED_DAMAGE_H
#define GPUDESK_MISSED_DAMAGE_H

#include <stdbool.h>
#include <stdint.h>

/* From one check to the next, µs. */
#define MISSED_DAMAGE_SHORTEST UINT64_C(50000)
#define MISSED_DAMAGE_INPUT UINT64_C(1000000) /* after a viewer's key or pointer */
#define MISSED_DAMAGE_FIRST UINT64_C(4000000)
#define MISSED_DAMAGE_LONGEST UINT64_C(16000000)

enum { MISSED_DAMAGE_ROWS = 16 }; /* rows compared in one check */

struct missed_damage {
	uint64_t interval; /* µs from `since` to the next check */
	uint64_t since;	   /* µs: the last check, or input */
	unsigned phase;	   /* counts checks; shifts the rows, so that all get their turn */
};

void missed_damage_init(struct missed_damage *missed, uint64_t now);

/*
 * The screen is likely to change: the next check comes within MISSED_DAMAGE_INPUT of a viewer's
 * input; after damage, within MISSED_DAMAGE_FIRST of the last check.
 */
void missed_damage_activity(struct missed_damage *missed, bool input, uint64_t now);

/* When the next check is due. */
uint64_t missed_damage_due(const struct missed_damage *missed);

/* Notes the result of a check at `now`. */
void missed_damage_done(struct missed_damage *missed, uint64_t now, bool found);

/* Writes the rows to compare on a screen `height` pixels high, ascending; returns how many. */
int missed_damage_rows(const struct missed_damage *missed, int height,
		       int ret_rows[MISSED_DAMAGE_ROWS]);

#endif
