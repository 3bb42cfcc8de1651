/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk-scraper: serves the X display of a user's session to the viewers that are handed over. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "admission.h"
#include "config.h"
#include "log.h"
#include "options.h"
#include "vnc_auth.h"

static void report(const char *message, void *userdata)
{
	(void)userdata;
	log_warning("%s", message);
}

/* Keys that are read, and obeyed in a later version only. */
static void report_idle_keys(const struct config *config)
{
	static const char *const idle[] = { "desktop_timeout" };

	for (size_t i = 0; i < config_n_keys; i++)
		for (size_t k = 0; k < sizeof(idle) / sizeof(*idle); k++)
			if ((config->is_set >> i & 1) && !strcmp(config_keys[i].name, idle[k]))
				log_warning("%s has no effect yet", idle[k]);
}

/* systemd's one socket. Returns it, or -EINVAL after saying what is wrong. */
static int take_listener(void)
{
	/* Unset, so that libvncserver, which looks at LISTEN_FDS too, does not take it. */
	int n = sd_listen_fds(1);

	unsetenv("LISTEN_FDNAMES");
	if (n != 1 || sd_is_socket(SD_LISTEN_FDS_START, AF_UNIX, SOCK_SEQPACKET, 1) <= 0) {
		log_error(
			"expected one listening SOCK_SEQPACKET socket in LISTEN_FDS: start "
			"gpudesk-scraper@USER.socket, or use systemd-socket-activate --seqpacket");
		return -EINVAL;
	}
	return SD_LISTEN_FDS_START;
}

/* The unit runs us as somebody; whose password and session it is must agree with the file. */
static void check_user(const struct config *config)
{
	const struct passwd *user = getpwuid(geteuid());

	if (user && strcmp(user->pw_name, config->user))
		log_debug("running as %s; the configuration's user is %s", user->pw_name,
			  config->user);
}

static int run(const struct options *options, const struct config *config, int listener)
{
	struct admission *admission = NULL;
	sd_event *event = NULL;
	sigset_t signals;
	int r = sd_event_new(&event);

	if (r < 0)
		return r;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
	if (r >= 0)
		r = admission_start(event, options, config, listener, &admission);
	if (r >= 0) {
		sd_notify(0, "READY=1");
		r = sd_event_loop(event);
		sd_notify(0, "STOPPING=1");
	}
	admission_destroy(admission);
	sd_event_unref(event);
	return r;
}

int main(int argc, char **argv)
{
	struct options options;
	struct config config;

	log_init("gpudesk-scraper");
	int r = options_parse(argc, argv, &options);
	if (r <= 0)
		return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	int listener = take_listener();
	if (listener < 0)
		return EXIT_FAILURE;
	config_load(options.config, &config, report, NULL);
	log_set_level((enum log_level)config.log_level);
	report_idle_keys(&config);
	check_user(&config);
	if (vnc_auth_init() < 0) {
		log_error("VNC's authentication needs the cipher DES, and this machine's libraries "
			  "refuse "
			  "it (FIPS mode?): nobody can be let in");
		return EXIT_FAILURE;
	}

	r = run(&options, &config, listener);
	if (r < 0)
		log_error("stopping: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
