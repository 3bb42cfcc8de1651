/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "ctl.h"

enum { OPTIONS_MAX = 24, LETTERS_MAX = 2 * OPTIONS_MAX };

/* getopt's number for the first of a command's own options: beyond all letters. */
enum { FIRST = 256 };

const struct option ctl_common_options[CTL_COMMON_OPTIONS] = {
	{ "config", required_argument, NULL, 'c' },
	{ "root", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

int ctl_take_common_option(struct ctl *ctl, int option)
{
	if (option == 'c') {
		ctl->config_path = optarg;
		ctl->config_given = true;
	} else if (option == 'r' && strlen(optarg) < CTL_ROOT_MAX) {
		ctl->root = strcmp(optarg, "/") != 0 ? optarg : "";
	} else {
		if (option == 'r')
			log_error("--root: the path is too long");
		return -EINVAL;
	}
	return 0;
}

static void fill(const struct ctl_option *options, struct option table[static OPTIONS_MAX],
		 char letters[static LETTERS_MAX])
{
	size_t n = 0;

	letters += sprintf(letters, "hV");
	for (; n < OPTIONS_MAX - CTL_COMMON_OPTIONS && options[n].name; n++) {
		table[n] = (struct option){
			.name = options[n].name,
			.has_arg = options[n].placeholder ? required_argument : no_argument,
			.val = FIRST + (int)n,
		};
		if (options[n].letter)
			letters += sprintf(letters, "%c", options[n].letter);
	}
	memcpy(table + n, ctl_common_options, sizeof(ctl_common_options));
}

static void print_option(const struct ctl_option *option)
{
	const char letter[] = { option->letter, '\0' };
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s%s%s", option->name, letter[0] ? ", -" : "", letter,
		 option->placeholder ? " " : "", option->placeholder ? option->placeholder : "");
	printf("  %-22s %s\n", left, option->help);
}

static void print_help(const char *command, const char *about, const struct ctl_option *options)
{
	static const struct ctl_option common[] = {
		{ "config", "FILE", "read FILE instead of " GPUDESK_SYSCONFDIR "/gpudesk.conf",
		  .letter = 0 },
		{ "help", NULL, "print this help and exit", .letter = 'h' },
		{ "version", NULL, "print the version and exit", .letter = 'V' },
	};

	printf("Usage: %s [OPTION]...\n%s\n", command, about);
	for (; options->name; options++)
		if (options->help)
			print_option(options);
	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		print_option(&common[i]);
}

static int take(struct ctl *ctl, int option, const struct ctl_option *options)
{
	const struct ctl_option *own = option >= FIRST ? &options[option - FIRST] : NULL;

	for (size_t i = 0; option < FIRST && options[i].name; i++)
		if (options[i].letter == option)
			own = &options[i];
	if (!own)
		return ctl_take_common_option(ctl, option);
	if (own->flag)
		*own->flag = true;
	if (own->value)
		*own->value = optarg;
	return 0;
}

int ctl_options_status(struct ctl *ctl, int argc, char **argv, const char *about,
		       const struct ctl_option *options)
{
	struct option table[OPTIONS_MAX];
	char letters[LETTERS_MAX];
	static char name[64]; /* for getopt's messages */

	snprintf(name, sizeof(name), "gpudesk %s", argv[0]);
	argv[0] = name;
	fill(options, table, letters);
	optind = 0; /* starts afresh: main() has used getopt before */
	for (int option; (option = getopt_long(argc, argv, letters, table, NULL)) != -1;) {
		if (option == 'h') {
			print_help(argv[0], about, options);
			return CTL_OK;
		}
		if (option == 'V') {
			ctl_print_version();
			return CTL_OK;
		}
		if (take(ctl, option, options) < 0) {
			fprintf(stderr, "Try '%s --help'.\n", argv[0]);
			return CTL_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "%s: it takes no argument '%s'\nTry '%s --help'.\n", argv[0],
			argv[optind], argv[0]);
		return CTL_USAGE;
	}
	if (ctl->config_given && access(ctl->config_path, F_OK) < 0)
		return ctl_failed("%s: %s", ctl->config_path, strerror(errno));
	return -1;
}
