/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desktop's size and screens as one viewer knows them, and what it is told of them: DesktopSize
 * (RFC 6143, 7.8.2) or ExtendedDesktopSize (rfbproto.rst). No I/O.
 */
#ifndef GPUDESK_DESKTOP_SIZE_RECT_H
#define GPUDESK_DESKTOP_SIZE_RECT_H

#include <stdbool.h>
#include <stdint.h>

#include "client_messages.h"
#include "framebuffer/screen_layout.h"
#include "out_queue.h"

/* What an ExtendedDesktopSize rectangle says about itself. */
enum size_reason {
	SIZE_BY_SERVER = 0,
	SIZE_BY_THIS_VIEWER = 1,
	SIZE_BY_OTHER_VIEWER = 2,
};

struct desktop_size_rect {
	int width, height; /* what the viewer takes the desktop to be */
	bool due;	   /* the size, or the layout, or an answer is to be told */
	bool requested;	   /* it has requested a size and has no answer yet */
	bool was_told;	   /* by an ExtendedDesktopSize */
	bool answers;	   /* what is due answers a request */
	enum size_reason reason;
	enum size_status status;
};

/* The viewer was told width x height by ServerInit. */
void desktop_size_rect_init(struct desktop_size_rect *view, int width, int height);

/* The desktop's size or layout is another one now. */
void desktop_size_rect_changed(struct desktop_size_rect *view, enum size_reason reason);

/* The answer to the viewer's request. */
void desktop_size_rect_answer(struct desktop_size_rect *view, enum size_status status);

/* The viewer wants all of the picture anew: with it goes the layout. */
void desktop_size_rect_refresh(struct desktop_size_rect *view,
			       const struct client_encodings *encodings);

/*
 * Whether the viewer is to be told with the next update; and whether that update is to be nothing
 * else, because the viewer may throw the rest away.
 */
bool desktop_size_rect_is_due(const struct desktop_size_rect *view,
			      const struct client_encodings *encodings, int width, int height);
bool desktop_size_rect_is_alone(const struct desktop_size_rect *view,
				const struct client_encodings *encodings, int width, int height);

/* Appends the rectangle that is due. Returns how many, 0 or 1, or -ENOMEM. */
int desktop_size_rect_add(struct desktop_size_rect *view, const struct client_encodings *encodings,
			  int width, int height, const struct screen_layout *layout,
			  struct out_queue *out);

#endif
