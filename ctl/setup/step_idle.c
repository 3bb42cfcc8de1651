/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GNOME neither blanks nor locks a desktop that nobody looks at, and does not suspend the machine,
 * nor does GDM. These are defaults, in a dconf database of our own: what the user has set, and what
 * the administrator's databases say, takes precedence.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/machine_file.h"
#include "facts/x_sessions.h"
#include "setup.h"

#define DATABASE "/etc/dconf/db/gpudesk"
#define KEYFILE DATABASE ".d/00-gpudesk"
#define PROGRAM "/usr/bin/dconf"

static const char settings[] =
	"# Written by \"gpudesk setup\"; \"gpudesk setup --undo\" removes it.\n"
	"[org/gnome/desktop/session]\n"
	"idle-delay=uint32 0\n"
	"\n"
	"[org/gnome/desktop/screensaver]\n"
	"lock-enabled=false\n"
	"\n"
	"[org/gnome/settings-daemon/plugins/power]\n"
	"sleep-inactive-ac-type='nothing'\n";

/* Makes the database of the keyfile. */
static void compile(struct setup *setup)
{
	char to[CTL_PATH_MAX], from[CTL_PATH_MAX];
	const char *const arguments[] = { "dconf", "compile", ctl_path(setup->ctl, DATABASE, to),
					  ctl_path(setup->ctl, DATABASE ".d", from), NULL };
	int r = journal_before_program(setup->journal, DATABASE);

	if (r < 0)
		setup_failed(setup, DATABASE, r);
	else
		(void)setup_run(setup, arguments);
}

static void write_settings(struct setup *setup)
{
	size_t length;
	char *text = setup_read(setup, KEYFILE, &length);

	if (!text)
		return;
	bool is_right = strcmp(text, settings) == 0;
	free(text);
	if ((is_right && machine_file_exists(setup->ctl, DATABASE)) ||
	    !setup_go(setup, "write %s, so that GNOME neither blanks, locks nor suspends", KEYFILE))
		return;
	if (is_right || setup_write(setup, KEYFILE, settings, sizeof(settings) - 1))
		compile(setup);
}

/* Whether a line of the profile names the database. */
static bool is_named(const char *text)
{
	const char *found = strstr(text, "system-db:gpudesk");

	return found && (found == text || found[-1] == '\n');
}

/* Adds our database as the last one to the profile, which may be the distribution's. */
static void extend_profile(struct setup *setup, const char *name, const char *usual)
{
	char path[64], shipped[64], *longer;
	size_t length;

	snprintf(path, sizeof(path), "/etc/dconf/profile/%s", name);
	snprintf(shipped, sizeof(shipped), "/usr/share/dconf/profile/%s", name);
	char *text = setup_read(setup, machine_file_exists(setup->ctl, path) ? path : shipped,
				&length);
	if (!text)
		return;
	const char *old = length > 0 ? text : usual;
	if (old[0] && !is_named(old) && setup_go(setup, "add system-db:gpudesk to %s", path)) {
		size_t end = strlen(old);
		int n = asprintf(&longer, "%s%ssystem-db:gpudesk\n", old,
				 old[end - 1] == '\n' ? "" : "\n");

		if (n < 0) {
			setup_failed(setup, path, -ENOMEM);
		} else {
			(void)setup_write(setup, path, longer, (size_t)n);
			free(longer);
		}
	}
	free(text);
}

static void note_no_program(struct setup *setup)
{
	struct x_sessions sessions;

	x_sessions_read(setup->ctl, &sessions);
	if (sessions.has_gnome)
		setup_note(setup,
			   "GNOME still blanks and locks the screen, as there is no " PROGRAM
			   ": %s %s, then run setup again",
			   setup->distribution.install_command,
			   setup->distribution.family == DISTRIBUTION_DEBIAN ? "dconf-cli"
									     : "dconf");
}

void step_idle(struct setup *setup)
{
	if (setup->keep_screen_lock)
		return;
	if (!machine_file_exists(setup->ctl, PROGRAM)) {
		note_no_program(setup);
		return;
	}
	write_settings(setup);
	extend_profile(setup, "user", "user-db:user\n");
	extend_profile(setup, "gdm", ""); /* without one, GDM has other ways: leave them */
}
