/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of one byte of length and that many of content, over a socket pair. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/client_messages.h"
#include "viewer/message_reader.h"

struct fixture {
	struct message_reader reader;
	int near, far;
	char handled[64]; /* the first byte of each message's content */
	size_t n_handled, skipped;
	bool counts_only; /* the content is of no interest */
	int result;	  /* what handling returns */
	long long_length; /* of the message "L" */
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int pair[2];

	assert_non_null(f);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	f->near = pair[0];
	f->far = pair[1];
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	message_reader_finish(&f->reader);
	close(f->near);
	if (f->far >= 0)
		close(f->far);
	free(f);
	return 0;
}

static long length_of(const uint8_t *data, size_t have, void *userdata)
{
	const struct fixture *f = userdata;

	if (!have)
		return 0;
	if (*data == 'E')
		return -EPROTO;
	return *data == 'L' ? f->long_length : 1 + *data;
}

static int handle(uint8_t *message, size_t length, void *userdata)
{
	struct fixture *f = userdata;

	if (f->counts_only) {
		f->n_handled++;
		return f->result;
	}
	assert_true(f->n_handled < sizeof(f->handled));
	f->handled[f->n_handled++] = length > 1 ? (char)message[1] : '-';
	return f->result;
}

static void skipped(size_t length, void *userdata)
{
	struct fixture *f = userdata;

	f->skipped = length;
}

static int read_sent(struct fixture *f, const void *bytes, size_t n)
{
	static const struct message_reader_callbacks callbacks = {
		.length = length_of,
		.handle = handle,
		.skipped = skipped,
	};

	assert_int_equal(send(f->far, bytes, n, 0), n);
	return message_reader_read(&f->reader, f->near, &callbacks, f);
}

static void test_whole_messages(void **state)
{
	struct fixture *f = *state;

	assert_true(message_reader_is_between(&f->reader));
	assert_int_equal(read_sent(f, "\1a\2bb\0\1c", 8), 0);
	assert_string_equal(f->handled, "ab-c");
	assert_true(message_reader_is_between(&f->reader));
}

static void test_byte_by_byte(void **state)
{
	static const char bytes[] = "\3abc\1d";
	struct fixture *f = *state;

	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(read_sent(f, bytes + i, 1), 0);
		assert_int_equal(message_reader_is_between(&f->reader), i == 3 || i == 5);
	}
	assert_string_equal(f->handled, "ad");
}

static void test_longest_and_too_long(void **state)
{
	struct fixture *f = *state;
	char *bytes = calloc(1, CLIENT_MESSAGE_MAX + 1);

	assert_non_null(bytes);
	for (long length = CLIENT_MESSAGE_MAX; length <= CLIENT_MESSAGE_MAX + 1; length++) {
		f->long_length = length;
		bytes[0] = 'L';
		bytes[1] = 'x';
		for (size_t at = 0; at < (size_t)length; at += 4096) {
			size_t left = (size_t)length - at;

			assert_int_equal(read_sent(f, bytes + at, left < 4096 ? left : 4096), 0);
		}
		assert_true(message_reader_is_between(&f->reader));
		assert_int_equal(f->skipped, length > CLIENT_MESSAGE_MAX ? length : 0);
	}
	assert_string_equal(f->handled, "x");
	assert_int_equal(read_sent(f, "\1y", 2), 0);
	assert_string_equal(f->handled, "xy");
	free(bytes);
}

/* However many messages wait, a turn takes so many bytes of them, also after a long message. */
static void test_turn_is_bounded(void **state)
{
	enum { MESSAGES = 10 * MESSAGE_READER_TURN };
	struct fixture *f = *state;
	char *bytes = calloc(1, MESSAGES + 9000); /* each but the first of one byte */

	assert_non_null(bytes);
	f->long_length = 9000;
	f->counts_only = true;
	bytes[0] = 'L';
	assert_int_equal(read_sent(f, bytes, 9000 + MESSAGES), 0);
	for (size_t before; f->n_handled < 1 + MESSAGES;) {
		before = f->n_handled;
		assert_int_equal(read_sent(f, "", 0), 0);
		/* With the long one come as many as fit into its buffer: none. */
		assert_in_range(f->n_handled - before, 0, MESSAGE_READER_TURN);
	}
	free(bytes);
}

static void test_large_buffer_is_given_back(void **state)
{
	struct fixture *f = *state;
	char bytes[3000] = "Lx";

	f->long_length = 9000;
	for (int i = 0; i < 3; i++)
		assert_int_equal(read_sent(f, bytes, sizeof(bytes)), 0);
	assert_string_equal(f->handled, "x");
	assert_int_equal(read_sent(f, "\1y", 2), 0);
	assert_in_range(f->reader.capacity, 1, 4096);
}

/* Neither of messages that were handled nor of one that was moved to the front. */
static void test_nothing_stays_behind(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_sent(f, "\3abc\6SEC", 8), 0);
	assert_int_equal(f->reader.length, 4);
	for (size_t i = 4; i < 8; i++)
		assert_int_equal(f->reader.in[i], 0);
	assert_int_equal(read_sent(f, "RET\1", 4), 0);
	assert_string_equal(f->handled, "aS");
	assert_int_equal(f->reader.length, 1);
	for (size_t i = 1; i < 8; i++)
		assert_int_equal(f->reader.in[i], 0);
	f->result = -ENOBUFS;
	assert_int_equal(read_sent(f, "d\3xyz", 5), -ENOBUFS);
	for (size_t i = f->reader.length; i < 8; i++)
		assert_int_equal(f->reader.in[i], 0);
}

static void test_failures(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_sent(f, "\1aE", 3), -EPROTO);
	assert_string_equal(f->handled, "a");
	message_reader_finish(&f->reader);
	f->result = -ENOBUFS;
	assert_int_equal(read_sent(f, "\1b\1c", 4), -ENOBUFS);
	assert_string_equal(f->handled, "ab");
}

static void test_hanging_up(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_sent(f, "\3a", 2), 0);
	close(f->far);
	f->far = -1;
	assert_int_equal(message_reader_read(&f->reader, f->near,
					     &(struct message_reader_callbacks){
						     .length = length_of, .handle = handle },
					     f),
			 -EPIPE);
	assert_int_equal(f->n_handled, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole_messages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_byte_by_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_longest_and_too_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_turn_is_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_large_buffer_is_given_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing_stays_behind, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failures, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hanging_up, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
