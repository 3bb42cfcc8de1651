/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a session is over, with the machine's logind, if it has one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/session_record.h"
#include "session/session_watch.h"
#include "tests/support/scratch.h"

static void not_called(const char *reason, void *userdata)
{
	(void)userdata;
	fail_msg("over: %s", reason);
}

static void test_over(void **state)
{
	struct session_record record = { .uid = getuid() };
	struct session_watch watch = { 0 };
	sd_event *event;

	strcpy(record.user, "exouser");
	strcpy(record.session, "no-such-session");
	strcpy(record.type, "x11");
	assert_int_equal(scratch_create(state), 0);
	assert_true(sd_event_new(&event) >= 0);
	assert_null(session_watch_over_reason(&watch));
	/* Fails without logind; session_watch_over_reason() works all the same. */
	(void)session_watch_start(&watch, event, scratch_directory, getuid(), record.session,
				  not_called, NULL);
	assert_string_equal(session_watch_over_reason(&watch), "its record is gone");
	assert_int_equal(session_record_store(scratch_directory, &record), 0);
	/* recorded, and logind does not know it */
	assert_non_null(session_watch_over_reason(&watch));
	session_watch_stop(&watch);
	assert_null(session_watch_over_reason(&watch));
	sd_event_unref(event);
	scratch_remove(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_over) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
