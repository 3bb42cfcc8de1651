/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk-desktop(8): has the display manager started when somebody authenticated needs it. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "../common/config.h"
#include "../common/log.h"
#include "decision.h"
#include "gdm_config.h"
#include "manager.h"

enum { ANSWER_MAX = 512 };

/* What is said to everybody who asks: a word and a text for people. */
struct answer {
	const char *word;
	char text[ANSWER_MAX];
};

struct options {
	const char *config_path;
	const char *user; /* NULL: the configuration's */
};

static const char help[] =
	"Usage: gpudesk-desktop [--config FILE] [--user NAME]\n"
	"Starts the display manager for the desktop of NAME, where nothing speaks against it, and\n"
	"answers whoever waits at the socket passed in LISTEN_FDS. See gpudesk-desktop(8).\n";

static void __attribute__((format(printf, 3, 4)))
answer_set(struct answer *answer, const char *word, const char *format, ...)
{
	va_list arguments;

	answer->word = word;
	va_start(arguments, format);
	vsnprintf(answer->text, sizeof(answer->text), format, arguments);
	va_end(arguments);
}

static void read_autologin(struct desktop_facts *facts)
{
	bool logs_in;
	int r;

	if (strncmp(facts->unit, "gdm", 3) != 0)
		return;
	r = gdm_config_read(gdm_config_files, facts->user, &logs_in, &facts->autologin_path);
	if (r == 0)
		facts->autologin = logs_in ? AUTOLOGIN_ON : AUTOLOGIN_OFF;
	else
		log_warning("GDM's configuration cannot be read: %s", strerror(-r));
}

/* Does what was decided and says so, or why it could not be done. */
static void act(sd_bus *bus, const struct desktop_facts *facts, struct answer *answer)
{
	static const struct {
		const char *word, *method, *done;
	} actions[] = {
		[DESKTOP_SAY_RUNNING] = { "running", NULL, NULL },
		[DESKTOP_SAY_STARTING] = { "starting", NULL, NULL },
		[DESKTOP_SAY_REFUSED] = { "refused", NULL, NULL },
		[DESKTOP_DO_START] = { "starting", "StartUnit", "started" },
		[DESKTOP_DO_RESTART] = { "starting", "RestartUnit", "restarted" },
	};
	char text[DECISION_TEXT_MAX];
	enum desktop_action action = desktop_decide(facts, text);
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	if (!actions[action].method) {
		answer_set(answer, actions[action].word, "%s", text);
		return;
	}
	r = manager_queue(bus, actions[action].method, facts->unit, &error);
	if (r < 0)
		answer_set(answer, "refused", "%s, and systemd did not start it: %s", text,
			   error.message ? error.message : strerror(-r));
	else
		answer_set(answer, actions[action].word, "%s: %s for %s", text,
			   actions[action].done, facts->user);
	sd_bus_error_free(&error);
}

static void look_and_act(const struct config *config, const struct options *options, uid_t uid,
			 struct answer *answer)
{
	sd_bus *bus = NULL;
	sd_bus_error error = SD_BUS_ERROR_NULL;
	struct manager manager;
	struct desktop_facts facts = {
		.user = options->user,
		.config_path = options->config_path,
		.start_desktop = config->start_desktop,
		.autologin_path = "",
	};
	int r;

	r = seat_survey_read(&facts.seats, uid);
	if (r < 0) {
		answer_set(answer, "refused", "logind's sessions cannot be read: %s", strerror(-r));
		return;
	}
	r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = manager_look(bus, &manager, &error);
	if (r < 0) {
		answer_set(answer, "refused", "systemd cannot be asked for the display manager: %s",
			   error.message ? error.message : strerror(-r));
	} else {
		facts.manager = manager.state;
		facts.manager_age = manager.age;
		facts.unit = manager.unit;
		read_autologin(&facts);
		act(bus, &facts, answer);
	}
	sd_bus_error_free(&error);
	sd_bus_flush_close_unref(bus);
}

static void find_answer(const struct config *config, const struct options *options,
			struct answer *answer)
{
	const struct passwd *account;

	if (config->refusal[0]) {
		answer_set(answer, "refused", "%s", config->refusal);
		return;
	}
	if (strcmp(options->user, config->user) != 0) {
		answer_set(answer, "refused", "%s is to show the desktop of %s, not of %s",
			   options->config_path, config->user, options->user);
		return;
	}
	account = getpwnam(options->user);
	if (!account) {
		answer_set(answer, "refused", "there is no user %s", options->user);
		return;
	}
	look_and_act(config, options, account->pw_uid, answer);
}

/*
 * Everybody who has come until now gets the same line; whoever comes later starts us again. The
 * socket may be a blocking one, so it is asked first.
 */
static int answer_all(int listener, const struct answer *answer)
{
	struct pollfd waiting = { .fd = listener, .events = POLLIN };
	char line[ANSWER_MAX + 16];
	int length = snprintf(line, sizeof(line), "%s %s\n", answer->word, answer->text);

	while (poll(&waiting, 1, 0) > 0) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && errno == EINTR)
			continue;
		if (fd < 0)
			return -errno;
		/* A new connection's buffer takes a line at once; whoever is gone needs none. */
		if (send(fd, line, (size_t)length, MSG_NOSIGNAL) < 0 && errno != EPIPE)
			log_warning("an answer could not be sent: %s", strerror(errno));
		close(fd);
	}
	return 0;
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "user", required_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == 'c') {
			options->config_path = optarg;
		} else if (c == 'u') {
			options->user = optarg;
		} else if (c == 'h' || c == 'v') {
			fputs(c == 'h' ? help : "gpudesk-desktop " GPUDESK_VERSION "\n", stdout);
			return EXIT_SUCCESS;
		} else {
			return EXIT_FAILURE; /* getopt has said why */
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "gpudesk-desktop: unexpected argument: %s\n", argv[optind]);
	return EXIT_FAILURE;
}

static void report(const char *message, void *userdata)
{
	(void)userdata;
	log_warning("%s", message);
}

int main(int argc, char **argv)
{
	struct options options = { .config_path = GPUDESK_SYSCONFDIR "/gpudesk.conf" };
	static struct config config;
	struct answer answer;
	int r;

	r = parse_options(argc, argv, &options);
	if (r >= 0)
		return r;
	log_init("gpudesk-desktop");
	config_load(options.config_path, &config, report, NULL);
	log_set_level((enum log_level)config.log_level);
	if (!options.user)
		options.user = config.user;

	if (sd_listen_fds(1) != 1 ||
	    sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, NULL, 0) <= 0) {
		log_error("expected one listening local stream socket in LISTEN_FDS; "
			  "gpudesk-desktop is started by gpudesk-desktop@.socket");
		return EXIT_FAILURE;
	}
	find_answer(&config, &options, &answer);
	log_info("%s: %s", answer.word, answer.text);
	r = answer_all(SD_LISTEN_FDS_START, &answer);
	if (r < 0)
		log_error("the socket failed: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
