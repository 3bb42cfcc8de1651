/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gpudesk brings along: its configuration, its user, its directories; and the machine's age.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "check.h"
#include "facts/machine_file.h"

enum { SYSTEMD_MIN = 239, KERNEL_MIN_MAJOR = 4, KERNEL_MIN_MINOR = 18 };

void check_config(const struct machine *machine, struct findings *findings)
{
	const char *path = machine->ctl->config_path, *refusal = machine->config.refusal;
	bool is_there = machine->ctl->config_given || machine_file_exists(machine->ctl, path);
	const char *mend = finding_text("edit %s", path);

	/* First: it may be one too many of the problems to be kept. */
	if (refusal[0])
		finding_fail(findings, mend, "%s", refusal);
	for (size_t i = 0; i < machine->n_problems; i++)
		if (strcmp(machine->problems[i], refusal) != 0)
			finding_warn(findings, mend, "%s", machine->problems[i]);
	if (findings->n == 0)
		finding_ok(findings,
			   is_there ? "%s is in order" : "no %s: all keys have their defaults",
			   path);
}

static void check_kernel(struct findings *findings)
{
	int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) < 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2)
		return;
	if (major < KERNEL_MIN_MAJOR || (major == KERNEL_MIN_MAJOR && minor < KERNEL_MIN_MINOR))
		finding_fail(findings, "upgrade the distribution",
			     "the kernel is %s, older than %d.%d", name.release, KERNEL_MIN_MAJOR,
			     KERNEL_MIN_MINOR);
}

void check_system(const struct machine *machine, struct findings *findings)
{
	int version = atoi(machine->systemd_version);
	const char *name = machine->distribution.name;

	check_kernel(findings);
	if (machine->systemd_version[0] && version < SYSTEMD_MIN)
		finding_fail(findings, "upgrade the distribution", "systemd is %s, older than %d",
			     machine->systemd_version, SYSTEMD_MIN);
	if (machine->distribution.family == DISTRIBUTION_UNKNOWN)
		finding_warn(findings, "see gpudesk(8) for what is to be set up by hand",
			     "%s is not one of the distributions that gpudesk knows",
			     name[0] ? name : "this system");
	if (findings->n == 0)
		finding_ok(findings, "%s, systemd %s", name,
			   version ? machine->systemd_version : "not asked");
}

void check_user(const struct machine *machine, struct findings *findings)
{
	const char *user = machine->config.user;
	char below[CTL_PATH_MAX];
	struct stat st;

	if (!machine->has_account)
		finding_fail(findings,
			     finding_text("set user in %s, or: useradd -m %s",
					  machine->ctl->config_path, user),
			     "there is no user %s", user);
	else if (machine->uid == 0)
		finding_fail(findings,
			     finding_text("set user in %s to another", machine->ctl->config_path),
			     "the desktop's user is root, whom GDM does not log in");
	else if (stat(ctl_path(machine->ctl, machine->home, below), &st) < 0)
		finding_fail(findings, finding_text("mkhomedir_helper %s", user),
			     "the home of %s, %s, is not there", user, machine->home);
	else if (st.st_uid != machine->uid)
		finding_fail(findings, finding_text("chown %s: %s", user, machine->home),
			     "the home of %s, %s, belongs to uid %u", user, machine->home,
			     (unsigned)st.st_uid);
	else
		finding_ok(findings, "%s, uid %u", user, (unsigned)machine->uid);
}

void check_account(const struct machine *machine, struct findings *findings)
{
	if (machine_has_user(machine, "gpudesk"))
		finding_ok(findings, "the system user gpudesk exists");
	else
		finding_fail(findings, "systemd-sysusers",
			     "there is no system user gpudesk, whom the proxy runs as");
}

static void check_directory(const struct machine *machine, const char *path,
			    struct findings *findings)
{
	static const char mend[] = "systemd-tmpfiles --create --remove gpudesk.conf";
	const uid_t owner = machine->ctl->root[0] ? machine->uid : 0;
	char below[CTL_PATH_MAX];
	struct stat st;

	if (lstat(ctl_path(machine->ctl, path, below), &st) < 0)
		finding_fail(findings, "systemd-tmpfiles --create gpudesk.conf", "%s: %s", path,
			     strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		finding_fail(findings, finding_text("rm %s; %s", path, mend),
			     "%s is not a directory", path);
	else if (!machine->ctl->root[0] && st.st_uid != owner)
		finding_fail(findings, finding_text("chown root: %s", path),
			     "%s belongs to uid %u, not to root", path, (unsigned)st.st_uid);
	else if ((st.st_mode & 0777) != 0755)
		finding_fail(findings, finding_text("chmod 0755 %s", path),
			     "%s has mode %04o, not 0755", path, (unsigned)st.st_mode & 07777);
}

void check_directories(const struct machine *machine, struct findings *findings)
{
	static const char *const paths[] = { GPUDESK_RUNDIR, GPUDESK_RUNDIR "/sessions",
					     GPUDESK_RUNDIR "/scraper", GPUDESK_RUNDIR "/control",
					     GPUDESK_RUNDIR "/desktop" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		check_directory(machine, paths[i], findings);
	if (findings->n == 0)
		finding_ok(findings, "%s and what is in it is root's, 0755", GPUDESK_RUNDIR);
}

/* The interfaces of docker: its default bridge, and one "br-..." for each network made. */
static bool is_docker_bridge(const char *name)
{
	return strcmp(name, "docker0") == 0 || strncmp(name, "br-", 3) == 0;
}

void check_allow(const struct machine *machine, struct findings *findings)
{
	char text[INET_ADDRSTRLEN], list[512];
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) < 0)
		all = NULL;
	for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
		const struct sockaddr_in *address = (const struct sockaddr_in *)(void *)
							    one->ifa_addr;

		if (!address || address->sin_family != AF_INET ||
		    !is_docker_bridge(one->ifa_name) ||
		    net_list_contains(&machine->config.allow, one->ifa_addr))
			continue;
		inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text));
		finding_fail(findings,
			     finding_text("add the network of %s to allow in %s", one->ifa_name,
					  machine->ctl->config_path),
			     "docker's network of %s (%s) is not in allow: Guacamole there is "
			     "refused",
			     one->ifa_name, text);
	}
	freeifaddrs(all);
	if (findings->n == 0 && net_list_format(&machine->config.allow, list, sizeof(list)) >= 0)
		finding_ok(findings, "viewers may come from %s", list);
	else if (findings->n == 0)
		finding_ok(findings, "viewers may come from docker's networks");
}
