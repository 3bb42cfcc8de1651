/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rectangles to ask the X server for, so that few requests read few pixels. No I/O. */
#ifndef GPUDESK_READ_PLAN_H
#define GPUDESK_READ_PLAN_H

#include <stddef.h>

#include "framebuffer/rect.h"

enum {
	READ_PLAN_MAX = 16,
	/* What one more request costs, in pixels that could have been read instead: some 10 µs at
	 * 10 GB/s. On a GPU, where each read back waits for the card, it costs more, not less. */
	READ_REQUEST_COST = 24 * 1024,
};

/*
 * Joins the `n` rectangles of `damage` until each further joining would cost more than it saves and
 * at most READ_PLAN_MAX are left. Changes `damage`; returns how many of its first are left. What is
 * left covers all that was there.
 */
size_t read_plan_join(struct rect *damage, size_t n);

#endif
