/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd's units and jobs, against another process that says on D-Bus what systemd would. The unit
 * a test names says what becomes of it.
 */
#include "common/unit_jobs.h"
#include "common/units.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG_TEXT                                                                                  \
	"/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"   \
	"567890"

/* ---- systemd ---- */

static struct {
	bool is_subscribed;
	unsigned n_timers, n_busy; /* UnitExists is still to be said this often */
	char last_mode[32];
} systemd;

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static int refuse(sd_bus_message *call, const char *error)
{
	return sd_bus_reply_method_errorf(call, error, "%s!", sd_bus_message_get_member(call));
}

/* "/unit/NAME", its dots made underscores. */
static int load_unit(sd_bus_message *call)
{
	const char *name;
	char path[300];

	sd_bus_message_read(call, "s", &name);
	snprintf(path, sizeof(path), "/unit/%s", name);
	for (char *c = path; *c; c++)
		if (*c == '.')
			*c = '_';
	return sd_bus_reply_method_return(call, "o", path);
}

static int reply_text(sd_bus_message *call, const char *text)
{
	return sd_bus_reply_method_return(call, "v", "s", text);
}

static int get_property(sd_bus_message *call)
{
	static const char *const texts[][2] = {
		{ "LoadState", "loaded" },   { "ActiveState", "active" },
		{ "SubState", "running" },   { "UnitFileState", "enabled-runtime" },
		{ "FragmentPath", "/unit" }, { "StatusText", LONG_TEXT },
		{ "JobType", "stop" },
	};
	const char *path = sd_bus_message_get_path(call), *interface, *property;

	sd_bus_message_read(call, "ss", &interface, &property);
	if (is(path, "/unit/mute_service"))
		return refuse(call, SD_BUS_ERROR_ACCESS_DENIED);
	if (is(path, "/unit/missing_service") && is(property, "LoadState"))
		return reply_text(call, "not-found");
	if (is(property, "Id"))
		return reply_text(call, is(path, "/unit/x_socket") ? "x.socket" : "own.service");
	if (is(property, "StateChangeTimestamp"))
		return sd_bus_reply_method_return(call, "v", "t", UINT64_C(1111));
	if (is(property, "NeedDaemonReload"))
		return sd_bus_reply_method_return(call, "v", "b", is(path, "/unit/x_socket"));
	if (is(property, "StateChangeTimestampMonotonic"))
		return sd_bus_reply_method_return(call, "v", "t", UINT64_C(222));
	if (is(property, "MainPID") && is(interface, SYSTEMD_SERVICE ".Service"))
		return sd_bus_reply_method_return(call, "v", "u", 333);
	if (is(property, "Job"))
		return sd_bus_reply_method_return(call, "v", "(uo)",
						  is(path, "/unit/x_socket") ? 0 : 1, "/job/1");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (is(property, texts[i][0]))
			return reply_text(call, texts[i][1]);
	return refuse(call, SD_BUS_ERROR_UNKNOWN_PROPERTY);
}

static int say_removed(sd_bus *bus, const char *path, const char *name, const char *result)
{
	sd_bus_message *signal = NULL;
	int r = sd_bus_message_new_signal(bus, &signal, SYSTEMD_PATH, SYSTEMD_MANAGER,
					  "JobRemoved");

	if (r >= 0)
		r = sd_bus_message_append(signal, "uoss", 1, path, name, result);
	if (r >= 0)
		r = sd_bus_message_set_sender(signal, SYSTEMD_SERVICE);
	if (r >= 0)
		r = sd_bus_send(bus, signal, NULL);
	sd_bus_message_unref(signal);
	return r;
}

/* Its end is told before its beginning, as of a job that is quick, and after that of another one.
 */
static int run_job(sd_bus_message *call)
{
	sd_bus *bus = sd_bus_message_get_bus(call);
	const char *name, *mode, *result = "done";

	sd_bus_message_read(call, "ss", &name, &mode);
	snprintf(systemd.last_mode, sizeof(systemd.last_mode), "%s", mode);
	if (is(name, "none.service") || is(name, "timer.timer"))
		return refuse(call, SYSTEMD_SERVICE ".NoSuchUnit");
	if (is(name, "bad.service"))
		result = "failed";
	if (is(name, "skipped.service"))
		result = "skipped";
	if (systemd.is_subscribed) {
		say_removed(bus, "/job/2", "other.service", "canceled");
		say_removed(bus, "/job/1", name, result);
	}
	return sd_bus_reply_method_return(call, "o", "/job/1");
}

/* Of systemd 239; and the name is free only after a while. */
static int start_timer(sd_bus_message *call)
{
	const char *name, *mode, *property, *text;
	uint64_t number;
	int is_set;

	if (sd_bus_message_read(call, "ss", &name, &mode) < 0 ||
	    sd_bus_message_enter_container(call, 'a', "(sv)") < 0 ||
	    sd_bus_message_read(call, "(sv)(sv)(sv)", &property, "s", &text, &property, "t",
				&number, &property, "b", &is_set) < 0 ||
	    sd_bus_message_enter_container(call, 'r', "sv") < 0 ||
	    sd_bus_message_read(call, "s", &property) < 0)
		return refuse(call, SD_BUS_ERROR_INVALID_ARGS);
	if (is(name, "refused.timer"))
		return refuse(call, SD_BUS_ERROR_ACCESS_DENIED);
	if (is(property, "TimersMonotonic"))
		return refuse(call, SD_BUS_ERROR_PROPERTY_READ_ONLY);
	if (sd_bus_message_read(call, "v", "t", &number) < 0 || number != 77 || is_set ||
	    !is(property, "OnActiveSec") || !is(text, "What for") || !is(mode, "fail"))
		return refuse(call, SD_BUS_ERROR_INVALID_ARGS);
	if (systemd.n_busy > 0) {
		systemd.n_busy--;
		return refuse(call, SYSTEMD_SERVICE ".UnitExists");
	}
	return sd_bus_reply_method_return(call, "o", "/job/3");
}

static int subscribe(sd_bus_message *call)
{
	if (systemd.is_subscribed)
		return refuse(call, SYSTEMD_SERVICE ".AlreadySubscribed");
	systemd.is_subscribed = true;
	return sd_bus_reply_method_return(call, "");
}

static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	const char *member = sd_bus_message_get_member(call);

	(void)userdata;
	(void)error;
	if (!sd_bus_message_is_method_call(call, NULL, NULL))
		return 0;
	if (is(member, "LoadUnit"))
		return load_unit(call);
	if (is(member, "Get"))
		return get_property(call);
	if (is(member, "StartUnit") || is(member, "StopUnit") || is(member, "RestartUnit"))
		return run_job(call);
	if (is(member, "StartTransientUnit"))
		return start_timer(call);
	if (is(member, "Subscribe"))
		return subscribe(call);
	/* No call of systemd's: how the last job was to be queued. */
	if (is(member, "GetDefaultTarget"))
		return sd_bus_reply_method_return(
			call, "s", *systemd.last_mode ? systemd.last_mode : "multi-user.target");
	return refuse(call, SD_BUS_ERROR_UNKNOWN_METHOD);
}

static sd_bus *connect_to(int fd, bool is_server)
{
	sd_id128_t id = { .bytes = { 1 } };
	sd_bus *bus = NULL;

	if (sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 ||
	    sd_bus_set_anonymous(bus, 1) < 0 || (is_server && sd_bus_set_server(bus, 1, id) < 0) ||
	    sd_bus_start(bus) < 0)
		abort();
	return bus;
}

__attribute__((noreturn)) static void serve(int fd)
{
	sd_bus *bus = connect_to(fd, true);
	int r = sd_bus_add_filter(bus, NULL, on_call, NULL);

	systemd.n_busy = 2;
	while (r >= 0) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
	}
	sd_bus_unref(bus);
	_exit(0);
}

/* ---- the tests ---- */

static sd_bus *bus;
static sd_bus_error error;
static pid_t server;

static int set_up(void **state)
{
	int ends[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return -1;
	server = fork();
	if (server == 0) {
		close(ends[0]);
		serve(ends[1]);
	}
	close(ends[1]);
	bus = connect_to(ends[0], false);
	return server < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	sd_bus_error_free(&error);
	bus = sd_bus_flush_close_unref(bus);
	return waitpid(server, NULL, 0) == server ? 0 : -1;
}

static void test_a_service(void **state)
{
	struct unit unit;

	(void)state;
	assert_int_equal(units_read(bus, "alias.service", &unit, &error), 0);
	assert_string_equal(unit.name, "own.service");
	assert_string_equal(unit.sub, "running");
	assert_string_equal(unit.fragment, "/unit");
	assert_int_equal(unit.changed, 1111);
	assert_int_equal(unit.changed_monotonic, 222);
	assert_int_equal(unit.main_pid, 333);
	assert_false(unit.needs_reload);
	assert_true(unit_exists(&unit));
	assert_true(unit_is_active(&unit));
	assert_true(unit_is_enabled(&unit));
	assert_int_equal(units_read(bus, "missing.service", &unit, NULL), 0);
	assert_false(unit_exists(&unit));
}

static void test_another_kind(void **state)
{
	struct unit unit;

	(void)state;
	assert_int_equal(units_read(bus, "x.socket", &unit, &error), 0);
	assert_string_equal(unit.name, "x.socket");
	assert_int_equal(unit.main_pid, 0);
	assert_true(unit.needs_reload);
	assert_false(sd_bus_error_is_set(&error));
}

static void test_it_does_not_say(void **state)
{
	struct unit unit = { .name = "before" };
	char text[8] = "before";
	bool stays = true;
	uint64_t usec = 7;

	(void)state;
	assert_int_equal(units_read(bus, "mute.service", &unit, &error), -EACCES);
	assert_string_equal(error.message, "Get!");
	assert_string_equal(unit.name, "before");
	assert_int_equal(units_get_text(bus, "a.service", "Service", "No", text, 8, NULL), -EBADR);
	assert_string_equal(text, "before");
	assert_int_equal(units_get_usec(bus, "a.service", "Service", "No", &usec, NULL), -EBADR);
	assert_int_equal(usec, 7);
	assert_int_equal(units_stays_active(bus, "mute.service", &stays, NULL), -EACCES);
	assert_true(stays);
}

static void test_properties(void **state)
{
	char text[sizeof(LONG_TEXT)];
	uint64_t usec;

	(void)state;
	assert_int_equal(units_get_text(bus, "a.service", "Service", "StatusText", text,
					sizeof(text), &error),
			 0);
	assert_string_equal(text, LONG_TEXT);
	assert_int_equal(units_get_text(bus, "a.service", "Service", "StatusText", text,
					sizeof(text) - 1, &error),
			 0);
	assert_int_equal(strlen(text), sizeof(text) - 2);
	assert_int_equal(
		units_get_usec(bus, "a.service", "Unit", "StateChangeTimestamp", &usec, &error), 0);
	assert_int_equal(usec, 1111);
}

static void test_who_stays(void **state)
{
	bool stays;

	(void)state;
	assert_int_equal(units_stays_active(bus, "x.socket", &stays, &error), 0);
	assert_true(stays);
	assert_int_equal(units_stays_active(bus, "a.socket", &stays, &error), 0);
	assert_false(stays);
}

static void assert_mode(const char *expected)
{
	char mode[UNIT_NAME_MAX];

	assert_int_equal(units_get_default(bus, mode, &error), 0);
	assert_string_equal(mode, expected);
}

static void test_systemd_itself(void **state)
{
	(void)state;
	assert_mode("multi-user.target");
}

static void test_jobs(void **state)
{
	(void)state;
	assert_int_equal(unit_job_run(bus, "StartUnit", "a.service", &error), 0);
	assert_int_equal(unit_job_run(bus, "StopUnit", "skipped.service", &error), 0);
	assert_int_equal(unit_job_run(bus, "RestartUnit", "a.service", &error), 0);
	assert_int_equal(unit_job_run(bus, "StopUnit", "a.service", &error), 0);
	assert_mode("fail");
	assert_false(sd_bus_error_is_set(&error));
}

static void test_jobs_that_fail(void **state)
{
	(void)state;
	assert_true(unit_job_run(bus, "StartUnit", "bad.service", &error) < 0);
	assert_string_equal(error.message, "bad.service: the job ended as 'failed'");
	sd_bus_error_free(&error);
	assert_true(unit_job_run(bus, "StartUnit", "none.service", &error) < 0);
	assert_string_equal(error.message, "StartUnit!");
	sd_bus_error_free(&error);
	assert_true(unit_job_run(bus, "StopUnit", "none.service", &error) < 0);
	assert_true(unit_job_run(bus, "Nonsense", "a.service", NULL) < 0);
}

static void test_nobody_waits(void **state)
{
	(void)state;
	assert_int_equal(unit_job_queue(bus, "StartUnit", "bad.service", &error), 0);
	assert_mode("fail");
	assert_true(unit_job_queue(bus, "StartUnit", "none.service", &error) < 0);
}

static void test_timers(void **state)
{
	char name[UNIT_NAME_MAX];

	(void)state;
	assert_int_equal(unit_job_start_later(bus, "timer", "What for", 77, &error), 0);
	assert_false(sd_bus_error_is_set(&error));
	assert_int_equal(unit_job_start_later(bus, "refused", "What for", 77, &error), -EACCES);
	assert_string_equal(error.message, "StartTransientUnit!");
	memset(name, 'a', sizeof(name));
	name[UNIT_NAME_MAX - sizeof(".timer") + 1] = '\0';
	assert_int_equal(unit_job_start_later(bus, name, "What for", 77, NULL), -ENAMETOOLONG);
}

static void test_it_goes_away(void **state)
{
	struct unit unit;

	(void)state;
	sd_bus_close(bus);
	assert_true(units_read(bus, "a.service", &unit, &error) < 0);
	assert_true(unit_job_run(bus, "StartUnit", "a.service", &error) < 0);
	assert_true(unit_job_start_later(bus, "timer", "What for", 77, &error) < 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_a_service),  TEST(test_another_kind),	  TEST(test_it_does_not_say),
		TEST(test_properties), TEST(test_who_stays),	  TEST(test_systemd_itself),
		TEST(test_jobs),       TEST(test_jobs_that_fail), TEST(test_nobody_waits),
		TEST(test_timers),     TEST(test_it_goes_away),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
