/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk-sound(8): lets viewers hear the desktop. */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "audience.h"
#include "common/config.h"
#include "common/control_protocol.h"
#include "common/log.h"
#include "common/program.h"

enum { PATH_SIZE = sizeof(((struct sockaddr_un *)NULL)->sun_path) };

struct options {
	const char *config, *control, *server; /* paths; NULL: the user's */
	uint64_t exit_idle_time;	       /* µs */
	const char *user;
};

static const char help[] =
	"Usage: gpudesk-sound [OPTION]...\n"
	"Relays the sound of the user's desktop to PulseAudio clients that connect to the\n"
	"sockets in LISTEN_FDS from the address of a viewer. See gpudesk-sound(8).\n"
	"\n"
	"  --config FILE          read FILE instead of " GPUDESK_SYSCONFDIR "/gpudesk.conf\n"
	"  --control-socket PATH  ask the scraper there, not at " CONTROL_DIRECTORY "/USER.sock\n"
	"  --sound-server PATH    connect to PATH, not to /run/user/UID/pulse/native\n"
	"  --exit-idle-time TIME  exit after this long without a listener (default: 30s)\n"
	"  --help, -h             print this and exit\n"
	"  --version, -V          print the version and exit\n";

static bool take_path(const char *value, const char **ret_path)
{
	*ret_path = value;
	if (strlen(value) < PATH_SIZE)
		return true;
	log_error("%s: the path is too long for a socket", value);
	return false;
}

static bool take_option(int option, const char *value, struct options *options)
{
	switch (option) {
	case 'c':
		options->config = value;
		return true;
	case 'o':
		return take_path(value, &options->control);
	case 's':
		return take_path(value, &options->server);
	case 'e':
		if (config_parse_timespan(value, &options->exit_idle_time) >= 0)
			return true;
		log_error("--exit-idle-time: '%s' is not a time span; try 30s", value);
		return false;
	default:
		return false; /* getopt has said why */
	}
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "control-socket", required_argument, NULL, 'o' },
		{ "sound-server", required_argument, NULL, 's' },
		{ "exit-idle-time", required_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "hV", table, NULL)) != -1) {
		if (c == 'h' || c == 'V') {
			fputs(c == 'h' ? help : "gpudesk-sound " GPUDESK_VERSION "\n", stdout);
			return EXIT_SUCCESS;
		}
		if (!take_option(c, optarg, options))
			return EXIT_FAILURE;
	}
	if (optind == argc)
		return -1;
	log_error("'%s' is not an option; try --help", argv[optind]);
	return EXIT_FAILURE;
}

static void on_report(const char *message, void *userdata)
{
	(void)userdata;
	log_warning("%s", message);
}

/* By the settings of this moment. Scraper and proxy log what is wrong in them. */
static const char *find_refusal(void *userdata)
{
	const struct options *options = userdata;
	static struct config config;

	config_load(options->config, &config, NULL, NULL);
	if (*config.refusal)
		return config.refusal;
	if (!config.sound)
		return "sound = no in gpudesk.conf";
	return strcmp(config.user, options->user) == 0
		       ? NULL
		       : "gpudesk.conf has another user: enable gpudesk-sound@USER.socket for that";
}

static int run(sd_event *event, struct options *options)
{
	struct audience *audience = NULL;
	const struct audience_parameters parameters = {
		.event = event,
		.control = options->control,
		.server = options->server,
		.exit_idle_time = options->exit_idle_time,
		.find_refusal = find_refusal,
		.userdata = options,
	};
	int r = program_end_by_signal(event);

	if (r >= 0)
		r = audience_create(&parameters, &audience);
	if (r == -ENOENT || r == -ENOTSOCK)
		log_error("LISTEN_FDS must pass a listening TCP socket: start "
			  "gpudesk-sound@USER.socket instead");
	else if (r < 0)
		log_error("cannot start: %s", strerror(-r));
	if (r < 0)
		return r;
	sd_notify(0, "READY=1");
	r = sd_event_loop(event);
	sd_notify(0, "STOPPING=1");
	audience_destroy(audience);
	return r;
}

int main(int argc, char **argv)
{
	struct options options = { .config = GPUDESK_SYSCONFDIR "/gpudesk.conf",
				   .exit_idle_time = 30 * UINT64_C(1000000) };
	static struct config config;
	char control[PATH_SIZE], server[PATH_SIZE];
	sd_event *event = NULL;

	log_init("gpudesk-sound");
	int r = parse_options(argc, argv, &options);
	if (r >= 0)
		return r;
	config_load(options.config, &config, on_report, NULL);
	log_set_level((enum log_level)config.log_level);
	const struct passwd *account = getpwuid(geteuid());
	/* systemd has set it, and knows users of whom the sandbox hides the source. */
	options.user = account ? account->pw_name : getenv("USER");
	if (!options.user)
		options.user = "?";
	snprintf(control, sizeof(control), CONTROL_DIRECTORY "/%.64s.sock", options.user);
	snprintf(server, sizeof(server), "/run/user/%u/pulse/native", (unsigned)geteuid());
	if (!options.control)
		options.control = control;
	if (!options.server)
		options.server = server;
	r = sd_event_default(&event);
	if (r >= 0)
		r = run(event, &options);
	sd_event_unref(event);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
