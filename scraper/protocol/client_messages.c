/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client_messages.h"

#include <errno.h>
#include <string.h>

#include "common/wire.h"

enum { CLIENT_MORE_BUTTONS = 0x80 }; /* in a pointer's mask, with ExtendedMouseButtons */

int32_t client_cut_text_length(const uint8_t *message)
{
	return (int32_t)wire_read_u32(message + 4);
}

static long cut_text_length(const uint8_t *data, size_t have)
{
	if (have < 8)
		return 0;
	int64_t length = client_cut_text_length(data);
	if (length < 0)
		length = -length;
	return length > CLIENT_CUT_TEXT_SKIP_MAX ? -EMSGSIZE : (long)length + 8;
}

static long encodings_length(const uint8_t *data, size_t have)
{
	if (have < 4)
		return 0;
	unsigned n = wire_read_u16(data + 2);
	return n > CLIENT_ENCODINGS_MAX ? -EMSGSIZE : 4 + 4 * (long)n;
}

static long pointer_length(const uint8_t *data, size_t have,
			   const struct client_extensions *extensions)
{
	if (!extensions->buttons)
		return 6;
	return have < 2 ? 0 : data[1] & CLIENT_MORE_BUTTONS ? 7 : 6;
}

static long qemu_length(const uint8_t *data, size_t have,
			const struct client_extensions *extensions)
{
	if (!extensions->scan_codes)
		return -EPROTO;
	if (have < 2)
		return 0;
	return data[1] == 0 ? 12 : -EPROTO; /* 0: a key; audio is not offered */
}

/* Whether `screen`, of a SetDesktopSize, has the size that the message requests. */
static bool has_size(const uint8_t *screen, const uint8_t *message)
{
	return memcmp(screen + 8, message + 2, 4) == 0;
}

static long size_request_length(const uint8_t *data, size_t have)
{
	enum { HEADER = 8, REQUEST = 10, SCREEN = 16, SIZE_END = 12 /* bytes of a screen */ };

	if (have < HEADER)
		return 0;
	long whole = HEADER + SCREEN * (long)data[6];
	const uint8_t *next = data + HEADER;

	if (data[6] != 1)
		return whole;
	if (have < HEADER + 2)
		return have > HEADER && *next != CLIENT_UPDATE_REQUEST ? whole : 0;
	if (*next != CLIENT_UPDATE_REQUEST || next[1] > 1)
		return whole;
	if (have >= HEADER + SIZE_END && has_size(next, data))
		return whole;
	if (have < HEADER + REQUEST + SIZE_END)
		return 0;
	return has_size(next + REQUEST, data) ? CLIENT_TORN_SIZE_REQUEST : whole;
}

long client_message_length(const uint8_t *data, size_t have,
			   const struct client_extensions *extensions)
{
	if (!have)
		return 0;
	switch (data[0]) {
	case CLIENT_SET_PIXEL_FORMAT:
		return 20;
	case CLIENT_SET_ENCODINGS:
		return encodings_length(data, have);
	case CLIENT_UPDATE_REQUEST:
		return 10;
	case CLIENT_KEY:
		return 8;
	case CLIENT_POINTER:
		return pointer_length(data, have, extensions);
	case CLIENT_CUT_TEXT:
		return cut_text_length(data, have);
	case CLIENT_SET_SCALE:
	case CLIENT_SET_SERVER_INPUT:
	case CLIENT_PALM_SET_SCALE:
	case CLIENT_XVP:
		return 4;
	case CLIENT_SET_SINGLE_WINDOW:
		return 6;
	case CLIENT_SET_DESKTOP_SIZE:
		return size_request_length(data, have);
	case CLIENT_QEMU:
		return qemu_length(data, have, extensions);
	default:
		return -EPROTO;
	}
}

struct client_key client_key_read(const uint8_t *message)
{
	if (message[0] == CLIENT_QEMU)
		return (struct client_key){
			.down = wire_read_u16(message + 2) != 0,
			.keysym = wire_read_u32(message + 4),
			.scan_code = wire_read_u32(message + 8),
		};
	return (struct client_key){ .down = message[1] != 0, .keysym = wire_read_u32(message + 4) };
}

struct client_pointer client_pointer_read(const uint8_t *message, size_t length)
{
	struct client_pointer pointer = {
		.x = wire_read_u16(message + 2),
		.y = wire_read_u16(message + 4),
		.buttons = message[1],
	};

	if (length > 6)
		pointer.buttons = (pointer.buttons & ~(unsigned)CLIENT_MORE_BUTTONS) |
				  (unsigned)message[6] << 7;
	return pointer;
}

static int bits_of(unsigned max)
{
	int bits = 0;

	for (; max & 1; max >>= 1)
		bits++;
	return max ? -1 : bits;
}

struct size_request client_size_request_read(const uint8_t *message)
{
	return (struct size_request){
		.width = wire_read_u16(message + 2),
		.height = wire_read_u16(message + 4),
		.n_screens = message[6],
	};
}

int client_pixel_format_check(const uint8_t *message)
{
	const uint8_t *format = message + 4;
	int bits_per_pixel = format[0], depth = format[1], true_colour = format[3];

	if (bits_per_pixel != 8 && bits_per_pixel != 16 && bits_per_pixel != 32)
		return -EPROTO;
	if (depth < 1 || depth > bits_per_pixel)
		return -EPROTO;
	if (!true_colour)
		return bits_per_pixel == 8 ? 0 : -EPROTO;
	for (int i = 0; i < 3; i++) {
		int bits = bits_of(wire_read_u16(format + 4 + 2 * i)), shift = format[10 + i];

		if (bits < 1 || bits + shift > bits_per_pixel)
			return -EPROTO;
	}
	return 0;
}

/* Encodings and pseudo-encodings by their numbers in the IANA registry. */
static const struct {
	int32_t number;
	enum client_encoding which;
	enum { PIXELS, SHARED, OURS } kind; /* OURS: libvncserver is not told of it */
} known_encodings[] = {
	{ 0, CLIENT_ENCODING_RAW, PIXELS },
	{ 1, CLIENT_ENCODING_COPYRECT, SHARED },
	{ 5, CLIENT_ENCODING_HEXTILE, PIXELS },
	{ 6, CLIENT_ENCODING_ZLIB, PIXELS },
	{ 7, CLIENT_ENCODING_TIGHT, PIXELS },
	{ 16, CLIENT_ENCODING_ZRLE, PIXELS },
	{ -224, CLIENT_ENCODING_LAST_RECT, SHARED },
	{ -239, CLIENT_ENCODING_CURSOR, OURS },
	{ -240, CLIENT_ENCODING_X_CURSOR, OURS },
	{ -314, CLIENT_ENCODING_ALPHA_CURSOR, OURS },
	{ -232, CLIENT_ENCODING_POINTER_POSITION, OURS },
	{ -223, CLIENT_ENCODING_DESKTOP_SIZE, OURS },
	{ -308, CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE, OURS },
	{ (int32_t)0xc0a1e5ce, CLIENT_ENCODING_EXTENDED_CLIPBOARD, OURS },
	{ -258, CLIENT_ENCODING_QEMU_KEYS, OURS },
	{ -261, CLIENT_ENCODING_QEMU_LEDS, OURS },
	{ 0x574d5668, CLIENT_ENCODING_VMWARE_LEDS, OURS },
	{ -316, CLIENT_ENCODING_BUTTONS, OURS },
	{ (int32_t)0xfffe0001, CLIENT_ENCODING_SUPPORTED_MESSAGES, SHARED },
};

enum { XVP = -309 }; /* to shut the machine down: not offered */

void client_encodings_read(const uint8_t *message, struct client_encodings *ret_encodings)
{
	struct client_encodings encodings = { .quality = -1, .compression = -1, .preferred = -1 };
	unsigned n = wire_read_u16(message + 2);

	for (unsigned i = 0; i < n; i++) {
		int32_t number = (int32_t)wire_read_u32(message + 4 + 4 * i);

		if (number >= -32 && number <= -23)
			encodings.quality = number + 32;
		if (number >= -256 && number <= -247)
			encodings.compression = number + 256;
		for (size_t k = 0; k < sizeof(known_encodings) / sizeof(*known_encodings); k++) {
			if (known_encodings[k].number != number)
				continue;
			encodings.known |= UINT32_C(1) << known_encodings[k].which;
			if (known_encodings[k].kind == PIXELS && encodings.preferred < 0)
				encodings.preferred = number;
		}
	}
	if (encodings.preferred < 0)
		encodings.preferred = 0;
	*ret_encodings = encodings;
}

static bool is_kept_back(int32_t number)
{
	for (size_t i = 0; i < sizeof(known_encodings) / sizeof(*known_encodings); i++)
		if (known_encodings[i].number == number)
			return known_encodings[i].kind == OURS;
	return number == XVP;
}

size_t client_encodings_filter(const uint8_t *message, uint8_t *ret_message)
{
	unsigned n = wire_read_u16(message + 2), kept = 0;

	memcpy(ret_message, message, 2);
	for (unsigned i = 0; i < n; i++) {
		const uint8_t *encoding = message + 4 + 4 * i;

		if (!is_kept_back((int32_t)wire_read_u32(encoding)))
			memcpy(ret_message + 4 + 4 * kept++, encoding, 4);
	}
	wire_write_u16(ret_message + 2, kept);
	return 4 + 4 * (size_t)kept;
}
