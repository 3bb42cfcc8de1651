/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The display manager, and what it does when it starts. */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "facts/unit_files.h"

/* GDM's unit, by the name that this distribution gives it; NULL: not installed. */
static const struct unit *find_gdm(const struct machine *machine)
{
	for (const char *const *name = gdm_units; *name; name++) {
		const struct unit *unit = machine_unit(machine, *name);

		if (unit_exists(unit) || strcmp(unit->load, "masked") == 0)
			return unit;
	}
	return NULL;
}

static void check_gdm_runs(const struct machine *machine, const struct unit *gdm,
			   struct findings *findings)
{
	if (unit_is_active(gdm) && machine->seat_lacks_graphics && !machine->knows_wayland)
		finding_fail(findings,
			     "loginctl seat-status seat0; load the graphics card's driver, such as "
			     "nvidia-drm",
			     "%s is running, but logind has no graphics device at seat0, without "
			     "which GDM 50 and later start nothing",
			     gdm->name);
	else if (unit_is_active(gdm))
		finding_ok(findings, "%s is running, and starts at boot", gdm->name);
	else if (strcmp(gdm->active, "failed") == 0)
		finding_fail(findings,
			     finding_text("journalctl -b -u %s; systemctl restart %s", gdm->name,
					  gdm->name),
			     "%s has failed", gdm->name);
	else if (machine->config.start_desktop)
		finding_ok(findings, "%s is not running; the next viewer starts it", gdm->name);
	else
		finding_fail(findings, finding_text("systemctl start %s", gdm->name),
			     "%s is not running (%s), and start_desktop = no", gdm->name,
			     gdm->active);
}

static void check_gdm(const struct machine *machine, struct findings *findings)
{
	const struct unit *manager = machine_unit(machine, "display-manager.service");
	const struct unit *gdm = find_gdm(machine);
	const struct distribution *distribution = &machine->distribution;

	if (!gdm)
		finding_fail(findings,
			     finding_text("%s %s", distribution->install_command,
					  distribution->gdm_package),
			     "GDM is not installed");
	else if (strcmp(gdm->load, "masked") == 0)
		finding_fail(findings, finding_text("systemctl unmask %s", gdm->name),
			     "%s is masked", gdm->name);
	else if (!unit_exists(manager))
		finding_fail(findings,
			     finding_text("ln -s %s " UNIT_FILES_DIRECTORY
					  "/display-manager.service; systemctl daemon-reload",
					  gdm->fragment),
			     "GDM is not enabled: there is no display-manager.service, so it does "
			     "not start at boot");
	else if (strcmp(manager->name, gdm->name) != 0)
		finding_fail(findings,
			     distribution->family == DISTRIBUTION_DEBIAN
				     ? "dpkg-reconfigure gdm3; then reboot"
				     : finding_text("systemctl enable --force %s; then reboot",
						    gdm->name),
			     "the display manager is %s, not GDM", manager->name);
	else
		check_gdm_runs(machine, gdm, findings);
}

static void check_default_target(const struct machine *machine, struct findings *findings)
{
	static const char fix[] = "systemctl set-default graphical.target";
	const char *target = machine->default_target;

	if (!target[0])
		finding_warn(findings, "systemctl get-default", "not checked: systemd did not say");
	else if (strcmp(target, "graphical.target") == 0)
		finding_ok(findings, "%s", target);
	else if (machine->config.start_desktop)
		finding_warn(findings, fix,
			     "%s: the desktop starts with the first viewer, not at boot", target);
	else
		finding_fail(findings, fix, "%s: GDM does not start at boot", target);
}

/* Whether GDM's file was read, or does not exist; if not, adds why. */
static bool can_read_gdm(const struct machine *machine, struct findings *findings)
{
	const char *path = machine->distribution.gdm_config;

	if (machine->gdm_error == 0 || machine->gdm_error == -ENOENT)
		return true;
	if (machine->gdm_error == -EACCES && !machine->is_root)
		finding_warn(findings, "sudo gpudesk doctor", "not checked: needs root");
	else
		finding_fail(findings, finding_text("ls -l %s", path), "cannot read %s: %s", path,
			     strerror(-machine->gdm_error));
	return false;
}

/* GDM 50 and later: the user's choice of a session decides. */
static void check_login(const struct machine *machine, struct findings *findings)
{
	const char *user = machine->config.user;

	switch (machine->login.type) {
	case LOGIN_X:
		finding_ok(findings, "%s gets the X session %s", user, machine->login.session);
		break;
	case LOGIN_WAYLAND:
		finding_fail(findings, "gpudesk setup",
			     "GDM gives %s the Wayland session %s, which gpudesk cannot show (this "
			     "GDM has no WaylandEnable: a session for X must be chosen)",
			     user, machine->login.session);
		break;
	case LOGIN_NONE:
		finding_fail(findings, "gpudesk setup", "GDM finds no session to start for %s",
			     user);
		break;
	case LOGIN_UNKNOWN:
		if (machine->login.error == -EACCES && !machine->is_root)
			finding_warn(findings, "sudo gpudesk doctor", "not checked: needs root");
		else
			finding_fail(findings, "journalctl -b -u accounts-daemon",
				     "cannot read which session is chosen for %s: %s", user,
				     strerror(-machine->login.error));
	}
}

static void check_wayland(const struct machine *machine, struct findings *findings)
{
	const char *path = machine->distribution.gdm_config;

	if (!can_read_gdm(machine, findings))
		return;
	if (machine->gdm.xorg_off)
		finding_fail(
			findings,
			finding_text("gpudesk setup (XorgEnable=true under [daemon] in %s)", path),
			"XorgEnable=false in %s: GDM starts no session for X", path);
	else if (!machine->knows_wayland)
		check_login(machine, findings);
	else if (machine->gdm.wayland_off)
		finding_ok(findings, "off in %s", path);
	else
		finding_fail(
			findings,
			finding_text("gpudesk setup (WaylandEnable=false under [daemon] in %s)",
				     path),
			"on: GDM may give %s a Wayland session, which gpudesk cannot show",
			machine->config.user);
}

static void check_autologin(const struct machine *machine, struct findings *findings)
{
	const char *path = machine->distribution.gdm_config, *user = machine->config.user;
	const char *fix = finding_text("gpudesk setup (AutomaticLoginEnable=true and "
				       "AutomaticLogin=%s under [daemon] in %s)",
				       user, path);

	if (!can_read_gdm(machine, findings))
		return;
	if (machine->gdm.timed_enabled)
		finding_warn(findings, finding_text("TimedLoginEnable=false in %s", path),
			     "TimedLogin too is enabled: after a logout, GDM logs %s in by itself, "
			     "beside the desktop of %s",
			     machine->gdm.timed_user[0] ? machine->gdm.timed_user : "a user", user);
	else if (gdm_settings_log_in(&machine->gdm, user))
		finding_ok(findings, "GDM logs %s in when it starts", user);
	else if (machine->gdm.autologin_enabled && machine->gdm.autologin_user[0])
		finding_fail(findings, fix, "GDM logs %s in, not %s (%s)",
			     machine->gdm.autologin_user, user, path);
	else
		finding_fail(findings, fix, "GDM logs no user in when it starts (%s)", path);
}

const struct check gdm_checks[] = {
	{ "gdm", CHECK_NEEDS_SYSTEMD, check_gdm },
	{ "default-target", CHECK_NEEDS_SYSTEMD, check_default_target },
	{ "wayland", CHECK_NEEDS_NOTHING, check_wayland },
	{ "autologin", CHECK_NEEDS_NOTHING, check_autologin },
	{ 0 },
};
