/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input_extension_rect.h"

#include "keyboard_led.h"
#include "rect_header.h"

enum {
	QEMU_KEYS = -258,
	QEMU_LEDS = -261,
	VMWARE_LEDS = 0x574d5668,
	LIBVNC_LEDS = -0x20000,
	BUTTONS = -316
};

static const struct rect nowhere;

void input_extension_rect_encodings(struct input_extension_rect *view,
				    const struct client_encodings *encodings)
{
	view->listed.scan_codes |= client_lists(encodings, CLIENT_ENCODING_QEMU_KEYS);
	view->listed.buttons |= client_lists(encodings, CLIENT_ENCODING_BUTTONS);
}

/* The LED encoding to use; 0: none. */
static int led_encoding(const struct client_encodings *encodings)
{
	if (client_lists(encodings, CLIENT_ENCODING_QEMU_LEDS))
		return QEMU_LEDS;
	if (client_lists(encodings, CLIENT_ENCODING_VMWARE_LEDS))
		return VMWARE_LEDS;
	return client_lists(encodings, CLIENT_ENCODING_LIBVNC_LEDS) ? LIBVNC_LEDS : 0;
}

static bool leds_are_due(const struct input_extension_rect *view,
			 const struct client_encodings *encodings, unsigned leds)
{
	return led_encoding(encodings) && (!view->leds_told || view->leds != leds);
}

bool input_extension_rect_has_news(const struct input_extension_rect *view,
				   const struct client_encodings *encodings, unsigned leds)
{
	return view->listed.scan_codes != view->told.scan_codes ||
	       view->listed.buttons != view->told.buttons || leds_are_due(view, encodings, leds);
}

/* libvncserver's way: the rectangle's x, with the bits of its rfbKeyboardMask. */
static int add_libvnc_leds(unsigned leds, struct out_queue *out)
{
	const struct rect header = {
		.x = (leds & KEYBOARD_LED_CAPS ? 2 : 0) | (leds & KEYBOARD_LED_NUM ? 128 : 0) |
		     (leds & KEYBOARD_LED_SCROLL ? 256 : 0),
	};

	return rect_header_append(out, header, LIBVNC_LEDS);
}

/* The other two encodings have the same bits, QEMU's in one byte, VMware's in four. */
static int add_leds(int encoding, unsigned leds, struct out_queue *out)
{
	const uint8_t body[4] = {
		[3] = (uint8_t)((leds & KEYBOARD_LED_SCROLL ? 1 : 0) |
				(leds & KEYBOARD_LED_NUM ? 2 : 0) |
				(leds & KEYBOARD_LED_CAPS ? 4 : 0)),
	};

	if (encoding == LIBVNC_LEDS)
		return add_libvnc_leds(leds, out);
	int r = rect_header_append(out, nowhere, encoding);
	if (r < 0)
		return r;
	return encoding == QEMU_LEDS ? out_queue_append(out, body + 3, 1)
				     : out_queue_append(out, body, sizeof(body));
}

int input_extension_rect_add(struct input_extension_rect *view,
			     const struct client_encodings *encodings, unsigned leds,
			     struct out_queue *out)
{
	int n = 0, r = 0;

	if (view->listed.scan_codes && !view->told.scan_codes) {
		r = rect_header_append(out, nowhere, QEMU_KEYS);
		n++;
	}
	if (r >= 0 && view->listed.buttons && !view->told.buttons) {
		r = rect_header_append(out, nowhere, BUTTONS);
		n++;
	}
	if (r >= 0 && leds_are_due(view, encodings, leds)) {
		r = add_leds(led_encoding(encodings), leds, out);
		n++;
		view->leds_told = true;
		view->leds = leds;
	}
	view->told = view->listed;
	return r < 0 ? r : n;
}
