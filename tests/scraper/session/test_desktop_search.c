/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a display is looked for and opened, who is told what, and when the wait ends, by a clock of
 * the test's own. Finder, watch and server (ld's --wrap) do nothing but note what they are asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "session/desktop_search.h"
#include "tests/fuzz/steered_event.h"

#define SECOND UINT64_C(1000000)

static sd_event *event;
static struct config config;
static struct desktop_search search;

/* What was asked, and what was said. */
static unsigned n_opened, n_finders, n_found, n_waits, n_failed, n_over;
static bool is_opening, is_watched;
static char opened[64], failure[SESSION_REASON_MAX];
static struct status_text text;
static uint64_t since;
static struct session_finder_options wanted;
static session_found_fn answer;
static session_over_fn over;
static struct session_finder *const finder = (struct session_finder *)&n_finders;

int __wrap_server_open_display(struct server *server, const char *display, const char *xauthority);
bool __wrap_server_is_opening(const struct server *server);
const char *__wrap_server_display(const struct server *server);
void __wrap_server_write_status(struct server *server, const struct status_text *said,
				uint64_t from);
int __wrap_session_finder_start(sd_event *loop, const struct session_finder_options *options,
				session_found_fn found, void *userdata,
				struct session_finder **ret_finder);
struct session_finder *__wrap_session_finder_destroy(struct session_finder *old);
int __wrap_session_watch_start(struct session_watch *watch, sd_event *loop, const char *directory,
			       uid_t record_owner, const char *session, session_over_fn done,
			       void *userdata);
void __wrap_session_watch_stop(struct session_watch *watch);

int __wrap_server_open_display(struct server *server, const char *display, const char *xauthority)
{
	(void)server;
	n_opened++;
	snprintf(opened, sizeof(opened), "%s %s", display ? display : "-",
		 xauthority ? xauthority : "-");
	is_opening = true;
	return 0;
}

bool __wrap_server_is_opening(const struct server *server)
{
	(void)server;
	return is_opening;
}

const char *__wrap_server_display(const struct server *server)
{
	(void)server;
	return ":7";
}

void __wrap_server_write_status(struct server *server, const struct status_text *said,
				uint64_t from)
{
	(void)server;
	text = *said;
	since = from;
}

int __wrap_session_finder_start(sd_event *loop, const struct session_finder_options *options,
				session_found_fn found, void *userdata,
				struct session_finder **ret_finder)
{
	(void)loop;
	assert_ptr_equal(userdata, &search);
	n_finders++;
	wanted = *options;
	answer = found;
	*ret_finder = finder;
	return 0;
}

struct session_finder *__wrap_session_finder_destroy(struct session_finder *old)
{
	answer = old ? NULL : answer;
	return NULL;
}

int __wrap_session_watch_start(struct session_watch *watch, sd_event *loop, const char *directory,
			       uid_t record_owner, const char *session, session_over_fn done,
			       void *userdata)
{
	(void)watch;
	(void)loop;
	(void)record_owner;
	assert_string_equal(directory, "records");
	assert_string_equal(session, "c2");
	assert_ptr_equal(userdata, &search);
	is_watched = true;
	over = done;
	return 0;
}

void __wrap_session_watch_stop(struct session_watch *watch)
{
	(void)watch;
	is_watched = false;
}

static void on_found(void *userdata)
{
	assert_ptr_equal(userdata, &n_found);
	n_found++;
}

static void on_waits(void *userdata)
{
	(void)userdata;
	n_waits++;
}

static void on_failed(const char *reason, void *userdata)
{
	(void)userdata;
	n_failed++;
	snprintf(failure, sizeof(failure), "%s", reason);
}

static void on_over(const char *reason, void *userdata)
{
	(void)userdata;
	assert_string_equal(reason, "logged out");
	n_over++;
}

static void start(const char *display)
{
	static const struct desktop_search_callbacks callbacks = {
		.found = on_found,
		.waits = on_waits,
		.failed = on_failed,
		.over = on_over,
	};
	const struct desktop_search_places places = {
		.session_dir = "records",
		.display = display,
		.desktop_socket = "desktop",
	};

	assert_int_equal(
		desktop_search_init(&search, event, &config, &places, NULL, &callbacks, &n_found),
		0);
}

static int setup(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	event = steered_event_new();
	config_init(&config);
	n_opened = n_finders = n_found = n_waits = n_failed = n_over = 0;
	is_opening = is_watched = false;
	answer = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	desktop_search_finish(&search);
	event = sd_event_unref(event);
	return 0;
}

static void answer_open(int r, const char *reason)
{
	is_opening = r == -ETIMEDOUT;
	desktop_search_opened(&search, r, reason);
}

/* ---- a display that is given ---- */

static void test_tries_once_a_second(void **state)
{
	(void)state;
	start(":7");
	assert_false(desktop_search_is_awaited(&search));
	assert_int_equal(desktop_search_await(&search, true), 0);
	assert_true(desktop_search_is_awaited(&search));
	assert_string_equal(opened, ":7 -");
	assert_int_equal(n_waits, 0);
	for (unsigned i = 1; i <= 5; i++) {
		answer_open(-ECONNREFUSED, "It is full.");
		assert_int_equal(n_waits, i);
		assert_string_equal(text.reason, "It is full.");
		steered_event_advance(event, SECOND - 1);
		assert_int_equal(n_opened, i);
		steered_event_advance(event, 1);
		assert_int_equal(n_opened, i + 1);
	}
	answer_open(0, "");
	assert_int_equal(n_found, 1);
	assert_false(is_watched); /* no session belongs to it */
	assert_false(desktop_search_is_awaited(&search));
	steered_event_advance(event, 1000 * SECOND);
	assert_int_equal(n_opened, 6);
	assert_int_equal(n_failed, 0);
}

static void test_without_the_status_screen_the_first_failure_counts(void **state)
{
	(void)state;
	config.status_screen = false;
	start(":7");
	for (unsigned i = 1; i <= 2; i++) {
		desktop_search_await(&search, true);
		answer_open(i == 1 ? -ECONNREFUSED : -ETIMEDOUT, "No.");
		assert_int_equal(n_failed, i);
		assert_string_equal(failure, "No.");
		assert_false(desktop_search_is_awaited(&search));
		is_opening = false;
	}
	assert_int_equal(n_waits, 0);
	steered_event_advance(event, 1000 * SECOND);
	assert_int_equal(n_failed, 2);
}

static void test_one_that_hangs(void **state)
{
	(void)state;
	start(":7");
	desktop_search_await(&search, true);
	answer_open(-ETIMEDOUT, "It hangs.");
	assert_int_equal(n_waits, 1);
	assert_string_equal(text.reason, "It hangs.");
	/* It is still being opened: no other try, but whoever comes later waits anew. */
	steered_event_advance(event, 5 * SECOND);
	assert_int_equal(n_opened, 1);
	desktop_search_await(&search, true);
	assert_string_equal(opened, "- -");
	answer_open(0, "");
	assert_int_equal(n_found, 1);
}

static void test_nobody_waits_any_longer(void **state)
{
	(void)state;
	start(":7");
	desktop_search_await(&search, true);
	answer_open(-ECONNREFUSED, "No.");
	desktop_search_stop(&search);
	steered_event_advance(event, 1000 * SECOND);
	assert_int_equal(n_opened, 1);
	assert_int_equal(n_failed, 0);
}

/* ---- the end of the wait ---- */

static void test_it_ends_after_session_wait(void **state)
{
	(void)state;
	start(NULL);
	desktop_search_await(&search, true);
	steered_event_advance(event, config.session_wait - 1);
	assert_int_equal(n_failed, 0);
	steered_event_advance(event, 1);
	assert_int_equal(n_failed, 1);
	assert_string_equal(failure, "No desktop has come within session_wait.");
	assert_null(answer);
}

static void test_another_viewer_prolongs_it(void **state)
{
	(void)state;
	start(NULL);
	desktop_search_await(&search, true);
	steered_event_advance(event, config.session_wait / 2);
	desktop_search_await(&search, true);
	assert_int_equal(n_finders, 1);
	steered_event_advance(event, config.session_wait - 1);
	assert_int_equal(n_failed, 0);
	steered_event_advance(event, 1);
	assert_int_equal(n_failed, 1);
}

/* However short session_wait is, and however late it comes. */
static void test_a_reason_is_shown_for_ten_seconds(void **state)
{
	static const struct {
		uint64_t session_wait, at, end;
	} cases[] = {
		{ 0, 0, 10 * SECOND },
		{ 0, 9 * SECOND, 19 * SECOND },
		{ 60 * SECOND, 55 * SECOND, 65 * SECOND },
		{ 60 * SECOND, 20 * SECOND, 60 * SECOND },
	};

	(void)state;
	start(":7");
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		config.session_wait = cases[i].session_wait;
		desktop_search_await(&search, true);
		steered_event_advance(event, cases[i].at);
		uint64_t left = cases[i].end - cases[i].at;
		answer_open(-ECONNREFUSED, "It is full.");
		/* Another one does not prolong it. */
		for (; left > SECOND; left -= SECOND) {
			steered_event_advance(event, SECOND);
			answer_open(-ECONNREFUSED, "It is still full.");
		}
		steered_event_advance(event, SECOND - 1);
		assert_int_equal(n_failed, i);
		steered_event_advance(event, 1);
		assert_int_equal(n_failed, i + 1);
		assert_string_equal(failure, "It is still full.");
		is_opening = false;
	}
}

/* ---- a session that is found ---- */

static void find(const char *display)
{
	struct session_display found = { .xauthority = "/key", .session = "c2" };

	snprintf(found.display, sizeof(found.display), "%s", display);
	answer(&found, "", &search);
}

static void test_its_session_is_watched(void **state)
{
	(void)state;
	start(NULL);
	desktop_search_await(&search, true);
	assert_non_null(wanted.progress);
	find(":3");
	assert_string_equal(opened, ":3 /key");
	assert_null(answer);
	assert_false(is_watched);
	answer_open(0, "");
	assert_int_equal(n_found, 1);
	assert_true(is_watched);
	over("logged out", &search);
	assert_int_equal(n_over, 1);
	desktop_search_await_next(&search, true, "");
	assert_false(is_watched);
	assert_string_equal(search.session, "");
}

static void test_one_that_cannot_be_opened_is_looked_for_again(void **state)
{
	(void)state;
	start(NULL);
	desktop_search_await(&search, true);
	find(":3");
	answer_open(-ECONNREFUSED, "No.");
	assert_string_equal(search.session, "");
	steered_event_advance(event, SECOND);
	assert_int_equal(n_finders, 2);
	assert_int_equal(n_opened, 1);
	find(":4");
	answer_open(0, "");
	assert_string_equal(search.session, "c2");
}

static void test_only_full_access_starts_the_desktop(void **state)
{
	(void)state;
	start(NULL);
	desktop_search_await(&search, false);
	assert_null(wanted.desktop_socket);
	assert_int_equal(wanted.session_wait, 0);
	desktop_search_await(&search, false);
	assert_int_equal(n_finders, 1);
	desktop_search_await(&search, true);
	assert_int_equal(n_finders, 2);
	assert_string_equal(wanted.desktop_socket, "desktop");
	assert_true(wanted.session_wait == config.session_wait);
	desktop_search_await(&search, false);
	assert_int_equal(n_finders, 2);
	/* A new wait begins without that right. */
	desktop_search_stop(&search);
	desktop_search_await(&search, false);
	assert_null(wanted.desktop_socket);
}

static void test_what_is_awaited_is_said(void **state)
{
	struct session_progress progress = {
		.stage = SESSION_AWAITS_MANAGER,
		.reason = "Nobody is logged in.",
		.desktop = "gdm.service",
	};

	(void)state;
	start(NULL);
	desktop_search_await(&search, false);
	wanted.progress(&progress, &search);
	assert_string_equal(text.reason, "Nobody is logged in."); /* and nobody changes that */
	desktop_search_await(&search, true);
	wanted.progress(&progress, &search);
	assert_string_equal(text.reason, "");
	assert_non_null(strstr(text.steps, "[.] display manager (gdm.service)\n[ ] login"));
	progress.stage = SESSION_AWAITS_X;
	wanted.progress(&progress, &search);
	assert_non_null(strstr(text.steps, "[x] login\n[.] X server"));
	progress.is_hopeless = true;
	wanted.progress(&progress, &search);
	assert_string_equal(text.reason, "Nobody is logged in.");
	assert_int_equal(n_waits, 4);
}

/* ---- a desktop that ends, or hangs ---- */

static void show_one(void)
{
	start(NULL);
	desktop_search_await(&search, true);
	find(":3");
	answer_open(0, "");
}

static void test_the_next_session(void **state)
{
	(void)state;
	show_one();
	desktop_search_await_next(&search, true, "");
	assert_true(desktop_search_is_awaited(&search));
	assert_non_null(strstr(text.headline, "session has ended. Waiting for the next one"));
	assert_int_equal(n_finders, 1);
	steered_event_advance(event, 250000 - 1);
	assert_int_equal(n_finders, 1);
	steered_event_advance(event, 1);
	assert_int_equal(n_finders, 2);
	find(":4");
	answer_open(0, "");
	assert_int_equal(n_found, 2);
}

static void test_the_same_session_when_it_answers(void **state)
{
	const struct session_progress none = { .reason = "It is gone.", .desktop = "" };

	(void)state;
	show_one();
	desktop_search_await_next(&search, true, "It hangs.");
	assert_non_null(strstr(text.headline, "cannot be shown yet"));
	assert_string_equal(text.reason, "It hangs.");
	steered_event_advance(event, 250000);
	find(":3");
	assert_string_equal(text.reason, "It hangs.");
	answer_open(0, "");
	assert_int_equal(n_found, 2);
	/* Once there is no session any more, that is no reason. */
	desktop_search_await_next(&search, true, "It hangs.");
	steered_event_advance(event, 250000);
	wanted.progress(&none, &search);
	assert_string_equal(text.reason, "");
	find(":4");
	assert_string_equal(text.reason, "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tries_once_a_second),
		TEST(test_without_the_status_screen_the_first_failure_counts),
		TEST(test_one_that_hangs),
		TEST(test_nobody_waits_any_longer),
		TEST(test_it_ends_after_session_wait),
		TEST(test_another_viewer_prolongs_it),
		TEST(test_a_reason_is_shown_for_ten_seconds),
		TEST(test_its_session_is_watched),
		TEST(test_one_that_cannot_be_opened_is_looked_for_again),
		TEST(test_only_full_access_starts_the_desktop),
		TEST(test_what_is_awaited_is_said),
		TEST(test_the_next_session),
		TEST(test_the_same_session_when_it_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
