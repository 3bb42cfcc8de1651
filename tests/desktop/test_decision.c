/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desktop/decision.h"
#include "desktop/manager.h"

#define SECONDS UINT64_C(1000000)

/* What is started or restarted is a user's only desktop: every row is a promise. */
static const struct {
	const char *name;
	enum manager_state manager;
	uint64_t age;
	enum autologin autologin;
	bool greeter, own, other, start_desktop;
	enum desktop_action action;
	const char *word; /* a word that the text must have */
} rows[] = {
	/* name, state, age, autologin, greeter, own, other, start_desktop, action, word */
	{ "stopped", MANAGER_STOPPED, 0, AUTOLOGIN_ON, 0, 0, 0, 1, DESKTOP_DO_START,
	  "gdm.service" },
	{ "stopped, no autologin", MANAGER_STOPPED, 0, AUTOLOGIN_OFF, 0, 0, 0, 1, DESKTOP_DO_START,
	  "was not running" },
	{ "stopped, not GDM", MANAGER_STOPPED, 0, AUTOLOGIN_UNKNOWN, 0, 0, 0, 1, DESKTOP_DO_START,
	  "was not running" },
	{ "stopped, not allowed", MANAGER_STOPPED, 0, AUTOLOGIN_ON, 0, 0, 0, 0, DESKTOP_SAY_REFUSED,
	  "systemctl start gdm.service" },
	{ "stopped, somebody at the console", MANAGER_STOPPED, 0, AUTOLOGIN_ON, 0, 0, 1, 1,
	  DESKTOP_SAY_REFUSED, "alice" },
	{ "stopped, own session left", MANAGER_STOPPED, 0, AUTOLOGIN_ON, 0, 1, 0, 1,
	  DESKTOP_SAY_RUNNING, "session 3" },
	{ "failed just now", MANAGER_FAILED, DESKTOP_GRACE - 1, AUTOLOGIN_ON, 0, 0, 0, 1,
	  DESKTOP_SAY_REFUSED, "journalctl" },
	{ "failed a while ago", MANAGER_FAILED, DESKTOP_GRACE, AUTOLOGIN_ON, 0, 0, 0, 1,
	  DESKTOP_DO_START, "was not running" },
	{ "failed, not allowed", MANAGER_FAILED, DESKTOP_GRACE, AUTOLOGIN_ON, 0, 0, 0, 0,
	  DESKTOP_SAY_REFUSED, "start_desktop = no" },
	{ "starting", MANAGER_STARTING, 0, AUTOLOGIN_ON, 0, 0, 0, 1, DESKTOP_SAY_STARTING,
	  "starting" },
	{ "starting by itself", MANAGER_STARTING, 0, AUTOLOGIN_OFF, 0, 0, 0, 0,
	  DESKTOP_SAY_STARTING, "starting" },
	{ "stopping", MANAGER_STOPPING, 0, AUTOLOGIN_ON, 0, 0, 0, 1, DESKTOP_SAY_STARTING,
	  "is being stopped" },
	{ "stopping, not allowed", MANAGER_STOPPING, 0, AUTOLOGIN_ON, 0, 0, 0, 0,
	  DESKTOP_SAY_REFUSED, "start_desktop = no" },
	{ "stopping, somebody at the console", MANAGER_STOPPING, 0, AUTOLOGIN_ON, 0, 0, 1, 1,
	  DESKTOP_SAY_REFUSED, "alice" },
	{ "missing", MANAGER_MISSING, 0, AUTOLOGIN_UNKNOWN, 0, 0, 0, 1, DESKTOP_SAY_REFUSED,
	  "no display manager" },
	{ "missing, but startx", MANAGER_MISSING, 0, AUTOLOGIN_UNKNOWN, 0, 1, 0, 1,
	  DESKTOP_SAY_RUNNING, "session 3" },
	{ "login under way", MANAGER_RUNNING, DESKTOP_GRACE - 1, AUTOLOGIN_ON, 1, 0, 0, 1,
	  DESKTOP_SAY_STARTING, "just started" },
	{ "login under way by itself", MANAGER_RUNNING, DESKTOP_GRACE - 1, AUTOLOGIN_ON, 0, 0, 0, 0,
	  DESKTOP_SAY_STARTING, "just started" },
	{ "login may be under way", MANAGER_RUNNING, 0, AUTOLOGIN_UNKNOWN, 0, 0, 0, 1,
	  DESKTOP_SAY_STARTING, "just started" },
	{ "nobody will log in", MANAGER_RUNNING, 0, AUTOLOGIN_OFF, 1, 0, 0, 1, DESKTOP_SAY_REFUSED,
	  "AutomaticLogin=exouser in /etc/gdm3/daemon.conf" },
	{ "greeter after a logout", MANAGER_RUNNING, DESKTOP_GRACE, AUTOLOGIN_ON, 1, 0, 0, 1,
	  DESKTOP_DO_RESTART, "login screen" },
	{ "nothing at all", MANAGER_RUNNING, DESKTOP_GRACE, AUTOLOGIN_ON, 0, 0, 0, 1,
	  DESKTOP_DO_RESTART, "no desktop" },
	{ "greeter, not allowed", MANAGER_RUNNING, DESKTOP_GRACE, AUTOLOGIN_ON, 1, 0, 0, 0,
	  DESKTOP_SAY_REFUSED, "systemctl restart gdm.service" },
	{ "greeter, no autologin", MANAGER_RUNNING, 3600 * SECONDS, AUTOLOGIN_OFF, 1, 0, 0, 1,
	  DESKTOP_SAY_REFUSED, "Log in there as exouser" },
	{ "greeter, not GDM", MANAGER_RUNNING, DESKTOP_GRACE, AUTOLOGIN_UNKNOWN, 1, 0, 0, 1,
	  DESKTOP_SAY_REFUSED, "login screen" },
	{ "greeter, another's desktop", MANAGER_RUNNING, 3600 * SECONDS, AUTOLOGIN_ON, 1, 0, 1, 1,
	  DESKTOP_SAY_REFUSED, "alice" },
	{ "another's desktop coming up", MANAGER_RUNNING, 0, AUTOLOGIN_ON, 0, 0, 1, 1,
	  DESKTOP_SAY_REFUSED, "alice" },
	{ "own desktop", MANAGER_RUNNING, 3600 * SECONDS, AUTOLOGIN_ON, 0, 1, 0, 1,
	  DESKTOP_SAY_RUNNING, "session 3" },
	{ "own desktop and another's", MANAGER_RUNNING, 3600 * SECONDS, AUTOLOGIN_ON, 0, 1, 1, 1,
	  DESKTOP_SAY_RUNNING, "session 3" },
	{ "own desktop, behind a greeter", MANAGER_RUNNING, 3600 * SECONDS, AUTOLOGIN_ON, 1, 1, 0,
	  0, DESKTOP_SAY_RUNNING, "session 3" },
};

static void decide_row(size_t i, char text[static DECISION_TEXT_MAX], enum desktop_action *ret)
{
	struct desktop_facts facts = {
		.user = "exouser",
		.config_path = "/etc/gpudesk.conf",
		.start_desktop = rows[i].start_desktop,
		.manager = rows[i].manager,
		.manager_age = rows[i].age,
		.unit = rows[i].manager == MANAGER_MISSING ? "" : "gdm.service",
		.autologin = rows[i].autologin,
		.autologin_path = "/etc/gdm3/daemon.conf",
		.seats = { .greeter = rows[i].greeter },
	};

	if (rows[i].own)
		strcpy(facts.seats.own, "3");
	if (rows[i].other) {
		strcpy(facts.seats.other, "5");
		strcpy(facts.seats.other_user, "alice");
	}
	memset(text, '?', DECISION_TEXT_MAX);
	*ret = desktop_decide(&facts, text);
}

static void test_every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[DECISION_TEXT_MAX];
		enum desktop_action action;

		decide_row(i, text, &action);
		if (action != rows[i].action || !strstr(text, rows[i].word))
			fail_msg("%s: action %d, wanted %d; text: %s", rows[i].name, (int)action,
				 (int)rows[i].action, text);
	}
}

/* Nothing is ever done while any user has a session at a seat. */
static void test_sessions_are_never_disturbed(void **state)
{
	struct desktop_facts facts = {
		.user = "exouser", .config_path = "", .unit = "gdm.service", .autologin_path = ""
	};

	(void)state;
	for (unsigned i = 0; i < 6 * 3 * 2 * 2 * 3; i++) {
		char text[DECISION_TEXT_MAX];
		unsigned rest = i, who;
		enum desktop_action action;

		facts.manager = (enum manager_state)(rest % 6), rest /= 6;
		facts.autologin = (enum autologin)(rest % 3), rest /= 3;
		facts.start_desktop = rest % 2, rest /= 2;
		facts.manager_age = rest % 2 ? 0 : 3600 * SECONDS, rest /= 2;
		who = rest % 3;
		facts.seats = (struct seat_survey){ .greeter = i % 5 == 0 };
		snprintf(facts.seats.own, sizeof(facts.seats.own), "%s", who != 1 ? "3" : "");
		snprintf(facts.seats.other, sizeof(facts.seats.other), "%s", who != 0 ? "5" : "");

		action = desktop_decide(&facts, text);
		assert_int_not_equal(action, DESKTOP_DO_START);
		assert_int_not_equal(action, DESKTOP_DO_RESTART);
	}
}

/* Without start_desktop = yes nothing is done. */
static void test_not_allowed_means_not_done(void **state)
{
	struct desktop_facts facts = {
		.user = "exouser", .config_path = "", .unit = "gdm.service", .autologin_path = ""
	};

	(void)state;
	for (unsigned i = 0; i < 6 * 3 * 2 * 2; i++) {
		char text[DECISION_TEXT_MAX];
		enum desktop_action action;

		facts.manager = (enum manager_state)(i % 6);
		facts.autologin = (enum autologin)(i / 6 % 3);
		facts.manager_age = i / 18 % 2 ? 0 : 3600 * SECONDS;
		facts.seats.greeter = i / 36 % 2;
		action = desktop_decide(&facts, text);
		assert_int_not_equal(action, DESKTOP_DO_START);
		assert_int_not_equal(action, DESKTOP_DO_RESTART);
	}
}

static void test_long_names_are_cut(void **state)
{
	char name[2 * DECISION_TEXT_MAX], text[DECISION_TEXT_MAX];
	struct desktop_facts facts = {
		.user = name, .config_path = name, .unit = name, .autologin_path = name
	};

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int manager = MANAGER_MISSING; manager <= MANAGER_FAILED; manager++) {
		facts.manager = (enum manager_state)manager;
		desktop_decide(&facts, text);
		assert_true(strnlen(text, sizeof(text)) < sizeof(text));
	}
}

static void test_states_of_systemd(void **state)
{
	(void)state;
	assert_int_equal(manager_state_from_text("active"), MANAGER_RUNNING);
	assert_int_equal(manager_state_from_text("reloading"), MANAGER_RUNNING);
	assert_int_equal(manager_state_from_text("activating"), MANAGER_STARTING);
	assert_int_equal(manager_state_from_text("deactivating"), MANAGER_STOPPING);
	assert_int_equal(manager_state_from_text("failed"), MANAGER_FAILED);
	assert_int_equal(manager_state_from_text("inactive"), MANAGER_STOPPED);
	assert_int_equal(manager_state_from_text(""), MANAGER_STOPPED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_sessions_are_never_disturbed),
		cmocka_unit_test(test_not_allowed_means_not_done),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_states_of_systemd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
