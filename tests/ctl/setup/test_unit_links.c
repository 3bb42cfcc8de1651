/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "facts/machine_file.h"
#include "setup/unit_links.h"
#include "tests/ctl/fake_tree.h"

static const struct setup setup = { .ctl = &fake_ctl };

static void test_install_section(void **state)
{
	static const char text[] =
		"[Unit]\nWantedBy=no.target\n[Install]\nWantedBy=a.target  b.target\n"
		"#WantedBy=c.target\nWantedBy =d.target\nAlias=e\r\nWantedBy=f.target";
	char **words;
	int n;

	(void)state;
	n = unit_links_install_words(text, strlen(text), "WantedBy", &words);
	assert_int_equal(n, 3);
	assert_string_equal(words[0], "a.target");
	assert_string_equal(words[1], "b.target");
	assert_string_equal(words[2], "f.target");
	machine_file_free_names(words, n);
	n = unit_links_install_words(text, strlen(text), "Also", &words);
	assert_int_equal(n, 0);
	machine_file_free_names(words, n);
}

static void test_finding_files(void **state)
{
	char path[UNIT_LINKS_PATH_MAX];

	(void)state;
	fake_tree_write("/usr/lib/systemd/system/a@.socket", "x");
	fake_tree_write("/usr/lib/systemd/system/b.service", "x");
	fake_tree_write("/etc/systemd/system/b.service", "x");
	fake_tree_write("/etc/systemd/system/a@me.socket", "x");
	assert_int_equal(unit_links_find_file(&setup, "a@you.socket", path), 0);
	assert_string_equal(path, "/usr/lib/systemd/system/a@.socket");
	assert_int_equal(unit_links_find_file(&setup, "a@me.socket", path), 0);
	assert_string_equal(path, "/etc/systemd/system/a@me.socket");
	assert_int_equal(unit_links_find_file(&setup, "b.service", path), 0);
	assert_string_equal(path, "/etc/systemd/system/b.service");
	assert_int_equal(unit_links_find_file(&setup, "c@x.service", path), -ENOENT);
}

static void test_masked(void **state)
{
	(void)state;
	fake_tree_link("/etc/systemd/system/a.service", "/dev/null");
	fake_tree_write("/etc/systemd/system/b.service", "");
	fake_tree_write("/etc/systemd/system/c.service", "x");
	assert_true(unit_links_is_masked(&setup, "a.service"));
	assert_true(unit_links_is_masked(&setup, "b.service"));
	assert_false(unit_links_is_masked(&setup, "c.service"));
	assert_false(unit_links_is_masked(&setup, "d.service"));
}

static void test_links_that_are_there(void **state)
{
	(void)state;
	assert_false(unit_links_are_there(&setup, "a.service"));
	fake_tree_write("/etc/systemd/system/x.target.wants/a.service", "no link");
	fake_tree_link("/etc/systemd/system/x.wants.d/b.service", "/b.service");
	assert_false(unit_links_are_there(&setup, "a.service"));
	assert_false(unit_links_are_there(&setup, "b.service"));
	fake_tree_link("/etc/systemd/system/y.target.requires/a.service", "/gone");
	assert_true(unit_links_are_there(&setup, "a.service"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_install_section),
		cmocka_unit_test_setup_teardown(test_finding_files, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_masked, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_links_that_are_there, scratch_create,
						scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
