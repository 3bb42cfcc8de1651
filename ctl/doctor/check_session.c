/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The login and its record: PAM, the records, the session, the password. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts/pam_stack.h"

void check_pam_module(const struct machine *machine, struct findings *findings)
{
	char path[PAM_STACK_WHERE_MAX];

	if (pam_stack_find_module(machine->ctl, path) == 0)
		finding_ok(findings, "%s", path);
	else
		finding_fail(findings, "install gpudesk again",
			     PAM_STACK_MODULE " is not where PAM looks for modules");
}

static const char *mend_pam(const struct machine *machine)
{
	return machine->distribution.family == DISTRIBUTION_DEBIAN
		       ? "pam-auth-update --enable gpudesk"
		       : "gpudesk setup";
}

static void check_pam_service(const struct machine *machine, const char *path,
			      struct findings *findings)
{
	struct pam_stack lines;
	int r = pam_stack_read(machine->ctl, path, &lines);

	if (r < 0)
		finding_warn(findings, finding_text("ls -l %s", path), "%s cannot be read: %s",
			     path, strerror(-r));
	else if (lines.verdict == PAM_STACK_NO_SERVICE)
		finding_fail(findings,
			     finding_text("%s %s", machine->distribution.install_command,
					  machine->distribution.gdm_package),
			     "there is no %s: GDM is not installed as gpudesk knows it", path);
	else if (lines.verdict == PAM_STACK_MISSING)
		finding_fail(findings, mend_pam(machine),
			     "pam_gpudesk is not in the session stack of %s: logins are not "
			     "recorded",
			     path);
	else if (lines.verdict == PAM_STACK_BEFORE_SYSTEMD)
		finding_fail(findings,
			     finding_text("move %s behind pam_systemd's line, or: %s", lines.where,
					  mend_pam(machine)),
			     "pam_gpudesk comes before pam_systemd in %s (%s), when there is no "
			     "session to record yet",
			     path, lines.where);
	else if (lines.verdict == PAM_STACK_NO_SYSTEMD)
		finding_fail(findings,
			     machine->distribution.family == DISTRIBUTION_DEBIAN
				     ? "pam-auth-update --enable systemd"
				     : "authselect apply-changes",
			     "pam_systemd is not in the session stack of %s: logins get no session",
			     path);
	else if (lines.is_twice)
		finding_warn(findings, finding_text("take out %s", lines.where),
			     "pam_gpudesk is more than once in the session stack of %s", path);
}

void check_pam(const struct machine *machine, struct findings *findings)
{
	const char *const *services = machine->distribution.pam_services;

	for (; *services; services++)
		check_pam_service(machine, *services, findings);
	if (findings->n == 0)
		finding_ok(findings, "gdm-autologin and gdm-password record sessions, after "
				     "pam_systemd");
}

static void check_record(const struct machine_record *one, struct findings *findings)
{
	const char *mend = finding_text("rm " SESSION_RECORD_DIRECTORY "/%s", one->id);
	const char *reason;

	if (one->error) {
		finding_warn(findings, mend, "the record of session %s is not used: %s", one->id,
			     one->error == -EPERM ? "others than root may have written it"
						  : strerror(-one->error));
		return;
	}
	reason = session_record_stale_reason(&one->record, &one->facts);
	if (reason)
		finding_warn(findings, mend, "the record of session %s is stale: %s", one->id,
			     reason);
}

void check_records(const struct machine *machine, struct findings *findings)
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
	bool comes = machine->config.start_desktop && gdm_settings_log_in(&machine->gdm, user);

	if (comes)
		finding_warn(findings, "",
			     "%s has no graphical session%s: the next viewer has one started", user,
			     machine->greeter ? ", the login screen is shown" : "");
	else
		finding_fail(findings,
			     machine->config.start_desktop ? "gpudesk setup"
							   : "systemctl restart display-manager",
			     "%s has no graphical session%s", user,
			     machine->greeter ? ": the login screen is shown" : "");
}

void check_session(const struct machine *machine, struct findings *findings)
{
	const char *user = machine->config.user, *id = machine->graphical_session;

	if (machine->chosen >= 0)
		finding_ok(findings, "session %s of %s, x11, recorded",
			   machine->records[machine->chosen].id, user);
	else if (id[0] && strcmp(machine->graphical_type, "x11") != 0)
		finding_fail(findings, "gpudesk setup, then: systemctl restart display-manager",
			     "session %s of %s is of type %s, which cannot be shown", id, user,
			     machine->graphical_type);
	else if (id[0])
		finding_fail(findings,
			     "systemctl restart display-manager (ends what runs on the desktop)",
			     "session %s of %s has no record: it was opened before pam_gpudesk was "
			     "in the stack",
			     id, user);
	else
		explain_no_session(machine, findings);
}

void check_password(const struct machine *machine, struct findings *findings)
{
	const char *mend = finding_text("gpudesk passwd --user %s", machine->config.user);
	const struct probe *probe = &machine->probe;

	if (!probe->has_password) {
		finding_warn(findings, "", "not seen: %s",
			     machine->probe_error ? probe_words(machine->probe_error)
						  : "it was not looked at in time");
		return;
	}
	if (probe->password_problem[0])
		finding_fail(findings, mend, "%s", probe->password_problem);
	if (probe->password_warning[0])
		finding_warn(findings, "chmod go-w it", "%s", probe->password_warning);
	if (findings->n == 0)
		finding_ok(findings, "%s%s", probe->password_path,
			   probe->has_view_only ? ", with a view-only password" : "");
}
