/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk-proxy(8): authenticates viewers and hands them over to the scraper. */
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "common/config.h"
#include "common/log.h"
#include "common/program.h"
#include "eviction.h"
#include "proxy.h"

struct arguments {
	const char *config_path;
	const char *scraper_path; /* NULL: not given */
	uint64_t exit_idle_time;  /* µs */
};

enum {
	EXIT_IDLE_TIME = 30 * 1000000, /* µs */
	/* Two for each viewer (its socket and its hand-off), and some for the rest. */
	DESCRIPTORS_NEEDED = 2 * EVICTION_TOTAL + 64,
};

static void print_help(void)
{
	puts("Usage: gpudesk-proxy [OPTION]...\n"
	     "Accepts VNC viewers at the sockets in LISTEN_FDS, and hands those with the right\n"
	     "password over to the desktop's scraper. See gpudesk-proxy(8).\n"
	     "\n"
	     "  --config FILE          read FILE instead of " GPUDESK_SYSCONFDIR "/gpudesk.conf\n"
	     "  --scraper-socket PATH  connect to PATH instead of " GPUDESK_RUNDIR
	     "/scraper/USER.sock\n"
	     "  --exit-idle-time TIME  exit after this long without a handshake, or never\n"
	     "                         (default: 30s)\n"
	     "  --help, -h             print this and exit\n"
	     "  --version, -V          print the version and exit");
}

static int parse_scraper_path(const char *text, struct arguments *arguments)
{
	if (strlen(text) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		log_error("--scraper-socket: the path is too long for a socket");
		return -EINVAL;
	}
	arguments->scraper_path = text;
	return 0;
}

static int parse_idle_time(const char *text, struct arguments *arguments)
{
	int r = config_parse_timespan(text, &arguments->exit_idle_time);

	if (r < 0)
		log_error("--exit-idle-time: '%s' is not a time span; try 30s", text);
	return r;
}

/* Returns 1 to go on, 0 after --help or --version, or -EINVAL. */
static int parse_arguments(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "scraper-socket", required_argument, NULL, 's' },
		{ "exit-idle-time", required_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option, r = 0;

	while (r == 0 && (option = getopt_long(argc, argv, "hV", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			arguments->config_path = optarg;
			break;
		case 's':
			r = parse_scraper_path(optarg, arguments);
			break;
		case 'e':
			r = parse_idle_time(optarg, arguments);
			break;
		case 'h':
			print_help();
			return 0;
		case 'V':
			puts("gpudesk-proxy " GPUDESK_VERSION);
			return 0;
		default:
			return -EINVAL; /* getopt has said why */
		}
	}
	if (r == 0 && optind < argc) {
		log_error("'%s' is not an option; try --help", argv[optind]);
		return -EINVAL;
	}
	return r < 0 ? r : 1;
}

static void explain_no_sockets(int error, int bad)
{
	if (error == -ENOENT)
		log_error("no listening socket was passed in LISTEN_FDS: start gpudesk.socket, "
			  "or run this by systemd-socket-activate -l 127.0.0.1:5901");
	else if (error == -ENOTSOCK)
		log_error("descriptor %d in LISTEN_FDS is not a listening TCP socket", bad);
	else
		log_error("cannot start: %s", strerror(-error));
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_NEEDED)
		return;
	limit.rlim_cur = DESCRIPTORS_NEEDED;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < DESCRIPTORS_NEEDED)
		log_warning("only %lu descriptors may be open; with the most viewers %d are needed",
			    (unsigned long)limit.rlim_cur, DESCRIPTORS_NEEDED);
}

static int run(sd_event *event, const struct arguments *arguments)
{
	struct proxy_parameters parameters = {
		.event = event,
		.config_path = arguments->config_path,
		.scraper_path = arguments->scraper_path,
		.memory = getenv("RUNTIME_DIRECTORY"),
		.exit_idle_time = arguments->exit_idle_time,
	};
	struct proxy *proxy = NULL;
	int bad, r;

	r = program_end_by_signal(event);
	if (r < 0) {
		log_error("cannot handle signals: %s", strerror(-r));
		return r;
	}
	raise_descriptor_limit();
	r = proxy_create(&parameters, &proxy, &bad);
	if (r < 0) {
		explain_no_sockets(r, bad);
		return r;
	}
	sd_event_set_watchdog(event, 1);
	sd_notify(0, "READY=1");
	r = sd_event_loop(event);
	if (r < 0)
		log_error("the event loop failed: %s", strerror(-r));
	sd_notify(0, "STOPPING=1");
	proxy_destroy(proxy);
	return r;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
		.config_path = GPUDESK_SYSCONFDIR "/gpudesk.conf",
		.exit_idle_time = EXIT_IDLE_TIME,
	};
	sd_event *event = NULL;
	int r;

	log_init("gpudesk-proxy");
	r = parse_arguments(argc, argv, &arguments);
	if (r <= 0)
		return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	if (sodium_init() < 0) {
		log_error("cannot initialise libsodium, which makes the random challenges");
		return EXIT_FAILURE;
	}
	r = sd_event_default(&event);
	if (r < 0)
		log_error("cannot create an event loop: %s", strerror(-r));
	else
		r = run(event, &arguments);
	sd_event_unref(event);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
