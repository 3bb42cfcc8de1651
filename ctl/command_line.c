/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

enum { OPTIONS_MAX = 24, COMMON = 5, LETTERS_MAX = 2 * OPTIONS_MAX, NAME_MAX = 32 };

/* The options that every command has. */
static const struct option common[COMMON] = {
	{ "config", required_argument, NULL, 'c' },
	{ "root", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* getopt's number for the first of a command's own options: beyond all letters. */
enum { FIRST = 256 };

/* The "f" of "follow, f"; 0: none. */
static char letter_of(const struct ctl_option *option)
{
	const char *comma = strchr(option->name, ',');

	return comma ? comma[2] : '\0';
}

static void fill(const struct ctl_option *options, struct option table[static OPTIONS_MAX],
		 char letters[static LETTERS_MAX])
{
	static char names[OPTIONS_MAX][NAME_MAX];
	size_t n = 0;

	letters += sprintf(letters, "hV");
	for (; n < OPTIONS_MAX - COMMON && options[n].name; n++) {
		char letter = letter_of(&options[n]);

		snprintf(names[n], NAME_MAX, "%.*s", (int)strcspn(options[n].name, ","),
			 options[n].name);
		table[n] = (struct option){
			.name = names[n],
			.has_arg = options[n].placeholder ? required_argument : no_argument,
			.val = FIRST + (int)n,
		};
		if (letter)
			letters += sprintf(letters, "%c", letter);
	}
	memcpy(table + n, common, sizeof(common));
}

static void print_option(const char *name, const char *placeholder, const char *help)
{
	const char *comma = strchr(name, ',');
	char left[64];

	if (comma)
		snprintf(left, sizeof(left), "--%.*s, -%s", (int)(comma - name), name, comma + 2);
	else
		snprintf(left, sizeof(left), "--%s%s%s", name, placeholder ? " " : "",
			 placeholder ? placeholder : "");
	printf("  %-22s %s\n", left, help);
}

static void print_help(const char *command, const char *about, const struct ctl_option *options)
{
	printf("Usage: %s [OPTION]...\n%s\n", command, about);
	for (; options->name; options++)
		if (options->help)
			print_option(options->name, options->placeholder, options->help);
	print_option("config", "FILE", "read FILE instead of " GPUDESK_SYSCONFDIR "/gpudesk.conf");
	print_option("help, h", NULL, "print this help and exit");
	print_option("version, V", NULL, "print the version and exit");
}

static int take(struct ctl *ctl, int option, const struct ctl_option *options)
{
	const struct ctl_option *own = option >= FIRST ? &options[option - FIRST] : NULL;

	for (size_t i = 0; option < FIRST && options[i].name; i++)
		if (letter_of(&options[i]) == option)
			own = &options[i];
	if (own && own->flag)
		*own->flag = true;
	if (own && own->value)
		*own->value = optarg;
	if (own)
		return 0;
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
