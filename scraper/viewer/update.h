/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts a viewer's FramebufferUpdates together: what goes into one, and what has to be sent again
 * without loss when it has come to rest. First the whole update is planned, then it is encoded part
 * by part, and what is ready is on its way meanwhile. Nothing here waits.
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

/* What is shown, the same for all viewers; must outlive them. */
struct update_source {
	const struct frame *frame;
	const struct cursor_state *cursor;
	const struct screen_layout *layout;
	const unsigned *leds; /* of enum keyboard_led */
	struct yield *yield;  /* while an update is composed; may be NULL */
};

struct update {
	struct rfb_client *client; /* not owned */
	struct client_encodings encodings;
	struct link_speed link;
	struct pixel_encoder encoder;
	struct tile_map unseen; /* what has changed since it was last sent */
	struct move move;	/* to be done by the viewer before anything else; empty: none */
	struct cursor_rect cursor_rect;
	struct desktop_size_rect size_rect;
	struct input_extension_rect extension_rect;
	struct update_source source;
	bool is_blanked;		 /* what it has outside of the frame */
	struct lossless_refresh refresh; /* kept up only where pictures are compressed */
	double refresh_cost;		 /* bytes a pixel of the last parts of it */

	/* Of the update that is being put together. */
	struct cursor_state cursor; /* the source's, when it was begun */
	struct update_plan plan;
};

/* Prepares for the source's frame; all of it is unseen. Returns 0 or -errno. */
int update_init(struct update *update, struct rfb_client *client, enum compression_mode mode,
		const struct update_source *source);
void update_finish(struct update *update);

/* The source's frame has another size: all of it is unseen. Returns 0 or -ENOMEM. */
int update_resize(struct update *update);

/* A viewer that cannot follow the desktop's size has the part of the frame that is on both. */
struct rect update_visible(const struct update *update);

/* Whether there is something for an update: pixels, the pointer, the size, other news. */
bool update_is_due(const struct update *update);

/* Whether the next update is to tell the desktop's size, and nothing else. */
bool update_is_of_size(const struct update *update);

/* Whether moves are worth finding for this viewer: it takes CopyRect, and bytes cost something. */
bool update_wants_moves(const struct update *update);

/*
 * Something in the frame has moved. `next`: an update is composed before the frame changes again,
 * so that the viewer may do the move itself; otherwise, where it can't, the place is unseen.
 */
void update_moved(struct update *update, struct move move, bool next);

/*
 * Appends an update of all that is unseen, and of news, to `out`, which is empty. While it encodes
 * it already writes some of it to `fd`; how that went is seen when the rest is written. Returns the
 * update's pixels, or -errno.
 */
long update_compose(struct update *update, struct out_queue *out, int fd, uint64_t now);

#endif
