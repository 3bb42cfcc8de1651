/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a viewer was sent with loss is sent again without, once it is at rest: which tiles are in
 * motion, which are lossy, which are due. The loss is ours (JPEG, coarse pixels), or that of a
 * viewer that encodes raw pixels again, as guacd does. No I/O; times are µs of one clock, and "now"
 * is when lossless_refresh_turn() was called last.
 *
 * guacd sends on 64x64 cells, our tiles, with loss if one changed less than 334 ms before. It joins
 * neighbouring cells to images within a grid of blocks, where the newest time counts, and all that
 * came meanwhile to one frame. So what comes into a block in motion may become lossy with it. It
 * compares padding bits too: the same pixels with others in them are encoded again, at rest without
 * loss.
 */
#ifndef GPUDESK_LOSSLESS_REFRESH_H
#define GPUDESK_LOSSLESS_REFRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framebuffer/tile_map.h"

/*
 * A tile is in motion if it was sent less than MOVING before, or longer where updates take long: on
 * a slow link, nothing else would ever be. It is at rest when it is no longer in motion, but not
 * before REST. guacd looks at an update only when it has encoded what came before: ENCODING for
 * each tile in motion.
 */
#define LOSSLESS_REFRESH_MOVING UINT64_C(400000)
#define LOSSLESS_REFRESH_REST UINT64_C(500000)
#define LOSSLESS_REFRESH_ENCODING UINT64_C(330)

enum { LOSSLESS_REFRESH_BLOCK = 8 }; /* tiles a side: guacd's images have at most 512 pixels */

struct lossless_refresh {
	struct tile_map lossy; /* sent with loss */
	struct tile_map due;   /* those of them at rest */
	struct tile_map taken; /* the part of `due` that is being sent */
	struct tile_map odd;   /* what has odd padding since it was refreshed */
	uint64_t *sent;	       /* by tile, when it was last sent and read; 0: never. Owned, */
	uint64_t *moved;       /* as is this: by block, when it last had something in motion */
	uint64_t now, newest;  /* newest: when anything was sent */
	uint64_t round;	       /* how long an update takes */
	uint64_t turn_due;
	bool sent_on; /* by a viewer that encodes again */
	bool unread;  /* what it was sent last, until the next turn */
};

/*
 * Empty, for a screen of width x height pixels, all of which was sent at `sent`; 0: never. Returns
 * 0 or -ENOMEM; finish it in both cases.
 */
int lossless_refresh_init(struct lossless_refresh *refresh, int width, int height, uint64_t sent);
void lossless_refresh_finish(struct lossless_refresh *refresh);

/* Whether at least half of the tiles under `area` are in motion. */
bool lossless_refresh_is_moving(const struct lossless_refresh *refresh, struct rect area);

/* `area` is being sent, with or without loss. */
void lossless_refresh_sent(struct lossless_refresh *refresh, struct rect area, bool lossy);

/* `area` is being sent to a viewer that encodes it again, with loss if it is in motion. */
void lossless_refresh_sent_on(struct lossless_refresh *refresh, struct rect area);

/* The viewer copies `from` to `to`, and with it what is lossy there. */
void lossless_refresh_copied(struct lossless_refresh *refresh, struct rect from, struct rect to);

/*
 * It is `now`, and the viewer has read all that it was sent: lossy tiles at rest become due.
 * `round`: how long an update takes, µs.
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

/*
 * The same for a viewer that encodes again. The tiles are whole, and all to be sent with the same
 * padding, which is not what their pixels have there now: ordinary padding, or that of the last
 * time. Returns whether it is the odd one.
 */
bool lossless_refresh_take_padded(struct lossless_refresh *refresh, size_t pixels);

#endif
