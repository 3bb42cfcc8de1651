/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sessions to log in to, and which one GDM starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/gdm_config.h"
#include "facts/x_sessions.h"
#include "tests/ctl/fake_tree.h"

#define SCHEMAS "/usr/share/gdm/gdm.schemas"
#define ACCOUNT "/var/lib/AccountsService/users/exouser"
#define AUTOLOGIN_KEY "<key>daemon/AutomaticLogin</key>\n"
#define WAYLAND_KEY "<key>daemon/WaylandEnable</key>\n"
#define FALLBACK_KEY "<key>daemon/FallbackSession</key>\n"

static void add_session(const char *folder, const char *name, const char *program)
{
	char path[256], text[256];

	snprintf(path, sizeof(path), "%s/%s.desktop", folder, name);
	snprintf(text, sizeof(text), "[Desktop Entry]\nName=x\nExec=%s --session x\n", program);
	fake_tree_write(path, text);
	snprintf(path, sizeof(path), "/usr/bin/%s", program);
	fake_tree_write(path, "");
}

static void add_x(const char *name)
{
	add_session("/usr/share/xsessions", name, name);
}

static void add_wayland(const char *name)
{
	add_session("/usr/share/wayland-sessions", name, name);
}

static void expect_sessions(size_t n, const char *first, bool has_gnome)
{
	struct x_sessions sessions;

	x_sessions_read(&fake_ctl, &sessions);
	assert_int_equal(sessions.n, n);
	assert_string_equal(n > 0 ? sessions.names[0] : "", first);
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
		{ "/usr/share/xsessions/.desktop", "[Desktop Entry]\nExec=openbox\n" },
		{ "/usr/share/xsessions/README", "[Desktop Entry]\nExec=openbox\n" },
	};

	(void)state;
	expect_sessions(0, "", false);
	fake_tree_write("/usr/bin/openbox", "");
	for (size_t i = 0; i < sizeof(not_there) / sizeof(not_there[0]); i++)
		fake_tree_write(not_there[i].name, not_there[i].text);
	expect_sessions(0, "", false);
	add_session("/usr/local/share/xsessions", "my.box", "openbox");
	expect_sessions(1, "my.box", false);
	add_session("/usr/share/xsessions", "gnome-xorg", "openbox");
	expect_sessions(2, "gnome-xorg", true);
	/* the same name once, and the first file of it counts */
	add_session("/usr/share/xsessions", "my.box", "openbox");
	expect_sessions(2, "gnome-xorg", true);
	fake_tree_write("/usr/local/share/xsessions/gnome-xorg.desktop",
			"[Desktop Entry]\nExec=openbox\nHidden=true\n");
	expect_sessions(1, "my.box", false);
}

/* Those beyond the maximum are dropped. */
static void test_many_sessions(void **state)
{
	char name[X_SESSION_NAME_MAX];

	(void)state;
	for (int i = 0; i < X_SESSIONS_MAX; i++) {
		snprintf(name, sizeof(name), "s%02d", X_SESSIONS_MAX - i);
		add_x(name);
	}
	expect_sessions(X_SESSIONS_MAX, "s01", false);
	add_x("z");
	expect_sessions(X_SESSIONS_MAX, "s01", false);
}

static void test_long_names(void **state)
{
	char name[X_SESSION_NAME_MAX + 1] = "";

	(void)state;
	memset(name, 'x', X_SESSION_NAME_MAX);
	add_session("/usr/share/xsessions", name, "openbox");
	expect_sessions(0, "", false);
	name[X_SESSION_NAME_MAX - 1] = '\0';
	add_session("/usr/share/xsessions", name, "openbox");
	expect_sessions(1, name, false);
}

static void expect_preferred(const char *wanted)
{
	struct x_sessions sessions;

	x_sessions_read(&fake_ctl, &sessions);
	assert_string_equal(x_sessions_preferred(&sessions), wanted);
}

static void test_the_preferred_session(void **state)
{
	(void)state;
	expect_preferred("");
	add_x("openbox");
	add_x("awesome");
	expect_preferred("awesome");
	add_x("mate");
	expect_preferred("mate");
	add_x("xfce");
	expect_preferred("xfce");
}

static void test_gdms_keys(void **state)
{
	(void)state;
	assert_true(x_sessions_gdm_has_wayland(&fake_ctl));
	assert_false(x_sessions_gdm_has_fallback(&fake_ctl));
	fake_tree_write(SCHEMAS, AUTOLOGIN_KEY WAYLAND_KEY);
	assert_true(x_sessions_gdm_has_wayland(&fake_ctl));
	assert_false(x_sessions_gdm_has_fallback(&fake_ctl));
	fake_tree_write(SCHEMAS, AUTOLOGIN_KEY FALLBACK_KEY);
	assert_false(x_sessions_gdm_has_wayland(&fake_ctl));
	assert_true(x_sessions_gdm_has_fallback(&fake_ctl));
	fake_tree_write(SCHEMAS, "");
	assert_true(x_sessions_gdm_has_wayland(&fake_ctl));
	assert_false(x_sessions_gdm_has_fallback(&fake_ctl));
}

static void expect_login(const struct gdm_settings *settings, enum login_type type,
			 const char *session)
{
	struct login login;

	x_sessions_login(&fake_ctl, settings, "exouser", &login);
	assert_int_equal(login.type, type);
	assert_string_equal(login.session, session);
}

/* GDM 49 and earlier: WaylandEnable decides. */
static void test_login_with_wayland_enable(void **state)
{
	const struct gdm_settings on = { 0 }, off = { .wayland_off = true };

	(void)state;
	expect_login(&on, LOGIN_NONE, "");
	add_wayland("gnome");
	add_x("openbox");
	expect_login(&on, LOGIN_WAYLAND, "gnome");
	expect_login(&off, LOGIN_X, "openbox");
	add_x("gnome");
	expect_login(&off, LOGIN_X, "gnome");
	expect_sessions(2, "gnome", true);
	/* a choice for Wayland does not count then */
	fake_tree_write(ACCOUNT, "[User]\nSession=openbox\nSessionType=wayland\n");
	expect_login(&off, LOGIN_X, "gnome");
	fake_tree_write(ACCOUNT, "[User]\nSession=openbox\n");
	expect_login(&off, LOGIN_X, "openbox");
	/* Debian 13 without gnome-session-xsession: "no session desktop files installed" */
	fake_tree_unlink("/usr/share/xsessions/gnome.desktop");
	fake_tree_unlink("/usr/share/xsessions/openbox.desktop");
	expect_login(&off, LOGIN_NONE, "");
	expect_login(&on, LOGIN_WAYLAND, "gnome");
}

/* GDM 50: the user's choice decides, then GNOME, then the alphabet. */
static void test_login_without_wayland_enable(void **state)
{
	const struct gdm_settings plain = { .wayland_off = true }, no_x = { .xorg_off = true };
	const struct gdm_settings fallback = { .fallback_session = "xfce" };

	(void)state;
	fake_tree_write(SCHEMAS, AUTOLOGIN_KEY);
	add_x("xfce");
	expect_login(&plain, LOGIN_X, "xfce");
	expect_login(&no_x, LOGIN_NONE, "");
	add_wayland("plasma");
	expect_login(&plain, LOGIN_WAYLAND, "plasma");
	add_wayland("gnome");
	expect_login(&plain, LOGIN_WAYLAND, "gnome");
	expect_login(&fallback, LOGIN_WAYLAND, "gnome");
	fake_tree_write(SCHEMAS, AUTOLOGIN_KEY FALLBACK_KEY);
	expect_login(&fallback, LOGIN_X, "xfce");
	fake_tree_write(ACCOUNT, "[User]\nSession=plasma\n");
	expect_login(&fallback, LOGIN_WAYLAND, "plasma");
	fake_tree_write(ACCOUNT, "[User]\nSession=xfce\nSessionType=x11\n");
	expect_login(&plain, LOGIN_X, "xfce");
	expect_login(&no_x, LOGIN_WAYLAND, "gnome");
	/* AccountsService's older key, and the newer one before it */
	fake_tree_write(ACCOUNT, "[User]\nXSession=xfce\n");
	expect_login(&plain, LOGIN_X, "xfce");
	fake_tree_write(ACCOUNT, "[User]\nXSession=xfce\nSession=plasma\n");
	expect_login(&plain, LOGIN_WAYLAND, "plasma");
	/* what is chosen and not installed does not count */
	fake_tree_write(ACCOUNT, "[User]\nSession=mate\nSessionType=x11\n");
	expect_login(&plain, LOGIN_WAYLAND, "gnome");
	fake_tree_write(ACCOUNT, "[User]\nSession=xfce\nSessionType=wayland\n");
	expect_login(&plain, LOGIN_WAYLAND, "gnome");
	fake_tree_write(ACCOUNT, "[User]\nSession=../xsessions/xfce\n");
	expect_login(&plain, LOGIN_WAYLAND, "gnome");
}

/* GDM 50 may start its own login screen for a user: it is a session like others. */
static void test_the_login_screen_as_a_session(void **state)
{
	static const char greeter[] = "[Desktop Entry]\nExec=gnome-session --session x\n"
				      "TryExec=gnome-session\nNoDisplay=true\n";
	const struct gdm_settings plain = { 0 };

	(void)state;
	fake_tree_write(SCHEMAS, AUTOLOGIN_KEY);
	fake_tree_write("/usr/share/gdm/greeter/wayland-sessions/gnome-greeter.desktop", greeter);
	add_x("openbox");
	expect_login(&plain, LOGIN_X, "openbox");
	fake_tree_write("/usr/bin/gnome-session", "");
	expect_login(&plain, LOGIN_WAYLAND, "gnome-greeter");
	expect_sessions(1, "openbox", false);
	add_x("awesome");
	expect_login(&plain, LOGIN_X, "awesome");
}

/* Of two of a name, GDM 50 starts the one for Wayland. */
static void test_one_name_twice(void **state)
{
	const struct gdm_settings off = { .wayland_off = true };

	(void)state;
	add_x("plasma");
	add_wayland("plasma");
	expect_sessions(1, "plasma", false);
	expect_login(&off, LOGIN_X, "plasma");
	fake_tree_write(SCHEMAS, AUTOLOGIN_KEY);
	expect_sessions(0, "", false);
	expect_login(&off, LOGIN_WAYLAND, "plasma");
	/* and looks no further where that one is hidden */
	fake_tree_write("/usr/share/wayland-sessions/plasma.desktop",
			"[Desktop Entry]\nExec=plasma\nHidden=true\n");
	expect_sessions(0, "", false);
	expect_login(&off, LOGIN_NONE, "");
}

static void test_an_unreadable_choice(void **state)
{
	const struct gdm_settings plain = { 0 };
	struct login login;

	(void)state;
	add_x("openbox");
	fake_tree_write(ACCOUNT "/x", "");
	x_sessions_login(&fake_ctl, &plain, "exouser", &login);
	assert_int_equal(login.type, LOGIN_UNKNOWN);
	assert_int_equal(login.error, -EINVAL);
	assert_string_equal(login.session, "");
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, scratch_create, scratch_remove)
	const struct CMUnitTest tests[] = {
		WITH_TREE(test_sessions),
		WITH_TREE(test_many_sessions),
		WITH_TREE(test_long_names),
		WITH_TREE(test_the_preferred_session),
		WITH_TREE(test_gdms_keys),
		WITH_TREE(test_login_with_wayland_enable),
		WITH_TREE(test_login_without_wayland_enable),
		WITH_TREE(test_the_login_screen_as_a_session),
		WITH_TREE(test_one_name_twice),
		WITH_TREE(test_an_unreadable_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
