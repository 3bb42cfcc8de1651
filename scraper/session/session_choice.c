/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_choice.h"

#include <stdio.h>
#include <string.h>

/* The newest candidate of each kind. */
struct findings {
	const struct session_candidate *newest; /* fresh and x11 */
	const struct session_candidate *other;	/* fresh, of another type */
	const struct session_candidate *stale;
	const char *stale_reason;
};

static void keep_newer(const struct session_candidate **kept, const struct session_candidate *one)
{
	/* The times are ISO 8601 in UTC: they sort as text. */
	if (!*kept || strcmp(one->record.opened, (*kept)->record.opened) > 0)
		*kept = one;
}

static struct findings find_newest(const struct session_candidate *candidates, size_t n, uid_t uid)
{
	struct findings found = { 0 };
	for (size_t i = 0; i < n; i++) {
		if (candidates[i].record.uid != uid)
			continue;
		const char *reason = session_record_stale_reason(&candidates[i].record,
								 &candidates[i].facts);
		if (reason) {
			keep_newer(&found.stale, &candidates[i]);
			if (found.stale == &candidates[i])
				found.stale_reason = reason;
		} else if (strcmp(candidates[i].record.type, "x11") == 0) {
			keep_newer(&found.newest, &candidates[i]);
		} else {
			keep_newer(&found.other, &candidates[i]);
		}
	}
	return found;
}

static const char *way_to_x(const struct session_survey *survey)
{
	if (survey->lacks_xorg)
		return "and this machine has no Xorg server. See: sudo gpudesk doctor";
	if (survey->lacks_x_sessions)
		return "and this machine has no X session installed. Install one, such as Xfce's, "
		       "and run: sudo gpudesk setup";
	return "not Wayland. Run: sudo gpudesk setup; then restart the display manager";
}

static void explain_other_type(const struct session_record *record, const char *user,
			       const struct session_survey *survey, char *ret_reason)
{
	if (strcmp(record->type, "wayland") == 0)
		(void)snprintf(ret_reason, SESSION_REASON_MAX,
			       "%s's session %s is a Wayland session, which cannot be shown: "
			       "gpudesk shows X sessions only, %s.",
			       user, record->session, way_to_x(survey));
	else
		(void)snprintf(ret_reason, SESSION_REASON_MAX,
			       "%s's session %s is of type \"%s\", which cannot be shown: it must "
			       "be an Xorg session (x11).",
			       user, record->session, record->type);
}

static void explain_none(const char *user, const struct session_survey *survey, char *ret_reason)
{
	if (survey->greeter)
		(void)snprintf(ret_reason, SESSION_REASON_MAX,
			       "%s has no graphical session: %s shows its login screen. Log in at "
			       "the machine's own screen, or set up automatic login for %s and "
			       "restart the display manager.",
			       user, survey->greeter_is_gdm ? "GDM" : "the display manager", user);
	else if (survey->other_user)
		(void)snprintf(ret_reason, SESSION_REASON_MAX,
			       "%s has no graphical session: another user's session is on the "
			       "screen.",
			       user);
	else
		(void)snprintf(ret_reason, SESSION_REASON_MAX,
			       "%s has no graphical session and no login screen is shown: the "
			       "display manager does not seem to be running (see systemctl status "
			       "display-manager).",
			       user);
}

static void append_stale(const struct findings *found, char *reason)
{
	const size_t length = strlen(reason);

	if (found->stale)
		(void)snprintf(reason + length, SESSION_REASON_MAX - length,
			       " (The record of session %s is stale: %s.)",
			       found->stale->record.session, found->stale_reason);
}

enum session_verdict session_choose(const struct session_candidate *candidates, size_t n,
				    const char *user, uid_t uid,
				    const struct session_survey *survey, size_t *ret_index,
				    char ret_reason[static SESSION_REASON_MAX])
{
	const struct findings found = find_newest(candidates, n, uid);

	if (found.newest) {
		*ret_index = (size_t)(found.newest - candidates);
		return SESSION_CHOSEN;
	}
	if (found.other) {
		explain_other_type(&found.other->record, user, survey, ret_reason);
		return SESSION_UNUSABLE;
	}
	if (survey->graphical[0] != '\0') {
		(void)snprintf(ret_reason, SESSION_REASON_MAX,
			       "%s's session %s has no record: it was opened before gpudesk was "
			       "set up, or pam_gpudesk is missing in the display manager's PAM "
			       "stack. Log out and in again, or restart the display manager.",
			       user, survey->graphical);
		append_stale(&found, ret_reason);
		return SESSION_UNRECORDED;
	}
	explain_none(user, survey, ret_reason);
	append_stale(&found, ret_reason);
	return SESSION_NONE;
}
