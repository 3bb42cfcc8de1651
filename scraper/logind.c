/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "logind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>

/* One string that sd-login gives, compared and freed. */
typedef int (*session_string_fn)(const char *id, char **ret_text);

static bool session_string_is(session_string_fn get, const char *id, const char *wanted)
{
	char *text = NULL;
	bool is = get(id, &text) >= 0 && text && strcmp(text, wanted) == 0;

	free(text);
	return is;
}

void logind_session_facts(const char *id, struct session_facts *ret_facts)
{
	struct session_facts facts = { 0 };
	char *state = NULL;

	if (sd_session_get_uid(id, &facts.uid) >= 0 && sd_session_get_state(id, &state) >= 0) {
		facts.known = true;
		facts.closing = strcmp(state, "closing") == 0;
		free(state);
	}
#ifdef HAVE_SD_SESSION_GET_LEADER
	if (facts.known && sd_session_get_leader(id, &facts.leader) < 0)
		facts.leader = 0;
#endif
	*ret_facts = facts;
}

int logind_session_of_pid(pid_t pid, char ret_id[static SESSION_ID_MAX])
{
	char *id = NULL;
	size_t length;
	int r;

	r = sd_pid_get_session(pid, &id);
	if (r < 0)
		return r;
	length = strlen(id);
	if (length < SESSION_ID_MAX)
		memcpy(ret_id, id, length + 1);
	free(id);
	return length < SESSION_ID_MAX ? 0 : -ENAMETOOLONG;
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

void logind_survey(uid_t uid, struct session_survey *ret_survey)
{
	struct session_survey survey = { 0 };
	char **ids = NULL;
	int n = sd_get_sessions(&ids);

	for (int i = 0; i < n; i++) {
		survey_session(ids[i], uid, &survey);
		free(ids[i]);
	}
	free(ids);
	*ret_survey = survey;
}
