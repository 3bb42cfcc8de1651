/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many clipboard messages a viewer is sent: so many at once, and so many a second in the long
 * run. A clipboard that changes without end does not take the place of the picture. No I/O; times
 * are µs of one clock, passed in.
 */
#ifndef GPUDESK_TEXT_PACE_H
#define GPUDESK_TEXT_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define TEXT_PACE_USEC UINT64_C(100000) /* from one to the next, in the long run */

enum { TEXT_PACE_BURST = 8 };

/* Starts as all zeros. */
struct text_pace {
	uint64_t paid; /* the time that has been used up: TEXT_PACE_USEC for each message */
	uint64_t due;  /* no message before; 0: at any time */
};

/* One was sent. Returns whether there may be no other before text_pace_due(). */
bool text_pace_sent(struct text_pace *pace, uint64_t now);

/* When text_pace_resume() is to be called, and then the next may be sent; 0: it may be now. */
uint64_t text_pace_due(const struct text_pace *pace);
void text_pace_resume(struct text_pace *pace);

#endif
