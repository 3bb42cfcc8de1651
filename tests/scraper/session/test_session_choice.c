/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which session is chosen, or why none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "session/session_choice.h"

enum { ME = 1001, OTHER = 1002 };

static const struct session_survey nothing;
static char reason[SESSION_REASON_MAX];
static size_t chosen;

static struct session_candidate candidate(const char *id, const char *type, const char *opened)
{
	struct session_candidate one = {
		.record = { .user = "exouser", .uid = ME, .leader = 500 },
		.facts = { .known = true, .uid = ME, .leader = 500 },
	};

	(void)snprintf(one.record.session, sizeof(one.record.session), "%s", id);
	(void)snprintf(one.record.type, sizeof(one.record.type), "%s", type);
	(void)snprintf(one.record.opened, sizeof(one.record.opened), "%s", opened);
	return one;
}

static enum session_verdict choose(const struct session_candidate *candidates, size_t n,
				   const struct session_survey *survey)
{
	chosen = 77;
	reason[0] = '\0';
	return session_choose(candidates, n, "exouser", ME, survey, &chosen, reason);
}

static void assert_said(const char *words)
{
	assert_int_equal(chosen, 77);
	if (!strstr(reason, words))
		fail_msg("\"%s\" does not say \"%s\"", reason, words);
}

static void test_the_newest_wins(void **state)
{
	struct session_candidate candidates[] = {
		candidate("4", "x11", "2026-11-22T11:09:13Z"),
		candidate("c2", "x11", "2026-11-22T12:00:00Z"),
		candidate("9", "x11", "2025-12-31T23:59:59Z"),
	};

	(void)state;
	assert_int_equal(choose(candidates, 3, &nothing), SESSION_CHOSEN);
	assert_int_equal(chosen, 1);
	/* of two in one second, the first: it was written last */
	memcpy(candidates[0].record.opened, candidates[1].record.opened,
	       sizeof(candidates[0].record.opened));
	assert_int_equal(choose(candidates, 3, &nothing), SESSION_CHOSEN);
	assert_int_equal(chosen, 0);
	/* a record without a time is older than any */
	candidates[0].record.opened[0] = candidates[1].record.opened[0] = '\0';
	assert_int_equal(choose(candidates, 3, &nothing), SESSION_CHOSEN);
	assert_int_equal(chosen, 2);
}

static void test_stale_ones_are_passed_over(void **state)
{
	struct session_candidate candidates[] = {
		candidate("5", "x11", "2026-11-22T12:00:00Z"),
		candidate("4", "x11", "2026-11-22T11:00:00Z"),
	};

	(void)state;
	candidates[0].facts.known = false;
	assert_int_equal(choose(candidates, 2, &nothing), SESSION_CHOSEN);
	assert_int_equal(chosen, 1);
	candidates[1].facts.closing = true;
	assert_int_equal(choose(candidates, 2, &nothing), SESSION_NONE);
	assert_said("exouser has no graphical session");
	assert_said("(The record of session 5 is stale: ");
	candidates[0].facts.known = true;
	candidates[0].facts.uid = OTHER;
	assert_int_equal(choose(candidates, 2, &nothing), SESSION_NONE);
	candidates[0].facts.uid = ME;
	candidates[0].facts.leader = 501;
	assert_int_equal(choose(candidates, 2, &nothing), SESSION_NONE);
	candidates[0].facts.leader = 0; /* not known */
	assert_int_equal(choose(candidates, 2, &nothing), SESSION_CHOSEN);
	assert_int_equal(chosen, 0);
}

static void test_other_users_do_not_count(void **state)
{
	struct session_candidate candidates[] = {
		candidate("6", "x11", "2026-11-22T12:00:00Z"),
	};

	(void)state;
	candidates[0].record.uid = candidates[0].facts.uid = OTHER;
	assert_int_equal(choose(candidates, 1, &nothing), SESSION_NONE);
	assert_null(strstr(reason, "session 6"));
	/* uids decide, not the name in the record */
	candidates[0].record.uid = candidates[0].facts.uid = ME;
	(void)snprintf(candidates[0].record.user, sizeof(candidates[0].record.user), "somebody");
	assert_int_equal(choose(candidates, 1, &nothing), SESSION_CHOSEN);
}

static void test_wayland(void **state)
{
	struct session_candidate candidates[] = {
		candidate("7", "wayland", "2026-11-22T12:00:00Z"),
		candidate("4", "x11", "2026-11-22T11:00:00Z"),
	};
	struct session_survey survey = nothing;

	(void)state;
	assert_int_equal(choose(candidates, 2, &nothing), SESSION_CHOSEN);
	assert_int_equal(chosen, 1);
	assert_int_equal(choose(candidates, 1, &nothing), SESSION_UNUSABLE);
	assert_said("exouser's session 7 is a Wayland session");
	assert_said("shows X sessions only, not Wayland. Run: sudo gpudesk setup; then restart");
	survey.lacks_x_sessions = true;
	assert_int_equal(choose(candidates, 1, &survey), SESSION_UNUSABLE);
	assert_said("has no X session installed. Install one, such as Xfce's, and run: sudo gpud");
	survey.lacks_xorg = true;
	assert_int_equal(choose(candidates, 1, &survey), SESSION_UNUSABLE);
	assert_said("this machine has no Xorg server. See: sudo gpudesk doctor.");
	/* a stale one explains nothing */
	candidates[0].facts.known = false;
	assert_int_equal(choose(candidates, 1, &nothing), SESSION_NONE);
}

static void test_other_type(void **state)
{
	const struct session_candidate one = candidate("7", "tty", "2026-11-22T12:00:00Z");

	(void)state;
	assert_int_equal(choose(&one, 1, &nothing), SESSION_UNUSABLE);
	assert_said("exouser's session 7 is of type \"tty\"");
}

static void test_why_none(void **state)
{
	struct session_survey survey = { .greeter = true, .greeter_is_gdm = true };

	(void)state;
	assert_int_equal(choose(NULL, 0, &survey), SESSION_NONE);
	assert_said("exouser has no graphical session: GDM shows its login screen. ");
	survey.greeter_is_gdm = false;
	assert_int_equal(choose(NULL, 0, &survey), SESSION_NONE);
	assert_said(": the display manager shows its login screen. ");
	survey.greeter = false;
	assert_int_equal(choose(NULL, 0, &survey), SESSION_NONE);
	assert_said("the display manager does not seem to be running");
	survey.other_user = true;
	assert_int_equal(choose(NULL, 0, &survey), SESSION_NONE);
	assert_said("another user's session is on the screen");
	(void)snprintf(survey.graphical, sizeof(survey.graphical), "12");
	assert_int_equal(choose(NULL, 0, &survey), SESSION_UNRECORDED);
	assert_said("exouser's session 12 has no record");
}

static void test_long_names_fit(void **state)
{
	struct session_candidate one = candidate("", "wayland", "2026-11-22T12:00:00Z");
	struct session_survey survey = { .greeter = true };
	char user[300];

	(void)state;
	memset(user, 'u', sizeof(user) - 1);
	user[sizeof(user) - 1] = '\0';
	memset(one.record.session, 's', sizeof(one.record.session) - 1);
	memset(reason, 'x', sizeof(reason));
	assert_int_equal(session_choose(&one, 1, user, ME, &survey, &chosen, reason),
			 SESSION_UNUSABLE);
	assert_true(strlen(reason) < sizeof(reason));
	one.facts.known = false;
	memset(reason, 'x', sizeof(reason));
	assert_int_equal(session_choose(&one, 1, user, ME, &survey, &chosen, reason), SESSION_NONE);
	assert_true(strlen(reason) < sizeof(reason));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_newest_wins),
		cmocka_unit_test(test_stale_ones_are_passed_over),
		cmocka_unit_test(test_other_users_do_not_count),
		cmocka_unit_test(test_wayland),
		cmocka_unit_test(test_other_type),
		cmocka_unit_test(test_why_none),
		cmocka_unit_test(test_long_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
