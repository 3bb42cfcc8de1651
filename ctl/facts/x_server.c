/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "x_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine_file.h"

enum { DEPTH_MAX = 4, SESSION_FILE_MAX = 65536 };

bool x_server_is_installed(const struct ctl *ctl)
{
	return machine_file_exists(ctl, "/usr/bin/Xorg") || machine_file_exists(ctl, "/usr/bin/X");
}

/* ---- Drivers --------------------------------------------------------------------------------- */

static bool find_below(const struct ctl *ctl, const char *directory, const char *file, int depth,
		       char ret_path[static X_SERVER_PATH_MAX])
{
	char path[X_SERVER_PATH_MAX], **names = NULL;
	bool is_found;

	if (depth == 0 ||
	    snprintf(path, sizeof(path), "%s/%s", directory, file) >= (int)sizeof(path))
		return false;
	is_found = machine_file_exists(ctl, path);
	if (is_found) {
		memcpy(ret_path, path, sizeof(path));
		return true;
	}
	int n = machine_file_list(ctl, directory, "", &names);
	for (int i = 0; i < n && !is_found; i++)
		if (!strchr(names[i], '.') && /* no module: saves trying it as a directory */
		    snprintf(path, sizeof(path), "%s/%s", directory, names[i]) < (int)sizeof(path))
			is_found = find_below(ctl, path, file, depth - 1, ret_path);
	machine_file_free_names(names, n);
	return is_found;
}

/* `paths` are separated by commas. */
static bool find_in(const struct ctl *ctl, const char *paths, const char *file,
		    char ret_path[static X_SERVER_PATH_MAX])
{
	char copy[X_SERVER_PATH_MAX], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", paths);
	for (char *path = strtok_r(copy, ",", &save); path; path = strtok_r(NULL, ",", &save))
		if (find_below(ctl, path, file, DEPTH_MAX, ret_path))
			return true;
	return false;
}

bool x_server_find_driver(const struct ctl *ctl, const struct xorg_conf *conf, const char *driver,
			  char ret_path[static X_SERVER_PATH_MAX])
{
	/* Debian's and RHEL's; Ubuntu's older ones */
	const char *usual = "/usr/lib/xorg/modules,/usr/lib64/xorg/modules,"
			    "/usr/lib/xorg/extra-modules,"
			    "/usr/lib/x86_64-linux-gnu/xorg/extra-modules";
	char file[64];

	snprintf(file, sizeof(file), "%.32s_drv.so", driver);
	for (size_t i = 0; i < conf->n_sections; i++) {
		const struct xorg_section *section = &conf->sections[i];

		if (!section->module_path[0])
			continue;
		if (xorg_name_equal(section->kind, "OutputClass") &&
		    find_in(ctl, section->module_path, file, ret_path))
			return true;
		if (xorg_name_equal(section->kind, "Files"))
			usual = section->module_path;
	}
	return find_in(ctl, usual, file, ret_path);
}

/* ---- Sessions -------------------------------------------------------------------------------- */

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
	char path[X_SERVER_PATH_MAX];

	if (!name[0] || name[0] == '/')
		return !name[0] || machine_file_exists(ctl, name);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (machine_file_exists(ctl, path))
			return true;
	}
	return false;
}

static bool is_session(const struct ctl *ctl, const char *path)
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
	return program[0] && is_program(ctl, program) && is_program(ctl, try_program) &&
	       strcmp(hidden, "true") != 0 && strcmp(no_display, "true") != 0;
}

static bool is_gnome(const char *name)
{
	return strncmp(name, "gnome", 5) == 0 || strncmp(name, "ubuntu", 6) == 0;
}

/* Adds the sessions of a folder, "xsessions" or "wayland-sessions". */
static void add_sessions(const struct ctl *ctl, const char *folder, struct x_sessions *sessions)
{
	char path[X_SERVER_PATH_MAX], **names = NULL;
	int n = machine_file_list(ctl, folder, ".desktop", &names);

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		if (!is_session(ctl, path))
			continue;
		sessions->has_gnome |= is_gnome(names[i]);
		if (sessions->n++ == 0)
			snprintf(sessions->first, sizeof(sessions->first), "%.*s",
				 (int)(strlen(names[i]) - strlen(".desktop")), names[i]);
	}
	machine_file_free_names(names, n);
}

void x_sessions_read(const struct ctl *ctl, struct x_sessions *ret_sessions)
{
	struct x_sessions sessions = { 0 };

	add_sessions(ctl, "/usr/share/xsessions", &sessions);
	add_sessions(ctl, "/usr/local/share/xsessions", &sessions);
	*ret_sessions = sessions;
}

bool x_sessions_may_be_wayland(const struct ctl *ctl, const char *user)
{
	struct x_sessions wayland = { 0 };
	char path[X_SERVER_PATH_MAX], type[16] = "", *text;

	add_sessions(ctl, "/usr/share/wayland-sessions", &wayland);
	add_sessions(ctl, "/usr/local/share/wayland-sessions", &wayland);
	snprintf(path, sizeof(path), "/var/lib/AccountsService/users/%s", user);
	if (machine_file_read(ctl, path, SESSION_FILE_MAX, &text, NULL) >= 0) {
		find_key(text, "[User]", "SessionType", type, sizeof(type));
		free(text);
	}
	return wayland.n > 0 && strcmp(type, "x11") != 0;
}

bool x_sessions_gdm_has_wayland(const struct ctl *ctl)
{
	char *text;

	if (machine_file_read(ctl, "/usr/share/gdm/gdm.schemas", SESSION_FILE_MAX, &text, NULL) < 0)
		return true;
	bool has = strstr(text, "<key>daemon/WaylandEnable</key>") || !strstr(text, "<key>daemon/");
	free(text);
	return has;
}

const char *x_sessions_choose(uid_t uid, const char *session,
			      char ret_text[static X_SESSIONS_CHOOSE_MAX])
{
	static const char call[] = "busctl call org.freedesktop.Accounts "
				   "/org/freedesktop/Accounts/User";
	static const char interface[] = "org.freedesktop.Accounts.User";

	snprintf(ret_text, X_SESSIONS_CHOOSE_MAX,
		 "%s%u %s SetSession s %.40s; %s%u %s SetSessionType s x11", call, (unsigned)uid,
		 interface, session, call, (unsigned)uid, interface);
	return ret_text;
}
