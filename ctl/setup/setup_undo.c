/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup --undo: what the journal has, newest first. */
#include <stdio.h>
#include <string.h>

#include "firewall_port.h"
#include "membership.h"
#include "setup.h"
#include "unit_actions.h"
#include "unit_links.h"

static bool is_manager(const char *unit)
{
	return strncmp(unit, "gdm", 3) == 0 || strcmp(unit, "display-manager.service") == 0;
}

/* Returns 0, also when that has failed and was said: it is not worth keeping. */
static int undo_unit(struct setup *setup, const struct journal_entry *entry)
{
	bool was_active = strcmp(entry->before, "active") == 0;

	if (unit_action_is_active(setup, entry->name) == was_active)
		return 0;
	if (!was_active && is_manager(entry->name) && !setup->restart_desktop) {
		setup_note(setup, "%s is left running, which it was not: systemctl stop %s",
			   entry->name, entry->name);
		return 0;
	}
	if (!setup_go(setup, "%s %s", was_active ? "start" : "stop", entry->name))
		return 0;
	unit_action_reload(setup); /* its file may have come back just now */
	unit_action_run(setup, was_active ? unit_job_start : unit_job_stop, entry->name);
	return 0;
}

static int undo_member(struct setup *setup, const struct journal_entry *entry)
{
	char group[128];
	const char *member = strchr(entry->name, ' ');

	if (!member)
		return 0;
	snprintf(group, sizeof(group), "%.*s", (int)(member - entry->name), entry->name);
	member++;
	if (membership_read(setup, group, member) <= MEMBERSHIP_NONE ||
	    !setup_go(setup, "take %s out of the group %s", member, group))
		return 0;
	return membership_write(setup, group, member, false);
}

static int undo_port(struct setup *setup, const struct journal_entry *entry)
{
	if (!setup->bus || firewall_port_is_open(setup, entry->name) ||
	    !setup_go(setup, "open the firewall again: zone %s", entry->name))
		return 0;
	/* Without firewalld running there is nothing to open; its file is back. */
	if (firewall_port_set(setup, entry->name, true) < 0)
		setup_note(setup, "firewall-cmd failed: firewalld reads its file when it starts");
	return 0;
}

static int undo_for_kind(struct setup *setup, const struct journal_entry *entry)
{
	switch (entry->kind) {
	case JOURNAL_UNIT:
		return undo_unit(setup, entry);
	case JOURNAL_MEMBER:
		setup->is_desktop_changed = true;
		return undo_member(setup, entry);
	default:
		return undo_port(setup, entry);
	}
}

/* Says what is done to a file, link or directory. Returns whether anything is to be. */
static bool announce(struct setup *setup, const struct journal_entry *entry,
		     enum journal_undone what)
{
	const char *verb = "restore";

	if (what == JOURNAL_SAVED)
		setup_note(setup,
			   "%s was changed since: left as it is; what was there before is in "
			   "%s" JOURNAL_SAVED_SUFFIX,
			   entry->name, entry->name);
	if (what == JOURNAL_LEFT)
		setup_note(setup, "%s was changed since: left as it is", entry->name);
	if (what != JOURNAL_UNDONE)
		return !setup->is_dry;
	if (entry->kind == JOURNAL_DIRECTORY_MADE)
		verb = "remove the directory";
	else if (!entry->before[0] || strcmp(entry->before, "absent") == 0)
		verb = "remove";
	return setup_go(setup, "%s %s", verb, entry->name);
}

static bool is_of_desktop(const struct setup *setup, const char *name)
{
	return strncmp(name, "/etc/X11/", 9) == 0 || strncmp(name, "/etc/pam.d/", 11) == 0 ||
	       strcmp(name, setup->distribution.gdm_config) == 0;
}

static int undo_file(struct setup *setup, const struct journal_entry *entry, size_t index)
{
	enum journal_undone what = journal_look(setup->journal, index);
	int r;

	if (what == JOURNAL_UNDONE && entry->kind == JOURNAL_FILE &&
	    is_of_desktop(setup, entry->name))
		setup->is_desktop_changed = true;
	if (strncmp(entry->name, UNIT_LINKS_DIRECTORY "/", sizeof(UNIT_LINKS_DIRECTORY)) == 0)
		setup->needs_reload = true;
	if (!announce(setup, entry, what))
		return 0;
	r = journal_undo(setup->journal, index);
	return r < 0 ? r : 0;
}

/* Whether there is a later change of the same thing. */
static bool is_followed(const struct journal_entry *entries, size_t n, size_t index)
{
	for (size_t i = index + 1; i < n; i++)
		if (entries[i].kind == entries[index].kind &&
		    strcmp(entries[i].name, entries[index].name) == 0)
			return true;
	return false;
}

static void undo_entry(struct setup *setup, size_t index)
{
	const struct journal_entry *entries, *entry;
	size_t n = journal_entries(setup->journal, &entries);
	int r;

	/* In a dry run, or because the later one could not be undone. */
	if (is_followed(entries, n, index))
		return;
	entry = &entries[index];
	if (entry->kind == JOURNAL_FILE || entry->kind == JOURNAL_LINK ||
	    entry->kind == JOURNAL_DIRECTORY_MADE)
		r = undo_file(setup, entry, index);
	else
		r = undo_for_kind(setup, entry);
	if (r == 0 && !setup->is_dry)
		r = journal_drop(setup->journal, index);
	if (r < 0)
		setup_failed(setup, entries[index].name, r);
}

static void restart_manager(struct setup *setup)
{
	if (!setup->is_desktop_changed || !unit_action_is_active(setup, "display-manager.service"))
		return;
	if (!setup->restart_desktop)
		setup_note(setup, "the desktop takes this up when GDM starts anew, which ends what "
				  "is open there: reboot, or: systemctl restart display-manager");
	else if (setup_go(setup, "restart display-manager.service"))
		unit_action_run(setup, unit_job_restart, "display-manager.service");
}

void setup_undo(struct setup *setup)
{
	const struct journal_entry *entries;
	size_t n = journal_entries(setup->journal, &entries);
	int r;

	for (size_t index = n; index-- > 0;)
		undo_entry(setup, index);
	if (setup->is_dry)
		return;
	unit_action_reload(setup);
	restart_manager(setup);
	if (journal_entries(setup->journal, &entries) > 0)
		return;
	r = journal_remove(setup->journal);
	if (r < 0)
		setup_failed(setup, JOURNAL_DIRECTORY, r);
}
