/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What passes the fence, with every command of the protocol from both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "common/wire.h"
#include "fence.h"
#include "listener_messages.h"

#define START UINT64_C(1000000000)

#define OUR_NUMBER UINT32_C(0x80000000)

static struct fence fence;
static struct native_packet packet;

static enum fence_verdict from_listener(void)
{
	return fence_from_listener(&fence, packet.bytes + NATIVE_DESCRIPTOR,
				   packet.n - NATIVE_DESCRIPTOR, START);
}

static enum fence_verdict from_server(void)
{
	return fence_from_server(&fence, packet.bytes + NATIVE_DESCRIPTOR,
				 packet.n - NATIVE_DESCRIPTOR);
}

/* The fence's own packet, read from behind command and number. */
static struct native_reader read_own(enum native_command command, uint32_t number)
{
	const struct native_packet *own = &fence.packet;
	struct native_reader reader = { .at = own->bytes + NATIVE_DESCRIPTOR,
					.left = own->n - NATIVE_DESCRIPTOR };

	assert_int_equal(wire_read_u32(own->bytes), reader.left);
	assert_int_equal(wire_read_u32(own->bytes + 4), NATIVE_CONTROL);
	assert_int_equal(wire_read_u32(own->bytes + 16), 0);
	assert_int_equal(native_take_u32(&reader), command);
	assert_int_equal(native_take_u32(&reader), number);
	assert_false(reader.is_bad);
	return reader;
}

/* What is next in it. */
static bool take_bool(struct native_reader *reader)
{
	size_t size;
	const uint8_t *value = native_take(reader, 'b', &size);

	return value && *value == '1';
}

static void leave_out(struct native_reader *reader, char kind)
{
	size_t size;

	assert_non_null(native_take(reader, kind, &size));
}

static bool is_over(const struct native_reader *reader)
{
	return !reader->is_bad && !reader->left;
}

static void answer(enum native_command command, uint32_t number)
{
	native_begin(&packet, command, number);
	native_end(&packet);
}

static enum fence_verdict authenticate(uint32_t listener, uint32_t server)
{
	fence_init(&fence);
	messages_write_auth(&packet, listener);
	enum fence_verdict r = from_listener();
	if (r == FENCE_END)
		return r;
	assert_int_equal(r, FENCE_TO_SERVER);
	answer(NATIVE_REPLY, 0);
	native_put_u32(&packet, server);
	return from_server();
}

static int setup(void **state)
{
	(void)state;
	assert_int_equal(authenticate(35, 35), FENCE_TO_LISTENER);
	return 0;
}

static void test_authentication(void **state)
{
	(void)state;
	fence_init(&fence);
	messages_write_auth(&packet, 0xc0000023); /* with shared memory, of both kinds */
	assert_int_equal(from_listener(), FENCE_TO_SERVER);
	struct native_reader own = read_own(NATIVE_AUTH, 0);
	assert_int_equal(native_take_u32(&own), 35);
	leave_out(&own, 'x');
	assert_true(is_over(&own));
	assert_null(memchr(fence.packet.bytes, 'k', fence.packet.n)); /* of "cookie" */

	answer(NATIVE_REPLY, 0);
	native_put_u32(&packet, 34);
	assert_int_equal(from_server(), FENCE_TO_LISTENER);
	assert_int_equal(wire_read_u32(packet.bytes + packet.n - 4), 34);

	messages_write_auth(&packet, 35);
	assert_int_equal(from_listener(), FENCE_END);
	assert_string_equal(fence.reason, "it authenticated twice");
}

static void test_versions(void **state)
{
	(void)state;
	assert_int_equal(authenticate(21, 35), FENCE_END);
	assert_int_equal(authenticate(22, 22), FENCE_TO_LISTENER);
	assert_int_equal(authenticate(35, 21), FENCE_END);
	assert_int_equal(authenticate(99, 99), FENCE_TO_LISTENER);
	assert_int_equal(wire_read_u32(packet.bytes + packet.n - 4), FENCE_VERSION_MAX);
	assert_int_equal(authenticate(35, 0x80000023), FENCE_END);
	assert_int_equal(authenticate(35, 0x40000023), FENCE_END);
}

static void test_refused_by_server(void **state)
{
	(void)state;
	fence_init(&fence);
	messages_write_auth(&packet, 35);
	assert_int_equal(from_listener(), FENCE_TO_SERVER);
	answer(NATIVE_ERROR, 0);
	assert_int_equal(from_server(), FENCE_TO_LISTENER);
	messages_write_auth(&packet, 35);
	assert_int_equal(from_listener(), FENCE_END);
}

static void test_every_request(void **state)
{
	static const uint32_t plain[] = { NATIVE_GET_SERVER_INFO, NATIVE_GET_SINK_INFO_LIST,
					  NATIVE_GET_SOURCE_INFO_LIST };

	(void)state;
	for (uint32_t command = 0; command <= 105; command++) {
		enum fence_verdict expected = FENCE_END;

		for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
			if (plain[i] == command)
				expected = FENCE_TO_SERVER;
		if (command == NATIVE_CREATE_RECORD_STREAM) /* it is looked at later */
			expected = FENCE_TO_SERVER;
		setup(NULL);
		answer(command, 7);
		assert_int_equal(from_listener(), expected);
		assert_int_equal(*fence.reason == '\0', expected != FENCE_END);
		fence_init(&fence);
		assert_int_equal(from_listener(), FENCE_END);
	}
	setup(NULL);
	answer(UINT32_MAX, 7);
	assert_int_equal(from_listener(), FENCE_END);
	/* The numbers of the fence's own requests. */
	setup(NULL);
	answer(NATIVE_GET_SERVER_INFO, OUR_NUMBER);
	assert_int_equal(from_listener(), FENCE_END);
}

static void test_every_event(void **state)
{
	static const uint32_t passing[] = { NATIVE_SUBSCRIBE_EVENT, NATIVE_RECORD_STREAM_SUSPENDED,
					    NATIVE_CLIENT_EVENT, NATIVE_RECORD_STREAM_EVENT,
					    NATIVE_RECORD_BUFFER_ATTR_CHANGED };

	(void)state;
	for (uint32_t command = 0; command <= 105; command++) {
		int expected = FENCE_END;

		for (size_t i = 0; i < sizeof(passing) / sizeof(*passing); i++)
			if (passing[i] == command)
				expected = FENCE_TO_LISTENER;
		if (command == NATIVE_REPLY || command == NATIVE_ERROR ||
		    command == NATIVE_RECORD_STREAM_KILLED)
			expected = FENCE_TO_LISTENER;
		setup(NULL);
		answer(command, 7);
		assert_int_equal(from_server(), expected);
	}
}

/* Nothing of what a listener writes goes on but numbers, and names of devices that it asks for. */
static void test_requests_are_rewritten(void **state)
{
	(void)state;
	native_begin(&packet, NATIVE_SET_CLIENT_NAME, 1);
	put_property(&packet, "target.object", "microphone");
	assert_int_equal(from_listener(), FENCE_TO_SERVER);
	struct native_reader own = read_own(NATIVE_SET_CLIENT_NAME, 1);
	assert_null(memmem(own.at, own.left, "target", 6));
	leave_out(&own, 'P');
	assert_true(is_over(&own));

	native_begin(&packet, NATIVE_GET_SINK_INFO, 2);
	native_put_u32(&packet, NATIVE_NONE);
	native_put_text(&packet, "sink");
	assert_int_equal(from_listener(), FENCE_TO_SERVER);
	own = read_own(NATIVE_GET_SINK_INFO, 2);
	assert_int_equal(native_take_u32(&own), NATIVE_NONE);
	assert_string_equal(native_take_text(&own), "sink");
	assert_true(is_over(&own));

	native_begin(&packet, NATIVE_CORK_RECORD_STREAM, 4);
	native_put_u32(&packet, 9);
	put_bool(&packet, true);
	assert_int_equal(from_listener(), FENCE_TO_SERVER);
	own = read_own(NATIVE_CORK_RECORD_STREAM, 4);
	assert_int_equal(native_take_u32(&own), 9);
	assert_true(take_bool(&own));
	assert_true(is_over(&own));
}

static enum fence_verdict request_stream(const struct stream_request *request, uint32_t number)
{
	messages_write_stream(&packet, number, request);
	return from_listener();
}

/* The server's answers to it; what the fence says to the last. */
static enum fence_verdict create(const struct stream_request *request, uint32_t number,
				 uint32_t channel)
{
	enum fence_verdict r = request_stream(request, number);

	if (r == FENCE_END)
		return r;
	assert_int_equal(r, FENCE_TO_SERVER);
	struct native_reader own = read_own(NATIVE_GET_SINK_INFO, OUR_NUMBER);
	assert_int_equal(native_take_u32(&own), NATIVE_NONE);
	assert_string_equal(native_take_text(&own), "@DEFAULT_SINK@");
	messages_write_sink(&packet, OUR_NUMBER, 5, messages_monitor);
	r = from_server();
	if (r == FENCE_END)
		return r;
	assert_int_equal(r, FENCE_TO_SERVER);
	messages_write_created(&packet, OUR_NUMBER, channel, messages_monitor);
	r = from_server();
	assert_int_equal(wire_read_u32(packet.bytes + NATIVE_DESCRIPTOR + 6), number);
	return r;
}

static void test_stream(void **state)
{
	struct stream_request request = messages_stream();

	(void)state;
	request.peaks = request.passthrough = true;
	request.one_program = 3;
	assert_int_equal(fence_samples(&fence, 3), FENCE_LOSE);
	assert_int_equal(request_stream(&request, 9), FENCE_TO_SERVER);
	messages_write_sink(&packet, OUR_NUMBER, 5, messages_monitor);
	assert_int_equal(from_server(), FENCE_TO_SERVER);
	struct native_reader own = read_own(NATIVE_CREATE_RECORD_STREAM, OUR_NUMBER);
	assert_memory_equal(own.at, "a\3\2\0\0\xac\x44m\2\1\2", 11);
	leave_out(&own, 'a');
	leave_out(&own, 'm');
	assert_int_equal(native_take_u32(&own), NATIVE_NONE);
	assert_string_equal(native_take_text(&own), messages_monitor);
	assert_int_equal(native_take_u32(&own), NATIVE_NONE);
	assert_false(take_bool(&own));
	assert_int_equal(native_take_u32(&own), 8192);
	/* no_move is the sixth, and the only one that is set besides adjust_latency, the ninth. */
	for (unsigned i = 1; i <= 9; i++)
		assert_int_equal(take_bool(&own), i == 6 || i == 9);
	assert_null(memmem(own.at, own.left, "music", 5));
	leave_out(&own, 'P');
	assert_int_equal(native_take_u32(&own), NATIVE_NONE);
	for (unsigned i = 0; i < 3; i++)
		assert_false(take_bool(&own));
	leave_out(&own, 'B');
	leave_out(&own, 'v');
	for (unsigned i = 0; i < 5; i++)
		assert_false(take_bool(&own));
	assert_true(is_over(&own));
	assert_int_equal(fence_samples(&fence, 3), FENCE_LOSE);

	messages_write_created(&packet, OUR_NUMBER, 3, messages_monitor);
	assert_int_equal(from_server(), FENCE_TO_LISTENER);
	assert_int_equal(fence_samples(&fence, 3), FENCE_TO_LISTENER);
	assert_int_equal(fence_samples(&fence, 4), FENCE_LOSE);
}

static void test_sources(void **state)
{
	struct stream_request request = messages_stream();

	(void)state;
	request.source = "@DEFAULT_MONITOR@";
	assert_int_equal(create(&request, 1, 1), FENCE_TO_LISTENER);
	setup(NULL);
	request.source = NULL;
	request.index = 5;
	assert_int_equal(create(&request, 2, 2), FENCE_TO_LISTENER);

	static const char *const names[] = {
		"microphone", "@DEFAULT_SOURCE@", "other.monitor", "sink.monitor2", "sink", "", "5"
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		setup(NULL);
		request = messages_stream();
		request.source = names[i];
		assert_int_equal(create(&request, 3, 3), FENCE_END);
	}
	for (uint32_t index = 0; index < 5; index++) {
		setup(NULL);
		request = messages_stream();
		request.source = NULL;
		request.index = index;
		assert_int_equal(create(&request, 3, 3), FENCE_END);
	}
	setup(NULL);
	request.index = NATIVE_NONE; /* the default source */
	assert_int_equal(create(&request, 3, 3), FENCE_END);
	setup(NULL);
	request.index = 4; /* not both */
	request.source = messages_monitor;
	assert_int_equal(create(&request, 3, 3), FENCE_END);
}

/* Whatever the server is like, no other source's samples pass. */
static void test_server_that_records_another(void **state)
{
	static const char *const sources[] = { "microphone", "other.monitor", NULL };
	struct stream_request request = messages_stream();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		setup(NULL);
		assert_int_equal(request_stream(&request, 1), FENCE_TO_SERVER);
		messages_write_sink(&packet, OUR_NUMBER, 5, messages_monitor);
		assert_int_equal(from_server(), FENCE_TO_SERVER);
		messages_write_created(&packet, OUR_NUMBER, 3, sources[i]);
		assert_int_equal(from_server(), FENCE_END);
		assert_int_equal(fence_samples(&fence, 3), FENCE_LOSE);

		setup(NULL);
		assert_int_equal(create(&request, 1, 3), FENCE_TO_LISTENER);
		answer(NATIVE_RECORD_STREAM_MOVED, UINT32_MAX);
		native_put_u32(&packet, 3);
		native_put_u32(&packet, 2);
		native_put_text(&packet, sources[i]);
		assert_int_equal(from_server(), FENCE_END);
	}
	setup(NULL);
	assert_int_equal(create(&request, 1, 3), FENCE_TO_LISTENER);
	answer(NATIVE_RECORD_STREAM_MOVED, UINT32_MAX);
	native_put_u32(&packet, 3);
	native_put_u32(&packet, 5);
	native_put_text(&packet, messages_monitor);
	assert_int_equal(from_server(), FENCE_TO_LISTENER);
}

/* An answer to the listener's own question is not taken for the default sink's. */
static void test_numbers_of_requests(void **state)
{
	struct stream_request request = messages_stream();

	(void)state;
	request.source = "other.monitor";
	native_begin(&packet, NATIVE_GET_SINK_INFO, 1);
	native_put_u32(&packet, NATIVE_NONE);
	native_put_text(&packet, "other");
	assert_int_equal(from_listener(), FENCE_TO_SERVER);
	assert_int_equal(request_stream(&request, 1), FENCE_TO_SERVER);
	messages_write_sink(&packet, 1, 6, "other.monitor");
	assert_int_equal(from_server(), FENCE_TO_LISTENER);
	messages_write_sink(&packet, OUR_NUMBER, 5, messages_monitor);
	assert_int_equal(from_server(), FENCE_END);
	/* An answer that comes without a question. */
	setup(NULL);
	answer(NATIVE_REPLY, OUR_NUMBER);
	assert_int_equal(from_server(), FENCE_END);
}

static void test_sink_without_monitor(void **state)
{
	char name[FENCE_NAME_MAX + 1];
	struct stream_request request = messages_stream();

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (unsigned i = 0; i < 2; i++) {
		setup(NULL);
		assert_int_equal(request_stream(&request, 1), FENCE_TO_SERVER);
		messages_write_sink(&packet, OUR_NUMBER, 5, i ? name : NULL);
		assert_int_equal(from_server(), FENCE_END);
		assert_string_equal(fence.reason, "the default sink has no monitor");
	}
}

static void test_no_sink(void **state)
{
	struct stream_request request = messages_stream();

	(void)state;
	assert_int_equal(request_stream(&request, 1), FENCE_TO_SERVER);
	answer(NATIVE_ERROR, OUR_NUMBER);
	native_put_u32(&packet, 5);
	assert_int_equal(from_server(), FENCE_TO_LISTENER);
	assert_int_equal(wire_read_u32(packet.bytes + NATIVE_DESCRIPTOR + 6), 1);
	assert_int_equal(create(&request, 2, 3), FENCE_TO_LISTENER);
}

static void test_rates(void **state)
{
	static const struct {
		uint8_t format, channels;
		uint32_t rate;
		bool is_fine;
	} rows[] = {
		{ S16LE, 2, FENCE_HZ_MAX, true },
		{ S16LE, 2, FENCE_HZ_MAX + 1, false },
		{ S16LE, 2, FENCE_HZ_MIN, true },
		{ S16LE, 2, FENCE_HZ_MIN - 1, false },
		{ S16LE, FENCE_CHANNELS_MAX, 48000, true },
		{ S16LE, FENCE_CHANNELS_MAX + 1, 48000, false },
		{ S16LE, 0, 48000, false },
		{ 13 - 1, 2, 48000, true },
		{ 13, 2, 48000, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct stream_request request = messages_stream();

		setup(NULL);
		request.spec.format = rows[i].format;
		request.spec.channels = rows[i].channels;
		request.spec.rate = rows[i].rate;
		assert_int_equal(create(&request, 1, 3),
				 rows[i].is_fine ? FENCE_TO_LISTENER : FENCE_END);
	}
}

/* Behind command, number, format, loudspeakers, two numbers, a name and a bool, and its tag. */
enum { FRAGMENT_AT = NATIVE_DESCRIPTOR + 10 + 7 + 4 + 5 + 14 + 5 + 1 + 1 };

static void test_fragments(void **state)
{
	static const uint32_t rows[][2] = {
		{ 0, 1764 },
		{ 1763, 1764 },
		{ 1765, 1765 },
		{ FENCE_FRAGMENT_MAX, FENCE_FRAGMENT_MAX },
		{ NATIVE_NONE, FENCE_FRAGMENT_MAX },
		{ NATIVE_NONE - 1, FENCE_FRAGMENT_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct stream_request request = messages_stream();

		setup(NULL);
		request.fragment = rows[i][0];
		assert_int_equal(create(&request, 1, 3), FENCE_TO_LISTENER);
		assert_int_equal(wire_read_u32(fence.packet.bytes + FRAGMENT_AT), rows[i][1]);
	}
}

/* Something that a listener has to have an answer to. */
static void ask(void)
{
	answer(NATIVE_GET_SERVER_INFO, 99);
	assert_int_equal(from_listener(), FENCE_TO_SERVER);
}

static void test_one_stream(void **state)
{
	struct stream_request request = messages_stream();

	(void)state;
	assert_int_equal(create(&request, 1, 2), FENCE_TO_LISTENER);
	/* One that is deleted, or has ended, makes room. */
	native_begin(&packet, NATIVE_DELETE_RECORD_STREAM, 10);
	native_put_u32(&packet, 2);
	assert_int_equal(from_listener(), FENCE_TO_SERVER);
	assert_int_equal(fence_samples(&fence, 2), FENCE_LOSE);
	answer(NATIVE_REPLY, 10);
	assert_int_equal(from_server(), FENCE_TO_LISTENER);
	assert_int_equal(create(&request, 11, 7), FENCE_TO_LISTENER);
	ask();
	answer(NATIVE_RECORD_STREAM_KILLED, 0);
	native_put_u32(&packet, 7);
	assert_int_equal(from_server(), FENCE_TO_LISTENER);
	assert_int_equal(fence_samples(&fence, 7), FENCE_LOSE);
	assert_int_equal(create(&request, 12, 8), FENCE_TO_LISTENER);
	assert_int_equal(request_stream(&request, 13), FENCE_END);
	assert_string_equal(fence.reason, "it asked for a second stream");

	setup(NULL);
	assert_int_equal(request_stream(&request, 1), FENCE_TO_SERVER);
	assert_int_equal(request_stream(&request, 2), FENCE_END);
}

/* To where the next server is asked for its default sink. */
static enum fence_verdict resume(uint32_t version)
{
	assert_true(fence_resume(&fence));
	struct native_reader own = read_own(NATIVE_AUTH, OUR_NUMBER);
	assert_int_equal(native_take_u32(&own), 33);
	leave_out(&own, 'x');
	assert_true(is_over(&own));
	answer(NATIVE_REPLY, OUR_NUMBER);
	native_put_u32(&packet, version);
	enum fence_verdict r = from_server();
	if (r != FENCE_TO_SERVER)
		return r;
	own = read_own(NATIVE_SET_CLIENT_NAME, OUR_NUMBER);
	leave_out(&own, 'P');
	assert_true(is_over(&own));
	answer(NATIVE_REPLY, OUR_NUMBER);
	r = from_server();
	(void)read_own(NATIVE_GET_SINK_INFO, OUR_NUMBER);
	return r;
}

static enum fence_verdict create_again(uint32_t channel, const char *source)
{
	messages_write_sink(&packet, OUR_NUMBER, 8, "next.monitor");
	assert_int_equal(from_server(), FENCE_TO_SERVER);
	struct native_reader own = read_own(NATIVE_CREATE_RECORD_STREAM, OUR_NUMBER);
	leave_out(&own, 'a');
	leave_out(&own, 'm');
	assert_int_equal(native_take_u32(&own), NATIVE_NONE);
	assert_string_equal(native_take_text(&own), "next.monitor");
	messages_write_created(&packet, OUR_NUMBER, channel, source);
	return from_server();
}

static void set_up_resumable(void)
{
	struct stream_request request = messages_stream();

	assert_int_equal(authenticate(34, 33), FENCE_TO_LISTENER);
	request.index = 5;
	request.source = NULL;
	assert_int_equal(create(&request, 1, 3), FENCE_TO_LISTENER);
}

static void test_resumed(void **state)
{
	(void)state;
	set_up_resumable();
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(resume(35), FENCE_TO_SERVER);
		assert_int_equal(fence_samples(&fence, 3), FENCE_LOSE);
		/* It may lose that one, too, or have no sink yet. */
		assert_int_equal(resume(33), FENCE_TO_SERVER);
		answer(NATIVE_ERROR, OUR_NUMBER);
		native_put_u32(&packet, 5);
		assert_int_equal(from_server(), FENCE_RESUME);
		assert_int_equal(resume(34), FENCE_TO_SERVER);
		assert_int_equal(create_again(3, "next.monitor"), FENCE_LOSE);
		assert_int_equal(fence_samples(&fence, 3), FENCE_TO_LISTENER);
		answer(NATIVE_RECORD_STREAM_KILLED, UINT32_MAX);
		native_put_u32(&packet, 4);
		assert_int_equal(from_server(), FENCE_TO_LISTENER);
		answer(NATIVE_RECORD_STREAM_KILLED, UINT32_MAX);
		native_put_u32(&packet, 3);
		assert_int_equal(from_server(), FENCE_RESUME);
	}
}

/* What the listener could not do without noticing. */
static void test_not_resumed(void **state)
{
	struct stream_request request = messages_stream();

	(void)state;
	setup(NULL);
	assert_false(fence_resume(&fence));
	assert_int_equal(request_stream(&request, 1), FENCE_TO_SERVER);
	assert_false(fence_resume(&fence));

	set_up_resumable();
	ask();
	assert_false(fence_resume(&fence));

	setup(NULL);
	native_begin(&packet, NATIVE_SUBSCRIBE, 2);
	native_put_u32(&packet, 1);
	assert_int_equal(from_listener(), FENCE_TO_SERVER);
	assert_int_equal(create(&request, 1, 3), FENCE_TO_LISTENER);
	assert_false(fence_resume(&fence));

	set_up_resumable();
	assert_int_equal(resume(32), FENCE_END);
	assert_string_equal(fence.reason, "an older sound server has come");

	set_up_resumable();
	assert_int_equal(resume(33), FENCE_TO_SERVER);
	assert_int_equal(create_again(3, "microphone"), FENCE_END);

	set_up_resumable();
	assert_int_equal(resume(33), FENCE_TO_SERVER);
	assert_int_equal(create_again(4, "next.monitor"), FENCE_END);
	assert_string_equal(fence.reason, "the sound server gave the stream another number");

	set_up_resumable();
	assert_int_equal(resume(33), FENCE_TO_SERVER);
	answer(NATIVE_GET_SERVER_INFO, 9);
	assert_int_equal(from_listener(), FENCE_END);
	assert_string_equal(fence.reason, "it sent a request while there was no sound server");
}

/* What is too long to be sent on. */
static void test_long_names(void **state)
{
	static char name[NATIVE_PACKET_MAX];
	struct stream_request request = messages_stream();

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	memset(&packet, 0, sizeof(packet));
	native_begin(&packet, NATIVE_GET_SINK_INFO, 1);
	native_put_u32(&packet, NATIVE_NONE);
	struct native_packet whole = packet;
	native_put_text(&packet, name);
	assert_true(packet.is_bad);
	uint8_t message[NATIVE_PACKET_MAX + 64] = { 0 };
	size_t n = whole.n - NATIVE_DESCRIPTOR;
	memcpy(message, whole.bytes + NATIVE_DESCRIPTOR, n);
	message[n] = 't';
	memcpy(message + n + 1, name, sizeof(name));
	assert_int_equal(fence_from_listener(&fence, message, n + 1 + sizeof(name), START),
			 FENCE_END);
	setup(NULL);
	messages_write_stream(&packet, 1, &request);
	memcpy(message, packet.bytes + NATIVE_DESCRIPTOR, packet.n - NATIVE_DESCRIPTOR);
	assert_int_equal(fence_from_listener(&fence, message, sizeof(message), START), FENCE_END);
}

static enum fence_verdict ask_at(uint64_t now, uint32_t number)
{
	answer(NATIVE_GET_SERVER_INFO, number);
	enum fence_verdict r = fence_from_listener(&fence, packet.bytes + NATIVE_DESCRIPTOR,
						   packet.n - NATIVE_DESCRIPTOR, now);
	answer(NATIVE_REPLY, number);
	if (r != FENCE_END)
		assert_int_equal(from_server(), FENCE_TO_LISTENER);
	return r;
}

static void test_pace(void **state)
{
	uint32_t tag = 1;

	(void)state;
	for (; tag < FENCE_BURST; tag++) /* the first was to authenticate */
		assert_int_equal(ask_at(START, tag), FENCE_TO_SERVER);
	assert_int_equal(ask_at(START, tag), FENCE_END);
	for (; tag < 1000; tag++)
		assert_int_equal(ask_at(START + tag * (1000000 / FENCE_RATE), tag),
				 FENCE_TO_SERVER);
}

static void write_header(uint8_t *bytes, uint32_t length, uint32_t channel, uint32_t flags)
{
	memset(bytes, 0, NATIVE_DESCRIPTOR);
	wire_write_u32(bytes, length);
	wire_write_u32(bytes + 4, channel);
	wire_write_u32(bytes + 16, flags);
}

static void test_descriptors(void **state)
{
	static const struct {
		uint32_t length, channel, flags;
		bool listener, server;
	} rows[] = {
		{ 1, NATIVE_CONTROL, 0, true, true },
		{ 0, NATIVE_CONTROL, 0, false, false },
		{ FENCE_LISTENER_MAX, NATIVE_CONTROL, 0, true, true },
		{ FENCE_LISTENER_MAX + 1, NATIVE_CONTROL, 0, false, true },
		{ FENCE_SERVER_MAX, NATIVE_CONTROL, 0, false, true },
		{ FENCE_SERVER_MAX + 1, NATIVE_CONTROL, 0, false, false },
		{ UINT32_C(0x80000000), NATIVE_CONTROL, 0, false, false },
		{ UINT32_MAX, NATIVE_CONTROL, 0, false, false },
		{ 64, 0, 0, false, true },
		{ 64, 0, 1, false, false },
		{ 16, 0, UINT32_C(0x80000000), false, false }, /* samples in shared memory */
		{ 0, NATIVE_CONTROL, UINT32_C(0x40000000), false, false },
		{ 0, NATIVE_CONTROL, UINT32_C(0xc0000000), false, false },
		{ 16, 0, UINT32_C(0xa0000000), false, false },
	};
	uint8_t bytes[NATIVE_DESCRIPTOR];
	struct native_header header;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		write_header(bytes, rows[i].length, rows[i].channel, rows[i].flags);
		fence_init(&fence);
		assert_int_equal(fence_header(&fence, true, bytes, &header), rows[i].listener);
		fence_init(&fence);
		assert_int_equal(fence_header(&fence, false, bytes, &header), rows[i].server);
		assert_int_equal(header.length, rows[i].length);
	}
}

/* Every message cut short is malformed, and so is one with more behind it. */
static void test_cut_short(void **state)
{
	struct stream_request request = messages_stream();
	struct native_packet whole;

	(void)state;
	messages_write_stream(&whole, 1, &request);
	for (size_t n = NATIVE_DESCRIPTOR; n <= whole.n + 1; n++) {
		setup(NULL);
		packet = whole;
		packet.n = n;
		if (n > whole.n)
			packet.bytes[whole.n] = '1';
		if (from_listener() == FENCE_END)
			continue;
		messages_write_sink(&packet, OUR_NUMBER, 5, messages_monitor);
		assert_int_equal(from_server(), n == whole.n ? FENCE_TO_SERVER : FENCE_END);
	}
	/* Of the server's, what is not needed is not read. */
	for (size_t n = NATIVE_DESCRIPTOR;; n++) {
		setup(NULL);
		assert_int_equal(request_stream(&request, 1), FENCE_TO_SERVER);
		messages_write_sink(&packet, OUR_NUMBER, 5, messages_monitor);
		if (n == packet.n)
			break;
		packet.n = n;
		assert_int_equal(from_server(), FENCE_END);
	}
	assert_int_equal(from_server(), FENCE_TO_SERVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_authentication),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_refused_by_server),
		cmocka_unit_test(test_every_request),
		cmocka_unit_test(test_every_event),
		cmocka_unit_test_setup(test_requests_are_rewritten, setup),
		cmocka_unit_test_setup(test_stream, setup),
		cmocka_unit_test_setup(test_sources, setup),
		cmocka_unit_test_setup(test_server_that_records_another, setup),
		cmocka_unit_test_setup(test_numbers_of_requests, setup),
		cmocka_unit_test(test_sink_without_monitor),
		cmocka_unit_test_setup(test_no_sink, setup),
		cmocka_unit_test_setup(test_rates, setup),
		cmocka_unit_test_setup(test_fragments, setup),
		cmocka_unit_test_setup(test_one_stream, setup),
		cmocka_unit_test(test_resumed),
		cmocka_unit_test(test_not_resumed),
		cmocka_unit_test_setup(test_long_names, setup),
		cmocka_unit_test_setup(test_pace, setup),
		cmocka_unit_test_setup(test_descriptors, setup),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
