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

static long cut_text_length(const uint8_t *data, size_t have,
			    const struct client_extensions *extensions)
{
	(void)extensions;
	if (have < 8)
		return 0;
	int64_t length = client_cut_text_length(data);
	if (length < 0)
		length = -length;
	return length > CLIENT_CUT_TEXT_SKIP_MAX ? -EMSGSIZE : (long)length + 8;
}

static long encodings_length(const uint8_t *data, size_t have,
			     const struct client_extensions *extensions)
{
	(void)extensions;
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

static long size_request_length(const uint8_t *data, size_t have,
				const struct client_extensions *extensions)
{
	enum { HEADER = 8, REQUEST = 10, SCREEN = 16, SIZE_END = 12 /* bytes of a screen */ };

	(void)extensions;
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

/* ---- the fence ---- */

static long server_init_length(const uint8_t *data, size_t have)
{
	return have < 24 ? 0 : 24 + (long)wire_read_u32(data + 20);
}

static long colour_map_length(const uint8_t *data, size_t have)
{
	return have < 6 || data[0] != 1 ? 0 : 6 + 6 * (long)wire_read_u16(data + 4);
}

/*
 * All that a viewer may send. What has an `answer` is fed to libvncserver, which may send such
 * messages and no others; it never learns of an extension, since SetEncodings does not get there.
 */
static const struct {
	int type;
	long length; /* bytes; 0: `measure` tells */
	long (*measure)(const uint8_t *data, size_t have,
			const struct client_extensions *extensions);
	long (*answer)(const uint8_t *data, size_t have); /* its length; 0: it is not allowed */
} messages[] = {
	{ CLIENT_INIT, 1, NULL, server_init_length },
	{ CLIENT_SET_PIXEL_FORMAT, 20, NULL, colour_map_length },
	{ CLIENT_SET_ENCODINGS, 0, encodings_length, NULL },
	{ CLIENT_UPDATE_REQUEST, 10, NULL, NULL },
	{ CLIENT_KEY, 8, NULL, NULL },
	{ CLIENT_POINTER, 0, pointer_length, NULL },
	{ CLIENT_CUT_TEXT, 0, cut_text_length, NULL },
	{ CLIENT_SET_SCALE, 4, NULL, NULL },
	{ CLIENT_SET_SERVER_INPUT, 4, NULL, NULL },
	{ CLIENT_SET_SINGLE_WINDOW, 6, NULL, NULL },
	{ CLIENT_PALM_SET_SCALE, 4, NULL, NULL },
	{ CLIENT_XVP, 4, NULL, NULL },
	{ CLIENT_SET_DESKTOP_SIZE, 0, size_request_length, NULL },
	{ CLIENT_QEMU, 0, qemu_length, NULL },
};

enum { N_MESSAGES = sizeof(messages) / sizeof(*messages) };

static size_t find_type(int type)
{
	size_t i = 0;

	while (i < N_MESSAGES && messages[i].type != type)
		i++;
	return i;
}

long client_message_length(const uint8_t *data, size_t have,
			   const struct client_extensions *extensions)
{
	size_t i = have ? find_type(data[0]) : N_MESSAGES;

	if (i == N_MESSAGES)
		return have ? -EPROTO : 0;
	return messages[i].length ? messages[i].length
				  : messages[i].measure(data, have, extensions);
}

bool client_message_is_fed(int type)
{
	size_t i = find_type(type);

	return i < N_MESSAGES && messages[i].answer;
}

bool client_answer_is_allowed(int type, const uint8_t *answer, size_t length)
{
	size_t at = 0;

	if (!client_message_is_fed(type))
		return !length;
	while (at < length) {
		long n = messages[find_type(type)].answer(answer + at, length - at);

		if (n <= 0 || (size_t)n > length - at)
			return false;
		at += (size_t)n;
	}
	return true;
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
	bool has_pixels;
} known_encodings[] = {
	{ 0, CLIENT_ENCODING_RAW, true },
	{ 1, CLIENT_ENCODING_COPYRECT, false },
	{ 5, CLIENT_ENCODING_HEXTILE, true },
	{ 6, CLIENT_ENCODING_ZLIB, true },
	{ 7, CLIENT_ENCODING_TIGHT, true },
	{ 16, CLIENT_ENCODING_ZRLE, true },
	{ -224, CLIENT_ENCODING_LAST_RECT, false },
	{ -239, CLIENT_ENCODING_CURSOR, false },
	{ -240, CLIENT_ENCODING_X_CURSOR, false },
	{ -314, CLIENT_ENCODING_ALPHA_CURSOR, false },
	{ -232, CLIENT_ENCODING_POINTER_POSITION, false },
	{ -223, CLIENT_ENCODING_DESKTOP_SIZE, false },
	{ -308, CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE, false },
	{ (int32_t)0xc0a1e5ce, CLIENT_ENCODING_EXTENDED_CLIPBOARD, false },
	{ -258, CLIENT_ENCODING_QEMU_KEYS, false },
	{ -261, CLIENT_ENCODING_QEMU_LEDS, false },
	{ 0x574d5668, CLIENT_ENCODING_VMWARE_LEDS, false },
	{ (int32_t)0xfffe0000, CLIENT_ENCODING_LIBVNC_LEDS, false },
	{ -316, CLIENT_ENCODING_BUTTONS, false },
	{ (int32_t)0xfffe0001, CLIENT_ENCODING_SUPPORTED_MESSAGES, false },
};

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
			if (known_encodings[k].has_pixels && encodings.preferred < 0)
				encodings.preferred = number;
		}
	}
	if (encodings.preferred < 0)
		encodings.preferred = 0;
	*ret_encodings = encodings;
}
