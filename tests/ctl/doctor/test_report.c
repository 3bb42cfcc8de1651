/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What doctor says in all: the order, what follows from what, the verdict, and the JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/report.h"
#include "facts/machine.h"
#include "tests/ctl/fake_tree.h"

static struct machine machine;
static struct report report;
static char *text;

/* A machine without anything; each test says what it has. */
static int make_machine(void **state)
{
	int r = scratch_create(state);

	machine_read(&fake_ctl, &machine);
	machine.is_root = true;
	return r;
}

static int drop_machine(void **state)
{
	machine_finish(&machine);
	free(text);
	text = NULL;
	return scratch_remove(state);
}

static void say(enum report_amount amount)
{
	size_t size;

	free(text);
	FILE *out = open_memstream(&text, &size);
	report_make(&machine, &report);
	report_print(&report, amount, NULL, out);
	assert_int_equal(fclose(out), 0);
}

static void expect(const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void expect_not(const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in:\n%s", part, text);
}

/* The number of lines that begin so. */
static unsigned count(const char *start)
{
	unsigned n = 0;

	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		n += strncmp(line, start, strlen(start)) == 0;
	return n;
}

static const struct report_entry *find(const char *name)
{
	for (size_t i = 0; i < report.n_entries; i++)
		if (strcmp(report.entries[i].check->name, name) == 0)
			return &report.entries[i];
	return NULL;
}

static void test_order(void **state)
{
	char last = 'F';

	(void)state;
	say(REPORT_ALL);
	/* FAIL, then warn, then ok, then the verdict. */
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		if (!strchr("Fwo", line[0]))
			break;
		assert_true(strchr("Fwo", line[0]) >= strchr("Fwo", last));
		last = line[0];
	}
	assert_int_equal(last, 'o');
	assert_int_equal(count("NOT READY: "), 1);
}

static void test_amounts(void **state)
{
	(void)state;
	say(REPORT_ALL);
	unsigned ok = count("ok "), failures = count("FAIL");
	assert_true(ok > 0);
	say(REPORT_USUAL);
	assert_int_equal(count("ok "), 0);
	assert_true(count("FAIL") < failures); /* without what follows */
	assert_int_equal(count("NOT READY: "), 1);
	say(REPORT_QUIET);
	assert_int_equal(count("ok "), 0);
	assert_true(count("FAIL") > 0);
	assert_int_equal(count("NOT READY"), 0);
}

/* A wrong user makes many checks fail: one problem, and the names of the others. */
static void test_what_follows(void **state)
{
	(void)state;
	strcpy(machine.config.user, "nosuch");
	machine.has_account = false;
	say(REPORT_USUAL);
	expect("FAIL  user            there is no user nosuch. Fix: gpudesk setup --user NAME\n");
	assert_ptr_equal(find("autologin")->follows, find("user")->check);
	assert_ptr_equal(find("xtest")->follows, find("user")->check);
	assert_null(find("user")->follows);
	assert_ptr_equal(find("wayland")->follows, find("xorg")->check);
	assert_int_equal(count("FAIL  autologin"), 0);
	expect("so also: ");
	expect("autologin, session, password, x, mit-shm");
	unsigned n = report.n_failures;
	assert_int_equal(count("FAIL"), n);
	say(REPORT_ALL);
	assert_int_equal(count("FAIL  autologin"), 1);
	assert_int_equal(report.n_failures, n);
}

/* A warning explains what could not be checked, but no failure. */
static void test_warnings_explain_less(void **state)
{
	(void)state;
	fake_tree_write("/etc/passwd", "exouser:x:1001:1001::/home/exouser:/x\n");
	machine_finish(&machine);
	machine_read(&fake_ctl, &machine);
	machine.has_systemd = true;
	machine.is_root = machine.can_probe = true;
	machine.config.start_desktop = true;
	machine.gdm = (struct gdm_settings){ .autologin_enabled = true, .wayland_off = true };
	strcpy(machine.gdm.autologin_user, machine.config.user);
	say(REPORT_USUAL);
	assert_int_equal(find("session")->finding.result, FINDING_WARN);
	assert_int_equal(find("x")->finding.result, FINDING_WARN);
	assert_non_null(find("x")->follows);
}

static void test_verdicts(void **state)
{
	struct report made = { .n_checks = 7 };

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		size_t size;

		free(text);
		FILE *out = open_memstream(&text, &size);
		made.n_failures = i > 2 ? i - 2 : 0;
		made.n_warnings = i % 3;
		made.n_entries = i > 0;
		made.entries[0].check = check_at(0);
		made.entries[0].finding.result = i > 2 ? FINDING_FAIL : FINDING_WARN;
		strcpy(made.entries[0].fix, i > 1 ? "reboot" : "");
		report_print(&made, REPORT_USUAL, NULL, out);
		assert_int_equal(fclose(out), 0);
		static const char *const verdicts[] = {
			"READY: 7 checks, no warnings\n",
			"READY: 7 checks, 1 warning\n",
			"READY: 7 checks, 2 warnings; first fix: reboot\n",
			"NOT READY: 1 failure, no warnings; first fix: reboot\n",
			"NOT READY: 2 failures, 1 warning; first fix: reboot\n",
		};
		const char *line = strstr(text, i > 2 ? "NOT READY" : "READY");
		assert_non_null(line);
		assert_string_equal(line, verdicts[i]);
	}
}

/* Without root, many checks need it: one line. */
static void test_the_same_problem_once(void **state)
{
	(void)state;
	machine.is_root = false;
	machine.has_systemd = true;
	say(REPORT_USUAL);
	assert_int_equal(count("warn  firewall"), 0);
	expect("warn  port            not checked: needs root. Fix: sudo gpudesk doctor\n");
	expect("so also: firewall");
	expect_not("firewall        not checked");
}

static void test_sudo(void **state)
{
	static const char *const fixes[][2] = {
		{ "systemctl enable --now gpudesk.socket",
		  "sudo systemctl enable --now gpudesk.socket" },
		{ "systemctl unmask a; systemctl enable --now a",
		  "sudo systemctl unmask a; sudo systemctl enable --now a" },
		{ "reinstall gpudesk, then: systemctl daemon-reload",
		  "reinstall gpudesk, then: sudo systemctl daemon-reload" },
		{ "sudo gpudesk doctor", "sudo gpudesk doctor" },
		{ "gpudesk setup", "sudo gpudesk setup" },
		{ "gpudesk passwd --user x", "sudo gpudesk passwd --user x" },
		{ "install docker, or: systemctl edit gpudesk.socket",
		  "install docker, or: sudo systemctl edit gpudesk.socket" },
		{ "ls -l /etc/gpudesk.conf", "ls -l /etc/gpudesk.conf" },
		{ "set DefaultDepth 24 in xorg.conf", "set DefaultDepth 24 in xorg.conf" },
		{ "echo systemctl", "echo systemctl" },
		{ "", "" },
	};
	char long_fix[FINDING_FIX_MAX], fix[REPORT_FIX_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(fixes) / sizeof(*fixes); i++) {
		report_add_sudo(fixes[i][0], fix);
		assert_string_equal(fix, fixes[i][1]);
	}
	for (size_t i = 0; i < sizeof(long_fix) - 1; i++)
		long_fix[i] = "rm ; "[i % 5];
	long_fix[sizeof(long_fix) - 1] = '\0';
	report_add_sudo(long_fix, fix);
	assert_true(strlen(fix) < sizeof(fix));
}

static void test_colours(void **state)
{
	(void)state;
	say(REPORT_ALL);
	expect_not("\33");
}

static void test_json(void **state)
{
	(void)state;
	machine.has_account = false;
	report_make(&machine, &report);
	json_t *root = report_json(&report);
	assert_non_null(root);
	assert_int_equal(json_integer_value(json_object_get(root, "schema")), REPORT_SCHEMA);
	assert_true(json_is_integer(json_object_get(root, "time")));
	assert_true(json_is_false(json_object_get(root, "ready")));
	assert_int_equal(json_integer_value(json_object_get(root, "failures")), report.n_failures);
	assert_int_equal(json_integer_value(json_object_get(root, "warnings")), report.n_warnings);
	assert_int_equal(json_array_size(json_object_get(root, "findings")), report.n_entries);
	const json_t *first = json_array_get(json_object_get(root, "findings"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "check")), "config");
	assert_string_equal(json_string_value(json_object_get(first, "result")), "ok");
	assert_true(json_is_null(json_object_get(first, "fix")));
	assert_true(json_is_null(json_object_get(first, "follows")));
	json_decref(root);
}

int main(void)
{
#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, make_machine, drop_machine)
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(test_order),	 WITH_MACHINE(test_amounts),
		WITH_MACHINE(test_what_follows), WITH_MACHINE(test_warnings_explain_less),
		WITH_MACHINE(test_verdicts),	 WITH_MACHINE(test_the_same_problem_once),
		WITH_MACHINE(test_sudo),	 WITH_MACHINE(test_colours),
		WITH_MACHINE(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
