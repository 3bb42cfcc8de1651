/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RFB's extensions of input, as one viewer knows them: whether it was told that it may send scan
 * codes (QEMU Extended Key Event) and more buttons (ExtendedMouseButtons), and which LEDs of the
 * keyboard are on (QEMU's, VMware's or libvncserver's LED State). No I/O.
 */
#ifndef GPUDESK_INPUT_EXTENSION_RECT_H
#define GPUDESK_INPUT_EXTENSION_RECT_H

#include <stdbool.h>

#include "client_messages.h"
#include "out_queue.h"

/* All zeros to begin with. */
struct input_extension_rect {
	struct client_extensions listed; /* ever: such messages may still be on their way */
	struct client_extensions told;
	bool leds_told;
	unsigned leds; /* as it was told: bits of enum keyboard_led */
};

/* The viewer has sent SetEncodings. */
void input_extension_rect_encodings(struct input_extension_rect *view,
				    const struct client_encodings *encodings);

/* Whether there is something to tell the viewer in the next update. */
bool input_extension_rect_has_news(const struct input_extension_rect *view,
				   const struct client_encodings *encodings, unsigned leds);

/* Appends the rectangles that are due. Returns their number, or -ENOMEM. */
int input_extension_rect_add(struct input_extension_rect *view,
			     const struct client_encodings *encodings, unsigned leds,
			     struct out_queue *out);

#endif
