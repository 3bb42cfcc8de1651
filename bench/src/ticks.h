/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tick ring, in which the workload tells the probe when each frame was on the screen.
 *
 * Frames have ids 1, 2, 3... In frame `id` the workload paints square blocks of the colour
 * tick_color(id); each block's centre is at position[id] + block[i]. shown[id] is the time at which
 * XSync said that the frame was on the screen, 0 while it is being drawn.
 */
#ifndef BENCH_TICKS_H
#define BENCH_TICKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	TICK_PIXELS = 16, /* the side of a block */
	TICK_RING = 65536,
	TICK_BLOCKS_MAX = 8,
	TICK_WINDOW = 240, /* a viewer lags by fewer frames than this: half the colours */
	TICK_TOLERANCE =
		17, /* each channel, under JPEG: just below half the distance of two levels */
};

struct ticks {
	uint32_t n_blocks;
	struct {
		int32_t x, y;
	} block[TICK_BLOCKS_MAX];
	_Atomic uint32_t current; /* the last id on the screen */
	_Atomic int64_t shown[TICK_RING];
	struct {
		int16_t x, y;
	} position[TICK_RING];
};

/* Maps the ring in `path` (for the workload: after emptying it). NULL with errno on failure. */
struct ticks *ticks_open(const char *path, bool create);

/*
 * 512 colours on a coarse grid, levels at least 29 apart, so that they survive JPEG; those of
 * neighbours are far apart.
 */
uint32_t tick_color(uint32_t id);

/* Whether each channel of 0xRRGGBB `a` is within `tolerance` of `b`'s. */
bool tick_color_matches(uint32_t a, uint32_t b, int tolerance);

#endif
