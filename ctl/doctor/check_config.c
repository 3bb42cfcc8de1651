/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gpudesk was installed with: its configuration, users and directories; and the system. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "check.h"
#include "facts/machine_file.h"
#include "facts/unit_files.h"

enum { SYSTEMD_MIN = 239, KERNEL_MIN_MAJOR = 4, KERNEL_MIN_MINOR = 18 };

/* Whoever can change the configuration decides whose desktop is shown, and to whom. */
static void check_writers(const struct machine *machine, const char *path,
			  struct findings *findings)
{
	char below[CTL_PATH_MAX];
	struct stat st;

	if (stat(ctl_path(machine->ctl, path, below), &st) < 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return;
	if (st.st_mode & (st.st_gid == 0 ? 002 : 022))
		finding_fail(findings, finding_text("chmod go-w %s", path),
			     "%s can be changed by others than root: it has mode %04o", path,
			     (unsigned)st.st_mode & 07777);
	else if (!machine->ctl->root[0] && st.st_uid != 0)
		finding_fail(findings, finding_text("chown root: %s", path),
			     "%s belongs to uid %u, not to root", path, (unsigned)st.st_uid);
}

static void check_all_writers(const struct machine *machine, struct findings *findings)
{
	char directory[CONFIG_PATH_MAX], path[CTL_PATH_MAX], **names;

	check_writers(machine, machine->ctl->config_path, findings);
	snprintf(directory, sizeof(directory), "%s" CONFIG_DROP_INS_SUFFIX,
		 machine->ctl->config_path);
	check_writers(machine, directory, findings);
	int n = machine_file_list(machine->ctl, directory, CONFIG_DROP_IN_SUFFIX, &names);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		check_writers(machine, path, findings);
	}
	if (n >= 0)
		machine_file_free_names(names, n);
}

/* Edits the file that the problem begins with: gpudesk.conf, or a drop-in. */
static const char *fix_problem(const struct machine *machine, const char *problem)
{
	const char *path = machine->ctl->config_path;
	size_t length = strlen(path);

	if (strncmp(problem, path, length) != 0)
		return finding_text("edit %s", path);
	length += strcspn(problem + length, ":");
	return finding_text("edit %.*s", (int)length, problem);
}

static void check_config(const struct machine *machine, struct findings *findings)
{
	const char *path = machine->ctl->config_path, *refusal = machine->config.refusal;
	bool exists = machine->ctl->config_given || machine_file_exists(machine->ctl, path);

	/* By itself: `problems` may be too full to have it. */
	if (refusal[0])
		finding_fail(findings, fix_problem(machine, refusal), "%s", refusal);
	for (size_t i = 0; i < machine->n_problems; i++) {
		const char *problem = machine->problems[i];

		if (strcmp(problem, refusal) != 0)
			finding_warn(findings, fix_problem(machine, problem), "%s", problem);
	}
	if (!machine->ctl->config_given)
		check_all_writers(machine, findings);
	if (findings->n == 0)
		finding_ok(findings, exists ? "%s is valid" : "no %s: using the defaults", path);
}

static void check_kernel(struct findings *findings)
{
	int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) < 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2)
		return;
	if (major < KERNEL_MIN_MAJOR || (major == KERNEL_MIN_MAJOR && minor < KERNEL_MIN_MINOR))
		finding_fail(findings, "upgrade the distribution",
			     "Linux %s is too old: gpudesk needs %d.%d", name.release,
			     KERNEL_MIN_MAJOR, KERNEL_MIN_MINOR);
}

static void check_system(const struct machine *machine, struct findings *findings)
{
	const char *version = machine->systemd_version, *name = machine->distribution.name;

	check_kernel(findings);
	if (version[0] && atoi(version) < SYSTEMD_MIN)
		finding_fail(findings, "upgrade the distribution",
			     "systemd %s is too old: gpudesk needs %d", version, SYSTEMD_MIN);
	if (machine->distribution.family == DISTRIBUTION_UNKNOWN)
		finding_warn(findings, "see gpudesk(8) for what to set up by hand",
			     "%s is not a distribution that gpudesk knows",
			     name[0] ? name : "this system");
	if (findings->n == 0)
		finding_ok(findings, "%s, systemd %s", name, version[0] ? version : "unknown");
}

/* The user whom the scraper's socket is enabled for; "" if for none. */
static void find_enabled_user(const struct machine *machine, char *ret_user, size_t size)
{
	static const char prefix[] = "gpudesk-scraper@";
	char **names = NULL;
	int n = machine_file_list(machine->ctl, UNIT_FILES_DIRECTORY "/gpudesk.socket.wants",
				  ".socket", &names);

	ret_user[0] = '\0';
	for (int i = 0; i < n; i++) {
		const char *user = names[i] + strlen(prefix);

		if (strncmp(names[i], prefix, strlen(prefix)) != 0)
			continue;
		snprintf(ret_user, size, "%.*s", (int)(strlen(user) - strlen(".socket")), user);
		if (strcmp(ret_user, machine->config.user) == 0)
			break;
	}
	machine_file_free_names(names, n);
}

static void check_user(const struct machine *machine, struct findings *findings)
{
	const struct account *account = &machine->account;
	const char *user = machine->config.user;
	char below[CTL_PATH_MAX], enabled[CONFIG_USER_MAX];
	struct stat st;

	find_enabled_user(machine, enabled, sizeof(enabled));
	const char *other = finding_text(
		"gpudesk setup --user %s",
		enabled[0] && strcmp(enabled, user) != 0 ? finding_word(enabled) : "NAME");
	if (!machine->has_account)
		finding_fail(findings, other, "there is no user %s", user);
	else if (account->uid == 0)
		finding_fail(findings, other,
			     "the desktop's user is root, and GDM does not log root in");
	else if (enabled[0] && strcmp(enabled, user) != 0)
		finding_fail(findings, finding_text("%s, or, for %s: gpudesk setup", other, user),
			     "gpudesk's sockets are enabled for %s, but user = %s in %s", enabled,
			     user, machine->ctl->config_path);
	else if (stat(ctl_path(machine->ctl, account->home, below), &st) < 0)
		finding_fail(findings, finding_text("mkhomedir_helper %s", finding_word(user)),
			     "%s's home directory %s does not exist", user, account->home);
	else if (st.st_uid != account->uid)
		finding_fail(findings,
			     finding_text("%s, if that is another's: ls -ld %s", other,
					  finding_word(account->home)),
			     "%s's home directory %s belongs to uid %u", user, account->home,
			     (unsigned)st.st_uid);
	else
		finding_ok(findings, "%s, uid %u", user, (unsigned)account->uid);
}

static void check_account(const struct machine *machine, struct findings *findings)
{
	if (account_exists(machine->ctl, "gpudesk"))
		finding_ok(findings, "the system user gpudesk exists");
	else
		finding_fail(findings, "systemd-sysusers",
			     "there is no system user gpudesk, which the proxy runs as");
}

static void check_directory(const struct machine *machine, const char *path,
			    struct findings *findings)
{
	static const char fix[] = "systemd-tmpfiles --create --remove gpudesk.conf";
	char below[CTL_PATH_MAX];
	struct stat st;

	if (lstat(ctl_link_path(machine->ctl, path, below), &st) < 0)
		finding_fail(findings, "systemd-tmpfiles --create gpudesk.conf", "%s: %s", path,
			     strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		finding_fail(findings, finding_text("mv %s %s.old; %s", path, path, fix),
			     "%s is not a directory", path);
	else if (!machine->ctl->root[0] && st.st_uid != 0)
		finding_fail(findings, finding_text("chown root: %s", path),
			     "%s belongs to uid %u, not to root", path, (unsigned)st.st_uid);
	else if ((st.st_mode & 0777) != 0755)
		finding_fail(findings, finding_text("chmod 0755 %s", path),
			     "%s has mode %04o, not 0755", path, (unsigned)st.st_mode & 07777);
}

static void check_directories(const struct machine *machine, struct findings *findings)
{
	static const char *const paths[] = { GPUDESK_RUNDIR, GPUDESK_RUNDIR "/sessions",
					     GPUDESK_RUNDIR "/scraper", GPUDESK_RUNDIR "/control",
					     GPUDESK_RUNDIR "/desktop" };

	/* Without the first one there are no others. */
	check_directory(machine, paths[0], findings);
	for (size_t i = 1; i < sizeof(paths) / sizeof(paths[0]) && findings->n == 0; i++)
		check_directory(machine, paths[i], findings);
	if (findings->n == 0)
		finding_ok(findings, "%s and its directories belong to root, mode 0755",
			   GPUDESK_RUNDIR);
}

const struct check config_checks[] = {
	{ "config", CHECK_NEEDS_NOTHING, check_config },
	{ "system", CHECK_NEEDS_NOTHING, check_system },
	{ "user", CHECK_NEEDS_NOTHING, check_user },
	{ "account", CHECK_NEEDS_NOTHING, check_account },
	{ "directories", CHECK_NEEDS_NOTHING, check_directories },
	{ 0 },
};
