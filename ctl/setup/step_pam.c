/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pam_gpudesk in the session stacks of GDM's logins, after pam_systemd. */
#include <errno.h>
#include <stdlib.h>

#include "edit/pam_edit.h"
#include "facts/pam_stack.h"
#include "setup.h"
#include "tool.h"

/* All that pam-auth-update writes. */
static const char *const managed_files[] = {
	"/etc/pam.d/common-account",
	"/etc/pam.d/common-auth",
	"/etc/pam.d/common-password",
	"/etc/pam.d/common-session",
	"/etc/pam.d/common-session-noninteractive",
	"/var/lib/pam/account",
	"/var/lib/pam/auth",
	"/var/lib/pam/password",
	"/var/lib/pam/seen",
	"/var/lib/pam/session",
	"/var/lib/pam/session-noninteractive",
};

/* The worst of the verdicts on GDM's services; PAM_STACK_NO_SERVICE when there is none of them. */
static enum pam_stack_verdict look(struct setup *setup)
{
	enum pam_stack_verdict worst = PAM_STACK_NO_SERVICE;

	for (const char *const *path = setup->distribution.pam_services; *path; path++) {
		struct pam_stack lines;

		if (pam_stack_read(setup->ctl, *path, &lines) < 0 ||
		    lines.verdict == PAM_STACK_NO_SERVICE)
			continue;
		if (worst == PAM_STACK_NO_SERVICE || lines.verdict != PAM_STACK_RIGHT)
			worst = lines.verdict;
	}
	return worst;
}

static int add_line(struct setup *setup, const char *path)
{
	char *text, *edited;
	size_t length;
	int r = setup_read(setup, path, &text, &length);

	if (r < 0)
		return r;
	r = pam_edit_apply(text, length, &edited, &length);
	free(text);
	if (r < 0)
		return r;
	r = journal_write_file(setup->journal, path, edited, length, 0644);
	free(edited);
	return r;
}

static void mend_file(struct setup *setup, const char *path)
{
	int r = 0;

	if (setup_go(setup, "put pam_gpudesk.so at the end of %s", path))
		r = add_line(setup, path);
	if (r < 0)
		setup_failed(setup, path, r);
}

/* On the RHEL family each service has the line itself; authselect's files are left alone. */
static void mend_services(struct setup *setup)
{
	for (const char *const *path = setup->distribution.pam_services; *path; path++) {
		struct pam_stack lines;
		int r = pam_stack_read(setup->ctl, *path, &lines);

		if (r < 0)
			setup_failed(setup, *path, r);
		else if (lines.verdict == PAM_STACK_MISSING ||
			 lines.verdict == PAM_STACK_BEFORE_SYSTEMD)
			mend_file(setup, *path);
	}
}

static int run_pam_auth_update(struct setup *setup)
{
	static const char *const argv[] = { "pam-auth-update", "--enable", "gpudesk", NULL };
	int r = 0, status;

	for (size_t i = 0; i < sizeof(managed_files) / sizeof(managed_files[0]) && r == 0; i++)
		r = journal_before_program(setup->journal, managed_files[i]);
	if (r < 0)
		return r;
	status = tool_run(argv, false);
	r = journal_after_program(setup->journal);
	if (status < 0)
		return status;
	return status > 0 ? -EIO : r;
}

/* Whether that is the way here. It knows no other root on every distribution. */
static bool has_profile(struct setup *setup)
{
	return !setup->ctl->root[0] && tool_exists("pam-auth-update") &&
	       setup_exists(setup, "/usr/share/pam-configs/gpudesk");
}

/*
 * pam-auth-update leaves files alone that were changed by hand. What is behind its own part of
 * common-session is the administrator's, and stays when it runs again: a line there does as well.
 */
static void mend_common(struct setup *setup)
{
	int r;

	if (has_profile(setup)) {
		if (!setup_go(setup, "enable the PAM profile (pam-auth-update --enable gpudesk)"))
			return;
		r = run_pam_auth_update(setup);
		if (r < 0)
			setup_failed(setup, "pam-auth-update", r);
		if (look(setup) == PAM_STACK_RIGHT)
			return;
	}
	mend_file(setup, setup->distribution.pam_files[0]);
}

static void mend(struct setup *setup)
{
	switch (setup->distribution.family) {
	case DISTRIBUTION_DEBIAN:
		mend_common(setup);
		return;
	case DISTRIBUTION_RHEL:
		mend_services(setup);
		return;
	default:
		setup_problem(setup,
			      "this distribution's PAM files are not known: put \"%s\" behind "
			      "pam_systemd.so in the session stack of gdm-autologin and "
			      "gdm-password",
			      PAM_EDIT_LINE);
	}
}

void step_pam(struct setup *setup)
{
	char module[PAM_STACK_WHERE_MAX];

	switch (look(setup)) {
	case PAM_STACK_RIGHT:
		return;
	case PAM_STACK_NO_SERVICE:
		setup_problem(setup, "there are no PAM services of GDM's in /etc/pam.d: is GDM "
				     "installed? Then run this again");
		return;
	case PAM_STACK_NO_SYSTEMD:
		setup_problem(setup, "GDM's PAM services do without pam_systemd.so, so there is no "
				     "session to record");
		return;
	default:
		break;
	}
	if (pam_stack_find_module(setup->ctl, module) < 0)
		setup_problem(setup, "pam_gpudesk.so is not installed where libpam looks for it");
	else
		mend(setup);
}
