/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user gets a session for X: one that is chosen for him in AccountsService's file, as at the
 * login screen, if GDM would start a Wayland session otherwise. AccountsService reads its files
 * when it starts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/gdm_config.h"
#include "edit/key_edit.h"
#include "facts/x_sessions.h"
#include "setup.h"
#include "unit_actions.h"

#define ACCOUNTS_SERVICE "accounts-daemon.service"

/*
 * What GDM starts once its configuration is as step_gdm() leaves it. FallbackSession is read and
 * does not count: the step before may have set it, and then setup was killed.
 */
static void read_login(const struct setup *setup, struct login *ret_login,
		       struct gdm_settings *ret_settings)
{
	char below[CTL_PATH_MAX];
	struct gdm_settings settings = { 0 };

	(void)gdm_config_load(ctl_path(setup->ctl, setup->distribution.gdm_config, below),
			      &settings);
	*ret_settings = settings;
	settings.wayland_off = true; /* where GDM knows it */
	settings.xorg_off = false;
	settings.fallback_session[0] = '\0';
	x_sessions_login(setup->ctl, &settings, setup->user, ret_login);
}

/* "mate, openbox": as many as there is room for. */
static void list(const struct x_sessions *sessions, char *text, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < sessions->n && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%s", i ? ", " : "",
					   sessions->names[i]);
}

int step_session_choose(struct setup *setup, const char *wanted)
{
	static struct x_sessions sessions; /* setup.session points into these */
	static struct gdm_settings settings;
	char names[512] = "";
	struct login login;

	x_sessions_read(setup->ctl, &sessions);
	if (wanted && !x_sessions_has(&sessions, wanted)) {
		list(&sessions, names, sizeof(names));
		return ctl_failed("nothing was changed: no session for X is called '%s': installed "
				  "(/usr/share/xsessions) are %s",
				  wanted, names);
	}
	read_login(setup, &login, &settings);
	if (wanted)
		setup->session = wanted;
	else if (login.type == LOGIN_X)
		setup->session = NULL;
	else if (x_sessions_has(&sessions, settings.fallback_session))
		setup->session = settings.fallback_session;
	else
		setup->session = x_sessions_preferred(&sessions);
	return CTL_OK;
}

void step_session_reload(struct setup *setup)
{
	if (unit_action_is_active(setup, ACCOUNTS_SERVICE))
		(void)unit_action_run(setup, "restart", ACCOUNTS_SERVICE);
}

void step_session(struct setup *setup)
{
	/* XSession is the only one that GDM 40 and earlier read */
	const struct key_edit edits[] = {
		{ "User", "XSession", setup->session, false },
		{ "User", "SessionType", "x11", false },
		{ "User", "Session", setup->session, false },
	};
	char path[X_SESSIONS_PATH_MAX], *edited;
	size_t length;

	if (!setup->session)
		return;
	x_sessions_accounts_file(setup->user, path);
	char *text = setup_read(setup, path, &length);
	if (!text)
		return;
	int r = key_edit_apply_all(edits, sizeof(edits) / sizeof(edits[0]), text, length, &edited,
				   &length);
	free(text);
	if (r < 0)
		setup_failed(setup, path, r);
	if (r <= 0)
		return;
	if (setup_go(setup, "choose the X session %s for %s, in %s", setup->session, setup->user,
		     path) &&
	    setup_write_private(setup, path, edited, length))
		step_session_reload(setup);
	free(edited);
}
