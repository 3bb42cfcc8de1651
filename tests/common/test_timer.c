/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No test waits for a time to pass: the clock of the loop is read, and far times are never reached.
 */
#include "common/timer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/event_source.h"

#define FAR UINT64_C(3600000000) /* µs */

struct fixture {
	sd_event *event;
	sd_event_source *timer;
	unsigned n_elapsed;
};

static struct fixture f;

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	((struct fixture *)userdata)->n_elapsed++;
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	f = (struct fixture){ 0 };
	return sd_event_new(&f.event) < 0 ||
	       timer_add(f.event, TIMER_NEVER, on_timer, &f, &f.timer) < 0;
}

static int tear_down(void **state)
{
	(void)state;
	event_source_end(f.timer);
	sd_event_unref(f.event);
	return 0;
}

/* How often it elapses until nothing is left to do. */
static unsigned run(void)
{
	f.n_elapsed = 0;
	while (sd_event_run(f.event, 0) > 0)
		;
	return f.n_elapsed;
}

static uint64_t due(void)
{
	uint64_t when = 0;

	assert_true(sd_event_source_get_time(f.timer, &when) >= 0);
	return when;
}

static bool is_started(void)
{
	int enabled = SD_EVENT_ON;

	assert_true(sd_event_source_get_enabled(f.timer, &enabled) >= 0);
	assert_int_not_equal(enabled, SD_EVENT_ON);
	return enabled == SD_EVENT_ONESHOT;
}

static void test_it_is_not_started_at_first(void **state)
{
	(void)state;
	assert_false(is_started());
	assert_int_equal(run(), 0);
}

static void test_it_elapses_once(void **state)
{
	(void)state;
	assert_int_equal(timer_start(f.timer, 0), 0);
	assert_int_equal(run(), 1);
	assert_false(is_started());
	assert_int_equal(run(), 0);
	assert_int_equal(timer_start_at(f.timer, 0), 0);
	assert_int_equal(run(), 1);
	assert_int_equal(run(), 0);
}

static void test_it_is_started_at_once(void **state)
{
	sd_event_source *timer = NULL;

	(void)state;
	assert_int_equal(timer_add(f.event, 0, on_timer, &f, &timer), 0);
	assert_int_equal(run(), 1);
	event_source_end(timer);
	assert_int_equal(timer_add(f.event, FAR, on_timer, &f, &timer), 0);
	assert_int_equal(run(), 0);
	event_source_end(timer);
}

static void test_a_delay_counts_from_now(void **state)
{
	uint64_t now;

	(void)state;
	run();
	now = timer_now(f.event);
	assert_true(now > 0);
	assert_int_equal(timer_start(f.timer, FAR), 0);
	assert_true(is_started());
	assert_int_equal(due(), now + FAR);
	assert_int_equal(run(), 0);
}

static void test_the_last_start_counts(void **state)
{
	uint64_t far;

	(void)state;
	far = timer_now(f.event) + FAR;
	assert_int_equal(timer_start(f.timer, 0), 0);
	assert_int_equal(timer_start_at(f.timer, far), 0);
	assert_int_equal(due(), far);
	assert_int_equal(run(), 0);
	assert_int_equal(timer_start(f.timer, 0), 0);
	assert_int_equal(run(), 1);
}

static void test_it_can_be_stopped(void **state)
{
	(void)state;
	assert_int_equal(timer_start(f.timer, 0), 0);
	timer_stop(f.timer);
	assert_int_equal(run(), 0);
	timer_stop(f.timer);
	assert_int_equal(timer_start(f.timer, 0), 0);
	assert_int_equal(run(), 1);
}

/* The last delay that is a time, the first that is none, and never itself. */
static void test_never(void **state)
{
	uint64_t now;

	(void)state;
	run();
	now = timer_now(f.event);
	assert_int_equal(timer_start(f.timer, TIMER_NEVER - 1 - now), 0);
	assert_true(is_started());
	assert_int_equal(due(), TIMER_NEVER - 1);
	assert_int_equal(run(), 0);

	const uint64_t never[] = { TIMER_NEVER - now, TIMER_NEVER - now + 1, TIMER_NEVER };
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		assert_int_equal(timer_start(f.timer, 0), 0);
		assert_int_equal(timer_start(f.timer, never[i]), 0);
		assert_false(is_started());
		assert_int_equal(run(), 0);
	}
	assert_int_equal(timer_start(f.timer, 0), 0);
	assert_int_equal(timer_start_at(f.timer, TIMER_NEVER), 0);
	assert_false(is_started());
}

static void test_a_loop_that_is_over(void **state)
{
	sd_event_source *timer = NULL;

	(void)state;
	assert_true(sd_event_exit(f.event, 0) >= 0);
	run();
	assert_int_equal(timer_add(f.event, 0, on_timer, &f, &timer), -ESTALE);
	assert_null(timer);
	assert_true(timer_start(f.timer, 0) < 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_it_is_not_started_at_first),
		TEST(test_it_elapses_once),
		TEST(test_it_is_started_at_once),
		TEST(test_a_delay_counts_from_now),
		TEST(test_the_last_start_counts),
		TEST(test_it_can_be_stopped),
		TEST(test_never),
		TEST(test_a_loop_that_is_over),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
