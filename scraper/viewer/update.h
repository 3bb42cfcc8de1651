/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a viewer's FramebufferUpdates. Each is planned as a whole, then encoded part by part, and
 * sent while the rest is being encoded. Nothing here waits.
 */
#ifndef GPUDESK_UPDATE_H
#define GPUDESK_UPDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/config.h"
#include "framebuffer/move_detection.h"
#include "framebuffer/tile_map.h"
#include "framebuffer/yield.h"
#include "lossless_refresh.h"
#include "protocol/client_messages.h"
#include "protocol/cursor_rect.h"
#include "protocol/desktop_size_rect.h"
#include "protocol/input_extension_rect.h"
#include "protocol/libvncserver.h"
#include "protocol/out_queue.h"
#include "update_plan.h"

/* What all viewers are shown; outlives them. */
struct update_source {
	const struct frame *frame;
	const struct cursor_state *cursor;
	const struct screen_layout *layout;
	const unsigned *leds; /* bits of enum keyboard_led */
	struct yield *yield;  /* while an update is made; may be NULL */
};

struct update {
	struct rfb_client *client; /* not owned */
	struct client_encodings encodings;
	struct link_speed link;
	struct pixel_encoder encoder;
	struct tile_map unseen; /* changed since it was last sent */
	struct move move;	/* for the viewer to do first; empty: none */
	struct cursor_rect cursor_rect;
	struct desktop_size_rect size_rect;
	struct input_extension_rect extension_rect;
	struct update_source source;
	bool is_blanked;		 /* what the viewer has outside the frame */
	struct lossless_refresh refresh; /* used only where pixels are compressed, by us or guacd */
	double refresh_cost;		 /* bytes a pixel, of the last refreshed parts */

	/* Of the update that is being made. */
	struct cursor_state cursor; /* the source's, when the update was begun */
	struct update_plan plan;
};

/* All of the source's frame is unseen. Returns 0 or -errno. */
int update_init(struct update *update, struct rfb_client *client, enum compression_mode mode,
		const struct update_source *source);
void update_finish(struct update *update);

/* The source's frame has another size: all of it is unseen. Returns 0 or -ENOMEM. */
int update_resize(struct update *update);

/* The part of the frame that the viewer has: less than all if it cannot follow the size. */
struct rect update_visible(const struct update *update);

/* Whether there is something to send: pixels, the pointer, the size, or anything else. */
bool update_is_due(const struct update *update);

/* Whether the next update has to tell the desktop's size and nothing else. */
bool update_is_of_size(const struct update *update);

/* Whether moves are worth finding for this viewer: it takes CopyRect, and its link is slow. */
bool update_wants_moves(const struct update *update);

/*
 * Something in the frame has moved. `next`: an update will be made before the frame changes again,
 * so the viewer can do the move itself. Otherwise, or if it can't, the destination is unseen.
 */
void update_moved(struct update *update, struct move move, bool next);

/*
 * Appends an update of `part` of what is unseen, and all that has to be told, to `out`, which is
 * empty. Writes the first parts to `fd` while it encodes the others; a failure of that shows when
 * the rest is written. Returns the number of pixels in the update, or -errno. plan.part is the part
 * sent: there may be nothing to make a primer of.
 */
long update_compose(struct update *update, struct out_queue *out, int fd, enum update_part part);

#endif
