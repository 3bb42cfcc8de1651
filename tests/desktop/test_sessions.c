/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "desktop/sessions.h"

enum { EXOUSER = 1001, ALICE = 1002 };

enum counts_as { NOTHING, OWN, OTHER, AWAY, GREETER };

static const struct {
	struct seat_session session;
	enum counts_as counts;
} rows[] = {
	/* id, user, uid, class, type, state, seat */
	{ { "2", "exouser", EXOUSER, "user", "x11", "active", "seat0" }, OWN },
	{ { "2", "exouser", EXOUSER, "user", "x11", "online", "seat0" }, OWN },
	{ { "2", "exouser", EXOUSER, "user", "x11", "opening", "seat0" }, OWN },
	{ { "2", "exouser", EXOUSER, "user", "wayland", "active", "seat0" }, OWN },
	{ { "2", "exouser", EXOUSER, "user", "x11", "active", "seat1" }, OWN },
	{ { "2", "exouser", EXOUSER, "user-early", "x11", "active", "seat0" }, OWN },
	{ { "2", "exouser", EXOUSER, "user", "x11", NULL, "seat0" }, OWN },
	{ { "2", "exouser", EXOUSER, "user", "tty", "active", "seat0" }, OTHER },
	{ { "2", "exouser", EXOUSER, "user", "unspecified", "active", "seat0" }, OTHER },
	{ { "2", "exouser", EXOUSER, "user", NULL, "opening", "seat0" }, OTHER },
	{ { "4", "alice", ALICE, "user", "x11", "online", "seat0" }, OTHER },
	{ { "4", "alice", ALICE, "user", "tty", "active", "seat0" }, OTHER },
	{ { "4", NULL, ALICE, "user", "wayland", "opening", "seat0" }, OTHER },
	{ { "c1", "gdm", 120, "greeter", "x11", "active", "seat0" }, GREETER },
	{ { "c1", "gdm", 120, "greeter", "wayland", "opening", "seat0" }, GREETER },
	/* over */
	{ { "2", "exouser", EXOUSER, "user", "x11", "closing", "seat0" }, NOTHING },
	{ { "4", "alice", ALICE, "user", "x11", "closing", "seat0" }, NOTHING },
	{ { "c1", "gdm", 120, "greeter", "x11", "closing", "seat0" }, NOTHING },
	/* not at a seat */
	{ { "7", "exouser", EXOUSER, "user", "tty", "active", NULL }, AWAY },
	{ { "7", "exouser", EXOUSER, "user", "x11", "active", "" }, AWAY },
	{ { "8", "alice", ALICE, "user", "x11", "online", NULL }, AWAY },
	{ { "8", "alice", ALICE, "user", NULL, "opening", NULL }, AWAY },
	{ { "8", "alice", ALICE, "user", "tty", "closing", NULL }, NOTHING },
	{ { "8", "alice", ALICE, "background", "unspecified", "active", NULL }, NOTHING },
	{ { "8", "alice", ALICE, "manager", "unspecified", "active", NULL }, NOTHING },
	{ { "c1", "gdm", 120, "greeter", "x11", "active", NULL }, NOTHING },
	/* no session of a person */
	{ { "9", "alice", ALICE, "background", "unspecified", "active", "seat0" }, NOTHING },
	{ { "9", "alice", ALICE, "lock-screen", "x11", "active", "seat0" }, NOTHING },
	{ { "9", "alice", ALICE, "manager", "unspecified", "active", "seat0" }, NOTHING },
	{ { "9", "alice", ALICE, NULL, "x11", "active", "seat0" }, NOTHING },
};

static void test_each_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seat_survey survey = { 0 };
		enum counts_as counts;

		seat_survey_add(&survey, &rows[i].session, EXOUSER);
		counts = survey.own[0]	   ? OWN
			 : survey.other[0] ? OTHER
			 : survey.away[0]  ? AWAY
			 : survey.greeter  ? GREETER
					   : NOTHING;
		if (counts != rows[i].counts)
			fail_msg("row %zu counts as %d", i, (int)counts);
		assert_int_equal(survey.own_unseen,
				 counts == OWN && strcmp(rows[i].session.type, "wayland") == 0);
	}
}

static void test_all_together(void **state)
{
	struct seat_survey survey = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		seat_survey_add(&survey, &rows[i].session, EXOUSER);
	assert_string_equal(survey.own, "2");
	assert_string_equal(survey.other, "4");
	assert_string_equal(survey.other_user, "?");
	assert_string_equal(survey.away, "8");
	assert_string_equal(survey.away_user, "alice");
	assert_true(survey.greeter);
	assert_true(survey.own_unseen);
}

static void test_long_id_is_cut(void **state)
{
	char id[2 * SESSION_NAME_MAX];
	struct seat_survey survey = { 0 };
	struct seat_session session = rows[0].session;

	(void)state;
	memset(id, 'i', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	session.id = id;
	seat_survey_add(&survey, &session, EXOUSER);
	assert_int_equal(strlen(survey.own), SESSION_NAME_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_alone),
		cmocka_unit_test(test_all_together),
		cmocka_unit_test(test_long_id_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
