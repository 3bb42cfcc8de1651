/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/config.h"
#include "desktop/stop_decision.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOW (100 * HOUR)

enum who { NOBODY, OWN = 1, OTHER = 2, AWAY = 4, GREETER = 8, LOCK = 16, WAYLAND = 32 };

/* Stopping may lose a user's unsaved work: every row is a promise. */
static const struct {
	const char *name;
	uint64_t timeout;
	enum scraper_state scraper;
	bool used;
	unsigned n_viewers;
	uint64_t left;
	enum manager_state manager;
	unsigned who;
	enum stop_action action;
	uint64_t again;
	const char *word; /* a word that the text must have */
} rows[] = {
	{ "nobody for an hour", HOUR, SCRAPER_GONE, true, 0, NOW - HOUR, MANAGER_RUNNING, OWN,
	  STOP_DO_STOP, 0, "exouser" },
	{ "no word of the last scraper", HOUR, SCRAPER_GONE, false, 0, 0, MANAGER_RUNNING, OWN,
	  STOP_DO_STOP, 0, "desktop_timeout has passed" },
	{ "login screen", HOUR, SCRAPER_GONE, true, 0, NOW - HOUR, MANAGER_RUNNING, GREETER,
	  STOP_DO_STOP, 0, "exouser" },
	{ "at once", 0, SCRAPER_GONE, true, 0, NOW, MANAGER_RUNNING, OWN, STOP_DO_STOP, 0,
	  "exouser" },
	{ "never", CONFIG_NEVER, SCRAPER_GONE, true, 0, 0, MANAGER_RUNNING, OWN, STOP_DO_NOTHING, 0,
	  "never" },
	/* viewers */
	{ "viewers", HOUR, SCRAPER_RUNS, true, 2, 0, MANAGER_RUNNING, OWN, STOP_DO_NOTHING, 0,
	  "a viewer has connected" },
	{ "a viewer who has just left", HOUR, SCRAPER_RUNS, true, 0, NOW - SECOND, MANAGER_RUNNING,
	  OWN, STOP_DO_NOTHING, 0, "a viewer has connected" },
	{ "a stranger", HOUR, SCRAPER_RUNS, false, 0, 0, MANAGER_RUNNING, OWN, STOP_DO_STOP, 0,
	  "exouser" },
	{ "a scraper that ends", HOUR, SCRAPER_ENDS, true, 0, NOW - HOUR, MANAGER_RUNNING, OWN,
	  STOP_DO_RETRY, 2 * SECOND, "disconnecting" },
	{ "a viewer was there meanwhile", HOUR, SCRAPER_GONE, true, 0, NOW - 20 * MINUTE,
	  MANAGER_RUNNING, OWN, STOP_DO_RETRY, 40 * MINUTE, "meanwhile" },
	/* users present in another way */
	{ "somebody at the machine", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_RUNNING, OWN | OTHER,
	  STOP_DO_RETRY, HOUR, "alice is logged in at the machine (session 5)" },
	{ "somebody by ssh", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_RUNNING, OWN | AWAY,
	  STOP_DO_RETRY, HOUR, "bob is logged in (session 7)" },
	{ "somebody by ssh, login screen", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_RUNNING,
	  GREETER | AWAY, STOP_DO_RETRY, HOUR, "bob" },
	{ "a Wayland session", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_RUNNING, OWN | WAYLAND,
	  STOP_DO_RETRY, HOUR, "exouser has a Wayland session" },
	{ "a lock", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_RUNNING, OWN | LOCK, STOP_DO_RETRY,
	  HOUR, "train.py holds an inhibitor lock (epoch 3)" },
	{ "a lock, a short time", SECOND, SCRAPER_GONE, true, 0, 0, MANAGER_RUNNING, OWN | LOCK,
	  STOP_DO_RETRY, MINUTE, "train.py" },
	/* the display manager */
	{ "starting", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_STARTING, NOBODY, STOP_DO_RETRY,
	  MINUTE, "starting" },
	{ "stopping", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_STOPPING, OWN, STOP_DO_NOTHING, 0,
	  "no display manager" },
	{ "stopped", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_STOPPED, NOBODY, STOP_DO_NOTHING, 0,
	  "no display manager" },
	{ "failed", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_FAILED, NOBODY, STOP_DO_NOTHING, 0,
	  "no display manager" },
	{ "missing", HOUR, SCRAPER_GONE, true, 0, 0, MANAGER_MISSING, OWN, STOP_DO_NOTHING, 0,
	  "no display manager" },
};

static void set_who(struct stop_facts *facts, unsigned who)
{
	memset(&facts->sessions, 0, sizeof(facts->sessions));
	memset(&facts->inhibitor, 0, sizeof(facts->inhibitor));
	facts->sessions.greeter = who & GREETER;
	facts->sessions.own_unseen = who & WAYLAND;
	if (who & OWN)
		strcpy(facts->sessions.own, "3");
	if (who & OTHER) {
		strcpy(facts->sessions.other, "5");
		strcpy(facts->sessions.other_user, "alice");
	}
	if (who & AWAY) {
		strcpy(facts->sessions.away, "7");
		strcpy(facts->sessions.away_user, "bob");
	}
	if (who & LOCK) {
		strcpy(facts->inhibitor.who, "train.py");
		strcpy(facts->inhibitor.why, "epoch 3");
	}
}

static struct stop_facts facts_of_row(size_t i)
{
	struct stop_facts facts = {
		.user = "exouser",
		.desktop_timeout = rows[i].timeout,
		.listening = true,
		.scraper = rows[i].scraper,
		.viewers = { rows[i].used, rows[i].n_viewers, rows[i].left },
		.now = NOW,
		.manager = rows[i].manager,
		.unit = rows[i].manager == MANAGER_MISSING ? "" : "gdm.service",
	};

	set_who(&facts, rows[i].who);
	return facts;
}

static void test_every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stop_facts facts = facts_of_row(i);
		char text[DECISION_TEXT_MAX];
		uint64_t again = 0;
		enum stop_action action;

		memset(text, '?', sizeof(text));
		action = stop_decide(&facts, text, &again);
		if (action != rows[i].action || !strstr(text, rows[i].word) ||
		    (action == STOP_DO_RETRY && again != rows[i].again))
			fail_msg("%s: action %d, wanted %d; again in %llu s; text: %s",
				 rows[i].name, (int)action, (int)rows[i].action,
				 (unsigned long long)(again / SECOND), text);
	}
}

/* A desktop that no connection could start again is never stopped. */
static void test_not_without_the_socket(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stop_facts facts = facts_of_row(i);
		char text[DECISION_TEXT_MAX];
		uint64_t again;

		facts.listening = false;
		assert_int_equal(stop_decide(&facts, text, &again), STOP_DO_NOTHING);
	}
}

/* It is stopped only if it runs, without viewers, and without other users. */
static void test_nobody_is_disturbed(void **state)
{
	static const struct scraper_status viewers[] = {
		{ 0 }, { true, 1, 0 }, { true, 0, NOW - HOUR }, { true, 0, NOW }
	};
	unsigned n_stopped = 0;

	(void)state;
	for (unsigned i = 0; i < 6 * 3 * 4 * 64 * 2; i++) {
		struct stop_facts facts = {
			.user = "exouser", .unit = "gdm.service", .listening = true, .now = NOW
		};
		char text[DECISION_TEXT_MAX];
		unsigned rest = i, who;
		uint64_t again = 0;
		enum stop_action action;

		facts.manager = (enum manager_state)(rest % 6), rest /= 6;
		facts.scraper = (enum scraper_state)(rest % 3), rest /= 3;
		facts.viewers = viewers[rest % 4], rest /= 4;
		who = rest % 64, rest /= 64;
		facts.desktop_timeout = rest ? HOUR : CONFIG_NEVER;
		set_who(&facts, who);

		action = stop_decide(&facts, text, &again);
		assert_true(action != STOP_DO_RETRY || again >= STOP_RETRY_SOON);
		if (action != STOP_DO_STOP)
			continue;
		n_stopped++;
		assert_int_equal(facts.manager, MANAGER_RUNNING);
		assert_true(facts.scraper == SCRAPER_GONE ||
			    (facts.scraper == SCRAPER_RUNS && !facts.viewers.used));
		assert_int_equal(who & (OTHER | AWAY | LOCK | WAYLAND), 0);
		assert_true(facts.desktop_timeout == HOUR);
		assert_true(facts.viewers.n_viewers == 0 && facts.viewers.left < NOW);
	}
	assert_int_equal(n_stopped, 3 /* viewers, or a stranger */ * 4 /* own, greeter */);
}

static void test_delay(void **state)
{
	static const struct {
		uint64_t timeout;
		struct scraper_status viewers;
		uint64_t delay;
	} delays[] = {
		{ HOUR, { true, 0, NOW - 10 * MINUTE }, 50 * MINUTE },
		{ HOUR, { true, 0, NOW }, HOUR },
		{ HOUR, { true, 0, NOW - HOUR + 1 }, 1 },
		{ HOUR, { true, 0, NOW - HOUR }, 0 },
		{ HOUR, { true, 0, 0 }, 0 },
		{ 0, { true, 0, NOW }, 0 },
		/* cut off, or an impossible time */
		{ HOUR, { true, 3, 0 }, HOUR },
		{ HOUR, { true, 0, NOW + HOUR }, HOUR },
		{ HOUR, { 0 }, CONFIG_NEVER },
		{ 0, { 0 }, CONFIG_NEVER },
		{ CONFIG_NEVER, { true, 0, 0 }, CONFIG_NEVER },
		{ CONFIG_NEVER, { true, 1, 0 }, CONFIG_NEVER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		uint64_t delay = stop_delay(delays[i].timeout, &delays[i].viewers, NOW);

		if (delay != delays[i].delay)
			fail_msg("row %zu: %llu µs", i, (unsigned long long)delay);
	}
}

static void test_long_names_are_cut(void **state)
{
	char name[2 * DECISION_TEXT_MAX], text[DECISION_TEXT_MAX];
	struct stop_facts facts = { .user = name, .unit = name, .listening = true };
	uint64_t again;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int manager = MANAGER_MISSING; manager <= MANAGER_FAILED; manager++) {
		facts.manager = (enum manager_state)manager;
		stop_decide(&facts, text, &again);
		assert_true(strnlen(text, sizeof(text)) < sizeof(text));
	}
}

static void test_locks(void **state)
{
	static const struct {
		const char *what, *mode;
		bool counts;
	} locks[] = {
		{ "idle", "block", true },
		{ "sleep", "block", true },
		{ "shutdown:sleep:idle", "block", true },
		{ "sleep:shutdown", "block", true },
		{ "idle", "block-weak", true },
		/* what a desktop's daemons hold */
		{ "sleep", "delay", false },
		{ "shutdown:sleep:idle", "delay", false },
		{ "handle-power-key:handle-suspend-key:handle-hibernate-key", "block", false },
		{ "handle-lid-switch", "block", false },
		{ "shutdown", "block", false },
		{ "shutdown", "delay", false },
		/* no such words */
		{ "", "block", false },
		{ "idler:sleepy:id:sle", "block", false },
		{ "idle", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(locks) / sizeof(locks[0]); i++)
		if (inhibitor_counts(locks[i].what, locks[i].mode) != locks[i].counts)
			fail_msg("%s, %s", locks[i].what, locks[i].mode);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_not_without_the_socket),
		cmocka_unit_test(test_nobody_is_disturbed),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_locks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
