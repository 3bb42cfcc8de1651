/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine boots into graphical.target, and that brings GDM. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/safe_write.h"
#include "setup.h"
#include "unit_links.h"

#define DISPLAY_MANAGER UNIT_LINKS_DIRECTORY "/display-manager.service"
#define DEFAULT_TARGET UNIT_LINKS_DIRECTORY "/default.target"

/* Writes the name of the unit that a link leads to, "" where there is none. */
static void read_alias(const struct setup *setup, const char *path,
		       char ret_name[static UNIT_LINKS_PATH_MAX])
{
	char here[CTL_PATH_MAX], *target;
	const char *slash;

	ret_name[0] = '\0';
	if (safe_read_link(ctl_path(setup->ctl, path, here), &target) < 0)
		return;
	slash = strrchr(target, '/');
	snprintf(ret_name, UNIT_LINKS_PATH_MAX, "%s", slash ? slash + 1 : target);
	free(target);
}

/* What boots when nobody has chosen is the distribution's choice. */
static void find_default(const struct setup *setup, char ret_name[static UNIT_LINKS_PATH_MAX])
{
	read_alias(setup, DEFAULT_TARGET, ret_name);
	if (!ret_name[0])
		read_alias(setup, "/usr/lib/systemd/system/default.target", ret_name);
	if (!ret_name[0])
		read_alias(setup, "/lib/systemd/system/default.target", ret_name);
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

static void make_link(struct setup *setup, const char *path, const char *unit)
{
	char file[UNIT_LINKS_PATH_MAX];
	int r = unit_links_find_file(setup, unit, file);

	if (r == 0)
		r = journal_make_link(setup->journal, path, file);
	if (r < 0)
		setup_failed(setup, path, r);
	setup->needs_reload = true;
}

static void mend_default(struct setup *setup)
{
	char target[UNIT_LINKS_PATH_MAX];

	find_default(setup, target);
	if (strcmp(target, "graphical.target") == 0 || strcmp(target, "runlevel5.target") == 0)
		return;
	if (!is_without_graphics(target))
		setup_note(setup,
			   "the default target is %s: whether that starts GDM is yours to say",
			   target);
	else if (setup_go(setup, "make graphical.target the default target, in place of %s",
			  target[0] ? target : "none"))
		make_link(setup, DEFAULT_TARGET, "graphical.target");
}

/* The unit of GDM's that is installed, or NULL. */
static const char *find_gdm(const struct setup *setup)
{
	static const char *const units[] = { "gdm.service", "gdm3.service" };
	char file[UNIT_LINKS_PATH_MAX];

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (unit_links_find_file(setup, units[i], file) == 0)
			return units[i];
	return NULL;
}

static void mend_manager(struct setup *setup)
{
	const char *gdm = find_gdm(setup);
	char manager[UNIT_LINKS_PATH_MAX];

	if (!gdm) {
		setup_problem(setup, "GDM is not installed: %s %s, then run this again",
			      setup->distribution.install_command, setup->distribution.gdm_package);
		return;
	}
	read_alias(setup, DISPLAY_MANAGER, manager);
	if (unit_links_is_masked(setup, gdm))
		setup_problem(setup, "%s is masked: systemctl unmask %s", gdm, gdm);
	else if (strncmp(manager, "gdm", 3) == 0)
		return;
	else if (manager[0])
		setup_problem(
			setup,
			"the display manager is %s, and gpudesk knows GDM alone. To change: %s",
			manager,
			setup->distribution.family == DISTRIBUTION_DEBIAN
				? "dpkg-reconfigure gdm3"
				: "systemctl enable --force gdm.service");
	else if (setup_go(setup, "make %s the display manager", gdm))
		make_link(setup, DISPLAY_MANAGER, gdm);
}

void step_boot(struct setup *setup)
{
	mend_default(setup);
	mend_manager(setup);
}
