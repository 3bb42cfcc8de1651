/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk setup: fixes what doctor finds, and undoes that. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "common/units.h"
#include "facts/x_server.h"
#include "facts/x_sessions.h"
#include "journal/safe_write.h"
#include "setup.h"

static const struct {
	void (*take)(struct setup *setup);
	bool is_of_desktop; /* its changes take effect when the desktop starts */
} steps[] = {
	/* The old server is stopped when all else is ready, and ours started at once. */
	{ step_installation, false }, { step_config, false },	   { step_xorg, true },
	{ step_gdm, true },	      { step_session, true },	   { step_idle, true },
	{ step_pam, true },	      { step_boot, false },	   { step_virtualgl, true },
	{ step_firewall, false },     { step_old_servers, false }, { step_sockets, false },
	{ step_password, false },     { step_restart, false },
};

struct request {
	const char *user, *session, *die_after;
	bool is_dry, undo, yes, boot, port_owner;
};

static const char about[] =
	"Configures this machine so that viewers see the user's desktop, drawn by the NVIDIA card\n"
	"if there is one.\n"
	"Changes only what is missing, shows each change, and asks first. Needs root. A user "
	"other\n"
	"than that of " GPUDESK_SYSCONFDIR "/gpudesk.conf is set in gpudesk.conf.d/" SETUP_DROP_IN
	".\n";

static void take_steps(struct setup *setup)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		unsigned before = setup->n_changes;

		steps[i].take(setup);
		if (steps[i].is_of_desktop && setup->n_changes > before)
			setup->is_desktop_changed = true;
	}
}

static void pass(struct setup *setup, const struct request *request, bool is_dry)
{
	setup->is_dry = is_dry;
	setup->n_changes = setup->n_problems = 0;
	setup->is_desktop_changed = setup->is_port_taken = false;
	if (request->undo) {
		setup_undo(setup);
		return;
	}
	if (!is_dry)
		setup_undo_forget(setup);
	take_steps(setup);
}

/* Asks at the terminal. */
static bool is_agreed(const char *question)
{
	char answer[16];

	printf("%s [y/N] ", question);
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/* What is left to do: the password, a restart of the desktop. Doctor knows more than setup. */
static void print_next_steps(void)
{
	static const char *const arguments[] = { "gpudesk", "doctor", NULL };
	static const struct child doctor = { .path = "/proc/self/exe", .arguments = arguments };
	static char output[65536];

	fflush(stdout);
	int r = child_run(&doctor, output, sizeof(output));
	if (r == CTL_OK || r == CTL_FAILED)
		printf("\ngpudesk doctor finds:\n%s", output);
}

static int summarize(const struct setup *setup, bool undo)
{
	if (setup->n_changes == 0 && setup->n_problems == 0)
		puts(undo ? "Nothing to undo." : "Everything is set up: nothing to change.");
	else if (setup->n_problems > 0)
		printf("%u problem%s left: see above.\n", setup->n_problems,
		       setup->n_problems == 1 ? " is" : "s are");
	else if (!setup->is_dry)
		puts(undo ? "Undone." : "Done. To undo it: gpudesk setup --undo");
	return setup->n_problems > 0 ? CTL_FAILED : CTL_OK;
}

/* Shows the changes, asks, and makes them. */
static int show_and_do(struct setup *setup, const struct request *request)
{
	if (request->is_dry || !request->yes) {
		pass(setup, request, true);
		if (request->is_dry || setup->n_changes == 0)
			return summarize(setup, request->undo);
		if (!is_agreed("Do this?"))
			return ctl_failed("nothing was changed");
		setup->is_quiet = true;
	}
	/* The terminal may end with a server that is stopped: finish all the same. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	pass(setup, request, false);
	int status = summarize(setup, request->undo);
	if (!request->undo && !setup->ctl->root[0])
		print_next_steps();
	return status;
}

/*
 * When GDM starts, on a machine that setup has configured: the card may be another one, or gone,
 * where an image moves between flavours.
 */
static int adapt(struct setup *setup)
{
	const struct journal_entry *entries;

	setup->is_undone = setup_undo_is_begun(setup);
	if (journal_entries(setup->journal, &entries) > 0)
		step_xorg(setup);
	return setup->n_problems > 0 ? CTL_FAILED : CTL_OK;
}

static int open_bus(struct setup *setup)
{
	int r = 0;

	if (!setup->ctl->root[0])
		r = units_open(&setup->bus);
	if (r == -EHOSTDOWN) {
		setup_note(setup, "systemd is not running here: no unit is started or stopped");
		return CTL_OK;
	}
	return r < 0 ? ctl_failed("cannot reach systemd: %s", strerror(-r)) : CTL_OK;
}

/* Whether gpudesk.conf can have that name, and it is that of a user with a desktop. */
static int check_user(struct setup *setup, const char *name)
{
	char line[CONFIG_USER_MAX + 16];
	struct config config;
	int length = snprintf(line, sizeof(line), "user = %s\n", name);

	if (length >= (int)sizeof(line) ||
	    config_parse("--user", line, (size_t)length, &config, NULL, NULL) != 0 ||
	    strcmp(config.user, name) != 0)
		return ctl_failed("'%s' cannot be used as a user's name in gpudesk.conf", name);
	if (account_find(setup->ctl, name, &setup->account) < 0)
		return ctl_failed("there is no user '%s': name the desktop's user with --user NAME",
				  name);
	if (setup->account.uid == 0)
		return ctl_failed(
			"'%s' is root, whose desktop is not shown: name another user with "
			"--user NAME",
			name);
	return CTL_OK;
}

/* Without these, gpudesk has nothing to show. Says what works here instead. */
static int check_requirements(const struct setup *setup)
{
	const struct distribution *distribution = &setup->distribution;
	struct x_sessions sessions;

	if (!x_server_is_installed(setup->ctl) && distribution_lacks_xorg(distribution))
		return ctl_failed("nothing was changed: %s has no Xorg server, and gpudesk shows "
				  "X sessions only. What works here is GNOME's own remote desktop "
				  "(RDP: grdctl --system); for gpudesk, use an image with Xorg",
				  distribution->name);
	if (!x_server_is_installed(setup->ctl))
		return ctl_failed("nothing was changed: Xorg is not installed: %s %s, then run "
				  "setup again",
				  distribution->install_command, distribution->xorg_package);
	x_sessions_read(setup->ctl, &sessions);
	if (sessions.n == 0)
		return ctl_failed("nothing was changed: this machine has no X session installed, "
				  "so there is no desktop that gpudesk can show: %s %s, then run "
				  "setup again",
				  distribution->install_command,
				  distribution_x_session_package(distribution));
	return CTL_OK;
}

static int find_user(struct setup *setup, const struct request *request)
{
	ctl_config(setup->ctl, &setup->config, NULL, NULL);
	setup->user = request->user ? request->user : setup->config.user;
	return check_user(setup, setup->user);
}

static int run(struct setup *setup, const struct request *request)
{
	int status = CTL_OK;

	if (!request->undo && !request->boot)
		status = find_user(setup, request);
	if (status == CTL_OK && !request->boot)
		status = open_bus(setup);
	if (status != CTL_OK)
		return status;
	distribution_read(setup->ctl, &setup->distribution);
	if (!request->undo && !request->boot &&
	    (check_requirements(setup) != CTL_OK ||
	     step_session_choose(setup, request->session) != CTL_OK))
		return CTL_FAILED;
	setup->n_ports = socket_unit_ports(setup->ctl, setup->ports);
	int r = journal_open(setup->ctl, request->is_dry, &setup->journal);
	if (r == -EBUSY && request->boot) /* that one has restarted GDM */
		return CTL_OK;
	if (r == -EBUSY)
		return ctl_failed("another gpudesk setup is running");
	if (r < 0)
		return ctl_failed("cannot use %s: %s", JOURNAL_DIRECTORY, strerror(-r));
	if (request->boot)
		return adapt(setup);
	return show_and_do(setup, request);
}

static int check_request(const struct setup *setup, const struct request *request)
{
	const struct ctl *ctl = setup->ctl;

	if (request->undo && (request->user || request->session || setup->gpu || setup->sound))
		return ctl_misused(
			"--undo cannot be used with --user, --session, --gpu or --sound");
	if (ctl->config_given)
		return ctl_misused("--config cannot be used: setup works for %s, which the "
				   "services read",
				   GPUDESK_SYSCONFDIR "/gpudesk.conf");
	if (geteuid() != 0 && !ctl->root[0])
		return ctl_failed("setup needs root: sudo gpudesk setup");
	if (request->yes || request->is_dry || request->boot || isatty(STDIN_FILENO))
		return CTL_OK;
	return ctl_misused("no terminal to ask on: --dry-run shows the changes, --yes makes them");
}

/*
 * For the packages' scripts, which enable the socket only where nobody else has its port: prints
 * who has, and fails if anybody does.
 */
static int print_owner(struct setup *setup)
{
	setup->n_ports = socket_unit_ports(setup->ctl, setup->ports);
	return step_old_servers_print(setup) > 0 ? CTL_FAILED : CTL_OK;
}

/* The programs that setup runs want a root without links and "..". `buffer` must stay. */
static int make_root_absolute(struct ctl *ctl, char buffer[static PATH_MAX])
{
	if (!ctl->root[0])
		return CTL_OK;
	if (!realpath(ctl->root, buffer))
		return ctl_failed("--root %s: %s", ctl->root, strerror(errno));
	if (strlen(buffer) >= CTL_ROOT_MAX)
		return ctl_failed("--root %s: the path is too long", ctl->root);
	ctl->root = strcmp(buffer, "/") != 0 ? buffer : "";
	return CTL_OK;
}

int cmd_setup(struct ctl *ctl, int argc, char **argv)
{
	struct setup setup = { .ctl = ctl };
	struct request request = { 0 };
	const struct ctl_option options[] = {
		{ "user", "NAME", "whose desktop to show", .value = &request.user },
		{ "session", "NAME", "the user's X session, such as xfce",
		  .value = &request.session },
		{ "gpu", "N|BUSID", "the NVIDIA card to use: its number from 0, or its address",
		  .value = &setup.gpu },
		{ "dry-run", NULL, "print the changes without making them",
		  .flag = &request.is_dry },
		{ "undo", NULL, "undo what setup has changed", .flag = &request.undo },
		{ "yes", NULL, "make the changes without asking", .flag = &request.yes },
		{ "restart-desktop", NULL,
		  "also restart GDM, which closes everything on the desktop",
		  .flag = &setup.restart_desktop },
		{ "root", "DIRECTORY",
		  "set up the machine, such as an image, that is mounted there",
		  .value = &ctl->root },
		{ "boot", NULL, NULL, .flag = &request.boot }, /* gpudesk-xorg.service */
		{ "keep-screen-lock", NULL,
		  "leave GNOME's blanking, locking and suspending as they are",
		  .flag = &setup.keep_screen_lock },
		{ "sound", NULL, "let viewers also hear the desktop", .flag = &setup.sound },
		{ "port-owner", NULL, NULL, .flag = &request.port_owner },
		{ "die-after", "N", NULL, .value = &request.die_after },
		{ 0 },
	};
	int status = ctl_options_status(ctl, argc, argv, about, options);
	char root[PATH_MAX];

	if (status >= 0)
		return status;
	status = make_root_absolute(ctl, root);
	if (status != CTL_OK)
		return status;
	if (request.port_owner)
		return print_owner(&setup);
	status = check_request(&setup, &request);
	if (status != CTL_OK)
		return status;
	if (request.die_after)
		safe_kill_after((unsigned)strtoul(request.die_after, NULL, 10));
	status = run(&setup, &request);
	journal_close(setup.journal);
	sd_bus_flush_close_unref(setup.bus);
	return status;
}
