/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bus that is not there, and one that never answers; tests/integration has a real one. */
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
#include "session/desktop_notifier.h"
#include "tests/scraper/event_loop.h"
#include "tests/support/scratch.h"

static sd_event *event;
static struct desktop_notifier notifier;
static unsigned n_asked;
static bool is_desktop, is_connected;

static bool list(struct viewer_list *ret_list, void *userdata)
{
	assert_ptr_equal(userdata, &notifier);
	n_asked++;
	if (is_connected)
		viewer_list_add(ret_list, "192.0.2.7:4000", false);
	return is_desktop;
}

static int setup(void **state)
{
	log_set_level(LOG_LEVEL_ERROR);
	n_asked = 0;
	is_desktop = is_connected = true;
	return scratch_create(state) < 0 || sd_event_new(&event) < 0 ||
			       desktop_notifier_init(&notifier, event, scratch_path("bus"), list,
						     &notifier) < 0
		       ? -1
		       : 0;
}

static int teardown(void **state)
{
	desktop_notifier_finish(&notifier);
	event = sd_event_unref(event);
	return scratch_remove(state);
}

static void test_no_bus(void **state)
{
	(void)state;
	assert_false(desktop_notifier_is_busy(&notifier));
	desktop_notifier_update(&notifier);
	assert_true(desktop_notifier_is_busy(&notifier));
	event_loop_run_ready(event);
	/* It is tried again, but keeps nothing waiting. */
	assert_int_equal(n_asked, 1);
	assert_int_equal(notifier.n_failures, 1);
	assert_false(desktop_notifier_is_busy(&notifier));
}

static void test_a_bus_that_never_answers(void **state)
{
	int listener = scratch_listen(scratch_path("bus"), SOCK_STREAM, 8);
	char hello[64];

	(void)state;
	desktop_notifier_update(&notifier);
	event_loop_run_ready(event);
	int peer = accept(listener, NULL, NULL);
	assert_true(peer >= 0 && recv(peer, hello, sizeof(hello), 0) > 0);
	assert_true(desktop_notifier_is_busy(&notifier));
	/* What happens meanwhile opens no other connection. */
	desktop_notifier_update(&notifier);
	event_loop_run_ready(event);
	assert_int_equal(n_asked, 1);
	assert_int_equal(notifier.result, -ETIMEDOUT);
	/* It hangs up. */
	close(peer);
	for (int i = 0; i < 100 && notifier.bus; i++)
		sd_event_run(event, 1000000);
	assert_null(notifier.bus);
	assert_int_equal(notifier.n_failures, 1);
	close(listener);
}

static void test_nothing_to_say(void **state)
{
	(void)state;
	is_connected = false;
	desktop_notifier_update(&notifier);
	event_loop_run_ready(event);
	is_connected = true;
	is_desktop = false;
	desktop_notifier_update(&notifier);
	event_loop_run_ready(event);
	assert_int_equal(n_asked, 2);
	assert_null(notifier.bus);
	assert_int_equal(notifier.n_failures, 0);
	assert_false(desktop_notifier_is_busy(&notifier));
}

static void test_a_desktop_that_is_gone(void **state)
{
	(void)state;
	desktop_notifier_update(&notifier);
	desktop_notifier_forget(&notifier);
	assert_false(desktop_notifier_is_busy(&notifier));
	event_loop_run_ready(event);
	assert_int_equal(n_asked, 0);
}

static void test_none_is_created(void **state)
{
	struct desktop_notifier none = { 0 };

	(void)state;
	desktop_notifier_update(&none);
	desktop_notifier_forget(&none);
	assert_false(desktop_notifier_is_busy(&none));
	desktop_notifier_finish(&none);
}

static void test_paths(void **state)
{
	struct desktop_notifier other = { 0 };
	char path[120] = "/";

	(void)state;
	memset(path + 1, 'p', 106);
	assert_int_equal(desktop_notifier_init(&other, event, path, list, NULL), 0);
	desktop_notifier_finish(&other);
	path[107] = 'p';
	assert_int_equal(desktop_notifier_init(&other, event, path, list, NULL), -ENAMETOOLONG);
	assert_int_equal(desktop_notifier_init(&other, event, NULL, list, NULL), 0);
	assert_non_null(strstr(other.bus_path, "/run/user/"));
	desktop_notifier_finish(&other);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_bus),	    TEST(test_a_bus_that_never_answers),
		TEST(test_nothing_to_say),  TEST(test_a_desktop_that_is_gone),
		TEST(test_none_is_created), TEST(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
