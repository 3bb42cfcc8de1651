/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for a session and its display, with real records, and real sockets in place of X servers
 * and the desktop service. Only logind's answers are the test's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "session/session_finder.h"
#include "tests/scraper/event_loop.h"
#include "tests/support/scratch.h"

#define SECOND UINT64_C(1000000)

static sd_event *event;
static struct session_finder *finder;
static struct session_finder_options options;
static char records[128], xservers[128], desktop[128];

/* Logind's answers. */
static bool session_is_closing;
static struct session_survey on_the_screen;

/* The finder's answer. */
static bool answered, destroy_in_answer;
static unsigned n_answers;
static struct session_display found;
static char why[SESSION_REASON_MAX];

static int session_of_pid(pid_t pid, char ret_id[static SESSION_ID_MAX])
{
	if (pid != getpid())
		return -ENODATA;
	(void)snprintf(ret_id, SESSION_ID_MAX, "2");
	return 0;
}

static void session_facts(const char *id, struct session_facts *ret_facts)
{
	*ret_facts = (struct session_facts){
		.known = strcmp(id, "2") == 0 || strcmp(id, "w") == 0,
		.closing = session_is_closing,
		.uid = getuid(),
	};
}

static void survey(uid_t uid, struct session_survey *ret_survey)
{
	assert_int_equal(uid, getuid());
	*ret_survey = on_the_screen;
}

static void on_found(const struct session_display *display, const char *reason, void *userdata)
{
	assert_ptr_equal(userdata, &found);
	assert_true(!display != !reason);
	answered = true;
	n_answers++;
	if (display)
		found = *display;
	else
		(void)snprintf(why, sizeof(why), "%s", reason);
	if (destroy_in_answer)
		finder = session_finder_destroy(finder);
}

static int setup(void **state)
{
	session_is_closing = answered = destroy_in_answer = false;
	n_answers = 0;
	memset(&on_the_screen, 0, sizeof(on_the_screen));
	memset(&found, 0, sizeof(found));
	memset(why, 0, sizeof(why));
	if (scratch_create(state) < 0 || sd_event_new(&event) < 0)
		return -1;
	(void)snprintf(records, sizeof(records), "%s", scratch_path("sessions"));
	(void)snprintf(xservers, sizeof(xservers), "%s", scratch_path("x"));
	(void)snprintf(desktop, sizeof(desktop), "%s", scratch_path("desktop"));
	options = (struct session_finder_options){
		.directory = records,
		.record_owner = getuid(),
		.user = "exouser",
		.uid = getuid(),
		.session_wait = 60 * SECOND,
		.xserver_directory = xservers,
		.session_of_pid = session_of_pid,
		.session_facts = session_facts,
		.survey = survey,
	};
	return mkdir(records, 0755) < 0 || mkdir(xservers, 0755) < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	finder = session_finder_destroy(finder);
	event = sd_event_unref(event);
	return scratch_remove(state);
}

static void record(const char *id, const char *type)
{
	struct session_record one = {
		.user = "exouser",
		.uid = getuid(),
		.xauthority = "/run/user/1001/gdm/Xauthority",
		.opened = "2026-11-22T11:09:13Z",
	};

	(void)snprintf(one.session, sizeof(one.session), "%s", id);
	(void)snprintf(one.type, sizeof(one.type), "%s", type);
	assert_int_equal(session_record_store(records, &one), 0);
}

static int start_xserver(const char *name)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", xservers, name);
	return scratch_listen(path, SOCK_STREAM, 8);
}

static void start(void)
{
	assert_int_equal(session_finder_start(event, &options, on_found, &found, &finder), 0);
	assert_false(answered);
	event_loop_run_ready(event);
}

static void wait_for_answer(void)
{
	event_loop_run(event, &answered, 90);
	event_loop_run_ready(event);
	assert_int_equal(n_answers, 1);
}

static void assert_refused(const char *words)
{
	assert_int_equal(n_answers, 1);
	assert_string_equal(found.display, "");
	if (!strstr(why, words))
		fail_msg("\"%s\" does not say \"%s\"", why, words);
}

static void assert_found(const char *display)
{
	assert_int_equal(n_answers, 1);
	assert_string_equal(why, "");
	assert_string_equal(found.display, display);
	assert_string_equal(found.session, "2");
	assert_string_equal(found.xauthority, "/run/user/1001/gdm/Xauthority");
}

static void test_there_already(void **state)
{
	int xserver = start_xserver("X1");

	(void)state;
	record("2", "x11");
	options.session_wait = 0;
	start();
	assert_found(":1");
	(void)close(xserver);
}

static void test_strings_are_copied(void **state)
{
	int xserver = start_xserver("X1");
	char directory[128], user[] = "exouser";

	(void)state;
	record("2", "x11");
	(void)snprintf(directory, sizeof(directory), "%s", records);
	options.directory = directory;
	options.user = user;
	assert_int_equal(session_finder_start(event, &options, on_found, &found, &finder), 0);
	memset(directory, 'x', sizeof(directory));
	memset(user, 'x', sizeof(user));
	memset(&options, 0xff, sizeof(options));
	event_loop_run_ready(event);
	assert_found(":1");
	(void)close(xserver);
}

static void test_record_and_xserver_come_later(void **state)
{
	int xserver;

	(void)state;
	start();
	assert_int_equal(n_answers, 0);
	record("2", "x11");
	event_loop_run_ready(event);
	assert_int_equal(n_answers, 0);
	xserver = start_xserver("X0");
	wait_for_answer();
	assert_found(":0");
	(void)close(xserver);
}

/* The socket's file exists before listen(2), which no event reports. */
static void test_xserver_listens_late(void **state)
{
	char path[160];
	int xserver;

	(void)state;
	record("2", "x11");
	start();
	(void)snprintf(path, sizeof(path), "%s/X0", xservers);
	xserver = scratch_listen(path, SOCK_STREAM, -1);
	for (unsigned i = 0; i < 3; i++)
		(void)sd_event_run(event, 100000);
	assert_int_equal(n_answers, 0);
	assert_int_equal(listen(xserver, 1), 0);
	wait_for_answer();
	assert_found(":0");
	(void)close(xserver);
}

static void test_directories_come_later(void **state)
{
	int xserver;

	(void)state;
	assert_int_equal(rmdir(records), 0);
	assert_int_equal(rmdir(xservers), 0);
	start();
	assert_int_equal(n_answers, 0);
	assert_int_equal(mkdir(xservers, 0755), 0);
	assert_int_equal(mkdir(records, 0755), 0);
	record("2", "x11");
	xserver = start_xserver("X3");
	wait_for_answer();
	assert_found(":3");
	(void)close(xserver);
}

static void test_nothing_comes(void **state)
{
	(void)state;
	on_the_screen.greeter = on_the_screen.greeter_is_gdm = true;
	options.session_wait = SECOND / 5;
	start();
	assert_int_equal(n_answers, 0);
	wait_for_answer();
	assert_refused("exouser has no graphical session: GDM shows its login screen.");
	/* No second answer follows. */
	record("2", "x11");
	event_loop_run_ready(event);
	assert_int_equal(n_answers, 1);
}

static void test_xserver_never_comes(void **state)
{
	(void)state;
	record("2", "x11");
	options.session_wait = SECOND / 5;
	start();
	wait_for_answer();
	assert_refused("exouser's session 2 is running, but no X server of it answers in ");
}

static void test_wayland_is_answered_at_once(void **state)
{
	(void)state;
	record("w", "wayland");
	start();
	assert_refused("is a Wayland session, which cannot be shown");
}

static void test_unrecorded_session_is_not_waited_for_long(void **state)
{
	(void)state;
	(void)snprintf(on_the_screen.graphical, sizeof(on_the_screen.graphical), "8");
	start();
	assert_int_equal(n_answers, 0);
	wait_for_answer();
	assert_refused("exouser's session 8 has no record");
}

static void test_stale_and_planted_records(void **state)
{
	const char *planted = scratch_path("sessions/2");
	int xserver = start_xserver("X0");

	(void)state;
	record("1", "x11"); /* which logind does not know */
	record("2", "x11");
	assert_int_equal(chmod(planted, 0666), 0);
	scratch_write("sessions/3", "USER=exo", 8, 0644);
	assert_int_equal(chmod(scratch_path("sessions/1"), 0644), 0);
	options.session_wait = 0;
	start();
	assert_refused("(The record of session 1 is stale: ");
	(void)close(xserver);
}

static void test_closing_session_is_not_served(void **state)
{
	int xserver = start_xserver("X0");

	(void)state;
	record("2", "x11");
	session_is_closing = true;
	options.session_wait = 0;
	start();
	assert_refused("exouser has no graphical session");
	(void)close(xserver);
}

static void test_destroyed_in_the_answer(void **state)
{
	(void)state;
	destroy_in_answer = true;
	options.session_wait = 0;
	start();
	assert_int_equal(n_answers, 1);
	assert_null(finder);
}

static void test_destroyed_before_the_answer(void **state)
{
	(void)state;
	assert_int_equal(session_finder_start(event, &options, on_found, &found, &finder), 0);
	finder = session_finder_destroy(finder);
	record("2", "x11");
	event_loop_run_ready(event);
	assert_int_equal(n_answers, 0);
}

/* Starts a finder, and a desktop service that answers `text`. Returns the listening socket. */
static int start_with_desktop(const char *text, int *ret_connection)
{
	int listener = scratch_listen(desktop, SOCK_STREAM, 8), connection;

	options.desktop_socket = desktop;
	start();
	assert_int_equal(n_answers, 0);
	connection = accept(listener, NULL, NULL);
	assert_true(connection >= 0);
	assert_int_equal(send(connection, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	*ret_connection = connection;
	return listener;
}

static void test_desktop_is_refused(void **state)
{
	int connection, listener;

	(void)state;
	listener = start_with_desktop("starting\nrefused alice's session is on the screen\n",
				      &connection);
	wait_for_answer();
	assert_refused("exouser has no graphical session, and the desktop was not started: "
		       "alice's session is on the screen");
	(void)close(connection);
	(void)close(listener);
}

static void test_desktop_is_started(void **state)
{
	int connection, listener, xserver;
	struct pollfd another;

	(void)state;
	listener = start_with_desktop("starting gdm.service\n", &connection);
	(void)close(connection);
	event_loop_run_ready(event);
	assert_int_equal(n_answers, 0);
	xserver = start_xserver("X0");
	record("2", "x11");
	wait_for_answer();
	assert_found(":0");
	/* It was requested once. */
	another = (struct pollfd){ .fd = listener, .events = POLLIN };
	assert_int_equal(poll(&another, 1, 0), 0);
	(void)close(xserver);
	(void)close(listener);
}

/* The session came just before the service checked. */
static void test_refusal_with_a_session_there(void **state)
{
	int connection, listener, xserver;

	(void)state;
	listener = start_with_desktop("", &connection);
	xserver = start_xserver("X0");
	record("2", "x11");
	assert_int_equal(send(connection, "refused no\n", 11, MSG_NOSIGNAL), 11);
	wait_for_answer();
	assert_found(":0");
	(void)close(xserver);
	(void)close(connection);
	(void)close(listener);
}

static void test_desktop_socket_is_missing(void **state)
{
	int xserver;

	(void)state;
	options.desktop_socket = desktop;
	start();
	assert_int_equal(n_answers, 0);
	xserver = start_xserver("X0");
	record("2", "x11");
	wait_for_answer();
	assert_found(":0");
	(void)close(xserver);
}

static void assert_desktop_not_asked(void)
{
	int listener = scratch_listen(desktop, SOCK_STREAM, 8);
	struct pollfd asked = { .fd = listener, .events = POLLIN };

	options.desktop_socket = desktop;
	start();
	assert_int_equal(poll(&asked, 1, 0), 0);
	(void)close(listener);
}

static void test_desktop_is_left_alone(void **state)
{
	(void)state;
	record("2", "x11"); /* without an X server yet */
	assert_desktop_not_asked();
	finder = session_finder_destroy(finder);
	assert_int_equal(session_record_remove(records, "2"), 0);
	assert_int_equal(unlink(desktop), 0);
	(void)snprintf(on_the_screen.graphical, sizeof(on_the_screen.graphical), "8");
	assert_desktop_not_asked();
}

static void test_nothing_is_left_open(void **state)
{
	unsigned before;
	int connection, listener;

	(void)state;
	start();
	finder = session_finder_destroy(finder);
	before = scratch_count_descriptors();
	listener = start_with_desktop("starting\n", &connection);
	event_loop_run_ready(event);
	finder = session_finder_destroy(finder);
	(void)close(connection);
	(void)close(listener);
	event_loop_run_ready(event);
	assert_in_range(scratch_count_descriptors(), 0, before);
}

#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CASE(test_there_already),
		TEST_CASE(test_strings_are_copied),
		TEST_CASE(test_record_and_xserver_come_later),
		TEST_CASE(test_xserver_listens_late),
		TEST_CASE(test_directories_come_later),
		TEST_CASE(test_nothing_comes),
		TEST_CASE(test_xserver_never_comes),
		TEST_CASE(test_wayland_is_answered_at_once),
		TEST_CASE(test_unrecorded_session_is_not_waited_for_long),
		TEST_CASE(test_stale_and_planted_records),
		TEST_CASE(test_closing_session_is_not_served),
		TEST_CASE(test_destroyed_in_the_answer),
		TEST_CASE(test_destroyed_before_the_answer),
		TEST_CASE(test_desktop_is_refused),
		TEST_CASE(test_desktop_is_started),
		TEST_CASE(test_refusal_with_a_session_there),
		TEST_CASE(test_desktop_socket_is_missing),
		TEST_CASE(test_desktop_is_left_alone),
		TEST_CASE(test_nothing_is_left_open),
	};

	log_init("test_session");
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
