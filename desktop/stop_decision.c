/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stop_decision.h"

#include <stdio.h>

#include "common/config.h"

/* Fills in the text and evaluates to the action, so that each rule below is one statement. */
#define because(action, ...) (snprintf(text, DECISION_TEXT_MAX, __VA_ARGS__), (action))

/*
 * Users of the desktop without a viewer, and other users of the machine. The whole time starts
 * again, since it is not known when they leave.
 */
static enum stop_action decide_for_others(const struct stop_facts *facts, char *text)
{
	const struct seat_survey *sessions = &facts->sessions;

	if (sessions->other[0])
		return because(STOP_DO_RETRY, "%s is logged in at the machine (session %s)",
			       sessions->other_user, sessions->other);
	if (sessions->own_unseen)
		return because(STOP_DO_RETRY, "%s has a Wayland session, which no viewer can see",
			       facts->user);
	if (sessions->away[0])
		return because(STOP_DO_RETRY, "%s is logged in (session %s)", sessions->away_user,
			       sessions->away);
	if (facts->inhibitor.who[0])
		return because(STOP_DO_RETRY, "%s holds an inhibitor lock (%s)",
			       facts->inhibitor.who, facts->inhibitor.why);
	return because(STOP_DO_STOP,
		       "desktop_timeout has passed since the last viewer of %s's desktop",
		       facts->user);
}

/*
 * A scraper that has accepted a viewer starts the timer anew when it ends. One that only strangers
 * have started does not count, or they could keep the desktop running.
 */
static enum stop_action decide_for_viewers(const struct stop_facts *facts, char *text,
					   uint64_t *again)
{
	uint64_t left = stop_delay(facts->desktop_timeout, &facts->viewers, facts->now);

	if (facts->scraper == SCRAPER_ENDS) {
		*again = STOP_RETRY_SOON;
		return because(STOP_DO_RETRY, "its viewers are disconnecting");
	}
	if (facts->scraper == SCRAPER_RUNS && facts->viewers.used)
		return because(STOP_DO_NOTHING, "a viewer has connected meanwhile");
	if (left != CONFIG_NEVER && left > 0) {
		*again = left;
		return because(STOP_DO_RETRY, "a viewer was connected meanwhile");
	}
	if (facts->desktop_timeout > STOP_RETRY)
		*again = facts->desktop_timeout;
	return decide_for_others(facts, text);
}

/*
 * 1. The configuration may have changed since the timer was started.
 * 2. A desktop that no connection could start again is kept.
 * 3. There may be nothing to stop, or a stop or start is under way.
 * 4. Viewers come first.
 * 5. Other users are not disturbed.
 */
enum stop_action stop_decide(const struct stop_facts *facts,
			     char ret_text[static DECISION_TEXT_MAX], uint64_t *ret_again)
{
	char *text = ret_text;

	*ret_again = STOP_RETRY;
	if (facts->desktop_timeout == CONFIG_NEVER)
		return because(STOP_DO_NOTHING, "desktop_timeout = never");
	if (!facts->listening)
		return because(
			STOP_DO_NOTHING,
			"gpudesk's sockets are stopped, so no connection could start it again");
	switch (facts->manager) {
	case MANAGER_RUNNING:
		return decide_for_viewers(facts, text, ret_again);
	case MANAGER_STARTING:
		return because(STOP_DO_RETRY, "%s is starting", facts->unit);
	default:
		return because(STOP_DO_NOTHING, "no display manager is running");
	}
}

uint64_t stop_delay(uint64_t desktop_timeout, const struct scraper_status *scraper, uint64_t now)
{
	uint64_t gone;

	if (desktop_timeout == CONFIG_NEVER || !scraper->used)
		return CONFIG_NEVER;
	gone = scraper->n_viewers == 0 && scraper->left < now ? now - scraper->left : 0;
	return gone < desktop_timeout ? desktop_timeout - gone : 0;
}
