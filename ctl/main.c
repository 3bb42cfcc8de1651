/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk(8): sets up, checks and controls the remote desktop. */
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "ctl.h"
#include "plain_output.h"

static const struct command {
	const char *name;
	const char *summary; /* NULL: not shown by --help */
	int (*run)(struct ctl *ctl, int argc, char **argv);
} commands[] = {
	{ "status", "show the session, its viewers, the processes and the GPU", cmd_status },
	{ "doctor", "find problems, and how to fix them", cmd_doctor },
	{ "setup", "configure the machine, and fix what doctor finds", cmd_setup },
	{ "config", "show or check the settings, and where each is from", cmd_config },
	{ "logs", "show the log of all parts of gpudesk", cmd_logs },
	{ "passwd", "set the VNC password", cmd_passwd },
	{ "reload", "have the running scraper read the settings again", cmd_reload },
	{ "disconnect", "disconnect all viewers", cmd_disconnect },
	{ "stop", "stop the scraper, which disconnects all viewers", cmd_stop },
	{ "x-probe", NULL, cmd_x_probe }, /* doctor runs it as the desktop's user */
};

enum { N_COMMANDS = sizeof(commands) / sizeof(*commands) };

static void print_help(void)
{
	puts("Usage: gpudesk [--config FILE] COMMAND [OPTION]...\n"
	     "Sets up, checks and controls the remote desktop. See gpudesk(8).\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (commands[i].summary)
			printf("  %-14s %s\n", commands[i].name, commands[i].summary);
	puts("\n"
	     "  --config FILE  read FILE instead of " GPUDESK_SYSCONFDIR "/gpudesk.conf\n"
	     "  --help, -h     print this help and exit; after a command, that command's help\n"
	     "  --version, -V  print the version and exit");
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* Reads the options before the command at argv[optind]. Returns -1 to go on, or an exit status. */
static int parse(struct ctl *ctl, int argc, char **argv)
{
	for (int option;
	     (option = getopt_long(argc, argv, "+hV", ctl_common_options, NULL)) != -1;) {
		switch (option) {
		case 'h':
			print_help();
			return CTL_OK;
		case 'V':
			ctl_print_version();
			return CTL_OK;
		default:
			if (ctl_take_common_option(ctl, option) < 0)
				return ctl_misused(NULL);
		}
	}
	return -1;
}

/* "gpudesk help COMMAND" is "gpudesk COMMAND --help". */
static int run(struct ctl *ctl, int argc, char **argv)
{
	char help[] = "--help", *of_command[] = { argv[1], help, NULL };
	bool is_help = strcmp(argv[0], "help") == 0;
	const char *name = is_help ? argv[1] : argv[0];
	const struct command *command = name ? find(name) : NULL;

	if (is_help && (!name || name[0] == '-' || strcmp(name, argv[0]) == 0)) {
		print_help();
		return CTL_OK;
	}
	if (!command)
		return ctl_misused("there is no command '%s'", name);
	return is_help ? command->run(ctl, 2, of_command) : command->run(ctl, argc, argv);
}

int main(int argc, char **argv)
{
	struct ctl ctl = { .config_path = GPUDESK_SYSCONFDIR "/gpudesk.conf", .root = "" };

	plain_output_install();
	log_init("gpudesk");
	int status = parse(&ctl, argc, argv);
	if (status >= 0)
		return status;
	if (optind == argc) {
		print_help();
		return CTL_USAGE;
	}
	status = run(&ctl, argc - optind, argv + optind);
	if (fflush(stdout) || ferror(stdout))
		return ctl_failed("cannot write to standard output");
	return status;
}
