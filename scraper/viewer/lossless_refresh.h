/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a viewer far away was sent with loss is sent again without once it has come to rest: which
 * tiles move, which are lossy, which are due. Pure; times are microseconds of one clock.
 */
#ifndef GPUDESK_LOSSLESS_REFRESH_H
#define GPUDESK_LOSSLESS_REFRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/tile_map.h"

/*
 * µs, at least: what was sent in one of the last two spans is in motion; what was in neither has
 * come to rest. Longer where updates take longer, or nothing would ever be seen moving.
 */
#define LOSSLESS_REFRESH_SPAN UINT64_C(300000)

struct lossless_refresh {
	struct tile_map recent, before; /* sent in this span, and in the one before */
	struct tile_map lossy;		/* sent with loss, and perhaps still moving */
	struct tile_map due;		/* the same, at rest */
	struct tile_map taken;		/* the part of `due` that is being sent */
	uint64_t span_end;
};

/* Empty, for a screen of `width` x `height` pixels. Returns 0 or -ENOMEM; finish frees either way.
 */
int lossless_refresh_init(struct lossless_refresh *refresh, int width, int height);
void lossless_refresh_finish(struct lossless_refresh *refresh);

/* Whether at least half of the tiles under `area` were sent a moment ago, too. */
bool lossless_refresh_is_moving(const struct lossless_refresh *refresh, struct rect area);

/* `area` is being sent, with loss or without. */
void lossless_refresh_sent(struct lossless_refresh *refresh, struct rect area, bool lossy);

/* The viewer copies `from` to `to`, with the loss that is in it. */
void lossless_refresh_copied(struct lossless_refresh *refresh, struct rect from, struct rect to);

/* Begins a new span when the last one has ended: what has come to rest gets due. `round`: how long
 * an update takes, µs. */
void lossless_refresh_turn(struct lossless_refresh *refresh, uint64_t round, uint64_t now);

/* When lossless_refresh_turn() is next needed; UINT64_MAX: there is nothing to refresh. */
uint64_t lossless_refresh_turn_due(const struct lossless_refresh *refresh);

static inline bool lossless_refresh_is_due(const struct lossless_refresh *refresh)
{
	return !tile_map_is_empty(&refresh->due);
}

/*
 * Moves what is due, up to some `pixels` but at least one tile, to refresh->taken, to be sent now
 * without loss.
 */
void lossless_refresh_take(struct lossless_refresh *refresh, size_t pixels);

#endif
