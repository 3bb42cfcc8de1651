/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk-scraper: serves the X display of a user's session to the viewers handed over to it. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "common/config.h"
#include "common/event_source.h"
#include "common/log.h"
#include "control_socket.h"
#include "options.h"
#include "session/admission.h"
#include "session/vnc_auth.h"

static void report(const char *message, void *userdata)
{
	(void)userdata;
	log_warning("%s", message);
}

static void check_desktop_keys(const struct config *config)
{
	if (config->desktop_timeout != CONFIG_NEVER && !config->start_desktop)
		log_warning("with start_desktop = no, a desktop that desktop_timeout has stopped "
			    "does not come back by itself");
}

/* The sockets systemd passes us. */
struct listeners {
	int handoff;
	int control; /* -1: none, gpudesk(8) cannot ask */
};

/* The one named "control" is for control, any other for hand-offs. */
static int sort_listeners(int n, char **names, struct listeners *ret)
{
	struct listeners found = { -1, -1 };

	for (int i = 0; i < n; i++) {
		int fd = SD_LISTEN_FDS_START + i;
		int *place = strcmp(names[i], "control") == 0 ? &found.control : &found.handoff;

		if (*place >= 0 || sd_is_socket(fd, AF_UNIX, SOCK_SEQPACKET, 1) <= 0)
			return -EINVAL;
		*place = fd;
	}
	if (found.handoff < 0)
		return -EINVAL;
	*ret = found;
	return 0;
}

/* Returns 0, or -EINVAL after saying what is wrong. */
static int take_listeners(struct listeners *ret)
{
	char **names = NULL;
	/* Unsets LISTEN_FDS, so that libvncserver, which reads it too, does not take a socket. */
	int n = sd_listen_fds_with_names(1, &names);
	int r = sort_listeners(n, names, ret);

	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	if (r < 0)
		log_error("LISTEN_FDS must pass one listening SOCK_SEQPACKET socket, and may pass "
			  "one named \"control\": start gpudesk-scraper@USER.socket, or use "
			  "systemd-socket-activate --seqpacket");
	return r;
}

/* The unit chooses our user; the configuration's should be the same one. */
static void check_user(const struct config *config)
{
	const struct passwd *user = getpwuid(geteuid());

	if (user && strcmp(user->pw_name, config->user) != 0)
		log_debug("running as %s; the configuration's user is %s", user->pw_name,
			  config->user);
}

/* ---- gpudesk(8)'s requests ---- */

struct scraper {
	sd_event *event;
	sd_event *urgent; /* signals and the control socket: also while the X server is silent */
	sd_event_source *urgent_source; /* runs it within `event` */
	struct admission_options options;
	struct admission *admission;
	struct control *control;
};

static void on_status(FILE *answer, void *userdata)
{
	struct scraper *scraper = userdata;

	admission_report(scraper->admission, answer);
}

static void on_disconnect(void *userdata)
{
	struct scraper *scraper = userdata;

	admission_disconnect(scraper->admission, "gpudesk disconnect was called");
}

static void on_reload(void *userdata)
{
	struct scraper *scraper = userdata;

	admission_reload(scraper->admission);
	control_socket_tell_watcher(scraper->control);
}

static void on_stop(void *userdata)
{
	struct scraper *scraper = userdata;

	log_info("gpudesk stop was called: stopping");
	sd_event_exit(scraper->event, 0);
}

static void on_viewers_changed(void *userdata)
{
	control_socket_tell_watcher(((struct scraper *)userdata)->control);
}

static const struct control_socket_commands control_commands = {
	.status = on_status,
	.disconnect = on_disconnect,
	.reload = on_reload,
	.stop = on_stop,
};

/* Goes on without it on failure: viewers matter more. */
static void start_control(struct scraper *scraper, int listener)
{
	int r = listener < 0 ? 0
			     : control_socket_start(scraper->urgent, listener, &control_commands,
						    scraper, &scraper->control);

	if (r < 0)
		log_warning("cannot serve the control socket: %s; ignoring it", strerror(-r));
}

/* ---- the event loops ---- */

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct scraper *scraper = userdata;

	(void)source;
	(void)info;
	sd_event_exit(scraper->event, 0);
	return 0;
}

static int on_urgent(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct scraper *scraper = userdata;
	int r;

	(void)source;
	(void)fd;
	(void)events;
	do
		r = sd_event_run(scraper->urgent, 0);
	while (r > 0);
	return r;
}

/* Two loops, one within the other: the inner one can also be run alone. Returns 0 or -errno. */
static int make_loops(struct scraper *scraper)
{
	sigset_t signals;
	int r = sd_event_new(&scraper->event);

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (r >= 0)
		r = sd_event_new(&scraper->urgent);
	if (r >= 0)
		r = sd_event_add_signal(scraper->urgent, NULL, SIGTERM, on_signal, scraper);
	if (r >= 0)
		r = sd_event_add_signal(scraper->urgent, NULL, SIGINT, on_signal, scraper);
	if (r >= 0)
		r = sd_event_add_io(scraper->event, &scraper->urgent_source,
				    sd_event_get_fd(scraper->urgent), EPOLLIN, on_urgent, scraper);
	if (r >= 0)
		r = sd_event_source_set_priority(scraper->urgent_source,
						 SD_EVENT_PRIORITY_IMPORTANT);
	return r;
}

static int run(const struct options *options, struct config *config,
	       const struct listeners *listeners)
{
	struct scraper scraper = { .options = options->admission };
	int r = make_loops(&scraper);

	scraper.options.urgent = scraper.urgent;
	scraper.options.config_path = options->config;
	scraper.options.viewers_changed = on_viewers_changed;
	scraper.options.userdata = &scraper;
	if (r >= 0)
		r = admission_start(scraper.event, &scraper.options, config, listeners->handoff,
				    &scraper.admission);
	if (r >= 0) {
		start_control(&scraper, listeners->control);
		on_urgent(NULL, -1, 0, &scraper); /* what it has so far begins to count */
		sd_notify(0, "READY=1");
		r = sd_event_loop(scraper.event);
		sd_notify(0, "STOPPING=1");
	}
	control_socket_destroy(scraper.control);
	scraper.control = NULL;
	admission_destroy(scraper.admission);
	event_source_end(scraper.urgent_source);
	sd_event_unref(scraper.urgent);
	sd_event_unref(scraper.event);
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
	struct listeners listeners = { -1, -1 };
	if (take_listeners(&listeners) < 0)
		return EXIT_FAILURE;
	config_load(options.config, &config, report, NULL);
	log_set_level((enum log_level)config.log_level);
	check_desktop_keys(&config);
	check_user(&config);
	if (vnc_auth_init() < 0) {
		log_error("VNC authentication needs the DES cipher, which this machine's libraries "
			  "refuse (FIPS mode?): no viewer can connect");
		return EXIT_FAILURE;
	}

	r = run(&options, &config, &listeners);
	if (r < 0)
		log_error("stopping: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
