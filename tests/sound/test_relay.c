/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A relay between two sockets: whole packets, a listener that does not read, ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/wire.h"
#include "fence.h"
#include "listener_messages.h"
#include "relay.h"
#include "tests/support/scratch.h"

#define OUR_NUMBER UINT32_C(0x80000000)

static struct {
	sd_event *event;
	struct relay *relay;
	int listener, at_server, server; /* the listener's own end, the server's two sockets */
	char reason[128];
} rig;

static void on_ended(const char *reason, void *userdata)
{
	(void)userdata;
	snprintf(rig.reason, sizeof(rig.reason), "%s", reason);
	relay_destroy(rig.relay);
	rig.relay = NULL;
}

static void run(void)
{
	while (sd_event_run(rig.event, 0) > 0)
		;
}

static int setup(void **state)
{
	int pair[2];

	scratch_create(state);
	rig.reason[0] = '\0';
	rig.server = -1;
	assert_true(sd_event_new(&rig.event) >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	rig.listener = pair[0];
	rig.at_server = scratch_listen(scratch_path("native"), SOCK_STREAM, 4);
	static char path[128];
	snprintf(path, sizeof(path), "%s", scratch_path("native"));
	assert_int_equal(relay_start(rig.event, pair[1], path, on_ended, NULL, &rig.relay), 0);
	return 0;
}

static void start(void)
{
	run();
	rig.server = accept(rig.at_server, NULL, NULL);
	assert_true(rig.server >= 0);
}

static int teardown(void **state)
{
	relay_destroy(rig.relay);
	rig.relay = NULL;
	close(rig.listener);
	close(rig.server);
	close(rig.at_server);
	sd_event_unref(rig.event);
	return scratch_remove(state);
}

static void send_packet(int fd, const struct native_packet *packet)
{
	assert_int_equal(send(fd, packet->bytes, packet->n, MSG_NOSIGNAL), packet->n);
	run();
}

/* The command of the packet that has come, or -1. */
static long command_at(int fd)
{
	static uint8_t bytes[4096];
	ssize_t n = recv(fd, bytes, NATIVE_DESCRIPTOR, MSG_DONTWAIT);

	if (n < NATIVE_DESCRIPTOR)
		return -1;
	n = recv(fd, bytes, wire_read_u32(bytes), MSG_DONTWAIT);
	assert_true(n >= 10);
	return wire_read_u32(bytes + 1);
}

static void authenticate(void)
{
	struct native_packet packet;

	messages_write_auth(&packet, 35);
	send_packet(rig.listener, &packet);
	assert_int_equal(command_at(rig.server), NATIVE_AUTH);
	native_begin(&packet, NATIVE_REPLY, 0);
	native_put_u32(&packet, 35);
	native_end(&packet);
	send_packet(rig.server, &packet);
	assert_int_equal(command_at(rig.listener), NATIVE_REPLY);
}

static void create(uint32_t channel)
{
	const struct stream_request request = messages_stream();
	struct native_packet packet;

	messages_write_stream(&packet, 1, &request);
	send_packet(rig.listener, &packet);
	assert_int_equal(command_at(rig.server), NATIVE_GET_SINK_INFO);
	messages_write_sink(&packet, OUR_NUMBER, 5, messages_monitor);
	send_packet(rig.server, &packet);
	assert_int_equal(command_at(rig.server), NATIVE_CREATE_RECORD_STREAM);
	messages_write_created(&packet, OUR_NUMBER, channel, messages_monitor);
	send_packet(rig.server, &packet);
	assert_int_equal(command_at(rig.listener), NATIVE_REPLY);
}

static void send_samples(uint32_t channel, uint32_t length)
{
	static uint8_t bytes[NATIVE_DESCRIPTOR + 65536];

	memset(bytes, (int)channel, sizeof(bytes));
	memset(bytes, 0, NATIVE_DESCRIPTOR);
	wire_write_u32(bytes, length);
	wire_write_u32(bytes + 4, channel);
	assert_int_equal(send(rig.server, bytes, NATIVE_DESCRIPTOR + length, 0),
			 NATIVE_DESCRIPTOR + length);
	run();
}

/* As the bytes come, one by one. */
static void test_pieces(void **state)
{
	struct native_packet packet;

	(void)state;
	start();
	messages_write_auth(&packet, 35);
	for (size_t i = 0; i < packet.n; i++) {
		assert_int_equal(command_at(rig.server), -1);
		assert_int_equal(send(rig.listener, packet.bytes + i, 1, 0), 1);
		run();
	}
	assert_int_equal(command_at(rig.server), NATIVE_AUTH);
}

static void test_samples(void **state)
{
	uint8_t bytes[NATIVE_DESCRIPTOR + 8];

	(void)state;
	start();
	authenticate();
	send_samples(3, 8);
	assert_int_equal(recv(rig.listener, bytes, sizeof(bytes), MSG_DONTWAIT), -1);
	create(3);
	send_samples(4, 8);
	send_samples(3, 8);
	assert_int_equal(recv(rig.listener, bytes, sizeof(bytes), MSG_DONTWAIT), sizeof(bytes));
	assert_int_equal(wire_read_u32(bytes + 4), 3);
	assert_memory_equal(bytes + NATIVE_DESCRIPTOR, "\3\3\3\3\3\3\3\3", 8);
}

/* It loses whole packets, the server is read all the same, and what comes then is understood. */
static void test_listener_that_does_not_read(void **state)
{
	const unsigned n_sent = 400;
	unsigned n_got = 0;

	(void)state;
	start();
	authenticate();
	create(3);
	for (unsigned i = 0; i < n_sent; i++)
		send_samples(3, 8192);
	assert_non_null(rig.relay);
	for (bool goes_on = true; goes_on;) {
		uint8_t header[NATIVE_DESCRIPTOR], samples[8192];

		goes_on = recv(rig.listener, header, sizeof(header), MSG_DONTWAIT) ==
			  sizeof(header);
		if (!goes_on)
			break;
		assert_int_equal(wire_read_u32(header), 8192);
		size_t have = 0;
		while (have < sizeof(samples)) {
			ssize_t n = recv(rig.listener, samples + have, sizeof(samples) - have,
					 MSG_DONTWAIT);

			if (n > 0)
				have += (size_t)n;
			run();
		}
		n_got++;
		run();
	}
	assert_in_range(n_got, 1, n_sent - 1);
	send_samples(3, 64);
	uint8_t bytes[NATIVE_DESCRIPTOR + 64];
	assert_int_equal(recv(rig.listener, bytes, sizeof(bytes), MSG_DONTWAIT), sizeof(bytes));
}

/* The server's messages are not lost, so a listener that does not read them ends. */
static void test_messages_pile_up(void **state)
{
	struct native_packet packet;

	(void)state;
	start();
	authenticate();
	native_begin(&packet, NATIVE_SUBSCRIBE_EVENT, UINT32_MAX);
	put_property(&packet, "name", "value");
	native_end(&packet);
	for (unsigned i = 0; i < 20000 && rig.relay; i++)
		send_packet(rig.server, &packet);
	assert_null(rig.relay);
	assert_string_equal(rig.reason, "it does not read");
}

static void test_forbidden(void **state)
{
	struct native_packet packet;

	(void)state;
	start();
	authenticate();
	native_begin(&packet, 51, 5); /* to load a module */
	native_end(&packet);
	send_packet(rig.listener, &packet);
	assert_null(rig.relay);
	assert_string_equal(rig.reason, "it sent command 51: may only listen");
	assert_int_equal(command_at(rig.server), -1);
}

static void test_ends(void **state)
{
	(void)state;
	start();
	close(rig.server);
	run();
	assert_null(rig.relay);
	assert_string_equal(rig.reason, "the sound server has gone");
	teardown(state);
	setup(state);
	start();
	shutdown(rig.listener, SHUT_RDWR);
	run();
	assert_null(rig.relay);
	assert_string_equal(rig.reason, "disconnected");
}

/* One that is not there yet is tried again, and the listener is not read meanwhile. */
static void test_no_server(void **state)
{
	struct native_packet packet;

	(void)state;
	unlink(scratch_path("native"));
	close(rig.at_server);
	messages_write_auth(&packet, 35);
	send_packet(rig.listener, &packet);
	assert_non_null(rig.relay);
	rig.at_server = scratch_listen(scratch_path("native"), SOCK_STREAM, 4);
	assert_true(sd_event_run(rig.event, 10 * 1000000) > 0);
	rig.server = accept4(rig.at_server, NULL, NULL, SOCK_NONBLOCK);
	assert_true(rig.server >= 0);
	run();
	assert_int_equal(command_at(rig.server), NATIVE_AUTH);
}

/* The listener gets whole packets, and nothing of how its stream comes back. */
static void test_next_server(void **state)
{
	struct native_packet packet;
	uint8_t bytes[NATIVE_DESCRIPTOR + 8];

	(void)state;
	start();
	authenticate();
	create(3);
	assert_int_equal(send(rig.server, (uint8_t[30]){ 0, 0, 1, 0, 0, 0, 0, 3 }, 30, 0), 30);
	run();
	for (unsigned i = 0; i < 2; i++) {
		close(rig.server);
		run();
		assert_non_null(rig.relay);
		assert_true(sd_event_run(rig.event, 10 * 1000000) > 0);
		start();
		assert_int_equal(command_at(rig.server), NATIVE_AUTH);
	}
	native_begin(&packet, NATIVE_REPLY, OUR_NUMBER);
	native_put_u32(&packet, 35);
	native_end(&packet);
	send_packet(rig.server, &packet);
	assert_int_equal(command_at(rig.server), NATIVE_SET_CLIENT_NAME);
	native_begin(&packet, NATIVE_REPLY, OUR_NUMBER);
	native_end(&packet);
	send_packet(rig.server, &packet);
	assert_int_equal(command_at(rig.server), NATIVE_GET_SINK_INFO);
	messages_write_sink(&packet, OUR_NUMBER, 5, messages_monitor);
	send_packet(rig.server, &packet);
	assert_int_equal(command_at(rig.server), NATIVE_CREATE_RECORD_STREAM);
	messages_write_created(&packet, OUR_NUMBER, 3, messages_monitor);
	send_packet(rig.server, &packet);
	assert_int_equal(recv(rig.listener, bytes, sizeof(bytes), MSG_DONTWAIT), -1);
	send_samples(3, 8);
	assert_int_equal(recv(rig.listener, bytes, sizeof(bytes), MSG_DONTWAIT), sizeof(bytes));
	assert_memory_equal(bytes + NATIVE_DESCRIPTOR, "\3\3\3\3\3\3\3\3", 8);
}

static void test_listener_leaves_meanwhile(void **state)
{
	(void)state;
	start();
	authenticate();
	create(3);
	close(rig.server);
	run();
	assert_non_null(rig.relay);
	shutdown(rig.listener, SHUT_RDWR);
	run();
	assert_null(rig.relay);
	assert_string_equal(rig.reason, "disconnected");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_samples, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listener_that_does_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_messages_pile_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forbidden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_server, setup, teardown),
		cmocka_unit_test_setup_teardown(test_next_server, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listener_leaves_meanwhile, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
