/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine boots to graphical.target, which starts GDM. */
#include <stdio.h>
#include <string.h>

#include "facts/unit_files.h"
#include "setup.h"
#include "unit_actions.h"

#define DISPLAY_MANAGER UNIT_FILES_DIRECTORY "/display-manager.service"
#define DEFAULT_TARGET UNIT_FILES_DIRECTORY "/default.target"

/* Without the administrator's choice, it is the distribution's. */
void step_boot_default(const struct setup *setup, char ret_name[static UNIT_FILE_PATH_MAX])
{
	unit_file_alias(setup->ctl, DEFAULT_TARGET, ret_name);
	if (!ret_name[0])
		unit_file_alias(setup->ctl, "/usr/lib/systemd/system/default.target", ret_name);
	if (!ret_name[0])
		unit_file_alias(setup->ctl, "/lib/systemd/system/default.target", ret_name);
}

static bool is_without_graphics(const char *target)
{
	static const char *const names[] = { "", "multi-user.target", "runlevel2.target",
					     "runlevel3.target", "runlevel4.target" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(target, names[i]) == 0)
			return true;
	return false;
}

static void fix_default_target(struct setup *setup)
{
	char target[UNIT_FILE_PATH_MAX];

	step_boot_default(setup, target);
	if (strcmp(target, "graphical.target") == 0 || strcmp(target, "runlevel5.target") == 0)
		return;
	if (!is_without_graphics(target))
		setup_note(setup, "the default target is %s: make sure that it starts GDM", target);
	else if (setup_go(setup, "make graphical.target the default target, instead of %s",
			  target[0] ? target : "none") &&
		 setup_record(setup, JOURNAL_DEFAULT, "default.target", target))
		(void)unit_action_set_default(setup, "graphical.target");
}

static void fix_manager(struct setup *setup)
{
	const char *gdm = unit_file_find_gdm(setup->ctl);
	char manager[UNIT_FILE_PATH_MAX];

	if (!gdm) {
		setup_problem(setup, "GDM is not installed: %s %s, then run setup again",
			      setup->distribution.install_command, setup->distribution.gdm_package);
		return;
	}
	unit_file_alias(setup->ctl, DISPLAY_MANAGER, manager);
	if (unit_file_is_masked(setup->ctl, gdm))
		setup_problem(setup, "%s is masked: systemctl unmask %s", gdm, gdm);
	else if (strncmp(manager, "gdm", 3) == 0)
		return;
	else if (manager[0])
		setup_problem(setup,
			      "the display manager is %s, but gpudesk needs GDM. To change it: %s",
			      manager,
			      setup->distribution.family == DISTRIBUTION_DEBIAN
				      ? "dpkg-reconfigure gdm3"
				      : "systemctl enable --force gdm.service");
	else if (setup_go(setup, "make %s the display manager (systemctl enable %s)", gdm, gdm))
		(void)unit_action_enable(setup, gdm, true);
}

void step_boot(struct setup *setup)
{
	fix_default_target(setup);
	fix_manager(setup);
}
