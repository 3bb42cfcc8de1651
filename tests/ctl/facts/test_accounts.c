/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/accounts.h"
#include "tests/ctl/fake_tree.h"
#include "tests/support/scratch.h"

static void test_users(void **state)
{
	struct account account;

	(void)state;
	assert_int_equal(account_find(&fake_ctl, "a", &account), -ENOENT);
	fake_tree_write("/etc/passwd", "ab:x:1:1::/x:/x\na:x:7:8::/home/a:/bin/sh\n");
	assert_int_equal(account_find(&fake_ctl, "a", &account), 0);
	assert_int_equal(account.uid, 7);
	assert_int_equal(account.gid, 8);
	assert_string_equal(account.home, "/home/a");
	assert_true(account_exists(&fake_ctl, "ab"));
	assert_false(account_exists(&fake_ctl, "root"));
}

static void test_groups(void **state)
{
	gid_t gid;

	(void)state;
	assert_int_equal(account_find_group(&fake_ctl, "g", &gid), -ENOENT);
	fake_tree_write("/etc/passwd", "own:x:1:7::/:/x\nother:x:2:2::/:/x\n");
	fake_tree_write("/etc/group", "h:x:8:other\nbroken:x\ng:x:7:a,b,c\n");
	assert_int_equal(account_find_group(&fake_ctl, "g", &gid), 0);
	assert_int_equal(gid, 7);
	assert_int_equal(account_find_group(&fake_ctl, "none", &gid), -ENOENT);
	assert_true(account_is_in_group(&fake_ctl, "c", 7));
	assert_true(account_is_in_group(&fake_ctl, "own", 7));
	assert_false(account_is_in_group(&fake_ctl, "other", 7));
	assert_false(account_is_in_group(&fake_ctl, "a", 9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_users, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_groups, scratch_create, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
