/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pam_gpudesk is in the session stacks of GDM's logins, after pam_systemd. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "edit/pam_edit.h"
#include "facts/machine_file.h"
#include "facts/pam_stack.h"
#include "setup.h"
#include "tool.h"

#define COMMON_SESSION "/etc/pam.d/common-session" /* Debian's, which the services include */
#define PROFILE "gpudesk"
/* The profiles that pam-auth-update has seen, one a line. */
#define SEEN "/var/lib/pam/seen"

/* The worst verdict on GDM's services; PAM_STACK_NO_SERVICE if there are none. */
static enum pam_stack_verdict check_services(struct setup *setup)
{
	enum pam_stack_verdict worst = PAM_STACK_NO_SERVICE;

	for (const char *const *path = distribution_pam_services; *path; path++) {
		struct pam_stack stack;

		if (pam_stack_read(setup->ctl, *path, &stack) < 0 ||
		    stack.verdict == PAM_STACK_NO_SERVICE ||
		    (stack.verdict == PAM_STACK_NO_SYSTEMD && distribution_pam_is_optional(path)))
			continue;
		if (worst == PAM_STACK_NO_SERVICE || stack.verdict != PAM_STACK_RIGHT)
			worst = stack.verdict;
	}
	return worst;
}

static void fix_file(struct setup *setup, const char *path)
{
	char *text, *edited = NULL;
	size_t length;

	if (!setup_go(setup, "add pam_gpudesk.so at the end of %s", path))
		return;
	text = setup_read(setup, path, &length);
	if (!text)
		return;
	int r = pam_edit_apply(text, length, &edited, &length);
	if (r < 0)
		setup_failed(setup, path, r);
	else
		(void)setup_write(setup, path, edited, length);
	free(edited);
	free(text);
}

/* On the RHEL family: authselect's files stay as they are. */
static void fix_services(struct setup *setup)
{
	for (const char *const *path = distribution_pam_services; *path; path++) {
		struct pam_stack stack;
		int r = pam_stack_read(setup->ctl, *path, &stack);

		if (r < 0)
			setup_failed(setup, *path, r);
		else if (stack.verdict == PAM_STACK_MISSING ||
			 stack.verdict == PAM_STACK_BEFORE_SYSTEMD)
			fix_file(setup, *path);
	}
}

static bool is_seen(struct setup *setup)
{
	size_t length;
	char *text = setup_read(setup, SEEN, &length);

	if (!text)
		return false;
	const char *at = strstr(text, PROFILE "\n");
	bool found = at && (at == text || at[-1] == '\n');
	free(text);
	return found;
}

/* Undone by "pam-auth-update --remove": its files may have other profiles by then. */
static void enable_profile(struct setup *setup)
{
	static const char *const argv[] = { "pam-auth-update", "--enable", PROFILE, NULL };

	if (setup_record(setup, JOURNAL_PROFILE, PROFILE, is_seen(setup) ? "seen" : ""))
		(void)setup_run(setup, argv);
}

/* Whether to use pam-auth-update, which not everywhere supports another root. */
static bool has_profile(struct setup *setup)
{
	return !setup->ctl->root[0] && tool_exists("pam-auth-update") &&
	       machine_file_exists(setup->ctl, "/usr/share/pam-configs/" PROFILE);
}

/*
 * pam-auth-update does not change files that were edited by hand. Then the line goes after its part
 * of common-session, where it stays when pam-auth-update runs again.
 */
static void fix_common_session(struct setup *setup)
{
	if (has_profile(setup)) {
		if (!setup_go(setup,
			      "enable the PAM profile (pam-auth-update --enable " PROFILE ")"))
			return;
		enable_profile(setup);
		if (check_services(setup) == PAM_STACK_RIGHT)
			return;
	}
	fix_file(setup, COMMON_SESSION);
}

static void fix(struct setup *setup)
{
	switch (setup->distribution.family) {
	case DISTRIBUTION_DEBIAN:
		fix_common_session(setup);
		return;
	case DISTRIBUTION_RHEL:
		fix_services(setup);
		return;
	default:
		setup_problem(setup,
			      "gpudesk does not know this distribution's PAM files: add \"%s\" "
			      "after pam_systemd.so in the session stacks of gdm-autologin, "
			      "gdm-password and whatever else GDM logs users in with",
			      PAM_EDIT_LINE);
	}
}

int step_pam_undo(struct setup *setup, const struct journal_entry *entry)
{
	/* One that had been seen stays so, or the next package's configuration enables it. */
	bool was_seen = strcmp(entry->before, "seen") == 0;
	const char *const argv[] = { "pam-auth-update", was_seen ? "--disable" : "--remove",
				     PROFILE, NULL };
	struct pam_stack stack;

	if (!tool_exists(argv[0]) ||
	    !setup_go(setup, "disable the PAM profile (pam-auth-update %s " PROFILE ")", argv[1]))
		return 0;
	int r = setup_run(setup, argv);
	/* It leaves files alone that were edited by hand. */
	for (const char *const *path = distribution_pam_services; *path && r >= 0; path++)
		if (pam_stack_read(setup->ctl, *path, &stack) >= 0 && stack.where[0]) {
			setup_problem(setup,
				      "pam_gpudesk.so stays at %s, which pam-auth-update does not "
				      "change: remove that line, then run setup --undo again",
				      stack.where);
			return -EEXIST;
		}
	return r;
}

void step_pam(struct setup *setup)
{
	char module[PAM_STACK_WHERE_MAX];

	switch (check_services(setup)) {
	case PAM_STACK_RIGHT:
		return;
	case PAM_STACK_NO_SERVICE:
		setup_problem(setup, "GDM has no PAM services in /etc/pam.d: install GDM, then run "
				     "setup again");
		return;
	case PAM_STACK_NO_SYSTEMD:
		setup_problem(setup, "pam_systemd.so is not in the session stacks of GDM's PAM "
				     "services, so there is no session to record");
		return;
	default:
		break;
	}
	if (pam_stack_find_module(setup->ctl, module) < 0)
		setup_problem(setup, "pam_gpudesk.so is not installed where libpam looks for it");
	else
		fix(setup);
}
