/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk setup --undo */
#include <stdio.h>
#include <string.h>

#include "facts/unit_files.h"
#include "firewall_port.h"
#include "setup.h"
#include "unit_actions.h"

static const char port_socket[] = "gpudesk.socket";

static bool is_manager(const char *unit)
{
	return strncmp(unit, "gdm", 3) == 0 || strcmp(unit, "display-manager.service") == 0;
}

/* Then it is off already, or in a dry run would be, and stays so. */
static bool is_given_back(const struct setup *setup, const char *unit)
{
	return setup->is_port_given_back && strcmp(unit, port_socket) == 0;
}

/* Returns 0, also after saying that it failed: the entry need not be kept. */
static int undo_unit(struct setup *setup, const struct journal_entry *entry)
{
	bool was_active = strcmp(entry->before, "active") == 0;

	if (unit_action_is_active(setup, entry->name) == was_active ||
	    is_given_back(setup, entry->name))
		return 0;
	if (!was_active && is_manager(entry->name) && !setup->restart_desktop) {
		setup_note(setup,
			   "%s stays running, which it was not before setup: systemctl stop %s",
			   entry->name, entry->name);
		return 0;
	}
	if (!setup_go(setup, "%s %s", was_active ? "start" : "stop", entry->name))
		return 0;
	unit_action_reload(setup); /* its file may have come back just now */
	unit_action_run(setup, was_active ? "start" : "stop", entry->name);
	return 0;
}

static int undo_enabled(struct setup *setup, const struct journal_entry *entry)
{
	bool was_enabled = strcmp(entry->before, "enabled") == 0;
	char file[UNIT_FILE_PATH_MAX];

	if (unit_action_is_enabled(setup, entry->name) == was_enabled ||
	    is_given_back(setup, entry->name))
		return 0;
	if (was_enabled && unit_file_find(setup->ctl, entry->name, file) < 0) {
		setup_note(setup, "%s was removed since setup: not enabled again", entry->name);
		return 0;
	}
	if (!setup_go(setup, "%s %s", was_enabled ? "enable" : "disable", entry->name))
		return 0;
	return unit_action_set_enabled(setup, entry->name, was_enabled);
}

static int undo_default(struct setup *setup, const struct journal_entry *entry)
{
	char target[UNIT_FILE_PATH_MAX];

	step_boot_default(setup, target);
	if (strcmp(target, "graphical.target") != 0 || !entry->before[0] ||
	    !setup_go(setup, "make %s the default target again", entry->before))
		return 0;
	return unit_action_set_default(setup, entry->before);
}

static int undo_member(struct setup *setup, const struct journal_entry *entry)
{
	char group[128];
	gid_t gid;
	const char *member = strchr(entry->name, ' ');

	if (!member)
		return 0;
	snprintf(group, sizeof(group), "%.*s", (int)(member - entry->name), entry->name);
	member++;
	if (account_find_group(setup->ctl, group, &gid) < 0 ||
	    !account_is_in_group(setup->ctl, member, gid) ||
	    !setup_go(setup, "remove %s from the group %s", member, group))
		return 0;
	return step_virtualgl_set(setup, group, member, false);
}

static int undo_port(struct setup *setup, const struct journal_entry *entry)
{
	bool was_running = strcmp(entry->before, "running") == 0;
	bool is_closed = !firewall_port_is_open(setup, entry->name, false);
	int r = 0;

	if (!firewall_port_can_set(setup)) {
		setup_note(setup, "firewalld is gone: zone %s is not reopened", entry->name);
		return 0;
	}
	was_running = was_running && !firewall_port_is_open(setup, entry->name, true);
	if ((!is_closed && !was_running) ||
	    !setup_go(setup, "reopen the firewall: zone %s", entry->name))
		return 0;
	if (is_closed)
		r = firewall_port_set(setup, entry->name, false, true);
	if (r >= 0 && was_running)
		r = firewall_port_set(setup, entry->name, true, true);
	return r;
}

static int undo_damaged(struct setup *setup, const struct journal_entry *entry)
{
	setup_problem(setup,
		      JOURNAL_DIRECTORY "/%s is damaged: what it recorded is not undone. A file "
					"of that number ending in \"before\", if there is one, is "
					"the original; remove both when you have it",
		      entry->name);
	return -1;
}

/* Returns 0, or after saying why it was not done something else. */
static int undo_state(struct setup *setup, const struct journal_entry *entry)
{
	switch (entry->kind) {
	case JOURNAL_UNIT:
		return undo_unit(setup, entry);
	case JOURNAL_ENABLED:
		return undo_enabled(setup, entry);
	case JOURNAL_DEFAULT:
		return undo_default(setup, entry);
	case JOURNAL_MEMBER:
		setup->is_desktop_changed = true;
		return undo_member(setup, entry);
	case JOURNAL_PROFILE:
		setup->is_desktop_changed = true;
		return step_pam_undo(setup, entry);
	case JOURNAL_PORT:
		return undo_port(setup, entry);
	default:
		return undo_damaged(setup, entry);
	}
}

/* ---- Files ----------------------------------------------------------------------------------- */

static const char *verb_of(const struct journal_entry *entry)
{
	if (entry->kind == JOURNAL_DIRECTORY_MADE)
		return "remove the directory";
	return strcmp(entry->before, "absent") == 0 ? "remove" : "restore";
}

/* Announces what happens to a file or directory. Returns whether to do it. */
static bool announce(struct setup *setup, const struct journal_entry *entry, int outcome)
{
	const char *name = entry->name;

	switch (outcome) {
	case JOURNAL_RESTORED:
		return setup_go(setup, "%s %s", verb_of(entry), name);
	case JOURNAL_TAKEN_BACK:
		return setup_go(setup, "take setup's lines back in %s, which has changed since",
				name);
	case JOURNAL_PARTLY_TAKEN_BACK:
		setup_problem(setup,
			      "%s has changed since setup: what some of setup's lines replaced is "
			      "not there again; the original is in %s" JOURNAL_SAVED_SUFFIX,
			      name, name);
		return setup_go(setup, "take the other lines of setup's back in %s", name);
	case JOURNAL_REMOVED_AND_SAVED:
		return setup_go(setup,
				"remove %s, which has changed since (a copy is kept in "
				"%s" JOURNAL_SAVED_SUFFIX ")",
				name, name);
	case JOURNAL_KEPT_AND_SAVED:
		setup_problem(setup,
			      "%s was %s since setup: not restored; the original is in "
			      "%s" JOURNAL_SAVED_SUFFIX,
			      name, strcmp(entry->after, "absent") == 0 ? "made anew" : "removed",
			      name);
		break;
	case JOURNAL_NOT_OURS:
		setup_note(setup, "%s has changed since setup, and has none of its lines", name);
		break;
	case JOURNAL_GONE:
		setup_note(setup, "the directory of %s is gone: nothing to restore there", name);
		break;
	default:
		break;
	}
	return !setup->is_dry;
}

static int undo_file(struct setup *setup, const struct journal_entry *entry, size_t index)
{
	int outcome = journal_undo(setup->journal, index, true);

	if (outcome < 0) {
		setup_failed(setup, entry->name, outcome);
		return outcome;
	}
	if (outcome != JOURNAL_UNCHANGED && entry->kind == JOURNAL_FILE &&
	    setup_is_desktop_file(setup, entry->name))
		setup->is_desktop_changed = true;
	if (strncmp(entry->name, UNIT_FILES_DIRECTORY "/", sizeof(UNIT_FILES_DIRECTORY)) == 0)
		setup->needs_reload = true;
	if (!announce(setup, entry, outcome))
		return 0;
	setup->is_choice_undone |= setup_is_accounts_file(entry->name);
	int r = journal_undo(setup->journal, index, false);
	if (r < 0)
		setup_failed(setup, entry->name, r);
	return r < 0 ? r : 0;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* Whether a later entry changed the same thing. */
static bool has_later(const struct journal_entry *entries, size_t n, size_t index)
{
	for (size_t i = index + 1; i < n; i++)
		if (entries[i].kind == entries[index].kind &&
		    strcmp(entries[i].name, entries[index].name) == 0)
			return true;
	return false;
}

static void undo_entry(struct setup *setup, size_t index)
{
	const struct journal_entry *entries;
	size_t n = journal_entries(setup->journal, &entries);
	int r;

	/* That is so in a dry run, or if the later one could not be undone. */
	if (entries[index].kind == JOURNAL_UNDOING || has_later(entries, n, index))
		return;
	const struct journal_entry *entry = &entries[index];
	if (entry->kind == JOURNAL_FILE || entry->kind == JOURNAL_DIRECTORY_MADE)
		r = undo_file(setup, entry, index);
	else
		r = undo_state(setup, entry);
	if (r != 0 || setup->is_dry)
		return;
	r = journal_forget(setup->journal, index);
	if (r < 0)
		setup_failed(setup, entries[index].name, r);
}

/* The old server's unit that gets the port back; NULL if there is none. */
static const char *find_successor(const struct setup *setup)
{
	const struct journal_entry *entries;
	size_t n = journal_entries(setup->journal, &entries);

	for (size_t i = 0; i < n; i++)
		if ((entries[i].kind == JOURNAL_ENABLED || entries[i].kind == JOURNAL_UNIT) &&
		    (strcmp(entries[i].before, "enabled") == 0 ||
		     strcmp(entries[i].before, "active") == 0) &&
		    strncmp(entries[i].name, "gpudesk", 7) != 0 && !is_manager(entries[i].name))
			return entries[i].name;
	return NULL;
}

/* Before all else, and even if gpudesk had been enabled beside it: at a boot, one would lose. */
static void give_port_back(struct setup *setup)
{
	const char *successor = find_successor(setup);
	bool is_enabled = unit_action_is_enabled(setup, port_socket);
	bool is_active = unit_action_is_active(setup, port_socket);

	setup->is_port_given_back = successor != NULL;
	if (!successor || (!is_enabled && !is_active) ||
	    !setup_go(setup, "%s%s%s %s: %s gets its port back", is_active ? "stop" : "",
		      is_active && is_enabled ? " and " : "", is_enabled ? "disable" : "",
		      port_socket, successor))
		return;
	if (is_enabled)
		(void)unit_action_set_enabled(setup, port_socket, false);
	if (is_active)
		(void)unit_action_run(setup, "stop", port_socket);
}

bool setup_undo_is_begun(const struct setup *setup)
{
	const struct journal_entry *entries;
	size_t n = journal_entries(setup->journal, &entries);

	for (size_t i = 0; i < n; i++)
		if (entries[i].kind == JOURNAL_UNDOING)
			return true;
	return false;
}

void setup_undo_forget(struct setup *setup)
{
	const struct journal_entry *entries;

	for (size_t i = journal_entries(setup->journal, &entries); i-- > 0;)
		if (entries[i].kind == JOURNAL_UNDOING)
			(void)journal_forget(setup->journal, i);
}

/* A boot must not do again what is undone. Without room on the disk, that is not recorded. */
static void begin(struct setup *setup)
{
	const struct journal_entry *entries;

	if (!setup->is_dry && journal_entries(setup->journal, &entries) > 0 &&
	    !setup_undo_is_begun(setup))
		(void)journal_record(setup->journal, JOURNAL_UNDOING, "", "");
}

void setup_undo(struct setup *setup)
{
	const struct journal_entry *entries;

	begin(setup);
	give_port_back(setup);
	for (size_t index = journal_entries(setup->journal, &entries); index-- > 0;)
		undo_entry(setup, index);
	if (setup->is_dry)
		return;
	if (journal_entries(setup->journal, &entries) == 1)
		setup_undo_forget(setup);
	unit_action_reload(setup);
	if (setup->is_choice_undone)
		step_session_reload(setup);
	if (setup->is_desktop_changed && unit_action_is_active(setup, "display-manager.service"))
		step_restart_unit(setup, "display-manager.service");
	if (journal_entries(setup->journal, &entries) > 0)
		return;
	int r = journal_remove(setup->journal);
	if (r < 0)
		setup_failed(setup, JOURNAL_DIRECTORY, r);
}
