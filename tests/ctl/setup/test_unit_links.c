/* SPDX-License-Identifier: GPL-2.0-or-later */
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

static void test_links_that_exist(void **state)
{
	(void)state;
	assert_false(unit_links_exist(&setup, "a.service"));
	fake_tree_write("/etc/systemd/system/x.target.wants/a.service", "no link");
	fake_tree_link("/etc/systemd/system/x.wants.d/b.service", "/b.service");
	assert_false(unit_links_exist(&setup, "a.service"));
	assert_false(unit_links_exist(&setup, "b.service"));
	fake_tree_link("/etc/systemd/system/y.target.requires/a.service", "/gone");
	assert_true(unit_links_exist(&setup, "a.service"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_install_section),
		cmocka_unit_test_setup_teardown(test_links_that_exist, scratch_create,
						scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
