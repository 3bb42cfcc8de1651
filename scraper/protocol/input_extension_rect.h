/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extensions of RFB about input, as one viewer knows them: that it may send scan codes (QEMU
 * Extended Key Event) and more buttons (ExtendedMouseButtons), and which lights of the keyboard are
 * on (QEMU's and VMware's LED State; libvncserver has one of its own). No I/O.
 */
#ifndef GPUDESK_INPUT_EXTENSION_RECT_H
#define GPUDESK_INPUT_EXTENSION_RECT_H

#include <stdbool.h>

#include "client_messages.h"
#include "out_queue.h"

/* Begins as all zero. */
struct input_extension_rect {
	struct client_extensions listed; /* at any time: what is on its way is still to be read */
	struct client_extensions told;
	bool leds_told;
	unsigned leds; /* what it was told, of enum keyboard_led */
};

/* The viewer has said what it understands. */
void input_extension_rect_encodings(struct input_extension_rect *view,
				    const struct client_encodings *encodings);

/* Whether the viewer is to be told something with the next update. */
bool input_extension_rect_has_news(const struct input_extension_rect *view,
				   const struct client_encodings *encodings, unsigned leds);

/* Appends the rectangles that are due. Returns how many, or -ENOMEM. */
int input_extension_rect_add(struct input_extension_rect *view,
			     const struct client_encodings *encodings, unsigned leds,
			     struct out_queue *out);

#endif
