/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module when memory runs out, at each place where it allocates some: no login fails, and
 * nothing is left. It is linked into this program, whose allocator makes one call fail (--wrap).
 * PAM keeps no data for a module that it did not load, so closing goes by XDG_SESSION_ID here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pwd.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "stack.h"

enum { CALLS_MAX = 100 };

static int countdown; /* the call at which it is 1 fails; 0 for none */

void *__real_calloc(size_t n, size_t size);
void *__real_malloc(size_t size);
char *__real_strdup(const char *text);

void *__wrap_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
char *__wrap_strdup(const char *text);
struct passwd *__wrap_pam_modutil_getpwnam(pam_handle_t *handle, const char *user);

static bool fails(void)
{
	return countdown > 0 && --countdown == 0;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

/* libpam's own would retry forever. */
struct passwd *__wrap_pam_modutil_getpwnam(pam_handle_t *handle, const char *user)
{
	(void)handle;
	return fails() ? NULL : getpwnam(user);
}

static void assert_harmless(int result)
{
	assert_true(result == PAM_SUCCESS || result == PAM_IGNORE);
}

/* Opens and closes while the n-th call fails. Returns whether there was one. */
static bool log_in_and_out(int n)
{
	pam_handle_t *handle = stack_start_login("2");
	char directory[128];
	const char *arguments[] = { directory };
	bool failed;

	snprintf(directory, sizeof(directory), "dir=%s", stack_records);
	countdown = n;
	assert_harmless(pam_sm_open_session(handle, 0, 1, arguments));
	failed = !countdown;
	countdown = 0;
	assert_true(stack_count_records() <= 1);
	assert_harmless(pam_sm_close_session(handle, 0, 1, arguments));
	assert_int_equal(stack_count_records(), 0);
	stack_end(handle);
	return failed;
}

static void test_memory_runs_out(void **state)
{
	char log[4096];
	int n = 1;

	(void)state;
	while (log_in_and_out(n))
		assert_true(++n < CALLS_MAX);
	assert_true(n > 1);
	stack_take_log(log, sizeof(log));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_memory_runs_out, stack_setup, stack_teardown),
	};

	return cmocka_run_group_tests(tests, stack_setup_group, stack_teardown_group);
}
