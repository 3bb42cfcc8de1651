/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Refused viewers on real sockets; only the end of their 10 s is brought about by the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/timer.h"
#include "common/wire.h"
#include "session/notices.h"
#include "tests/scraper/event_loop.h"

static sd_event *event;
static struct config config;
static struct notices notices;
static sd_event_source *timers[NOTICES_MAX + 1];
static unsigned n_timers;

int __real_timer_add(sd_event *loop, uint64_t delay, sd_event_time_handler_t handler,
		     void *userdata, sd_event_source **ret_timer);
int __wrap_timer_add(sd_event *loop, uint64_t delay, sd_event_time_handler_t handler,
		     void *userdata, sd_event_source **ret_timer);
int __wrap_timer_add(sd_event *loop, uint64_t delay, sd_event_time_handler_t handler,
		     void *userdata, sd_event_source **ret_timer)
{
	int r = __real_timer_add(loop, delay, handler, userdata, ret_timer);

	if (r >= 0 && delay == NOTICES_USEC)
		timers[n_timers++] = *ret_timer;
	return r;
}

static int setup(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	config_init(&config);
	n_timers = 0;
	if (sd_event_new(&event) < 0)
		return -1;
	notices = (struct notices){ .event = event, .urgent = event, .config = &config };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	notices_finish(&notices);
	event = sd_event_unref(event);
	return 0;
}

/* Returns the viewer's end. */
static int show(int expected)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	assert_int_equal(notices_show(&notices, pair[1], "peer", "Full."), expected);
	return pair[0];
}

static bool is_closed(int fd)
{
	uint8_t byte;
	ssize_t n;

	event_loop_run_ready(event);
	while ((n = recv(fd, &byte, 1, MSG_DONTWAIT)) > 0)
		;
	return n == 0 || errno != EAGAIN;
}

/* What the viewer gets: ServerInit, then the picture. */
static void test_a_picture(void **state)
{
	uint8_t init[24];
	int fd = show(0);

	(void)state;
	assert_int_equal(send(fd, "\1", 1, 0), 1);
	event_loop_run_ready(event);
	assert_int_equal(recv(fd, init, sizeof(init), 0), sizeof(init));
	assert_int_equal(wire_read_u16(init), 1280);
	assert_int_equal(wire_read_u16(init + 2), 800);
	char name[256];
	assert_true(recv(fd, name, sizeof(name), 0) > 0);
	const uint8_t request[] = { 3, 0, 0, 0, 0, 0, 5, 0, 3, 32 };
	assert_int_equal(send(fd, request, sizeof(request), 0), sizeof(request));
	event_loop_run_ready(event);
	uint8_t update[16];
	assert_int_equal(recv(fd, update, sizeof(update), 0), sizeof(update));
	assert_int_equal(update[0], 0);
	assert_int_equal(wire_read_u16(update + 2), 1);
	close(fd);
}

static void test_it_ends_after_ten_seconds(void **state)
{
	int fd = show(0), other = show(0);

	(void)state;
	assert_int_equal(n_timers, 2);
	assert_false(is_closed(fd));
	timer_start(timers[0], 0);
	assert_true(is_closed(fd));
	assert_false(is_closed(other));
	assert_int_equal(notices.n, 1);
	close(fd);
	close(other);
}

static void test_a_viewer_that_leaves(void **state)
{
	int stays = show(0), fd = show(0), last = show(0);

	(void)state;
	assert_int_equal(notices.n, 3);
	close(fd);
	event_loop_run_ready(event);
	assert_int_equal(notices.n, 2);
	assert_false(is_closed(stays));
	close(last);
	close(stays);
	event_loop_run_ready(event);
	assert_int_equal(notices.n, 0);
	assert_null(notices.first);
}

static void test_no_more_than_some(void **state)
{
	int fds[NOTICES_MAX];

	(void)state;
	for (unsigned i = 0; i < NOTICES_MAX; i++)
		fds[i] = show(0);
	int more = show(-EUSERS);
	assert_true(is_closed(more));
	assert_int_equal(notices.n, NOTICES_MAX);
	close(more);
	/* A place that becomes free is given to the next. */
	close(fds[0]);
	event_loop_run_ready(event);
	fds[0] = show(0);
	assert_false(is_closed(fds[0]));
	notices_finish(&notices);
	for (unsigned i = 0; i < NOTICES_MAX; i++) {
		assert_true(is_closed(fds[i]));
		close(fds[i]);
	}
	assert_int_equal(notices.n, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_picture),
		TEST(test_it_ends_after_ten_seconds),
		TEST(test_a_viewer_that_leaves),
		TEST(test_no_more_than_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
