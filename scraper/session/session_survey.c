/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_survey.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>
#include <unistd.h>

/* One of sd-login's calls for a string. */
typedef int (*session_string_fn)(const char *id, char **ret_text);

static bool session_string_is(session_string_fn get, const char *id, const char *wanted)
{
	char *text = NULL;
	bool is = get(id, &text) >= 0 && text && strcmp(text, wanted) == 0;

	free(text);
	return is;
}

static bool is_graphical(const char *id)
{
	return session_string_is(sd_session_get_type, id, "x11") ||
	       session_string_is(sd_session_get_type, id, "wayland");
}

static void survey_session(const char *id, uid_t uid, struct session_survey *survey)
{
	uid_t owner;

	if (sd_session_get_uid(id, &owner) < 0 ||
	    session_string_is(sd_session_get_state, id, "closing"))
		return;
	if (session_string_is(sd_session_get_class, id, "greeter")) {
		survey->greeter = true;
		survey->greeter_is_gdm = session_string_is(sd_session_get_service, id,
							   "gdm-launch-environment");
	} else if (is_graphical(id) && session_string_is(sd_session_get_class, id, "user")) {
		if (owner == uid)
			(void)snprintf(survey->graphical, sizeof(survey->graphical), "%s", id);
		else
			survey->other_user = true;
	}
}

static bool has_session(const char *folder)
{
	DIR *directory = opendir(folder);
	bool found = false;

	if (!directory)
		return false;
	for (struct dirent *entry; !found && (entry = readdir(directory));) {
		size_t length = strlen(entry->d_name);

		found = length > 8 && strcmp(entry->d_name + length - 8, ".desktop") == 0;
	}
	closedir(directory);
	return found;
}

bool session_survey_has_sessions(const char *const folders[])
{
	for (; *folders; folders++)
		if (has_session(*folders))
			return true;
	return false;
}

void session_survey_take(uid_t uid, struct session_survey *ret_survey)
{
	static const char *const folders[] = { "/usr/share/xsessions", "/usr/local/share/xsessions",
					       "/etc/X11/sessions", NULL };
	struct session_survey survey = {
		.lacks_xorg = access("/usr/bin/Xorg", F_OK) != 0 && access("/usr/bin/X", F_OK) != 0,
		.lacks_x_sessions = !session_survey_has_sessions(folders),
	};
	char **ids = NULL;
	int n = sd_get_sessions(&ids);

	for (int i = 0; i < n; i++) {
		survey_session(ids[i], uid, &survey);
		free(ids[i]);
	}
	free(ids);
	*ret_survey = survey;
}
