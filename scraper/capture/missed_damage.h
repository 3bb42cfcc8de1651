/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verifying look: XDamage has missed OpenGL updates on NVIDIA, so while a viewer waits, some
 * rows spread over the screen are compared now and then. A look that finds something makes the next
 * come sooner; one that does not makes it come later, up to LOOK_LONGEST. No I/O; times are
 * microseconds of one clock, passed in.
 */
#ifndef GPUDESK_LOOK_H
#define GPUDESK_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#define LOOK_SHORTEST UINT64_C(50000)
#define LOOK_INPUT UINT64_C(1000000) /* after a viewer's key or pointer */
#define LOOK_FIRST UINT64_C(4000000)
#define LOOK_LONGEST UINT64_C(16000000)

enum { LOOK_ROWS = 16 }; /* rows compared at one look */

struct look {
	uint64_t interval; /* µs from `since` to the next look */
	uint64_t since;	   /* the last look, or input */
	unsigned phase;	   /* shifts the rows from look to look, so that all are seen in the end */
};

void look_init(struct look *look, uint64_t now);

/*
 * The screen is likely to change: a viewer's input brings the next look within LOOK_INPUT, damage
 * within LOOK_FIRST of the last one.
 */
void look_activity(struct look *look, bool input, uint64_t now);

/* When the next look is due. */
uint64_t look_due(const struct look *look);

/* The result of a look at `now`. */
void look_done(struct look *look, uint64_t now, bool found);

/* The rows of this look on a screen `height` pixels high; returns how many, at most LOOK_ROWS. */
int look_rows(const struct look *look, int height, int ret_rows[LOOK_ROWS]);

#endif
