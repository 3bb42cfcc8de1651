/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pointer as one viewer is shown it: as a shape that the viewer draws, with transparency
 * (Cursor With Alpha) or without (Cursor, X Cursor: RFC 6143, 7.8.1 and 7.8.2), or painted into its
 * picture, and never both. No I/O.
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

/* Begins as all zero: nothing has been shown. */
struct cursor_rect {
	uint64_t shape_id;   /* what the viewer draws; 0: nothing yet */
	uint64_t painted_id; /* what its picture has */
	struct rect painted; /* and where, on the screen; empty: nothing */
	bool position_known;
	int x, y; /* where the viewer takes the pointer to be: it has moved it there, or was told */
};

/* Whether the pointer is painted into this viewer's picture: where it is matters all the time. */
bool cursor_rect_is_painted(const struct client_encodings *encodings);

/* Whether an update is due for the pointer's sake. `visible`: the part of the screen it has. */
bool cursor_rect_has_news(const struct cursor_rect *view, const struct client_encodings *encodings,
			  const struct cursor_state *cursor, struct rect visible);

/* The viewer itself has moved the pointer. */
void cursor_rect_moved(struct cursor_rect *view, int x, int y);

/* The viewer's picture is a new one, or is not known any more. */
void cursor_rect_forget(struct cursor_rect *view);

/*
 * The parts of one update. First the shape and the position, as far as they are news; a painted
 * pointer that is to go is added to `unseen`. Last, when all pixels are there, the painted pointer:
 * `touched` says that something was sent below it. Both return how many rectangles they have
 * appended, or -errno.
 */
int cursor_rect_begin(struct cursor_rect *view, const struct client_encodings *encodings,
		      const struct cursor_state *cursor, struct rect visible,
		      struct rfb_client *client, struct tile_map *unseen, struct out_queue *out);
int cursor_rect_paint(struct cursor_rect *view, const struct client_encodings *encodings,
		      const struct cursor_state *cursor, struct rect visible, bool touched,
		      const struct frame *frame, struct rfb_client *client, struct out_queue *out);

#endif
