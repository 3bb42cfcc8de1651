/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a remote viewer was sent with loss is sent again without, once it is at rest: which tiles
 * are in motion, which are lossy, which are due. No I/O; times are µs of one clock.
 */
#ifndef GPUDESK_LOSSLESS_REFRESH_H
#define GPUDESK_LOSSLESS_REFRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/tile_map.h"

/*
 * What was sent in one of the last two spans is in motion, anything else at rest. A span has at
 * least this many µs; more where updates take longer, or nothing would ever be in motion.
 */
#define LOSSLESS_REFRESH_SPAN UINT64_C(300000)

struct lossless_refresh {
	struct tile_map recent, before; /* sent in this span; in the one before */
	struct tile_map lossy;		/* sent with loss, maybe still in motion */
	struct tile_map due;		/* the same, at rest */
	struct tile_map taken;		/* the part of `due` that is being sent */
	uint64_t span_end;
};

/* Empty, for a screen of width x height pixels. Returns 0 or -ENOMEM; finish it in both cases. */
int lossless_refresh_init(struct lossless_refresh *refresh, int width, int height);
void lossless_refresh_finish(struct lossless_refresh *refresh);

/* Whether at least half of the tiles under `area` are in motion. */
bool lossless_refresh_is_moving(const struct lossless_refresh *refresh, struct rect area);

/* `area` is being sent, with or without loss. */
void lossless_refresh_sent(struct lossless_refresh *refresh, struct rect area, bool lossy);

/* The viewer copies `from` to `to`, and with it what is lossy there. */
void lossless_refresh_copied(struct lossless_refresh *refresh, struct rect from, struct rect to);

/*
 * Begins a new span if the last one has ended; lossy tiles at rest become due. `round`: how long an
 * update takes, µs.
 */
void lossless_refresh_turn(struct lossless_refresh *refresh, uint64_t round, uint64_t now);

/* When to call lossless_refresh_turn() next; UINT64_MAX: nothing is lossy. */
uint64_t lossless_refresh_turn_due(const struct lossless_refresh *refresh);

static inline bool lossless_refresh_is_due(const struct lossless_refresh *refresh)
{
	return !tile_map_is_empty(&refresh->due);
}

/*
 * Moves due tiles, of about `pixels` pixels but at least one tile, to refresh->taken: to be sent
 * now without loss.
 */
void lossless_refresh_take(struct lossless_refresh *refresh, size_t pixels);

#endif
