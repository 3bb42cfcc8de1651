/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision.h"

#include <inttypes.h>
#include <stdio.h>

/* Fills in the text and evaluates to the action, so that each rule below is one statement. */
#define because(action, ...) (snprintf(text, DECISION_TEXT_MAX, __VA_ARGS__), (action))

static enum desktop_action decide_stopped(const struct desktop_facts *facts, char *text)
{
	if (!facts->start_desktop)
		return because(DESKTOP_SAY_REFUSED,
			       "%s has no desktop: %s is not running, and start_desktop = no in "
			       "%s. To start it: systemctl start %s",
			       facts->user, facts->unit, facts->config_path, facts->unit);
	if (facts->manager == MANAGER_FAILED && facts->manager_age < DESKTOP_GRACE)
		return because(DESKTOP_SAY_REFUSED,
			       "%s failed %" PRIu64 " s ago; see: journalctl -b -u %s", facts->unit,
			       facts->manager_age / 1000000, facts->unit);
	return because(DESKTOP_DO_START, "%s was not running", facts->unit);
}

/* Starting it now would contradict the stop, which may be a shutdown's. */
static enum desktop_action decide_stopping(const struct desktop_facts *facts, char *text)
{
	if (!facts->start_desktop)
		return because(DESKTOP_SAY_REFUSED,
			       "%s is being stopped, and start_desktop = no in %s", facts->unit,
			       facts->config_path);
	return because(DESKTOP_SAY_STARTING, "%s is being stopped; retry", facts->unit);
}

static enum desktop_action decide_running(const struct desktop_facts *facts, char *text)
{
	const char *shows = facts->seats.greeter ? "its login screen" : "no desktop";

	if (facts->autologin != AUTOLOGIN_OFF && facts->manager_age < DESKTOP_GRACE)
		return because(DESKTOP_SAY_STARTING, "%s has just started", facts->unit);
	if (facts->autologin == AUTOLOGIN_UNKNOWN)
		return because(DESKTOP_SAY_REFUSED, "%s shows %s: log in there as %s", facts->unit,
			       shows, facts->user);
	if (facts->autologin == AUTOLOGIN_OFF)
		return because(DESKTOP_SAY_REFUSED,
			       "%s shows %s. Log in there as %s, or set "
			       "AutomaticLoginEnable=true and AutomaticLogin=%s in %s",
			       facts->unit, shows, facts->user, facts->user, facts->autologin_path);
	if (!facts->start_desktop)
		return because(
			DESKTOP_SAY_REFUSED,
			"%s shows %s, and start_desktop = no in %s. Log in there as %s, or run: "
			"systemctl restart %s",
			facts->unit, shows, facts->config_path, facts->user, facts->unit);
	return because(DESKTOP_DO_RESTART, "%s showed %s; it logs in %s when it starts",
		       facts->unit, shows, facts->user);
}

/*
 * 1. If the user has a desktop, there is nothing to do.
 * 2. No other user at a seat is disturbed, not even at a text console: a display manager that
 * starts takes over the first console.
 * 3. A start or stop that is under way is waited for.
 * 4. A display manager that is not running is started, if that is allowed.
 * 5. GDM logs in automatically once per run; after a logout only a restart brings the desktop back.
 */
enum desktop_action desktop_decide(const struct desktop_facts *facts,
				   char ret_text[static DECISION_TEXT_MAX])
{
	char *text = ret_text;

	if (facts->seats.own[0])
		return because(DESKTOP_SAY_RUNNING, "%s has session %s", facts->user,
			       facts->seats.own);
	if (facts->manager == MANAGER_MISSING)
		return because(DESKTOP_SAY_REFUSED,
			       "%s has no desktop: no display manager is installed (systemd knows "
			       "no display-manager.service)",
			       facts->user);
	if (facts->seats.other[0])
		return because(DESKTOP_SAY_REFUSED,
			       "%s is logged in at the machine (session %s), and is not "
			       "interrupted for %s",
			       facts->seats.other_user, facts->seats.other, facts->user);
	switch (facts->manager) {
	case MANAGER_STARTING:
		return because(DESKTOP_SAY_STARTING, "%s is starting", facts->unit);
	case MANAGER_STOPPING:
		return decide_stopping(facts, text);
	case MANAGER_RUNNING:
		return decide_running(facts, text);
	default:
		return decide_stopped(facts, text);
	}
}
