/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the scraper ends without viewers. Its clock is the test's: timers elapse at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/handoff.h"
#include "common/log.h"
#include "common/program.h"
#include "session/idle_exit.h"
#include "tests/support/scratch.h"
#include <stdio.h>

#define SECOND UINT64_C(1000000)

static sd_event *event;
static struct idle_exit idle;
static struct config config;
static enum idle_state idle_state;
static bool replaced;
static uint64_t now; /* µs; far below the loop's own time, so all timers are due */

int __wrap_sd_event_now(sd_event *e, clockid_t clock, uint64_t *usec);
bool __wrap_program_is_replaced(void);

int __wrap_sd_event_now(sd_event *e, clockid_t clock, uint64_t *usec)
{
	(void)e;
	(void)clock;
	*usec = now;
	return 0;
}

bool __wrap_program_is_replaced(void)
{
	return replaced;
}

static enum idle_state get_state(const void *userdata)
{
	assert_ptr_equal(userdata, &idle_state);
	return idle_state;
}

static int set_up(void **state)
{
	(void)state;
	idle_state = IDLE;
	replaced = false;
	now = 1;
	config = (struct config){ .idle_timeout = SECOND, .desktop_timeout = CONFIG_NEVER };
	if (sd_event_new(&event) < 0)
		return -1;
	return idle_exit_init(&idle, event, &config, get_state, &idle_state);
}

static int tear_down(void **state)
{
	(void)state;
	idle_exit_finish(&idle);
	event = sd_event_unref(event);
	return 0;
}

/* The timer elapses, if it runs. Returns whether that ended the loop. */
static bool elapse(void)
{
	int code;

	assert_true(sd_event_run(event, 0) >= 0);
	return sd_event_get_exit_code(event, &code) >= 0;
}

static void test_nobody_comes(void **state)
{
	(void)state;
	assert_true(elapse());
}

static void test_report(void **state)
{
	char text[256] = "";
	FILE *answer = fmemopen(text, sizeof(text), "w");

	(void)state;
	idle_exit_report(&idle, answer);
	fflush(answer);
	assert_non_null(strstr(text, "stops_in="));
	rewind(answer);
	memset(text, 0, sizeof(text));
	idle_state = IDLE_NOT; /* somebody waits */
	idle_exit_report(&idle, answer);
	fclose(answer);
	assert_non_null(strstr(text, "idle_timeout="));
	assert_null(strstr(text, "stops_in="));
}

static void test_viewers_keep_it(void **state)
{
	(void)state;
	idle_state = IDLE_NOT; /* one waits for the desktop */
	for (int i = 0; i < 5; i++)
		assert_false(elapse());
	idle_exit_set_viewers(&idle, 1);
	assert_false(elapse());
	idle_state = IDLE;
	idle_exit_set_viewers(&idle, 0);
	assert_true(elapse());
}

static void test_stranger_that_leaves(void **state)
{
	(void)state;
	idle_state = IDLE_BUT_AWAITING;
	for (int i = 0; i < 5; i++)
		assert_false(elapse());
	idle_state = IDLE;
	assert_true(elapse());
}

/* However many come one after the other: only those are awaited that came in time. */
static void test_strangers_without_end(void **state)
{
	(void)state;
	idle_state = IDLE_BUT_AWAITING;
	assert_false(elapse());
	now += HANDOFF_CHALLENGE_USEC - 1;
	assert_false(elapse());
	now += 1;
	assert_true(elapse());
}

/* The owner was there once more: the time for strangers begins anew. */
static void test_strangers_after_a_viewer(void **state)
{
	(void)state;
	idle_state = IDLE_BUT_AWAITING;
	assert_false(elapse());
	now += HANDOFF_CHALLENGE_USEC - 1;
	idle_exit_set_viewers(&idle, 1);
	assert_false(elapse());
	now += SECOND;
	idle_exit_set_viewers(&idle, 0);
	assert_false(elapse());
	now += HANDOFF_CHALLENGE_USEC;
	assert_true(elapse());
}

static bool is_over(void)
{
	int code;

	return sd_event_get_exit_code(event, &code) >= 0;
}

/* While there are viewers it goes on; then it ends. */
static void expect_exit_when_idle(void)
{
	idle_state = IDLE_NOT;
	assert_true(idle_exit_may_accept(&idle));
	assert_false(is_over());
	idle_state = IDLE;
	assert_false(idle_exit_may_accept(&idle));
	assert_true(is_over());
}

static void test_replaced_program(void **state)
{
	(void)state;
	assert_true(idle_exit_may_accept(&idle));
	replaced = true;
	expect_exit_when_idle();
}

/* The next viewer gets the settings that the file has by then. */
static void test_changed_settings(void **state)
{
	static const char same[] = "max_viewers = 8\n", other[] = "max_viewers = 7\n";

	assert_int_equal(scratch_create(state), 0);
	config_init(&config);
	idle.config_path = scratch_path("gpudesk.conf");
	assert_true(idle_exit_may_accept(&idle)); /* there is none */
	scratch_write("gpudesk.conf", same, strlen(same), 0644);
	assert_true(idle_exit_may_accept(&idle));
	scratch_write("gpudesk.conf", other, strlen(other), 0644);
	expect_exit_when_idle();
	assert_int_equal(scratch_remove(state), 0);
}

static void test_strangers_do_not_keep_a_replaced_program(void **state)
{
	(void)state;
	replaced = true;
	idle_state = IDLE_BUT_AWAITING;
	assert_true(idle_exit_may_accept(&idle));
	now += 5 * SECOND - 1;
	assert_true(idle_exit_may_accept(&idle));
	assert_false(is_over());
	now += 1;
	assert_false(idle_exit_may_accept(&idle));
	assert_true(is_over());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_comes),
		TEST(test_report),
		TEST(test_viewers_keep_it),
		TEST(test_stranger_that_leaves),
		TEST(test_strangers_without_end),
		TEST(test_strangers_after_a_viewer),
		TEST(test_replaced_program),
		TEST(test_changed_settings),
		TEST(test_strangers_do_not_keep_a_replaced_program),
	};
#undef TEST

	unsetenv("NOTIFY_SOCKET");
	log_init("test_idle_exit");
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
