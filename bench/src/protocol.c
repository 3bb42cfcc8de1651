/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RFB protocol (RFC 6143) as libvncclient, and so guacd, speaks it: the same encodings and
 * pseudo-encodings in the same order; first a request for everything, then one incremental request
 * for the whole screen after each update that was read completely.
 */
#include <arpa/inet.h>
#include <rfb/rfb.h>
#include <string.h>

#include "probe.h"

enum { ENCODINGS_MAX = 64, SECURITY_NONE = 1, SECURITY_VNC = 2, SCREEN_BYTES = 16 };

enum {
	KEYBOARD_LED_STATE = (int32_t)0xfffe0000,
	SUPPORTED_MESSAGES = (int32_t)0xfffe0001,
	SUPPORTED_ENCODINGS = (int32_t)0xfffe0002,
	SERVER_IDENTITY = (int32_t)0xfffe0003,
	NEW_FB_SIZE = -223,
	LAST_RECT = -224,
	POINTER_POSITION = -232,
	RICH_CURSOR = -239,
	X_CURSOR = -240,
	LEVEL_0 = -256,
	QEMU_KEY_EVENTS = -258,
	QEMU_LED_STATE = -261,
	DESKTOP_NAME = -307,
	EXTENDED_DESKTOP_SIZE = -308,
	QUALITY_0 = -32,
	ENCODING_TIGHT = 7,
};

static const struct {
	const char *name;
	int32_t number;
} names[] = {
	{ "raw", 0 },
	{ "copyrect", 1 },
	{ "rre", 2 },
	{ "corre", 4 },
	{ "hextile", 5 },
	{ "zlib", 6 },
	{ "tight", ENCODING_TIGHT },
	{ "ultra", 9 },
	{ "zrle", 16 },
};

/* The server's first screen, as it describes it in ExtendedDesktopSize. */
static uint8_t first_screen[SCREEN_BYTES];
static bool has_screen;

struct encoding_list {
	uint8_t message[4 + 4 * ENCODINGS_MAX];
	unsigned count;
};

enum { SKIPPED = 0xfe01fd }; /* a colour that no desktop shows */

static void put16(uint8_t *p, int value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void list_add(struct encoding_list *list, int32_t number)
{
	uint32_t wire = htonl((uint32_t)number);

	if (list->count == ENCODINGS_MAX)
		die("probe: too many encodings");
	memcpy(list->message + 4 + 4 * list->count++, &wire, 4);
}

static int32_t find_encoding(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i].name))
			return names[i].number;
	die("probe: unknown encoding %s", name);
}

static void send_encodings(void)
{
	static const int32_t pseudo[] = {
		X_CURSOR,	 RICH_CURSOR,	       POINTER_POSITION,    KEYBOARD_LED_STATE,
		NEW_FB_SIZE,	 SUPPORTED_MESSAGES,   SUPPORTED_ENCODINGS, SERVER_IDENTITY,
		QEMU_KEY_EVENTS, EXTENDED_DESKTOP_SIZE
	};
	struct encoding_list list = { .message = { 2 } };
	char *text = strdup(options.encodings), *rest = NULL;
	bool tight = false;

	for (char *t = strtok_r(text, " ,", &rest); t; t = strtok_r(NULL, " ,", &rest)) {
		int32_t number = find_encoding(t);

		tight |= number == ENCODING_TIGHT;
		list_add(&list, number);
	}
	free(text);
	if (options.level >= 0)
		list_add(&list, LEVEL_0 + options.level);
	if (options.quality >= 0)
		list_add(&list, QUALITY_0 + options.quality);
	if (tight)
		list_add(&list, LAST_RECT);
	for (size_t i = 0; i < sizeof(pseudo) / sizeof(*pseudo); i++)
		list_add(&list, pseudo[i]);
	put16(list.message + 2, (int)list.count);
	wire_write(list.message, 4 + 4 * (size_t)list.count);
}

static void read_failure(const char *what)
{
	char reason[256] = "";
	size_t length = wire_read32();

	wire_read(reason, length < sizeof(reason) - 1 ? length : sizeof(reason) - 1);
	die("probe: %s: %s", what, reason);
}

static void authenticate(void)
{
	unsigned count = wire_read8(), offered = 0;
	uint8_t pick, challenge[16], password[9] = { 0 };

	if (!count)
		read_failure("refused");
	while (count--) {
		unsigned type = wire_read8();

		offered |= type < 32 ? 1u << type : 0;
	}
	if (offered & 1u << SECURITY_VNC && options.password)
		pick = SECURITY_VNC;
	else if (offered & 1u << SECURITY_NONE)
		pick = SECURITY_NONE;
	else
		die("probe: no usable security type; is -password given?");
	wire_write(&pick, 1);
	if (pick == SECURITY_VNC) {
		memcpy(password, options.password, strnlen(options.password, 8));
		wire_read(challenge, sizeof(challenge));
		rfbEncryptBytes(challenge, (char *)password);
		wire_write(challenge, sizeof(challenge));
	}
	if (wire_read32())
		read_failure("authentication failed");
}

void protocol_handshake(void)
{
	static const uint8_t format[20] = { 0, 0,   0, 0,   32, 24, 0, 1, 0, 255,
					    0, 255, 0, 255, 16, 8,  0, 0, 0, 0 };
	char version[13] = "";
	int width, height;

	wire_read(version, 12);
	if (strncmp(version, "RFB 003.", 8))
		die("probe: not an RFB server: %s", version);
	wire_write("RFB 003.008\n", 12);
	authenticate();
	wire_write("\1", 1); /* shared */
	width = (int)wire_read16();
	height = (int)wire_read16();
	wire_skip(16);
	wire_skip(wire_read32());
	picture_resize(width, height);
	wire_write(format, sizeof(format));
	send_encodings();
}

void protocol_request(bool incremental)
{
	uint8_t message[10] = { 3, incremental };

	if (resize_waits())
		return;
	put16(message + 6, picture.width);
	put16(message + 8, picture.height);
	wire_write(message, sizeof(message));
}

bool protocol_request_size(int width, int height)
{
	uint8_t message[8 + SCREEN_BYTES + 10] = { 251 };
	uint8_t *screen = message + 8, *request = screen + SCREEN_BYTES;

	if (!has_screen)
		return false;
	put16(message + 2, width);
	put16(message + 4, height);
	message[6] = 1;
	memcpy(screen, first_screen, SCREEN_BYTES);
	put16(screen + 8, width);
	put16(screen + 10, height);
	request[0] = 3;
	put16(request + 6, width);
	put16(request + 8, height);
	wire_write(message, sizeof(message));
	return true;
}

void protocol_key(uint32_t keysym)
{
	uint8_t message[16] = { 4, 1 };
	uint32_t wire = htonl(keysym);

	memcpy(message + 4, &wire, 4);
	memcpy(message + 8, message, 8);
	message[9] = 0;
	wire_write(message, sizeof(message));
}

/* The rest of an ExtendedDesktopSize rectangle, whose x says who changed the size, y the result. */
static void read_desktop_size(int x, int y, int width, int height)
{
	unsigned screens = wire_read8();

	wire_skip(3);
	for (unsigned i = 0; i < screens; i++) {
		if (i)
			wire_skip(SCREEN_BYTES);
		else
			wire_read(first_screen, SCREEN_BYTES);
		has_screen = true;
	}
	if (x == 0 || y == 0) /* y: the result of a client's request; 0 is success */
		picture_resize(width, height);
	resize_note_answer(y);
}

/* Reads a pseudo-rectangle. False if it is none; *resized if the screen's size has changed.
 */
static bool read_pseudo(int32_t encoding, int x, int y, int width, int height, bool *resized)
{
	size_t mask = (size_t)((width + 7) / 8) * (size_t)height;
	int old_width = picture.width, old_height = picture.height;

	switch (encoding) {
	case RICH_CURSOR:
		wire_skip((size_t)width * (size_t)height * 4 + mask);
		break;
	case X_CURSOR:
		wire_skip(mask ? 6 + 2 * mask : 0);
		break;
	case NEW_FB_SIZE:
		picture_resize(width, height);
		break;
	case EXTENDED_DESKTOP_SIZE:
		read_desktop_size(x, y, width, height);
		break;
	case DESKTOP_NAME:
		wire_skip(wire_read32());
		break;
	case QEMU_LED_STATE:
		wire_skip(1);
		break;
	case SUPPORTED_MESSAGES:
	case SUPPORTED_ENCODINGS:
	case SERVER_IDENTITY:
		wire_skip((size_t)width);
		break;
	case POINTER_POSITION:
	case QEMU_KEY_EVENTS:
	case KEYBOARD_LED_STATE:
		break;
	default:
		return false;
	}
	*resized |= old_width != picture.width || old_height != picture.height;
	return true;
}

static void decode(int32_t encoding, int x, int y, int width, int height)
{
	switch (encoding) {
	case 0:
		decode_raw(x, y, width, height);
		break;
	case 1:
		decode_copyrect(x, y, width, height);
		break;
	case 2:
	case 4:
		decode_rre(x, y, width, height, encoding == 4);
		break;
	case 5:
		decode_hextile(x, y, width, height);
		break;
	case 6:
		decode_zlib(x, y, width, height);
		break;
	case ENCODING_TIGHT:
		decode_tight(x, y, width, height);
		break;
	case 16:
		decode_zrle(x, y, width, height);
		break;
	default:
		die("probe: unknown encoding %d", encoding);
	}
}

/* One rectangle. Returns whether it carried pixels; *last for LastRect. */
static bool read_rectangle(bool *resized, bool *last)
{
	int x = (int)wire_read16(), y = (int)wire_read16();
	int width = (int)wire_read16(), height = (int)wire_read16();
	int32_t encoding = (int32_t)wire_read32();
	uint64_t before = wire_position();

	*last = encoding == LAST_RECT;
	if (*last || read_pseudo(encoding, x, y, width, height, resized))
		return false;
	if (x + width > picture.width || y + height > picture.height)
		die("probe: rectangle %dx%d+%d+%d outside the screen", width, height, x, y);
	if (!width || !height) {
		if (encoding == 16 || encoding == 6)
			wire_skip(wire_read32());
		return false;
	}
	decode(encoding, x, y, width, height);
	if (resize_waits()) { /* no user of libvncclient sees it */
		picture_fill(x, y, width, height, SKIPPED);
		resize_note_skipped((uint64_t)width * (uint64_t)height);
	}
	picture_cover(x, y, width, height);
	counters.rectangles++;
	counters.pixels += (uint64_t)width * (uint64_t)height;
	stats_count_rectangle(encoding, (uint64_t)width * (uint64_t)height,
			      wire_position() - before);
	return true;
}

static enum message read_update(void)
{
	bool pixels = false, resized = false, last = false;
	unsigned count;

	wire_skip(1);
	count = wire_read16();
	for (unsigned i = 0; !last && (i < count || count == 0xffff); i++)
		pixels |= read_rectangle(&resized, &last);
	counters.updates++;
	if (resized && !options.resizes) /* with them, all of the picture is requested already */
		protocol_request(false);
	if (!pixels)
		return MESSAGE_UPDATE;
	counters.picture_updates++;
	marker_look();
	ticks_look();
	return MESSAGE_PICTURE;
}

enum message protocol_message(void)
{
	unsigned type = wire_read8();
	int32_t length;

	switch (type) {
	case 0:
		return read_update();
	case 1: /* SetColourMapEntries */
		wire_skip(3);
		wire_skip((size_t)wire_read16() * 6);
		break;
	case 2: /* Bell */
		break;
	case 3: /* ServerCutText; a negative length is the extended clipboard's */
		wire_skip(3);
		length = (int32_t)wire_read32();
		wire_skip((size_t)(length < 0 ? -length : length));
		break;
	case 250: /* xvp */
		wire_skip(3);
		break;
	default:
		die("probe: server message %u", type);
	}
	return MESSAGE_OTHER;
}
