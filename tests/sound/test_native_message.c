/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of every kind, whole, cut short, and with lengths that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "common/wire.h"
#include "listener_messages.h"
#include "native_message.h"

static struct native_packet packet;

static const char kinds[] = "LLBbbtttxPamv";

static struct native_reader reader_of(size_t n)
{
	return (struct native_reader){ .at = packet.bytes + NATIVE_DESCRIPTOR,
				       .left = n - NATIVE_DESCRIPTOR };
}

static void write_all(void)
{
	const struct sample_spec spec = { S16LE, 2, 44100 };

	native_begin(&packet, NATIVE_REPLY, 77);
	native_put(&packet, "B\310", 2);
	put_bool(&packet, true);
	put_bool(&packet, false);
	native_put_text(&packet, "text");
	native_put_text(&packet, "");
	native_put_text(&packet, NULL);
	put_bytes(&packet, "bytes", 5);
	put_property(&packet, "name", "value");
	put_spec(&packet, &spec);
	put_volume(&packet, 2);
	native_end(&packet);
}

/* Returns whether it is all there. */
static bool read_all(struct native_reader *reader)
{
	const uint8_t *end = reader->at + reader->left;
	size_t size;

	for (const char *kind = kinds; *kind; kind++) {
		const uint8_t *value = native_take(reader, *kind, &size);

		assert_true(!value || (size && value + size == reader->at && reader->at <= end));
	}
	return !reader->is_bad && !reader->left;
}

static void test_values(void **state)
{
	static const size_t sizes[] = { 5, 5, 2, 1, 1, 6, 2, 1, 10, 1 + 6 + 5 + 11 + 1, 7, 4, 10 };
	size_t size;

	(void)state;
	write_all();
	assert_int_equal(wire_read_u32(packet.bytes), packet.n - NATIVE_DESCRIPTOR);
	assert_int_equal(wire_read_u32(packet.bytes + 4), NATIVE_CONTROL);
	struct native_reader reader = reader_of(packet.n);
	for (size_t i = 0; kinds[i]; i++) {
		assert_non_null(native_take(&reader, kinds[i], &size));
		assert_int_equal(size, sizes[i]);
	}
	assert_int_equal(reader.left, 0);
	reader = reader_of(packet.n);
	assert_int_equal(native_take_u32(&reader), NATIVE_REPLY);
	assert_int_equal(native_take_u32(&reader), 77);
	reader = (struct native_reader){ .at = (const uint8_t *)"ttext\0N", .left = 7 };
	assert_string_equal(native_take_text(&reader), "text");
	assert_null(native_take_text(&reader));
	assert_false(reader.is_bad);
}

static void test_cut_short(void **state)
{
	(void)state;
	write_all();
	for (size_t n = NATIVE_DESCRIPTOR; n <= packet.n; n++) {
		struct native_reader reader = reader_of(n);

		assert_int_equal(read_all(&reader), n == packet.n);
	}
}

static void test_other_kinds(void **state)
{
	(void)state;
	write_all();
	for (size_t i = NATIVE_DESCRIPTOR; i < packet.n; i++) {
		struct native_reader reader = reader_of(packet.n);
		uint8_t before = packet.bytes[i];

		packet.bytes[i] = 0xff;
		(void)read_all(&reader); /* may be fine, and stays within */
		packet.bytes[i] = before;
	}
	size_t size;
	struct native_reader reader = reader_of(packet.n);
	assert_null(native_take(&reader, 'B', &size));
	assert_true(reader.is_bad);
	assert_int_equal(native_take_u32(&reader), 0); /* for good */
	assert_null(native_take_text(&reader));
}

/* Lengths that lie. */
static void test_lengths(void **state)
{
	static const struct {
		char kind;
		const char *bytes;
		size_t n;
	} rows[] = {
		{ 'P', "Pta\0L\0\0\0\1x\xff\xff\xff\xff", 14 },
		{ 'x', "x\xff\xff\xff\xff", 5 },
		{ 'x', "x\0\0\0\1", 5 },
		{ 'm', "m\3\1\1", 4 },
		{ 'm', "m", 1 },
		{ 'v', "v\1\0\0\0", 5 },
		{ 't', "tab", 3 },
		{ 'b', "2", 1 },
		{ 'L', "", 0 },
	};
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct native_reader reader = { .at = (const uint8_t *)rows[i].bytes,
						.left = rows[i].n };

		assert_null(native_take(&reader, rows[i].kind, &size));
		assert_ptr_equal(reader.at, rows[i].bytes);
		assert_true(reader.is_bad);
	}
}

static void test_too_long(void **state)
{
	char text[NATIVE_PACKET_MAX * 2];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	native_begin(&packet, NATIVE_REPLY, 1);
	native_put_text(&packet, text);
	assert_true(packet.is_bad);
	native_put_u32(&packet, 1);
	native_end(&packet);
	assert_true(packet.is_bad);
	assert_true(packet.n <= NATIVE_PACKET_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),	    cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_other_kinds), cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
