/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "common/log.h"
#include "common/session_record.h"

static void print_help(void)
{
	puts("Usage: gpudesk-scraper [OPTION]...\n"
	     "Serves an X display to the VNC viewers that gpudesk-proxy hands over through the\n"
	     "socket in LISTEN_FDS. See gpudesk-scraper(8).\n"
	     "\n"
	     "  --config FILE          read FILE instead of " GPUDESK_SYSCONFDIR "/gpudesk.conf\n"
	     "  --session-dir DIR      read session records in DIR instead of\n"
	     "                         " SESSION_RECORD_DIRECTORY "\n"
	     "  --display :N           serve this display; do not read session records\n"
	     "  --xauthority FILE      the authority file for --display\n"
	     "  --desktop-socket PATH  start the desktop through PATH instead of\n"
	     "                         " GPUDESK_RUNDIR "/desktop/USER.sock\n"
	     "  --user-bus PATH        notify the user through the bus at PATH instead of\n"
	     "                         /run/user/UID/bus\n"
	     "  --help, -h             print this and exit\n"
	     "  --version, -V          print the version and exit");
}

int options_parse(int argc, char **argv, struct options *ret_options)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "session-dir", required_argument, NULL, 's' },
		{ "display", required_argument, NULL, 'd' },
		{ "xauthority", required_argument, NULL, 'x' },
		{ "desktop-socket", required_argument, NULL, 'D' },
		{ "user-bus", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = {
		.config = GPUDESK_SYSCONFDIR "/gpudesk.conf",
		.admission.session_dir = SESSION_RECORD_DIRECTORY,
	};

	for (int option; (option = getopt_long(argc, argv, "hV", known, NULL)) != -1;) {
		switch (option) {
		case 'c':
			options.config = optarg;
			break;
		case 's':
			options.admission.session_dir = optarg;
			break;
		case 'd':
			options.admission.display = optarg;
			break;
		case 'x':
			options.admission.xauthority = optarg;
			break;
		case 'D':
			options.admission.desktop_socket = optarg;
			break;
		case 'b':
			options.admission.user_bus = optarg;
			break;
		case 'h':
			print_help();
			return 0;
		case 'V':
			puts("gpudesk-scraper " GPUDESK_VERSION);
			return 0;
		default:
			fputs("Try 'gpudesk-scraper --help'.\n", stderr);
			return -EINVAL;
		}
	}
	if (optind < argc) {
		log_error("'%s' is not an option; try --help", argv[optind]);
		return -EINVAL;
	}
	if (options.admission.xauthority && !options.admission.display) {
		log_error("--xauthority needs --display");
		return -EINVAL;
	}
	*ret_options = options;
	return 1;
}
