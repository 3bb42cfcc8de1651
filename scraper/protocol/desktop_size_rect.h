/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desktop's size and screens as one viewer knows them, and the rectangle that tells it of a
 * change: DesktopSize (RFC 6143, 7.8.2) or ExtendedDesktopSize (rfbproto.rst). No I/O.
 */
#ifndef GPUDESK_DESKTOP_SIZE_RECT_H
#define GPUDESK_DESKTOP_SIZE_RECT_H

#include <stdbool.h>
#include <stdint.h>

#include "client_messages.h"
#include "framebuffer/screen_layout.h"
#include "out_queue.h"

/* Why an ExtendedDesktopSize rectangle is sent: the numbers of its x field. */
enum size_reason {
	SIZE_BY_SERVER = 0,
	SIZE_BY_THIS_VIEWER = 1,
	SIZE_BY_OTHER_VIEWER = 2,
};

struct desktop_size_rect {
	int width, height;	     /* of the desktop, as the viewer knows it */
	struct screen_layout layout; /* the same */
	bool due;		     /* the size or the layout has to be sent, because: */
	enum size_reason reason;
	bool requested; /* it has requested a size and has no answer yet */
	bool answers;	/* an answer has to be sent: */
	enum size_status status;
	bool was_told; /* an ExtendedDesktopSize was sent */
};

/* ServerInit has told the viewer width x height. */
void desktop_size_rect_init(struct desktop_size_rect *view, int width, int height);

/* The desktop's size or layout has changed. */
void desktop_size_rect_changed(struct desktop_size_rect *view, enum size_reason reason);

/* The answer to the viewer's request. */
void desktop_size_rect_answer(struct desktop_size_rect *view, enum size_status status);

/* The viewer has requested the whole picture again: the layout goes with it. */
void desktop_size_rect_refresh(struct desktop_size_rect *view,
			       const struct client_encodings *encodings);

/*
 * Whether the rectangle goes into the next update; and whether that update must have nothing else,
 * because the viewer may discard the rest.
 */
bool desktop_size_rect_is_due(const struct desktop_size_rect *view,
			      const struct client_encodings *encodings, int width, int height);
bool desktop_size_rect_is_alone(const struct desktop_size_rect *view,
				const struct client_encodings *encodings, int width, int height);

/*
 * Appends the rectangle if it is due. Returns the number of rectangles, 0 or 1, or -ENOMEM. A
 * refusal has the size that the viewer knows; if there is another one now, that is due afterwards,
 * for an update of its own.
 */
int desktop_size_rect_add(struct desktop_size_rect *view, const struct client_encodings *encodings,
			  int width, int height, const struct screen_layout *layout,
			  struct out_queue *out);

#endif
