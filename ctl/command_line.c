/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

enum { OPTIONS_MAX = 24, COMMON = 4 };

/* The options that every command has. */
static const struct option common[COMMON] = {
	{ "config", required_argument, NULL, 'c' },
	{ "root", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* getopt's number for the first of a command's own options: beyond all letters. */
enum { FIRST = 256 };

static void fill(const struct ctl_option *options, struct option table[static OPTIONS_MAX])
{
	size_t n = 0;

	for (; n < OPTIONS_MAX - COMMON && options[n].name; n++)
		table[n] = (struct option){
			.name = options[n].name,
			.has_arg = options[n].placeholder ? required_argument : no_argument,
			.val = FIRST + (int)n,
		};
	memcpy(table + n, common, sizeof(common));
}

static void print_option(const char *name, const char *placeholder, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", name, placeholder ? " " : "",
		 placeholder ? placeholder : "");
	printf("  %-22s %s\n", left, help);
}

static void print_help(const char *command, const char *about, const struct ctl_option *options)
{
	printf("Usage: gpudesk %s [OPTION]...\n%s\n", command, about);
	for (; options->name; options++)
		if (options->help)
			print_option(options->name, options->placeholder, options->help);
	print_option("config", "FILE", "read FILE instead of " GPUDESK_SYSCONFDIR "/gpudesk.conf");
	print_option("help", NULL, "print this help and exit");
}

static int take(struct ctl *ctl, int option, const struct ctl_option *options)
{
	if (option >= FIRST) {
		const struct ctl_option *own = &options[option - FIRST];

		if (own->flag)
			*own->flag = true;
		if (own->value)
			*own->value = optarg;
		return 0;
	}
	if (option == 'c') {
		ctl->config_path = optarg;
		ctl->config_given = true;
		return 0;
	}
	if (option == 'r' && strlen(optarg) < CTL_ROOT_MAX) {
		ctl->root = strcmp(optarg, "/") != 0 ? optarg : "";
		return 0;
	}
	return -EINVAL;
}

int ctl_options_status(struct ctl *ctl, int argc, char **argv, const char *about,
		       const struct ctl_option *options)
{
	struct option table[OPTIONS_MAX];

	fill(options, table);
	optind = 0; /* starts afresh: main() has used getopt before */
	for (int option; (option = getopt_long(argc, argv, "", table, NULL)) != -1;) {
		if (option == 'h') {
			print_help(argv[0], about, options);
			return CTL_OK;
		}
		if (take(ctl, option, options) < 0) {
			fprintf(stderr, "Try 'gpudesk %s --help'.\n", argv[0]);
			return CTL_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	ctl_misused("%s takes no argument '%s'", argv[0], argv[optind]);
	return CTL_USAGE;
}
