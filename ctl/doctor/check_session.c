/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The login and its record: PAM, the records, the session, the password, SELinux. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts/pam_stack.h"
#include "selinux.h"

static void check_pam_module(const struct machine *machine, struct findings *findings)
{
	char path[PAM_STACK_WHERE_MAX];

	if (pam_stack_find_module(machine->ctl, path) >= 0)
		finding_ok(findings, "%s", path);
	else
		finding_fail(findings, "reinstall gpudesk",
			     PAM_STACK_MODULE " is not where PAM looks for modules");
}

static void report_stack(const struct machine *machine, const char *path,
			 const struct pam_stack *stack, struct findings *findings)
{
	bool is_debian = machine->distribution.family == DISTRIBUTION_DEBIAN;
	const char *fix = is_debian ? "pam-auth-update --enable gpudesk" : "gpudesk setup";

	switch (stack->verdict) {
	case PAM_STACK_NO_SERVICE:
		finding_fail(findings,
			     finding_text("%s %s", machine->distribution.install_command,
					  machine->distribution.gdm_package),
			     "there is no %s: GDM is not installed, or not as gpudesk expects",
			     path);
		break;
	case PAM_STACK_MISSING:
		finding_fail(findings, fix,
			     "pam_gpudesk is not in the session stack of %s: logins are not "
			     "recorded",
			     path);
		break;
	case PAM_STACK_BEFORE_SYSTEMD:
		finding_fail(findings,
			     finding_text("move %s after the line of pam_systemd, or: %s",
					  stack->where, fix),
			     "pam_gpudesk comes before pam_systemd in %s (%s), so there is no "
			     "session to record yet",
			     path, stack->where);
		break;
	case PAM_STACK_NO_SYSTEMD:
		finding_fail(findings,
			     is_debian ? "pam-auth-update --enable systemd"
				       : "authselect apply-changes",
			     "pam_systemd is not in the session stack of %s: logins get no session",
			     path);
		break;
	case PAM_STACK_RIGHT:
		if (stack->is_twice)
			finding_warn(findings, finding_text("remove %s", stack->where),
				     "pam_gpudesk is in the session stack of %s more than once",
				     path);
		break;
	}
}

static void check_pam(const struct machine *machine, struct findings *findings)
{
	for (const char *const *path = distribution_pam_services; *path; path++) {
		struct pam_stack stack;
		int r = pam_stack_read(machine->ctl, *path, &stack);

		if (r < 0)
			finding_warn(findings, finding_text("ls -l %s", *path),
				     "cannot read %s: %s", *path, strerror(-r));
		else if (!distribution_pam_is_optional(path) ||
			 (stack.verdict != PAM_STACK_NO_SERVICE &&
			  stack.verdict != PAM_STACK_NO_SYSTEMD))
			report_stack(machine, *path, &stack, findings);
	}
	if (findings->n == 0)
		finding_ok(findings, "GDM's logins are recorded, after pam_systemd");
}

static void check_record(const struct machine_record *one, struct findings *findings)
{
	const char *fix = finding_text(
		"rm %s", finding_word(finding_text("%s/%s", SESSION_RECORD_DIRECTORY, one->id)));

	if (one->error) {
		finding_warn(findings, fix, "the record of session %s is ignored: %s", one->id,
			     one->error == -EPERM ? "a user other than root may have written it"
						  : strerror(-one->error));
		return;
	}
	const char *reason = session_record_stale_reason(&one->record, &one->facts);
	if (reason)
		finding_warn(findings, fix, "the record of session %s is stale: %s", one->id,
			     reason);
}

static void check_records(const struct machine *machine, struct findings *findings)
{
	if (machine->n_records < 0) {
		finding_fail(findings, "systemd-tmpfiles --create gpudesk.conf", "%s: %s",
			     SESSION_RECORD_DIRECTORY, strerror(-machine->n_records));
		return;
	}
	for (int i = 0; i < machine->n_records; i++)
		check_record(&machine->records[i], findings);
	if (findings->n == 0)
		finding_ok(findings, "%d, none of them stale", machine->n_records);
}

static void explain_no_session(const struct machine *machine, struct findings *findings)
{
	const char *user = machine->config.user;
	const char *greeter = machine->has_greeter ? " (the login screen is shown)" : "";

	if (machine->config.start_desktop && gdm_settings_log_in(&machine->gdm, user))
		finding_warn(findings, "",
			     "%s has no graphical session%s: the next viewer starts one", user,
			     greeter);
	else
		finding_fail(findings,
			     machine->config.start_desktop ? "gpudesk setup"
							   : "systemctl restart display-manager",
			     "%s has no graphical session%s", user, greeter);
}

static void check_session(const struct machine *machine, struct findings *findings)
{
	const char *user = machine->config.user, *id = machine->graphical_session;

	if (machine->chosen >= 0)
		finding_ok(findings, "session %s of %s, x11, recorded",
			   machine->records[machine->chosen].id, user);
	else if (id[0] && strcmp(machine->graphical_type, "x11") != 0)
		finding_fail(findings,
			     "gpudesk setup; save what is open on the desktop, then: systemctl "
			     "restart display-manager",
			     "session %s of %s is of type %s, which gpudesk cannot show", id, user,
			     machine->graphical_type);
	else if (id[0])
		finding_fail(findings,
			     "save what is open on the desktop, then: systemctl restart "
			     "display-manager",
			     "session %s of %s has no record: it began before pam_gpudesk was in "
			     "the PAM stack",
			     id, user);
	else
		explain_no_session(machine, findings);
}

/*
 * A new password is only for a file that has none: Guacamole knows the one there. A file that is
 * not in the user's home may be something else.
 */
static const char *fix_password(const struct machine *machine)
{
	const struct probe *probe = &machine->probe;
	const char *home = machine->account.home, *path = finding_word(probe->password_path);
	const char *user = finding_word(machine->config.user);
	size_t length = strlen(home);

	if (!probe->password_mode_wrong && !probe->password_owner_wrong)
		return finding_text("gpudesk passwd --user %s", user);
	if (length < 2 || strncmp(probe->password_path, home, length) != 0 ||
	    probe->password_path[length] != '/')
		return finding_text("ls -l %s; password_file in %s names it", path,
				    machine->ctl->config_path);
	return probe->password_mode_wrong ? finding_text("chmod 600 %s", path)
					  : finding_text("chown %s: %s", user, path);
}

static void check_password(const struct machine *machine, struct findings *findings)
{
	const struct probe *probe = &machine->probe;
	const char *fix = fix_password(machine);

	if (!probe->has_password) {
		finding_warn(findings, "", "not checked: %s",
			     machine->probe_error ? probe_words(machine->probe_error)
						  : "the password file could not be read in time");
		return;
	}
	if (probe->password_problem[0])
		finding_fail(findings, fix, "%s", probe->password_problem);
	if (probe->password_warning[0])
		finding_warn(findings, "chmod go-w that directory", "%s", probe->password_warning);
	if (findings->n == 0)
		finding_ok(findings, "%s%s", probe->password_path,
			   probe->has_view_only ? ", with a view-only password" : "");
}

static void check_selinux(const struct machine *machine, struct findings *findings)
{
	struct selinux selinux;
	int r = selinux_read(machine->ctl, &selinux);

	if (!selinux.is_on)
		finding_ok(findings, "not needed: SELinux is off");
	else if (r < 0)
		finding_warn(findings, "sudo ausearch -m avc -ts boot | grep gpudesk",
			     "cannot read SELinux's denials: %s", strerror(-r));
	else if (selinux.n_denials == 0)
		finding_ok(findings, "%s, and gpudesk was denied nothing",
			   selinux.is_enforcing ? "enforcing" : "permissive");
	else if (selinux.is_enforcing)
		finding_fail(findings,
			     "ausearch -m avc -ts boot | audit2why; restorecon -RFv "
			     "/usr/libexec/gpudesk /run/gpudesk",
			     "SELinux has denied gpudesk something %u time%s, last: %s",
			     selinux.n_denials, selinux.n_denials == 1 ? "" : "s",
			     selinux.last_denial);
	else
		finding_warn(findings, "ausearch -m avc -ts boot | audit2why",
			     "SELinux is permissive; enforcing, it would deny gpudesk something: "
			     "%s",
			     selinux.last_denial);
}

const struct check session_checks[] = {
	{ "pam-module", CHECK_NEEDS_NOTHING, check_pam_module },
	{ "pam", CHECK_NEEDS_NOTHING, check_pam },
	{ "records", CHECK_NEEDS_SYSTEMD, check_records },
	{ "session", CHECK_NEEDS_SYSTEMD | CHECK_NEEDS_USER, check_session },
	{ "password", CHECK_NEEDS_USER | CHECK_NEEDS_PROBE, check_password },
	{ "selinux", CHECK_NEEDS_NOTHING, check_selinux },
	{ 0 },
};
