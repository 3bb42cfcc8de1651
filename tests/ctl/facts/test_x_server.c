/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The X server and its drivers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "facts/x_server.h"
#include "tests/ctl/fake_tree.h"

static void test_the_server(void **state)
{
	(void)state;
	assert_false(x_server_is_installed(&fake_ctl));
	fake_tree_write("/usr/bin/Xorg", "");
	assert_true(x_server_is_installed(&fake_ctl));
}

static void expect_driver(const char *text, const char *wanted)
{
	struct xorg_conf conf = { 0 };
	char path[X_SERVER_PATH_MAX] = "";

	assert_int_equal(xorg_conf_parse(&conf, "/x", text, strlen(text)), 0);
	assert_int_equal(x_server_find_driver(&fake_ctl, &conf, "nvidia", path), wanted != NULL);
	assert_string_equal(path, wanted ? wanted : "");
	xorg_conf_finish(&conf);
}

static void test_drivers(void **state)
{
	static const char files[] = "Section \"Files\" ModulePath \"/no,/opt/x\" EndSection";
	static const char class[] = "Section \"OutputClass\" ModulePath \"/opt/y\" EndSection";

	(void)state;
	expect_driver("", NULL);
	fake_tree_write("/usr/lib/xorg/modules/drivers/dummy_drv.so", "");
	expect_driver("", NULL);
	fake_tree_write("/usr/lib64/xorg/modules/drivers/nvidia_drv.so", "");
	expect_driver("", "/usr/lib64/xorg/modules/drivers/nvidia_drv.so");
	/* replaces the usual ones */
	expect_driver(files, NULL);
	fake_tree_write("/opt/x/a/b/nvidia_drv.so", "");
	expect_driver(files, "/opt/x/a/b/nvidia_drv.so");
	/* is searched before them */
	fake_tree_write("/opt/y/nvidia_drv.so", "");
	expect_driver(class, "/opt/y/nvidia_drv.so");
	fake_tree_unlink("/opt/y/nvidia_drv.so");
	expect_driver(class, "/usr/lib64/xorg/modules/drivers/nvidia_drv.so");
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, scratch_create, scratch_remove)
	const struct CMUnitTest tests[] = {
		WITH_TREE(test_the_server),
		WITH_TREE(test_drivers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
