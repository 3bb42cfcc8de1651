/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/unit_files.h"
#include "tests/ctl/fake_tree.h"
#include "tests/support/scratch.h"

static void test_finding_files(void **state)
{
	char path[UNIT_FILE_PATH_MAX];

	(void)state;
	fake_tree_write("/usr/lib/systemd/system/a@.socket", "x");
	fake_tree_write("/usr/lib/systemd/system/b.service", "x");
	fake_tree_write("/etc/systemd/system/b.service", "x");
	fake_tree_write("/etc/systemd/system/a@me.socket", "x");
	assert_int_equal(unit_file_find(&fake_ctl, "a@you.socket", path), 0);
	assert_string_equal(path, "/usr/lib/systemd/system/a@.socket");
	assert_int_equal(unit_file_find(&fake_ctl, "a@me.socket", path), 0);
	assert_string_equal(path, "/etc/systemd/system/a@me.socket");
	assert_int_equal(unit_file_find(&fake_ctl, "b.service", path), 0);
	assert_string_equal(path, "/etc/systemd/system/b.service");
	assert_int_equal(unit_file_find(&fake_ctl, "c@x.service", path), -ENOENT);
}

static void test_masked(void **state)
{
	(void)state;
	fake_tree_link("/etc/systemd/system/a.service", "/dev/null");
	fake_tree_write("/etc/systemd/system/b.service", "");
	fake_tree_write("/etc/systemd/system/c.service", "x");
	assert_true(unit_file_is_masked(&fake_ctl, "a.service"));
	assert_true(unit_file_is_masked(&fake_ctl, "b.service"));
	assert_false(unit_file_is_masked(&fake_ctl, "c.service"));
	assert_false(unit_file_is_masked(&fake_ctl, "d.service"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_finding_files, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_masked, scratch_create, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
