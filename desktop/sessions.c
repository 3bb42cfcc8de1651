/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sessions.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>

static bool is(const char *text, const char *wanted)
{
	return text && strcmp(text, wanted) == 0;
}

static void set_name(char to[static SESSION_NAME_MAX], const char *from)
{
	snprintf(to, SESSION_NAME_MAX, "%s", from ? from : "?");
}

void seat_survey_add(struct seat_survey *survey, const struct seat_session *session, uid_t uid)
{
	bool at_seat = session->seat && session->seat[0] != '\0';

	if (!session->class || is(session->state, "closing"))
		return;
	if (is(session->class, "greeter")) {
		survey->greeter |= at_seat;
		return;
	}
	/* "user", and in later versions "user-early", "user-light", ...; not "lock-screen". */
	if (strncmp(session->class, "user", 4) != 0)
		return;
	if (!at_seat) {
		set_name(survey->away, session->id);
		set_name(survey->away_user, session->user);
	} else if (session->uid == uid &&
		   (is(session->type, "x11") || is(session->type, "wayland"))) {
		set_name(survey->own, session->id);
		survey->own_unseen |= is(session->type, "wayland");
	} else {
		set_name(survey->other, session->id);
		set_name(survey->other_user, session->user);
	}
}

/* One session's text as logind's files have it, or NULL. */
static char *text_of(const char *id, int (*get)(const char *id, char **ret_text))
{
	char *text = NULL;

	return get(id, &text) >= 0 ? text : NULL;
}

static void add_by_id(struct seat_survey *survey, const char *id, uid_t uid)
{
	char *class = text_of(id, sd_session_get_class);
	char *type = text_of(id, sd_session_get_type);
	char *state = text_of(id, sd_session_get_state);
	char *seat = text_of(id, sd_session_get_seat);
	struct seat_session session = { .id = id,
					.uid = (uid_t)-1,
					.class = class,
					.type = type,
					.state = state,
					.seat = seat };

	if (sd_session_get_uid(id, &session.uid) >= 0) {
		const struct passwd *account = getpwuid(session.uid);

		session.user = account ? account->pw_name : NULL;
		seat_survey_add(survey, &session, uid);
	}
	free(class);
	free(type);
	free(state);
	free(seat);
}

int seat_survey_read(struct seat_survey *survey, uid_t uid)
{
	char **ids = NULL;
	int n;

	n = sd_get_sessions(&ids);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		add_by_id(survey, ids[i], uid);
		free(ids[i]);
	}
	free(ids);
	return 0;
}

int sessions_list_own(uid_t uid, char ret_ids[static SESSIONS_MAX][SESSION_NAME_MAX])
{
	char **ids = NULL;
	int n, n_own = 0;

	n = sd_get_sessions(&ids);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		struct seat_survey survey = { 0 };

		add_by_id(&survey, ids[i], uid);
		if (survey.own[0] && n_own < SESSIONS_MAX)
			memcpy(ret_ids[n_own++], survey.own, SESSION_NAME_MAX);
		free(ids[i]);
	}
	free(ids);
	return n_own;
}
