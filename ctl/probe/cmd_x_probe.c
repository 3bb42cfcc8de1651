/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpudesk x-probe, which doctor runs as the desktop's user. It tries the password file, the X
 * server of a session and the sound server, and prints each result at once, as it may hang at the
 * next one.
 */
#include <X11/Xlib.h>
#include <X11/extensions/XShm.h>
#include <X11/extensions/XTest.h>
#include <X11/extensions/Xdamage.h>
#include <X11/extensions/Xrandr.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "child.h"
#include "common/xserver.h"
#include "ctl.h"
#include "gl_renderer.h"
#include "password_check.h"

/* Without one, the program would end at the first error. */
static int on_error(Display *x, XErrorEvent *error)
{
	(void)x;
	(void)error;
	return 0;
}

/* Prints one line, whatever the value contains. */
static void __attribute__((format(printf, 2, 3))) print(const char *key, const char *format, ...)
{
	char value[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(value, sizeof(value), format, arguments);
	va_end(arguments);
	for (char *letter = value; *letter; letter++)
		if ((unsigned char)*letter < ' ' || *letter == 0x7f)
			*letter = ' ';
	printf("%s=%s\n", key, value);
	fflush(stdout);
}

static void try_password(const char *configured)
{
	struct password_check check;

	password_check(configured, &check);
	print("PASSWORD_PATH", "%s", check.path);
	print("PASSWORD_PROBLEM", "%s", check.problem);
	print("PASSWORD_WARNING", "%s", check.warning);
	print("PASSWORD_MODE_WRONG", "%d", check.mode_wrong);
	print("PASSWORD_OWNER_WRONG", "%d", check.owner_wrong);
	print("PASSWORD_VIEW_ONLY", "%d", check.has_view_only);
}

/*
 * A setting of GNOME's, as its owner or the login screen gets it. gsettings(1) fails where there is
 * no such setting. `home` keeps the user's own settings away from the login screen's.
 */
static void try_setting(const char *key, const char *profile, const char *home, const char *schema,
			const char *name)
{
	const char *const arguments[] = { "/usr/bin/env", profile, home, "/usr/bin/gsettings",
					  "get",	  schema,  name, NULL };
	const struct child child = {
		.path = arguments[0], .arguments = arguments, .is_quiet = true, .seconds = 5
	};
	char text[64];

	if (child_run(&child, text, sizeof(text)) != 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	print(key, "%s", text);
}

static void try_settings(void)
{
	static const char power[] = "org.gnome.settings-daemon.plugins.power";
	static const char user[] = "DCONF_PROFILE=user", greeter[] = "DCONF_PROFILE=gdm";
	static const char as_it_is[] = "LC_ALL=C", no_home[] = "HOME=/nonexistent";

	try_setting("IDLE_DELAY", user, as_it_is, "org.gnome.desktop.session", "idle-delay");
	try_setting("LOCK_ENABLED", user, as_it_is, "org.gnome.desktop.screensaver",
		    "lock-enabled");
	try_setting("SESSION_SLEEP", user, as_it_is, power, "sleep-inactive-ac-type");
	try_setting("GREETER_SLEEP", greeter, no_home, power, "sleep-inactive-ac-type");
}

static bool has_listener(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	bool has = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd >= 0)
		close(fd);
	return has;
}

/* That of the caller, where gpudesk-sound connects. pactl(1) starts none if it is told which. */
static void try_sound(void)
{
	char path[108], server[128], text[4096];
	const char *directory = getenv("XDG_RUNTIME_DIR");
	const char *const arguments[] = { "/usr/bin/env",   "LC_ALL=C", server,
					  "/usr/bin/pactl", "info",	NULL };
	const struct child child = {
		.path = arguments[0], .arguments = arguments, .is_quiet = true, .seconds = 5
	};

	if (directory)
		snprintf(path, sizeof(path), "%s/pulse/native", directory);
	else
		snprintf(path, sizeof(path), "/run/user/%u/pulse/native", (unsigned)geteuid());
	snprintf(server, sizeof(server), "PULSE_SERVER=unix:%s", path);
	bool has_server = has_listener(path);
	print("SOUND_SERVER", "%d", has_server);
	if (!has_server || child_run(&child, text, sizeof(text)) != 0)
		return;
	print("SINKS", "1");
	const char *sink = strstr(text, "\nDefault Sink: ");
	if (sink)
		print("DEFAULT_SINK", "%.*s", (int)strcspn(sink + 15, "\n"), sink + 15);
}

static void try_extensions(Display *x)
{
	int event, error, major = 0, minor = 0;
	Bool has_pixmaps, has = XShmQueryVersion(x, &major, &minor, &has_pixmaps);

	print("SHM", "%d", has);
	if (has)
		print("SHM_VERSION", "%d.%d", major, minor);
	print("DAMAGE", "%d", XDamageQueryExtension(x, &event, &error));
	print("XFIXES", "%d", XFixesQueryExtension(x, &event, &error));
	print("XTEST", "%d", XTestQueryExtension(x, &event, &error, &major, &minor));
	has = XRRQueryExtension(x, &event, &error);
	print("RANDR", "%d", has);
	if (has && XRRQueryVersion(x, &major, &minor))
		print("RANDR_VERSION", "%d.%d", major, minor);
}

static void try_gl(Display *x)
{
	struct gl_renderer gl;

	gl_renderer(x, &gl);
	print("GL_RENDERER", "%s", gl.renderer);
	print("GL_PROBLEM", "%s", gl.problem ? gl.problem : "");
}

static void try_display(const char *name)
{
	XSetErrorHandler(on_error);
	Display *x = XOpenDisplay(name);
	if (!x) {
		print("X_PROBLEM", "the X server at display %s refuses the connection", name);
		return;
	}
	print("X", "1");
	print("DEPTH", "%d", DefaultDepth(x, DefaultScreen(x)));
	print("SIZE", "%dx%d", DisplayWidth(x, DefaultScreen(x)),
	      DisplayHeight(x, DefaultScreen(x)));
	try_extensions(x);
	try_gl(x);
	XCloseDisplay(x);
}

static void try_session(const char *id)
{
	char display[DISPLAY_MAX];
	int r = xserver_find(XSERVER_DIRECTORY, id, logind_session_of_pid, display);

	if (r == -EACCES) {
		print("X_PROBLEM",
		      "the X servers' processes are hidden from the user: is /proc mounted with "
		      "hidepid?");
	} else if (r < 0) {
		print("X_PROBLEM", "no X server of session %s listens in " XSERVER_DIRECTORY, id);
	} else {
		print("DISPLAY", "%s", display);
		try_display(display);
	}
}

int cmd_x_probe(struct ctl *ctl, int argc, char **argv)
{
	const char *password_file = NULL, *session = NULL, *display = NULL, *xauthority = NULL;
	bool settings = false, sound = false;
	const struct ctl_option options[] = {
		{ "password-file", "FILE", "check this password file", .value = &password_file },
		{ "settings", NULL, "read GNOME's settings", .flag = &settings },
		{ "sound", NULL, "try the sound server", .flag = &sound },
		{ "session", "ID", "try the X server of this session", .value = &session },
		{ "display", ":N", "try this X server", .value = &display },
		{ "xauthority", "FILE", "with this authority file", .value = &xauthority },
		{ 0 },
	};
	int status = ctl_options_status(
		ctl, argc, argv,
		"Tries the password file, the X server and the sound server for doctor, with the\n"
		"caller's rights.\n",
		options);

	if (status >= 0)
		return status;
	if (xauthority && setenv("XAUTHORITY", xauthority, 1) < 0)
		return ctl_failed("%s", strerror(errno));
	if (password_file)
		try_password(password_file);
	if (settings)
		try_settings();
	if (sound)
		try_sound();
	if (display)
		try_display(display);
	else if (session)
		try_session(session);
	print("DONE", "1");
	return CTL_OK;
}
