/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/rooted.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/ctl/fake_tree.h"

static const struct resolve_case {
	const char *path, *followed, *link; /* NULL: the same */
} cases[] = {
	{ "/etc/plain", "/etc/plain", NULL },
	{ "/etc//./plain", "/etc/plain", NULL },
	{ "/etc/missing/x.conf", "/etc/missing/x.conf", NULL },
	{ "/etc/../../../etc/plain", "/etc/plain", NULL },
	{ "/etc/up", "/etc/plain", "/etc/up" },
	{ "/etc/out/file", "/usr/share/file", NULL },
	{ "/etc/out/new", "/usr/share/new", NULL },
	{ "/etc/far/new", "/usr/share/new", NULL },
	{ "/etc/file", "/usr/share/file", "/etc/file" },
	{ "/etc/lost/x", "/nowhere/x", NULL },
	{ "/etc/lost", "/nowhere", "/etc/lost" },
	{ "/etc/chain", "/usr/share/file", "/etc/chain" },
	{ "/", "", NULL },
};

static void check(int (*resolve)(const char *, const char *, bool, char *), const char *root)
{
	char found[PATH_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *link = cases[i].link ? cases[i].link : cases[i].followed;

		assert_int_equal(resolve(root, cases[i].path, true, found), 0);
		assert_string_equal(found, cases[i].followed);
		assert_int_equal(resolve(root, cases[i].path, false, found), 0);
		assert_string_equal(found, link);
	}
	assert_int_equal(resolve(root, "/etc/loop/x", true, found), -ELOOP);
	assert_int_equal(resolve(root, "/etc/loop", false, found), 0);
}

/* Links that lead out of the root of a process that does not have that root. */
static void make_tree(void)
{
	fake_tree_write("/etc/plain", "");
	fake_tree_write("/usr/share/file", "");
	fake_tree_link("/etc/up", "../../../../../../../etc/plain");
	fake_tree_link("/etc/out", "/usr/share");
	fake_tree_link("/etc/far", "../../../../../../../usr/share");
	fake_tree_link("/etc/file", "/usr/share/file");
	fake_tree_link("/etc/lost", "/nowhere");
	fake_tree_link("/etc/chain", "out/file");
	fake_tree_link("/etc/loop", "/etc/loop");
}

static void test_both_ways(void **state)
{
	(void)state;
	make_tree();
	check(rooted_walk, scratch_directory);
	check(rooted_resolve, scratch_directory);
}

static void test_too_long(void **state)
{
	char path[2 * PATH_MAX], found[PATH_MAX];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(rooted_resolve(scratch_directory, path, true, found), -ENAMETOOLONG);
	for (size_t i = 0; i < sizeof(path) - 1; i += 200)
		path[i] = '/';
	assert_int_equal(rooted_resolve(scratch_directory, path, true, found), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_both_ways, scratch_create, scratch_remove),
		cmocka_unit_test_setup_teardown(test_too_long, scratch_create, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
