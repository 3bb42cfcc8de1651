/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire.h"
#include "protocol/client_messages.h"

/* ---- lengths ---- */

/* Every message: its first bytes, how many of them decide its length, and that length. */
static const struct message {
	const char *name;
	uint8_t header[10];
	size_t decides;
	long length;
} messages[] = {
	{ "SetPixelFormat", { 0 }, 1, 20 },
	{ "SetEncodings, none", { 2, 0, 0, 0 }, 4, 4 },
	{ "SetEncodings, one", { 2, 0, 0, 1 }, 4, 8 },
	{ "SetEncodings, most", { 2, 0, 1, 0 }, 4, 4 + 4 * 256 },
	{ "SetEncodings, too many", { 2, 0, 1, 1 }, 4, -EMSGSIZE },
	{ "SetEncodings, far too many", { 2, 0, 255, 255 }, 4, -EMSGSIZE },
	{ "FramebufferUpdateRequest", { 3 }, 1, 10 },
	{ "KeyEvent", { 4 }, 1, 8 },
	{ "PointerEvent", { 5, 0x7f }, 2, 6 },
	{ "PointerEvent, more buttons", { 5, 0x80 }, 2, 7 },
	{ "ClientCutText, empty", { 6, 0, 0, 0, 0, 0, 0, 0 }, 8, 8 },
	{ "ClientCutText, 258", { 6, 0, 0, 0, 0, 0, 1, 2 }, 8, 8 + 258 },
	{ "ClientCutText, all that is kept", { 6, 0, 0, 0, 0, 0x10, 0, 0 }, 8, 8 + (1 << 20) },
	{ "ClientCutText, most", { 6, 0, 0, 0, 4, 0, 0, 0 }, 8, 8 + (64 << 20) },
	{ "ClientCutText, too long", { 6, 0, 0, 0, 4, 0, 0, 1 }, 8, -EMSGSIZE },
	{ "ClientCutText, longest", { 6, 0, 0, 0, 0x7f, 255, 255, 255 }, 8, -EMSGSIZE },
	{ "extended clipboard, 4", { 6, 0, 0, 0, 255, 255, 255, 252 }, 8, 8 + 4 },
	{ "extended clipboard, most", { 6, 0, 0, 0, 252, 0, 0, 0 }, 8, 8 + (64 << 20) },
	{ "extended clipboard, too long", { 6, 0, 0, 0, 251, 255, 255, 255 }, 8, -EMSGSIZE },
	{ "extended clipboard, longest", { 6, 0, 0, 0, 128, 0, 0, 0 }, 8, -EMSGSIZE },
	{ "SetScale", { 8 }, 1, 4 },
	{ "SetServerInput", { 9 }, 1, 4 },
	{ "SetSingleWindow", { 10 }, 1, 6 },
	{ "PalmSetScale", { 15 }, 1, 4 },
	{ "xvp", { 250 }, 1, 4 },
	{ "SetDesktopSize, no screen", { 251, 0, 0, 0, 0, 0, 0, 0 }, 8, 8 },
	{ "SetDesktopSize, one", { 251, 0, 3, 32, 2, 88, 1, 0, 1 }, 9, 8 + 16 },
	{ "SetDesktopSize, two", { 251, 0, 3, 32, 2, 88, 2, 0 }, 8, 8 + 32 },
	{ "SetDesktopSize, 255", { 251, 0, 3, 32, 2, 88, 255, 0 }, 8, 8 + 16 * 255 },
	{ "QEMU key", { 255, 0 }, 2, 12 },
	{ "QEMU audio", { 255, 1 }, 2, -EPROTO },
	{ "QEMU, unknown", { 255, 255 }, 2, -EPROTO },
};
static const struct client_extensions all = { .scan_codes = true, .buttons = true }, none;
enum { N_MESSAGES = sizeof(messages) / sizeof(*messages) };

static bool is_known(unsigned type)
{
	for (int i = 0; i < N_MESSAGES; i++)
		if (messages[i].header[0] == type)
			return true;
	return false;
}

/* The length at each byte: 0 until it is decided, and the same from then on. */
static void test_lengths(void **state)
{
	(void)state;
	for (int i = 0; i < N_MESSAGES; i++) {
		const struct message *m = &messages[i];

		for (size_t have = 0; have <= sizeof(m->header); have++) {
			/* In a block of that size, so that a sanitizer sees reads past its end. */
			uint8_t *data = malloc(have ? have : 1);

			memcpy(data, m->header, have);
			long length = client_message_length(data, have, &all);
			if (length != (have < m->decides ? 0 : m->length))
				print_message("%s, %zu bytes: %ld\n", m->name, have, length);
			assert_int_equal(length, have < m->decides ? 0 : m->length);
			free(data);
		}
	}
}

/* guacd's two threads: an update request between the two parts of a SetDesktopSize. */
static void test_torn_size_requests(void **state)
{
	const uint8_t torn[] = {
		251, 0, 3, 32, 2, 88, 1, 0,	   /* 800x600, one screen */
		3,   1, 0, 0,  0, 0,  5, 0, 3, 32, /* the request, as long as 1280x800 */
		0,   0, 0, 1,  0, 0,  0, 0, 3, 32, 2, 88, 0, 0, 0, 0 /* the screen */
	};
	uint8_t whole[8 + 16] = { 251, 0, 3, 32, 2, 88, 1, 0 };

	(void)state;
	assert_int_equal(sizeof(torn), CLIENT_TORN_SIZE_REQUEST);
	for (size_t have = 8; have <= sizeof(torn); have++) {
		uint8_t *data = malloc(have);

		memcpy(data, torn, have);
		long length = client_message_length(data, have, &all);
		assert_int_equal(length, have < CLIENT_HEADER_MAX ? 0 : (long)sizeof(torn));
		free(data);
	}
	/* What merely begins like one is whole: another screen's size, or its number. */
	memcpy(whole + 8, torn + 18, 16);
	whole[8] = 3;
	whole[9] = 1;
	assert_int_equal(client_message_length(whole, sizeof(whole), &all), sizeof(whole));
	whole[8] = 4;
	whole[17] = 33;
	assert_int_equal(client_message_length(whole, sizeof(whole), &all), sizeof(whole));
}

static void test_unknown_types(void **state)
{
	unsigned n_unknown = 0;

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		uint8_t data[64] = { (uint8_t)type };

		if (is_known(type))
			continue;
		n_unknown++;
		assert_int_equal(client_message_length(data, 1, &all), -EPROTO);
		assert_int_equal(client_message_length(data, sizeof(data), &all), -EPROTO);
	}
	assert_int_equal(n_unknown, 256 - 13);
}

static void test_extensions_are_agreed_on(void **state)
{
	const uint8_t key[2] = { CLIENT_QEMU, 0 }, pointer[2] = { CLIENT_POINTER, 0x80 };

	(void)state;
	assert_int_equal(client_message_length(key, 1, &none), -EPROTO);
	assert_int_equal(client_message_length(key, 2, &none), -EPROTO);
	assert_int_equal(client_message_length(pointer, 1, &none), 6);
	assert_int_equal(client_message_length(pointer, 2, &none), 6);
}

static void test_keys(void **state)
{
	const uint8_t plain[8] = { 4, 1, 0, 0, 0, 0, 0xff, 0x0d };
	const uint8_t qemu[12] = { 255, 0, 0, 1, 0, 0, 0xff, 0x8d, 0, 0, 0, 0x9c };
	const uint8_t up[12] = { 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
	struct client_key key = client_key_read(plain);

	(void)state;
	assert_true(key.down);
	assert_int_equal(key.keysym, 0xff0d);
	assert_int_equal(key.scan_code, 0);
	key = client_key_read(qemu);
	assert_true(key.down);
	assert_int_equal(key.keysym, 0xff8d);
	assert_int_equal(key.scan_code, 0x9c);
	key = client_key_read(up);
	assert_false(key.down);
	assert_int_equal(key.keysym, 0);
	assert_int_equal(key.scan_code, 1);
}

static void test_pointers(void **state)
{
	const uint8_t message[7] = { 5, 0x81, 1, 2, 3, 4, 0x03 };
	struct client_pointer pointer = client_pointer_read(message, 6);

	(void)state;
	assert_int_equal(pointer.x, 0x102);
	assert_int_equal(pointer.y, 0x304);
	assert_int_equal(pointer.buttons, 0x81);
	pointer = client_pointer_read(message, 7);
	assert_int_equal(pointer.x, 0x102);
	assert_int_equal(pointer.buttons, 0x181);
}

static void test_cut_text_lengths(void **state)
{
	static const int32_t lengths[] = { 0, 1, -1, 258, -258, INT32_MAX, INT32_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		uint8_t message[8] = { CLIENT_CUT_TEXT };

		wire_write_u32(message + 4, (uint32_t)lengths[i]);
		assert_int_equal(client_cut_text_length(message), lengths[i]);
	}
}

static void test_size_requests(void **state)
{
	const uint8_t message[8] = { 251, 0, 0x05, 0x9a, 0x03, 0x31, 2, 0 };
	struct size_request request = client_size_request_read(message);

	(void)state;
	assert_int_equal(request.width, 1434);
	assert_int_equal(request.height, 817);
	assert_int_equal(request.n_screens, 2);
}

/* ---- pixel formats ---- */

struct format {
	int bits, depth, true_colour, max[3], shift[3];
};

static int check_format(const struct format *format)
{
	uint8_t message[20] = { 0,
				0,
				0,
				0,
				(uint8_t)format->bits,
				(uint8_t)format->depth,
				0,
				(uint8_t)format->true_colour };

	for (int i = 0; i < 3; i++) {
		wire_write_u16(message + 8 + 2 * i, (unsigned)format->max[i]);
		message[14 + i] = (uint8_t)format->shift[i];
	}
	return client_pixel_format_check(message);
}

static void test_formats_that_are_fine(void **state)
{
	static const struct format formats[] = {
		{ 32, 24, 1, { 255, 255, 255 }, { 16, 8, 0 } },
		{ 32, 24, 255, { 255, 255, 255 }, { 0, 8, 16 } }, /* libvncclient's "true" */
		{ 32, 32, 1, { 255, 255, 255 }, { 24, 16, 8 } },
		{ 32, 30, 1, { 1023, 1023, 1023 }, { 20, 10, 0 } },
		{ 16, 16, 1, { 31, 63, 31 }, { 11, 5, 0 } },
		{ 16, 15, 1, { 31, 31, 31 }, { 10, 5, 0 } },
		{ 8, 8, 1, { 7, 7, 3 }, { 0, 3, 6 } },
		{ 8, 6, 1, { 3, 3, 3 }, { 4, 2, 0 } },
		{ 8, 3, 1, { 1, 1, 1 }, { 2, 1, 0 } },
		{ 32, 1, 1, { 65535, 65535, 1 }, { 16, 0, 31 } },
		{ 8, 8, 0, { 0, 0, 0 }, { 0, 0, 0 } }, /* a palette */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		assert_int_equal(check_format(&formats[i]), 0);
}

static void test_formats_that_are_not(void **state)
{
	static const struct format formats[] = {
		{ 24, 24, 1, { 255, 255, 255 }, { 16, 8, 0 } },
		{ 0, 0, 1, { 255, 255, 255 }, { 16, 8, 0 } },
		{ 64, 24, 1, { 255, 255, 255 }, { 16, 8, 0 } },
		{ 255, 255, 1, { 255, 255, 255 }, { 16, 8, 0 } },
		{ 32, 0, 1, { 255, 255, 255 }, { 16, 8, 0 } },
		{ 32, 33, 1, { 255, 255, 255 }, { 16, 8, 0 } },
		{ 16, 17, 1, { 31, 63, 31 }, { 11, 5, 0 } },
		{ 32, 24, 1, { 255, 254, 255 }, { 16, 8, 0 } },
		{ 32, 24, 1, { 255, 255, 0 }, { 16, 8, 0 } },
		{ 32, 24, 1, { 255, 255, 32768 }, { 16, 8, 0 } },
		{ 32, 24, 1, { 255, 255, 255 }, { 25, 8, 0 } },
		{ 32, 24, 1, { 255, 255, 255 }, { 16, 8, 255 } },
		{ 16, 16, 1, { 31, 63, 31 }, { 12, 5, 0 } },
		{ 8, 8, 1, { 255, 255, 255 }, { 16, 8, 0 } },
		{ 16, 16, 0, { 0, 0, 0 }, { 0, 0, 0 } },
		{ 32, 24, 0, { 255, 255, 255 }, { 16, 8, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		assert_int_equal(check_format(&formats[i]), -EPROTO);
}

/* ---- what libvncserver sees and says ---- */

static void test_what_libvncserver_sees(void **state)
{
	(void)state;
	for (int type = -1; type <= 300; type++)
		assert_int_equal(client_message_is_fed(type),
				 type == CLIENT_SET_PIXEL_FORMAT || type == CLIENT_INIT);
}

static void test_what_libvncserver_may_say(void **state)
{
	uint8_t init[24 + 5] = { [23] = 5 };
	/* SetColourMapEntries, of two colours and of none */
	const uint8_t colours[6 + 12 + 6] = { [0] = 1, [5] = 2, [18] = 1 };
	/* Bell, and updates with nothing, SupportedMessages, and a size */
	static const uint8_t bell[] = { 2 }, updates[][16] = {
		{ 0, 0, 0, 0 },
		{ 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 64, 0xff, 0xfe, 0, 1 },
		{ 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 2, 0, 0xff, 0xff, 0xff, 0x21 },
	};

	(void)state;
	assert_true(client_answer_is_allowed(CLIENT_INIT, init, sizeof(init)));
	assert_false(client_answer_is_allowed(CLIENT_INIT, init, sizeof(init) - 1));
	assert_false(client_answer_is_allowed(CLIENT_INIT, init, 23));
	init[20] = 0xff;
	assert_false(client_answer_is_allowed(CLIENT_INIT, init, sizeof(init)));
	assert_true(client_answer_is_allowed(CLIENT_SET_PIXEL_FORMAT, colours, 18));
	assert_true(client_answer_is_allowed(CLIENT_SET_PIXEL_FORMAT, colours, 24));
	assert_false(client_answer_is_allowed(CLIENT_SET_PIXEL_FORMAT, colours, 17));
	assert_false(client_answer_is_allowed(CLIENT_SET_PIXEL_FORMAT, colours, 23));
	assert_false(client_answer_is_allowed(CLIENT_SET_PIXEL_FORMAT, bell, 1));
	for (size_t i = 0; i < sizeof(updates) / sizeof(*updates); i++)
		assert_false(client_answer_is_allowed(CLIENT_SET_PIXEL_FORMAT, updates[i], 16));
	assert_true(client_answer_is_allowed(CLIENT_SET_ENCODINGS, NULL, 0));
	assert_false(client_answer_is_allowed(CLIENT_SET_ENCODINGS, colours, 18));
	assert_false(client_answer_is_allowed(CLIENT_KEY, bell, 1));
	assert_false(client_answer_is_allowed(7, bell, 1));
}

/* ---- encodings ---- */

static struct client_encodings read_encodings(const int32_t *numbers, unsigned n)
{
	uint8_t *message = malloc(4 + 4 * (size_t)n);
	struct client_encodings encodings;

	message[0] = CLIENT_SET_ENCODINGS;
	message[1] = 0;
	wire_write_u16(message + 2, n);
	for (unsigned i = 0; i < n; i++)
		wire_write_u32(message + 4 + 4 * i, (uint32_t)numbers[i]);
	client_encodings_read(message, &encodings);
	free(message);
	return encodings;
}

static void test_what_guacd_lists(void **state)
{
	/* zrle ultra copyrect hextile zlib corre rre raw, compression 3, cursors, sizes, keys,
	 * SupportedMessages, SupportedEncodings, ServerIdentity, xvp */
	static const int32_t numbers[] = { 16,	 9,    1,	 5,	   6,	     4,
					   2,	 0,    -253,	 -240,	   -239,     -223,
					   -308, -258, -0x1ffff, -0x1fffe, -0x1fffd, -309 };
	struct client_encodings encodings = read_encodings(numbers,
							   sizeof(numbers) / sizeof(*numbers));

	(void)state;
	assert_int_equal(encodings.preferred, 16);
	assert_int_equal(encodings.compression, 3);
	assert_int_equal(encodings.quality, -1);
	assert_true(client_lists(&encodings, CLIENT_ENCODING_RAW));
	assert_true(client_lists(&encodings, CLIENT_ENCODING_COPYRECT));
	assert_true(client_lists(&encodings, CLIENT_ENCODING_HEXTILE));
	assert_true(client_lists(&encodings, CLIENT_ENCODING_ZLIB));
	assert_true(client_lists(&encodings, CLIENT_ENCODING_ZRLE));
	assert_true(client_lists(&encodings, CLIENT_ENCODING_CURSOR));
	assert_true(client_lists(&encodings, CLIENT_ENCODING_EXTENDED_DESKTOP_SIZE));
	assert_false(client_lists(&encodings, CLIENT_ENCODING_TIGHT));
	assert_false(client_lists(&encodings, CLIENT_ENCODING_LAST_RECT));
	assert_false(client_lists(&encodings, CLIENT_ENCODING_EXTENDED_CLIPBOARD));
	assert_true(client_is_libvncclient(&encodings));
}

static void test_none_and_unknown_ones(void **state)
{
	static const int32_t unknown[] = { 1234567, INT32_MAX, INT32_MIN, 3,   -1,
					   -22,	    -33,       -246,	  -257 };
	struct client_encodings encodings = read_encodings(NULL, 0);

	(void)state;
	assert_int_equal(encodings.known, 0);
	assert_int_equal(encodings.preferred, 0);
	encodings = read_encodings(unknown, sizeof(unknown) / sizeof(*unknown));
	assert_int_equal(encodings.known, 0);
	assert_int_equal(encodings.preferred, 0);
	assert_int_equal(encodings.quality, -1);
	assert_int_equal(encodings.compression, -1);
	assert_false(client_is_libvncclient(&encodings));
}

static void test_levels(void **state)
{
	(void)state;
	for (int level = 0; level < 10; level++) {
		const int32_t numbers[] = { -256 + level, -32 + level };
		struct client_encodings encodings = read_encodings(numbers, 2);

		assert_int_equal(encodings.compression, level);
		assert_int_equal(encodings.quality, level);
		assert_int_equal(encodings.preferred, 0);
	}
}

static void test_order(void **state)
{
	static const int32_t numbers[] = { -239, 1, 99, 7, 16, 7, 0 };
	struct client_encodings encodings = read_encodings(numbers,
							   sizeof(numbers) / sizeof(*numbers));

	(void)state;
	/* CopyRect moves pixels, but sends none. */
	assert_int_equal(encodings.preferred, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_torn_size_requests),
		cmocka_unit_test(test_unknown_types),
		cmocka_unit_test(test_extensions_are_agreed_on),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_cut_text_lengths),
		cmocka_unit_test(test_size_requests),
		cmocka_unit_test(test_formats_that_are_fine),
		cmocka_unit_test(test_formats_that_are_not),
		cmocka_unit_test(test_what_libvncserver_sees),
		cmocka_unit_test(test_what_libvncserver_may_say),
		cmocka_unit_test(test_what_guacd_lists),
		cmocka_unit_test(test_none_and_unknown_ones),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
