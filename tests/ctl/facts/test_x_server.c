/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The X server's drivers, and the sessions to log in to. */
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

static void expect_sessions(unsigned n, const char *first, bool has_gnome)
{
	struct x_sessions sessions;

	x_sessions_read(&fake_ctl, &sessions);
	assert_int_equal(sessions.n, n);
	assert_string_equal(sessions.first, first);
	assert_int_equal(sessions.has_gnome, has_gnome);
}

static void test_sessions(void **state)
{
	static const struct {
		const char *name, *text;
	} not_there[] = {
		{ "/usr/share/xsessions/a.desktop", "[Desktop Entry]\nExec=missing\n" },
		{ "/usr/share/xsessions/b.desktop",
		  "[Desktop Entry]\nExec=openbox\nHidden=true\n" },
		{ "/usr/share/xsessions/c.desktop",
		  "[Desktop Entry]\nExec=openbox\nTryExec=/usr/bin/missing\n" },
		{ "/usr/share/xsessions/d.desktop",
		  "[Desktop Entry]\nExec=openbox\nNoDisplay=true\n" },
		{ "/usr/share/xsessions/e.desktop", "[Other]\nExec=openbox\n" },
		{ "/usr/share/xsessions/f.desktop", "" },
		{ "/usr/share/xsessions/README", "[Desktop Entry]\nExec=openbox\n" },
	};

	(void)state;
	expect_sessions(0, "", false);
	fake_tree_write("/usr/bin/openbox", "");
	for (size_t i = 0; i < sizeof(not_there) / sizeof(not_there[0]); i++)
		fake_tree_write(not_there[i].name, not_there[i].text);
	expect_sessions(0, "", false);
	fake_tree_write("/usr/local/share/xsessions/my.box.desktop",
			"[Desktop Entry]\nExec=openbox --session x\n");
	expect_sessions(1, "my.box", false);
	fake_tree_write("/usr/share/xsessions/gnome-xorg.desktop",
			"[Desktop Entry]\nName=x\nExec=/usr/bin/openbox\nTryExec=openbox\n");
	expect_sessions(2, "gnome-xorg", true);
}

static void test_what_automatic_login_starts(void **state)
{
	static const char accounts[] = "/var/lib/AccountsService/users/exouser";

	(void)state;
	assert_false(x_sessions_may_be_wayland(&fake_ctl, "exouser"));
	fake_tree_write("/usr/bin/gnome-session", "");
	fake_tree_write("/usr/share/wayland-sessions/gnome.desktop",
			"[Desktop Entry]\nExec=gnome-session\n");
	assert_true(x_sessions_may_be_wayland(&fake_ctl, "exouser"));
	fake_tree_write(accounts, "[User]\nSession=gnome\nSessionType=wayland\n");
	assert_true(x_sessions_may_be_wayland(&fake_ctl, "exouser"));
	fake_tree_write(accounts, "[User]\nSession=xfce\nSessionType=x11\n");
	assert_false(x_sessions_may_be_wayland(&fake_ctl, "exouser"));
}

static void test_gdms_keys(void **state)
{
	(void)state;
	assert_true(x_sessions_gdm_has_wayland(&fake_ctl));
	fake_tree_write("/usr/share/gdm/gdm.schemas", "<key>daemon/AutomaticLogin</key>\n"
						      "<key>daemon/WaylandEnable</key>\n");
	assert_true(x_sessions_gdm_has_wayland(&fake_ctl));
	fake_tree_write("/usr/share/gdm/gdm.schemas", "<key>daemon/AutomaticLogin</key>\n");
	assert_false(x_sessions_gdm_has_wayland(&fake_ctl));
	fake_tree_write("/usr/share/gdm/gdm.schemas", "");
	assert_true(x_sessions_gdm_has_wayland(&fake_ctl));
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, scratch_create, scratch_remove)
	const struct CMUnitTest tests[] = {
		WITH_TREE(test_the_server), WITH_TREE(test_drivers),
		WITH_TREE(test_sessions),   WITH_TREE(test_what_automatic_login_starts),
		WITH_TREE(test_gdms_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
