/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "machine_read.h"

static void keep_problem(const char *message, void *userdata)
{
	struct machine *machine = userdata;

	if (machine->n_problems < MACHINE_PROBLEMS_MAX)
		snprintf(machine->problems[machine->n_problems++], MACHINE_WORDS_MAX, "%s",
			 message);
}

/* ---- users and groups: the machine's own, or those in the files below --root ---- */

static FILE *open_below(const struct machine *machine, const char *path)
{
	char below[CTL_PATH_MAX];

	return fopen(ctl_path(machine->ctl, path, below), "re");
}

/* Calls `use` with the entry of that user. Returns whether there is one. */
static bool with_account(const struct machine *machine, const char *name,
			 void (*use)(const struct passwd *account, void *userdata), void *userdata)
{
	const struct passwd *account;
	FILE *file;

	if (!machine->ctl->root[0]) {
		account = getpwnam(name);
		if (account)
			use(account, userdata);
		return account;
	}
	file = open_below(machine, "/etc/passwd");
	if (!file)
		return false;
	while ((account = fgetpwent(file)) && strcmp(account->pw_name, name) != 0)
		;
	if (account)
		use(account, userdata);
	fclose(file);
	return account;
}

static void keep_account(const struct passwd *account, void *userdata)
{
	struct machine *machine = userdata;

	machine->uid = account->pw_uid;
	machine->gid = account->pw_gid;
	snprintf(machine->home, sizeof(machine->home), "%s", account->pw_dir);
}

static void keep_nothing(const struct passwd *account, void *userdata)
{
	(void)account;
	(void)userdata;
}

bool machine_has_user(const struct machine *machine, const char *name)
{
	return with_account(machine, name, keep_nothing, NULL);
}

static bool group_has(const struct group *group, const char *user)
{
	for (char **member = group->gr_mem; *member; member++)
		if (strcmp(*member, user) == 0)
			return true;
	return false;
}

struct group_question {
	const char *name; /* NULL: by gid */
	gid_t gid;
	const char *user; /* who may be a member, or NULL */
	bool is_member;
};

static bool answers(const struct group *group, struct group_question *question)
{
	if (question->name ? strcmp(group->gr_name, question->name) != 0
			   : group->gr_gid != question->gid)
		return false;
	question->gid = group->gr_gid;
	question->is_member = question->user && group_has(group, question->user);
	return true;
}

static bool find_group(const struct machine *machine, struct group_question *question)
{
	const struct group *group;
	FILE *file;
	bool found = false;

	if (!machine->ctl->root[0]) {
		group = question->name ? getgrnam(question->name) : getgrgid(question->gid);
		return group && answers(group, question);
	}
	file = open_below(machine, "/etc/group");
	while (file && !found && (group = fgetgrent(file)))
		found = answers(group, question);
	if (file)
		fclose(file);
	return found;
}

int machine_group(const struct machine *machine, const char *name, gid_t *ret_gid)
{
	struct group_question question = { .name = name };

	if (!find_group(machine, &question))
		return -ENOENT;
	*ret_gid = question.gid;
	return 0;
}

static void keep_gid(const struct passwd *account, void *userdata)
{
	*(gid_t *)userdata = account->pw_gid;
}

bool machine_is_member(const struct machine *machine, const char *user, gid_t gid)
{
	struct group_question question = { .gid = gid, .user = user };
	gid_t own;

	if (with_account(machine, user, keep_gid, &own) && own == gid)
		return true;
	return find_group(machine, &question) && question.is_member;
}

/* ---- the whole ---- */

size_t machine_nvidia_cards(const struct machine *machine, const struct gpu **ret_first)
{
	size_t n = 0;

	for (int i = machine->n_gpus - 1; i >= 0; i--) {
		if (!gpu_is_nvidia(&machine->gpus[i]))
			continue;
		*ret_first = &machine->gpus[i];
		n++;
	}
	return n;
}

static void read_gdm(struct machine *machine)
{
	char below[CTL_PATH_MAX];

	machine->gdm_error = gdm_config_load(
		ctl_path(machine->ctl, machine->distribution.gdm_config, below), &machine->gdm);
}

void machine_read(const struct ctl *ctl, struct machine *ret_machine)
{
	struct machine *machine = ret_machine;

	*machine = (struct machine){
		.ctl = ctl,
		.is_root = geteuid() == 0,
		.chosen = -1,
	};
	ctl_config(ctl, &machine->config, keep_problem, machine);
	machine->has_account = with_account(machine, machine->config.user, keep_account, machine);
	distribution_read(ctl, &machine->distribution);
	read_gdm(machine);
	machine->n_gpus = gpus_read(ctl, machine->gpus, GPUS_MAX);
	machine->xorg_error = xorg_conf_read(ctl, &machine->xorg);
	machine_read_units(machine);
	machine->n_listeners = listeners_read(ctl, machine->port ? machine->port : MACHINE_PORT,
					      machine->listeners, LISTENERS_MAX);
	machine_read_sessions(machine);
	machine_read_probe(machine);
}

void machine_finish(struct machine *machine)
{
	xorg_conf_finish(&machine->xorg);
}
