/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct check checks[] = {
	{ "config", CHECK_NEEDS_NOTHING, check_config },
	{ "system", CHECK_NEEDS_NOTHING, check_system },
	{ "user", CHECK_NEEDS_NOTHING, check_user },
	{ "account", CHECK_NEEDS_NOTHING, check_account },
	{ "directories", CHECK_NEEDS_NOTHING, check_directories },

	{ "socket", CHECK_NEEDS_SYSTEMD, check_socket },
	{ "scraper-socket", CHECK_NEEDS_SYSTEMD, check_scraper_socket },
	{ "desktop-socket", CHECK_NEEDS_SYSTEMD, check_desktop_socket },
	{ "control-socket", CHECK_NEEDS_SYSTEMD, check_control_socket },
	{ "services", CHECK_NEEDS_SYSTEMD, check_services },
	{ "port", CHECK_NEEDS_ROOT | CHECK_NEEDS_SYSTEMD, check_port },
	{ "other-vnc", CHECK_NEEDS_SYSTEMD, check_other_vnc },
	{ "address", CHECK_NEEDS_SYSTEMD, check_address },
	{ "allow", CHECK_NEEDS_NOTHING, check_allow },
	{ "firewall", CHECK_NEEDS_ROOT, check_firewall },

	{ "gdm", CHECK_NEEDS_SYSTEMD, check_gdm },
	{ "default-target", CHECK_NEEDS_SYSTEMD, check_default_target },
	{ "wayland", CHECK_NEEDS_NOTHING, check_wayland },
	{ "autologin", CHECK_NEEDS_NOTHING, check_autologin },
	{ "pam-module", CHECK_NEEDS_NOTHING, check_pam_module },
	{ "pam", CHECK_NEEDS_NOTHING, check_pam },
	{ "records", CHECK_NEEDS_SYSTEMD, check_records },
	{ "session", CHECK_NEEDS_SYSTEMD | CHECK_NEEDS_USER, check_session },
	{ "password", CHECK_NEEDS_USER | CHECK_NEEDS_PROBE, check_password },
	{ "selinux", CHECK_NEEDS_NOTHING, check_selinux },

	{ "x", CHECK_NEEDS_USER | CHECK_NEEDS_PROBE, check_x },
	{ "mit-shm", CHECK_NEEDS_DISPLAY, check_mit_shm },
	{ "damage", CHECK_NEEDS_DISPLAY, check_damage },
	{ "randr", CHECK_NEEDS_DISPLAY, check_randr },
	{ "xtest", CHECK_NEEDS_DISPLAY, check_xtest },
	{ "nvidia-driver", CHECK_NEEDS_NOTHING, check_nvidia_driver },
	{ "bus-id", CHECK_NEEDS_NOTHING, check_bus_id },
	{ "hard-dpms", CHECK_NEEDS_NOTHING, check_hard_dpms },
	{ "vglusers", CHECK_NEEDS_NOTHING, check_vglusers },
	{ "rendering", CHECK_NEEDS_DISPLAY, check_rendering },
};
const size_t n_checks = sizeof(checks) / sizeof(checks[0]);

static void __attribute__((format(printf, 4, 0)))
add(struct findings *findings, enum finding_result result, const char *mend, const char *format,
    va_list arguments)
{
	struct finding *finding;

	if (findings->n == FINDINGS_MAX)
		return;
	finding = &findings->list[findings->n++];
	finding->result = result;
	vsnprintf(finding->cause, sizeof(finding->cause), format, arguments);
	snprintf(finding->mend, sizeof(finding->mend), "%s", mend);
}

void finding_ok(struct findings *findings, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(findings, FINDING_OK, "", format, arguments);
	va_end(arguments);
}

void finding_warn(struct findings *findings, const char *mend, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(findings, FINDING_WARN, mend, format, arguments);
	va_end(arguments);
}

void finding_fail(struct findings *findings, const char *mend, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(findings, FINDING_FAIL, mend, format, arguments);
	va_end(arguments);
}

const char *finding_text(const char *format, ...)
{
	static char texts[4][FINDING_MEND_MAX];
	static unsigned turn;
	char *text = texts[turn++ % 4];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(texts[0]), format, arguments);
	va_end(arguments);
	return text;
}

/* Why the check cannot be made: a warning, or nothing said where another check has said it. */
static bool is_skipped(const struct check *check, const struct machine *machine,
		       struct findings *findings)
{
	if (check->needs & CHECK_NEEDS_SYSTEMD && !machine->has_systemd)
		finding_warn(findings, "", "not seen: %s", machine->systemd_problem);
	else if (check->needs & CHECK_NEEDS_ROOT && !machine->is_root)
		finding_warn(findings, "sudo gpudesk doctor", "not seen: only root can");
	else if (check->needs & CHECK_NEEDS_USER && !machine->has_account)
		finding_warn(findings, "", "not seen: there is no user %s", machine->config.user);
	else if (check->needs & CHECK_NEEDS_PROBE && !machine->can_probe)
		finding_warn(findings, "sudo gpudesk doctor", "not seen: only root and %s can",
			     machine->config.user);
	else if (check->needs & CHECK_NEEDS_DISPLAY && !machine->probe.has_x)
		finding_warn(findings, "", "not seen: the X server is not reached");
	return findings->n > 0;
}

void check_run(const struct check *check, const struct machine *machine,
	       struct findings *ret_findings)
{
	ret_findings->n = 0;
	if (!is_skipped(check, machine, ret_findings))
		check->run(machine, ret_findings);
}
