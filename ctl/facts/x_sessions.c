/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "x_sessions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/gdm_config.h"
#include "ctl.h"
#include "machine_file.h"

enum { SESSION_FILE_MAX = 65536 };

/*
 * Where GDM looks for NAME.desktop, in this order: the first file of that name counts. The first
 * folder has the login screen itself, which GDM 50 may start for a user as well.
 */
static const char *const wayland_folders[] = { "/usr/share/gdm/greeter/wayland-sessions",
					       "/usr/local/share/wayland-sessions",
					       "/usr/share/wayland-sessions", NULL };
static const char *const x_folders[] = { "/usr/local/share/xsessions", "/etc/X11/sessions",
					 "/usr/share/xsessions", NULL };

/* ---- Files of sessions ----------------------------------------------------------------------- */

/* The first word of the value of "KEY=" in a group; "" if there is none. */
static void find_key(const char *text, const char *group, const char *key, char *ret_value,
		     size_t size)
{
	bool is_in_group = false;
	size_t length = strlen(key);

	ret_value[0] = '\0';
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (*line == '[')
			is_in_group = strncmp(line, group, strlen(group)) == 0;
		if (is_in_group && strncmp(line, key, length) == 0 && line[length] == '=')
			snprintf(ret_value, size, "%.*s", (int)strcspn(line + length + 1, " \r\n"),
				 line + length + 1);
	}
}

/* "" counts as there. */
static bool is_program(const struct ctl *ctl, const char *name)
{
	static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/bin",
					       "/usr/local/sbin", "/usr/sbin" };
	char path[X_SESSIONS_PATH_MAX];

	if (!name[0] || name[0] == '/')
		return !name[0] || machine_file_exists(ctl, name);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (machine_file_exists(ctl, path))
			return true;
	}
	return false;
}

/* Whether GDM starts it. ret_is_offered: and shows it to users, too. */
static bool is_session(const struct ctl *ctl, const char *path, bool *ret_is_offered)
{
	const char *entry = "[Desktop Entry]";
	char program[256], try_program[256], hidden[16], no_display[16], *text;

	if (machine_file_read(ctl, path, SESSION_FILE_MAX, &text, NULL) < 0)
		return false;
	find_key(text, entry, "Exec", program, sizeof(program));
	find_key(text, entry, "TryExec", try_program, sizeof(try_program));
	find_key(text, entry, "Hidden", hidden, sizeof(hidden));
	find_key(text, entry, "NoDisplay", no_display, sizeof(no_display));
	free(text);
	*ret_is_offered = strcmp(no_display, "true") != 0;
	return program[0] && is_program(ctl, program) && is_program(ctl, try_program) &&
	       strcmp(hidden, "true") != 0;
}

/* What is known of a name in some folders. */
struct entry {
	bool is_there;	 /* a file of that name */
	bool is_session; /* which GDM starts */
	bool is_offered; /* and shows to users */
};

static struct entry look_up(const struct ctl *ctl, const char *const folders[], const char *name)
{
	char path[X_SESSIONS_PATH_MAX];
	struct entry entry = { 0 };

	for (; *folders && !entry.is_there; folders++) {
		snprintf(path, sizeof(path), "%s/%s.desktop", *folders, name);
		entry.is_there = machine_file_exists(ctl, path);
		if (entry.is_there)
			entry.is_session = is_session(ctl, path, &entry.is_offered);
	}
	return entry;
}

/* ---- What GDM supports ----------------------------------------------------------------------- */

static bool has_key(const struct ctl *ctl, const char *key, bool usual)
{
	char *text;

	if (machine_file_read(ctl, "/usr/share/gdm/gdm.schemas", SESSION_FILE_MAX, &text, NULL) < 0)
		return usual;
	bool has = strstr(text, key) || (usual && !strstr(text, "<key>daemon/"));
	free(text);
	return has;
}

bool x_sessions_gdm_has_wayland(const struct ctl *ctl)
{
	return has_key(ctl, "<key>daemon/WaylandEnable</key>", true);
}

bool x_sessions_gdm_has_fallback(const struct ctl *ctl)
{
	return has_key(ctl, "<key>daemon/FallbackSession</key>", false);
}

/* The kinds of session that GDM starts. */
struct supported {
	const struct ctl *ctl;
	bool wayland, x;
};

/* What GDM starts by that name: LOGIN_X, LOGIN_WAYLAND or LOGIN_NONE. */
static enum login_type find(const struct supported *supported, const char *name)
{
	struct entry entry = { 0 };

	if (supported->wayland)
		entry = look_up(supported->ctl, wayland_folders, name);
	if (entry.is_there)
		return entry.is_session ? LOGIN_WAYLAND : LOGIN_NONE;
	if (supported->x)
		entry = look_up(supported->ctl, x_folders, name);
	return entry.is_session ? LOGIN_X : LOGIN_NONE;
}

/* ---- The installed ones ---------------------------------------------------------------------- */

static bool is_gnome(const char *name)
{
	return strncmp(name, "gnome", 5) == 0 || strncmp(name, "ubuntu", 6) == 0;
}

bool x_sessions_has(const struct x_sessions *sessions, const char *name)
{
	for (size_t i = 0; i < sessions->n; i++)
		if (strcmp(sessions->names[i], name) == 0)
			return true;
	return false;
}

/* Keeps the names sorted; those beyond the maximum are dropped. */
static void add(struct x_sessions *sessions, const char *name)
{
	size_t at = sessions->n;

	if (x_sessions_has(sessions, name) || sessions->n == X_SESSIONS_MAX)
		return;
	for (; at > 0 && strcmp(sessions->names[at - 1], name) > 0; at--)
		memcpy(sessions->names[at], sessions->names[at - 1], X_SESSION_NAME_MAX);
	snprintf(sessions->names[at], X_SESSION_NAME_MAX, "%s", name);
	sessions->n++;
	sessions->has_gnome |= is_gnome(name);
}

/* Adds the sessions of the folders that GDM starts as sessions of that type. */
static void add_all(const struct supported *supported, const char *const folders[],
		    enum login_type type, bool only_offered, struct x_sessions *sessions)
{
	char name[X_SESSION_NAME_MAX], **names = NULL;

	for (const char *const *folder = folders; *folder; folder++) {
		int n = machine_file_list(supported->ctl, *folder, ".desktop", &names);

		for (int i = 0; i < n; i++) {
			size_t length = strlen(names[i]) - strlen(".desktop");

			if (length == 0 || length >= sizeof(name))
				continue;
			snprintf(name, sizeof(name), "%.*s", (int)length, names[i]);
			if (find(supported, name) == type &&
			    (!only_offered || look_up(supported->ctl, folders, name).is_offered))
				add(sessions, name);
		}
		machine_file_free_names(names, n);
	}
}

void x_sessions_read(const struct ctl *ctl, struct x_sessions *ret_sessions)
{
	const struct supported supported = { ctl, !x_sessions_gdm_has_wayland(ctl), true };

	*ret_sessions = (struct x_sessions){ 0 };
	add_all(&supported, x_folders, LOGIN_X, true, ret_sessions);
}

const char *x_sessions_preferred(const struct x_sessions *sessions)
{
	static const char *const whole_desktops[] = { "xfce",	   "mate", "cinnamon",
						      "plasmax11", "lxqt", "budgie-desktop",
						      "LXDE" };

	for (size_t i = 0; i < sizeof(whole_desktops) / sizeof(whole_desktops[0]); i++)
		if (x_sessions_has(sessions, whole_desktops[i]))
			return whole_desktops[i];
	return sessions->n > 0 ? sessions->names[0] : "";
}

/* ---- What automatic login starts ------------------------------------------------------------- */

const char *x_sessions_accounts_file(const char *user, char ret_path[static X_SESSIONS_PATH_MAX])
{
	snprintf(ret_path, X_SESSIONS_PATH_MAX, "/var/lib/AccountsService/users/%s", user);
	return ret_path;
}

/* The user's choice, "" for none. Returns 0 or -errno. */
static int read_choice(const struct ctl *ctl, const char *user,
		       char ret_session[static X_SESSION_NAME_MAX], char *ret_type, size_t size)
{
	char path[X_SESSIONS_PATH_MAX], *text;
	int r = machine_file_read(ctl, x_sessions_accounts_file(user, path), SESSION_FILE_MAX,
				  &text, NULL);

	ret_session[0] = ret_type[0] = '\0';
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	find_key(text, "[User]", "Session", ret_session, X_SESSION_NAME_MAX);
	if (!ret_session[0]) /* as AccountsService does for its older files */
		find_key(text, "[User]", "XSession", ret_session, X_SESSION_NAME_MAX);
	find_key(text, "[User]", "SessionType", ret_type, size);
	free(text);
	return 0;
}

/* Takes the session of that name, if there is one. */
static bool take(const struct supported *supported, const char *name, struct login *login)
{
	login->type = name[0] && !strchr(name, '/') ? find(supported, name) : LOGIN_NONE;
	if (login->type == LOGIN_NONE)
		return false;
	snprintf(login->session, sizeof(login->session), "%s", name);
	return true;
}

/* A choice counts only if there is such a session of the chosen type. */
static bool take_choice(const struct supported *supported, const char *session, const char *type,
			struct login *login)
{
	struct supported chosen = *supported;

	chosen.wayland &= strcmp(type, "x11") != 0;
	chosen.x &= strcmp(type, "wayland") != 0;
	return take(&chosen, session, login);
}

static void take_first(const struct supported *supported, struct login *login)
{
	struct x_sessions all = { 0 };

	add_all(supported, wayland_folders, LOGIN_WAYLAND, false, &all);
	add_all(supported, x_folders, LOGIN_X, false, &all);
	(void)(all.n > 0 && take(supported, all.names[0], login));
}

void x_sessions_login(const struct ctl *ctl, const struct gdm_settings *settings, const char *user,
		      struct login *ret_login)
{
	const struct supported supported = {
		.ctl = ctl,
		.wayland = !settings->wayland_off || !x_sessions_gdm_has_wayland(ctl),
		.x = !settings->xorg_off,
	};
	const char *fallback = settings->fallback_session[0] && x_sessions_gdm_has_fallback(ctl)
				       ? settings->fallback_session
				       : "gnome";
	char session[X_SESSION_NAME_MAX], type[16];

	*ret_login = (struct login){ .type = LOGIN_NONE };
	int r = read_choice(ctl, user, session, type, sizeof(type));
	if (r < 0)
		*ret_login = (struct login){ .type = LOGIN_UNKNOWN, .error = r };
	else if (!take_choice(&supported, session, type, ret_login) &&
		 !take(&supported, fallback, ret_login))
		take_first(&supported, ret_login);
}
