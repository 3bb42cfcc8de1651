/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pointer as one viewer is shown it: a shape that the viewer draws itself, with transparency
 * (Cursor With Alpha) or without (Cursor, X Cursor: RFC 6143, 7.8.1 and 7.8.2), or painted into its
 * picture, never both. No I/O.
 */
#ifndef GPUDESK_CURSOR_RECT_H
#define GPUDESK_CURSOR_RECT_H

#include <stdbool.h>
#include <stdint.h>

#include "client_messages.h"
#include "framebuffer/cursor_image.h"
#include "framebuffer/frame.h"
#include "framebuffer/tile_map.h"
#include "libvncserver.h"
#include "out_queue.h"

/* All zeros to begin with: nothing has been shown. */
struct cursor_rect {
	uint64_t shape_id;   /* what the viewer draws; 0: nothing yet */
	uint64_t painted_id; /* the shape painted into its picture */
	struct rect painted; /* where on the screen; empty: nowhere */
	bool position_known;
	int x, y; /* where the viewer believes it to be: it moved it there, or was told */
};

/* Whether the pointer is painted into this viewer's picture, so that its position matters. */
bool cursor_rect_is_painted(const struct client_encodings *encodings);

/* Whether the pointer needs an update. `visible`: the part of the screen that the viewer has. */
bool cursor_rect_has_news(const struct cursor_rect *view, const struct client_encodings *encodings,
			  const struct cursor_state *cursor, struct rect visible);

/* The viewer has moved the pointer itself. */
void cursor_rect_moved(struct cursor_rect *view, int x, int y);

/* The viewer's picture is new, or no longer known. */
void cursor_rect_forget(struct cursor_rect *view);

/*
 * Two parts of an update. cursor_rect_begin: shape and position, where they have changed; where a
 * painted pointer has to go, its area is added to `unseen`. cursor_rect_paint, after all pixels:
 * the painted pointer; `touched`: pixels below it were sent. Both return the number of rectangles
 * appended, or -errno.
 */
int cursor_rect_begin(struct cursor_rect *view, const struct client_encodings *encodings,
		      const struct cursor_state *cursor, struct rect visible,
		      struct rfb_client *client, struct tile_map *unseen, struct out_queue *out);
int cursor_rect_paint(struct cursor_rect *view, const struct client_encodings *encodings,
		      const struct cursor_state *cursor, struct rect visible, bool touched,
		      const struct frame *frame, struct rfb_client *client, struct out_queue *out);

#endif
