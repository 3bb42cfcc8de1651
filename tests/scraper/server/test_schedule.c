/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the server does when, on a display without X and by a clock of our own: for real viewers,
 * over socketpairs. A timer that is set again and again without time passing ends the program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "common/event_source.h"
#include "common/log.h"
#include "server/schedule.h"
#include "server/server_state.h"
#include "tests/fuzz/rfb_reader.h"
#include "tests/fuzz/steered_event.h"
#include "tests/scraper/fake_display.h"
#include "viewer/viewer_connection.h"

enum { WIDTH = 1024, HEIGHT = 768, VIEWERS = 2, TICK = 250 };

/* The viewer's side. */
struct peer {
	int fd;
	struct viewer *viewer;
	struct rfb_reader reader;
	unsigned n_answered; /* updates, to which it has sent a request */
	bool is_silent;	     /* it sends no further request */
};

static struct server server;
static struct peer peers[VIEWERS];
static unsigned n_peers;

static void on_wants(struct viewer *viewer, void *userdata)
{
	(void)viewer;
	(void)userdata;
	server_request_work(&server);
}

static void on_nothing(struct viewer *viewer, void *userdata)
{
	(void)viewer;
	(void)userdata;
}

static void on_gone(struct viewer *viewer, const char *reason, void *userdata)
{
	(void)viewer;
	(void)userdata;
	fail_msg("a viewer was disconnected: %s", reason);
}

static const struct viewer_callbacks callbacks = {
	.wants = on_wants,
	.encodings = on_nothing,
	.text_sent = on_nothing,
	.gone = on_gone,
};

static void on_damaged(void *userdata)
{
	(void)userdata;
	screen_damaged(&server.screen, server_now(&server));
	server_request_work(&server);
}

static int on_work(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)usec;
	return schedule_work(source, userdata);
}

/* ---- viewers ---- */

static void say(const struct peer *peer, const uint8_t *bytes, size_t n)
{
	assert_int_equal(send(peer->fd, bytes, n, MSG_NOSIGNAL), n);
}

static void request(const struct peer *peer)
{
	say(peer, (const uint8_t[]){ 3, 1, 0, 0, 0, 0, WIDTH >> 8, 0, HEIGHT >> 8, 0 }, 10);
}

/* Raw, and Cursor: then the server need not ask for the pointer's position. */
static struct peer *add_viewer(void)
{
	static const uint8_t encodings[] = { 2, 0, 0, 2, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x11 };
	struct peer *peer = &peers[n_peers++];
	struct update_source source = {
		.frame = &server.screen.frame,
		.cursor = &server.cursor.state,
		.layout = &server.layout,
		.leds = &server.leds,
	};
	int pair[2];

	*peer = (struct peer){ .fd = -1 };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	peer->fd = pair[0];
	assert_int_equal(viewer_create(server.event, pair[1], "peer", false, COMPRESSION_NONE,
				       server.rfb, &source, &callbacks, NULL, &peer->viewer),
			 0);
	peer->viewer->next = server.viewers;
	server.viewers = peer->viewer;
	server.n_viewers++;
	say(peer, (const uint8_t[]){ 1 }, 1);
	say(peer, encodings, sizeof(encodings));
	return peer;
}

static void read_updates(struct peer *peer)
{
	static uint8_t bytes[1 << 18];
	ssize_t n;

	while ((n = recv(peer->fd, bytes, sizeof(bytes), 0)) > 0)
		rfb_reader_add(&peer->reader, bytes, (size_t)n);
	rfb_reader_run(&peer->reader);
	if (peer->reader.n_updates == peer->n_answered || peer->is_silent)
		return;
	peer->n_answered = peer->reader.n_updates;
	request(peer);
}

/* ---- time ---- */

/* All that is to be done now. */
static void settle(void)
{
	do {
		display_dispatch(&fake.display);
		steered_event_advance(server.event, 0);
		for (unsigned i = 0; i < n_peers; i++)
			read_updates(&peers[i]);
	} while (steered_event_run_io(server.event));
	steered_event_advance(server.event, 0);
}

static void pass(unsigned usec)
{
	for (unsigned passed = 0; passed < usec; passed += TICK) {
		settle();
		steered_event_advance(server.event, TICK);
	}
	settle();
}

static void start(unsigned frame_rate)
{
	log_set_level(LOG_LEVEL_ERROR);
	server = (struct server){ .event = steered_event_new() };
	n_peers = 0;
	fake_display_start(WIDTH, HEIGHT, on_damaged, NULL);
	assert_int_equal(
		timer_add(server.event, TIMER_NEVER, on_work, &server, &server.work.source), 0);
	assert_int_equal(sd_event_source_set_time(server.work.source, 0), 0);
	timer_stop(server.work.source);
	assert_int_equal(
		timer_add(server.event, TIMER_NEVER, schedule_timer, &server, &server.timer), 0);
	assert_int_equal(
		screen_start(&server.screen, &fake.display, frame_rate, server_now(&server)), 0);
	assert_int_equal(
		rfb_server_create(&server.screen.frame, &fake.display.format, "test", &server.rfb),
		0);
	server.watching = true;
}

/* One viewer, which has its first picture and waits. */
static struct peer *start_watched(unsigned frame_rate)
{
	start(frame_rate);
	struct peer *peer = add_viewer();

	request(peer);
	pass(2500000);
	assert_in_range(peer->reader.n_updates, 1, 2);
	assert_true(viewer_is_waiting(peer->viewer));
	peer->reader.n_updates = peer->n_answered = 0;
	fake.n_fetches = fake.n_reads = 0;
	return peer;
}

static void finish(void)
{
	for (unsigned i = 0; i < n_peers; i++) {
		viewer_destroy(peers[i].viewer);
		close(peers[i].fd);
		rfb_reader_finish(&peers[i].reader);
	}
	rfb_server_destroy(server.rfb);
	screen_finish(&server.screen);
	cursor_finish(&server.cursor);
	event_source_end(server.work.source);
	event_source_end(server.timer);
	sd_event_unref(server.event);
	fake_display_stop();
}

/* ---- tests ---- */

static const struct rect spot = { 320, 160, 64, 48 };

static void test_a_change_is_sent_at_once(void **state)
{
	struct peer *peer = start_watched(60);

	(void)state;
	for (unsigned i = 1; i <= 10; i++) {
		pass(100000);
		fake_draw(spot, (uint8_t)i);
		settle();
		assert_int_equal(peer->reader.n_updates, i);
	}
	assert_int_equal(fake.n_fetches, 10);
	finish();
}

static void test_nothing_is_done_for_a_viewer_that_never_asks(void **state)
{
	(void)state;
	start(60);
	add_viewer()->is_silent = true;
	for (unsigned i = 0; i < 2000; i++) {
		fake_draw(spot, (uint8_t)i);
		pass(500);
	}
	assert_int_equal(fake.n_fetches, 0);
	assert_int_equal(fake.n_reads, 0);
	assert_int_equal(peers[0].reader.n_updates, 0);
	/* Nor when it stops asking, for more than what it asked last. */
	request(&peers[0]);
	pass(20000);
	unsigned n_reads = fake.n_reads;

	for (unsigned i = 0; i < 2000; i++) {
		fake_draw(spot, (uint8_t)i);
		pass(500);
	}
	assert_int_equal(peers[0].reader.n_updates, 1);
	assert_in_range(fake.n_reads, n_reads, n_reads + 1);
	finish();
}

static void test_one_that_never_asks_beside_one_that_does(void **state)
{
	struct peer *peer = start_watched(60), *silent = add_viewer();

	(void)state;
	silent->is_silent = true;
	for (unsigned i = 1; i <= 60; i++) {
		fake_draw(spot, (uint8_t)i);
		pass(17000);
	}
	assert_int_equal(peer->reader.n_updates, 60);
	assert_int_equal(silent->reader.n_updates, 0);
	request(silent);
	settle();
	assert_int_equal(silent->reader.n_updates, 1);
	assert_int_equal(fake.n_reads, 60);
	finish();
}

/* However often something is drawn, captures, updates and round trips keep to the rate. */
static void test_rates(void **state)
{
	static const unsigned rates[] = { 1, 30, 60, 240 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		struct peer *peer = start_watched(rates[i]);
		unsigned most = 4 * rates[i] * 103 / 100 + 2;

		for (unsigned ms = 0; ms < 4000; ms++) {
			fake_draw(spot, (uint8_t)ms);
			pass(1000);
		}
		assert_in_range(peer->reader.n_updates, 4 * rates[i] * 97 / 100, most);
		assert_in_range(fake.n_reads, 4 * rates[i] * 97 / 100, most);
		assert_in_range(fake.n_fetches, fake.n_reads, fake.n_reads * 2 + 1000);
		finish();
	}
}

/* A failed capture is made again, at the rate, though nothing more is drawn. */
static void test_a_failed_capture(void **state)
{
	static const unsigned rates[] = { 1, 60, 240 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		struct peer *peer = start_watched(rates[i]);

		fake_draw(spot, 77);
		fake.fails = 3;
		settle();
		assert_in_range(fake.n_reads, 1, 3); /* small and large areas have a credit each */
		pass(4 * 1000000 / rates[i]);
		assert_int_equal(fake.fails, 0);
		assert_in_range(fake.n_reads, 4, 5); /* maybe with a look for missed damage */
		assert_int_equal(peer->reader.n_updates, 1);
		assert_int_equal(*frame_at(&server.screen.frame, spot.x, spot.y), 77);
		finish();
	}
}

/* What X draws without saying so is found while a viewer waits. */
static void test_drawing_that_is_not_reported(void **state)
{
	struct peer *peer = start_watched(60);

	(void)state;
	memset(fake.pixels, 55, (size_t)WIDTH * HEIGHT);
	pass(17000000);
	assert_int_equal(peer->reader.n_updates, 1);
	assert_int_equal(*frame_at(&server.screen.frame, 10, 10), 55);
	finish();
}

/* A viewer that has requested a size gets nothing before the answer. */
static void test_a_size_that_is_not_answered(void **state)
{
	struct peer *peer = start_watched(60);

	(void)state;
	peer->viewer->update.size_rect.requested = true;
	for (unsigned i = 0; i < 100; i++) {
		fake_draw(spot, (uint8_t)i);
		pass(5000);
	}
	assert_int_equal(fake.n_fetches + fake.n_reads, 0);
	assert_int_equal(peer->reader.n_updates, 0);
	peer->viewer->update.size_rect.requested = false;
	server_request_work(&server);
	settle();
	assert_int_equal(peer->reader.n_updates, 1);
	finish();
}

/* Frames in strips are sent whole, in one update each. */
static void test_strips(void **state)
{
	struct peer *peer = start_watched(60);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		for (int strip = 0; strip < 2; strip++) {
			fake_draw((struct rect){ 0, 384 * strip, WIDTH, 384 }, (uint8_t)i);
			pass(1250);
			if (i == 5 && !strip)
				peer->reader.n_updates = peer->n_answered = 0;
			if (i >= 5)
				assert_int_equal(peer->reader.n_updates, i - 5 + (unsigned)strip);
		}
		pass(33333 - 2500);
	}
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_change_is_sent_at_once),
		cmocka_unit_test(test_nothing_is_done_for_a_viewer_that_never_asks),
		cmocka_unit_test(test_one_that_never_asks_beside_one_that_does),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_a_failed_capture),
		cmocka_unit_test(test_drawing_that_is_not_reported),
		cmocka_unit_test(test_a_size_that_is_not_answered),
		cmocka_unit_test(test_strips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
