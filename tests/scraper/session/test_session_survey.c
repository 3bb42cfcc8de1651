/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A survey without logind, or without sessions: it finds nothing. Real sessions are tested in the
 * virtual machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "session/session_survey.h"
#include "tests/support/scratch.h"

static void test_no_such_process(void **state)
{
	char id[SESSION_ID_MAX] = "untouched";

	(void)state;
	assert_true(logind_session_of_pid(0x7ffffff0, id) < 0);
	assert_string_equal(id, "untouched");
	/* Process 1 is in no session. */
	assert_true(logind_session_of_pid(1, id) < 0);
	assert_string_equal(id, "untouched");
}

static void test_survey_of_nobody(void **state)
{
	struct session_survey survey;

	(void)state;
	memset(&survey, 0xff, sizeof(survey));
	session_survey_take((uid_t)-2, &survey);
	assert_string_equal(survey.graphical, "");
}

static void test_installed_sessions(void **state)
{
	const char *const folders[] = { scratch_path("missing"), scratch_directory, NULL };

	(void)state;
	assert_false(session_survey_has_sessions(folders));
	scratch_write(".desktop", "", 0, 0644);
	scratch_write("xfce.desktop.bak", "", 0, 0644);
	assert_false(session_survey_has_sessions(folders));
	scratch_write("x.desktop", "", 0, 0644);
	assert_true(session_survey_has_sessions(folders));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_such_process),
		cmocka_unit_test(test_survey_of_nobody),
		cmocka_unit_test_setup_teardown(test_installed_sessions, scratch_create,
						scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
