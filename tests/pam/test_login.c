/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which logins are recorded, and what of them: login.c in a real PAM stack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "stack.h"

/*
 * Stock GDM gives no X display and no authority file. PAM_XAUTHDATA, never set, is a pointer to an
 * empty struct; some display managers set it to empty strings.
 */
static void test_a_login_on_stock_gdm(void **state)
{
	pam_handle_t *handle = stack_start_login("2");
	char empty[] = "";
	struct pam_xauth_data nothing = { .name = empty, .data = empty };
	struct session_record record;
	const void *item = NULL;

	(void)state;
	assert_int_equal(pam_get_item(handle, PAM_XAUTHDATA, &item), PAM_SUCCESS);
	assert_non_null(item);
	assert_null(((const struct pam_xauth_data *)item)->name);
	stack_open(handle);
	stack_close(handle);
	assert_int_equal(pam_set_item(handle, PAM_XAUTHDATA, &nothing), PAM_SUCCESS);
	stack_open(handle);
	stack_load("2", &record);
	assert_string_equal(record.user, stack_user());
	assert_int_equal(record.uid, geteuid());
	assert_string_equal(record.session, "2");
	assert_string_equal(record.service, "gdm-autologin");
	assert_string_equal(record.type, "x11");
	assert_string_equal(record.seat, "seat0");
	assert_int_equal(record.vtnr, 2);
	assert_string_equal(record.xauthority, "/run/user/1001/gdm/Xauthority");
	assert_string_equal(record.display, "");
	assert_int_equal(record.leader, getpid());
	stack_close(handle);
	assert_int_equal(stack_count_records(), 0);
	stack_assert_silent();
	stack_end(handle);
}

static void test_opened_is_now_in_utc(void **state)
{
	pam_handle_t *handle = stack_start_login("2");
	struct session_record record;
	char before[32], after[32];
	time_t now = time(NULL);

	(void)state;
	strftime(before, sizeof(before), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	stack_open(handle);
	now = time(NULL);
	strftime(after, sizeof(after), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	stack_load("2", &record);
	assert_true(strcmp(before, record.opened) <= 0 && strcmp(record.opened, after) <= 0);
	stack_end(handle);
}

static void test_the_display_that_pam_names(void **state)
{
	pam_handle_t *handle = stack_start_login("2");
	struct session_record record;

	(void)state;
	assert_int_equal(pam_set_item(handle, PAM_XDISPLAY, ":7"), PAM_SUCCESS);
	assert_int_equal(pam_putenv(handle, "XAUTHORITY=/var/lib/dm/exo user.auth"), PAM_SUCCESS);
	stack_open(handle);
	stack_load("2", &record);
	assert_string_equal(record.display, ":7");
	assert_string_equal(record.xauthority, "/var/lib/dm/exo user.auth");
	stack_assert_silent();
	stack_end(handle);
}

static void test_empty_items_are_unknown(void **state)
{
	static const char *const environment[] = {
		"XDG_SESSION_ID=c1", "XDG_SEAT=",   "XDG_VTNR=",	  "XDG_SESSION_TYPE=",
		"XDG_RUNTIME_DIR=",  "XAUTHORITY=", "XDG_SESSION_CLASS=", NULL
	};
	pam_handle_t *handle;
	struct session_record record;

	(void)state;
	stack_write_service("gdm-password", "", false);
	for (int i = 0; i < 2; i++) {
		static const char *const id_only[] = { "XDG_SESSION_ID=c1", NULL };

		handle = stack_start("gdm-password", stack_user(), i ? environment : id_only);
		assert_int_equal(pam_set_item(handle, PAM_XDISPLAY, i ? "" : NULL), PAM_SUCCESS);
		stack_open(handle);
		stack_load("c1", &record);
		assert_string_equal(record.type, "unspecified");
		assert_string_equal(record.seat, "");
		assert_int_equal(record.vtnr, 0);
		assert_string_equal(record.xauthority, "");
		assert_string_equal(record.display, "");
		stack_close(handle);
		stack_assert_silent();
		stack_end(handle);
	}
}

/* Whoever reads a cookie can open the screen. */
static void test_no_cookie_in_the_record(void **state)
{
	pam_handle_t *handle = stack_start_login("2");
	char name[] = "MIT-MAGIC-COOKIE-1", data[] = "0123456789abcdef", text[4096] = "";
	struct pam_xauth_data cookie = { .namelen = (int)strlen(name),
					 .name = name,
					 .datalen = (int)strlen(data),
					 .data = data };
	FILE *file;

	(void)state;
	assert_int_equal(pam_set_item(handle, PAM_XAUTHDATA, &cookie), PAM_SUCCESS);
	stack_open(handle);
	file = fopen(stack_path("sessions/2"), "re");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_null(strstr(text, data));
	assert_non_null(strstr(text, "XAUTHORITY=/run/user/1001/gdm/Xauthority\n"));
	stack_end(handle);
}

/* An earlier session's authority file is neither believed nor touched. */
static void test_a_stale_xauthority(void **state)
{
	pam_handle_t *handle = stack_start_login("2");
	struct session_record record;
	struct stat before, after;
	char variable[300], expected[300];

	(void)state;
	snprintf(variable, sizeof(variable), "XDG_RUNTIME_DIR=%s", stack_top);
	assert_int_equal(mkdir(stack_path("gdm"), 0700), 0);
	snprintf(expected, sizeof(expected), "%s", stack_path("gdm/Xauthority"));
	assert_true(close(open(expected, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) == 0);
	assert_int_equal(stat(expected, &before), 0);
	assert_int_equal(pam_putenv(handle, variable), PAM_SUCCESS);
	stack_open(handle);
	stack_load("2", &record);
	assert_string_equal(record.xauthority, expected);
	assert_string_equal(record.display, "");
	stack_close(handle);
	assert_int_equal(stat(expected, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_size, 0);
	stack_assert_silent();
	stack_end(handle);
}

static void test_wayland_is_recorded_as_such(void **state)
{
	pam_handle_t *handle = stack_start_login("2");
	struct session_record record;

	(void)state;
	assert_int_equal(pam_putenv(handle, "XDG_SESSION_TYPE=wayland"), PAM_SUCCESS);
	stack_open(handle);
	stack_load("2", &record);
	assert_string_equal(record.type, "wayland");
	stack_end(handle);
}

static void test_all_services_of_gdm_for_people(void **state)
{
	static const char *const services[] = { "gdm-password",
						"gdm-autologin",
						"gdm-fingerprint",
						"gdm-smartcard",
						"gdm-switchable-auth",
						"gdm-authd",
						"gdm-smartcard-sssd-or-password" };
	static const char *const environment[] = { "XDG_SESSION_ID=2", NULL };
	struct session_record record;

	(void)state;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		pam_handle_t *handle;

		stack_write_service(services[i], "", false);
		handle = stack_start(services[i], stack_user(), environment);
		stack_open(handle);
		stack_load("2", &record);
		assert_string_equal(record.service, services[i]);
		stack_close(handle);
		assert_int_equal(stack_count_records(), 0);
		stack_end(handle);
	}
}

/* libpam returns PAM_PERM_DENIED if all modules of a stack return PAM_IGNORE. */
static void assert_ignored(const char *service, const char *class)
{
	const char *environment[] = { "XDG_SESSION_ID=2", class, NULL };
	pam_handle_t *handle;

	stack_write_service(service, "debug nonsense", true);
	handle = stack_start(service, stack_user(), environment);
	assert_int_equal(pam_open_session(handle, 0), PAM_PERM_DENIED);
	assert_int_equal(pam_close_session(handle, 0), PAM_PERM_DENIED);
	stack_end(handle);
	assert_int_equal(stack_count_records(), 0);
	stack_assert_silent();
}

static void test_greeters_and_foreign_services_are_ignored(void **state)
{
	(void)state;
	assert_ignored("gdm-launch-environment", "XDG_SESSION_CLASS=greeter");
	assert_ignored("gdm-launch-environment", "XDG_SESSION_CLASS=user");
	assert_ignored("gdm-password", "XDG_SESSION_CLASS=greeter");
	assert_ignored("gdm-switchable-auth", "XDG_SESSION_CLASS=lock-screen");
	assert_ignored("sshd", "XDG_SESSION_CLASS=user");
	assert_ignored("login", NULL);
	assert_ignored("gdm", NULL);
	assert_ignored("gdmsomething", NULL);
}

static void assert_not_recorded(pam_handle_t *handle, const char *word)
{
	stack_open(handle);
	assert_int_equal(stack_count_records(), 0);
	stack_assert_log(1, word);
	stack_close(handle);
	assert_int_equal(stack_count_records(), 0);
	stack_assert_silent();
	stack_end(handle);
}

static void test_no_or_bad_session_ids(void **state)
{
	static const char *const bad[] = { "../2", "2/x", ".2", "2\nUID=0", "a b", "2'" };
	pam_handle_t *handle = stack_start_login("2");
	char variable[128];

	(void)state;
	assert_int_equal(pam_putenv(handle, "XDG_SESSION_ID"), PAM_SUCCESS); /* removes it */
	assert_not_recorded(handle, "put pam_gpudesk.so after pam_systemd.so");
	assert_not_recorded(stack_start_login(""), "put pam_gpudesk.so after pam_systemd.so");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_not_recorded(stack_start_login(bad[i]), "XDG_SESSION_ID");
	snprintf(variable, sizeof(variable), "%064d", 2);
	assert_not_recorded(stack_start_login(variable), "XDG_SESSION_ID");
}

static void assert_user_not_recorded(const char *user, const char *word)
{
	static const char *const environment[] = { "XDG_SESSION_ID=2", NULL };

	stack_write_service("gdm-password", "", false);
	assert_not_recorded(stack_start("gdm-password", user, environment), word);
}

static void test_unknown_and_bad_users(void **state)
{
	char name[80];

	(void)state;
	assert_user_not_recorded("gpudesk-nobody", "user gpudesk-nobody is unknown");
	assert_user_not_recorded("root\nUID=0", "its user name");
	assert_user_not_recorded("o'neill", "its user name");
	assert_user_not_recorded(NULL, "its user name");
	snprintf(name, sizeof(name), "%064d", 1);
	assert_user_not_recorded(name, "its user name");
}

/* An optional value is skipped, a line says so, and the rest is recorded. */
static void test_control_characters_in_items(void **state)
{
	static const struct {
		const char *variable, *name;
	} bad[] = {
		{ "XDG_SEAT=seat0\nUID=0", "ignoring XDG_SEAT" },
		{ "XDG_VTNR=2x", "ignoring XDG_VTNR" },
		{ "XDG_VTNR=222", "ignoring XDG_VTNR" },
		{ "XDG_VTNR=-2", "ignoring XDG_VTNR" },
		{ "XDG_SESSION_TYPE=x11\033[2J", "ignoring XDG_SESSION_TYPE" },
		{ "XDG_SESSION_TYPE=sixteen-letters.", "ignoring XDG_SESSION_TYPE" },
		{ "XDG_RUNTIME_DIR=run", "ignoring XDG_RUNTIME_DIR" },
		{ "XDG_RUNTIME_DIR=/run\n", "ignoring XDG_RUNTIME_DIR" },
		{ "XAUTHORITY=Xauthority", "ignoring XAUTHORITY" },
		{ "XAUTHORITY=/x'y", "ignoring XAUTHORITY" },
	};
	struct session_record record;
	pam_handle_t *handle;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		handle = stack_start_login("2");
		assert_int_equal(pam_putenv(handle, bad[i].variable), PAM_SUCCESS);
		stack_open(handle);
		stack_load("2", &record);
		assert_int_equal(record.uid, geteuid());
		stack_assert_log(1, bad[i].name);
		stack_close(handle);
		stack_end(handle);
	}
	handle = stack_start_login("2");
	assert_int_equal(pam_set_item(handle, PAM_XDISPLAY, ":0\nUID=0"), PAM_SUCCESS);
	stack_open(handle);
	stack_load("2", &record);
	assert_string_equal(record.display, "");
	stack_assert_log(1, "ignoring PAM_XDISPLAY");
	stack_end(handle);
}

/* The path for the longest runtime directory still fits, one more does not. */
static void test_the_longest_runtime_directory(void **state)
{
	char variable[1100] = "XDG_RUNTIME_DIR=/", *value = strchr(variable, '=') + 1;
	size_t longest = sizeof(((struct session_record *)NULL)->xauthority) - 1 -
			 strlen("/gdm/Xauthority");
	struct session_record record;

	(void)state;
	for (size_t length = longest; length <= longest + 1; length++) {
		pam_handle_t *handle = stack_start_login("2");

		memset(value + 1, 'x', length - 1);
		value[length] = '\0';
		assert_int_equal(pam_putenv(handle, variable), PAM_SUCCESS);
		stack_open(handle);
		stack_load("2", &record);
		assert_int_equal(strlen(record.xauthority),
				 length == longest ? sizeof(record.xauthority) - 1 : 0);
		stack_assert_log(length == longest ? 0 : 1, NULL);
		stack_end(handle);
	}
}

#define IN_STACK(test) cmocka_unit_test_setup_teardown(test, stack_setup, stack_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STACK(test_a_login_on_stock_gdm),
		IN_STACK(test_opened_is_now_in_utc),
		IN_STACK(test_the_display_that_pam_names),
		IN_STACK(test_empty_items_are_unknown),
		IN_STACK(test_no_cookie_in_the_record),
		IN_STACK(test_a_stale_xauthority),
		IN_STACK(test_wayland_is_recorded_as_such),
		IN_STACK(test_all_services_of_gdm_for_people),
		IN_STACK(test_greeters_and_foreign_services_are_ignored),
		IN_STACK(test_no_or_bad_session_ids),
		IN_STACK(test_unknown_and_bad_users),
		IN_STACK(test_control_characters_in_items),
		IN_STACK(test_the_longest_runtime_directory),
	};

	return cmocka_run_group_tests_name("login", tests, stack_setup_group, stack_teardown_group);
}
