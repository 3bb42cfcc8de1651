/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpudesk-desktop(8): has systemd start the display manager when an authenticated viewer needs it,
 * and stop it when there has been no viewer for long.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/config.h"
#include "common/gdm_config.h"
#include "common/log.h"
#include "common/unit_jobs.h"
#include "decision.h"
#include "manager.h"
#include "stop.h"

enum { ANSWER_MAX = 512, DESKTOP_SOCKET_MAX = 128 };

/* The answer to all that ask: a word for the scraper, and a text for people. */
struct answer {
	const char *word;
	char text[ANSWER_MAX];
};

enum mode {
	MODE_START,
	MODE_SCHEDULE_STOP,
	MODE_STOP,
};

struct options {
	enum mode mode;
	const char *config_path;
	const char *user; /* NULL: the configuration's */
};

static const char help[] =
	"Usage: gpudesk-desktop [--config FILE] [--user NAME] [--schedule-stop | --stop]\n"
	"Starts the display manager if the desktop of NAME needs it, and answers the connections\n"
	"to the socket in LISTEN_FDS. See gpudesk-desktop(8).\n"
	"\n"
	"  --config FILE    read FILE instead of " GPUDESK_SYSCONFDIR "/gpudesk.conf\n"
	"  --user NAME      whose desktop; must be the configured user\n"
	"  --schedule-stop  run by systemd when the scraper has ended: schedules --stop,\n"
	"                   after desktop_timeout\n"
	"  --stop           run by systemd at that time: stops the display manager if it\n"
	"                   is not in use\n"
	"  --help, -h       print this and exit\n"
	"  --version, -V    print the version and exit\n";

static void answer_set(struct answer *answer, const char *word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void answer_set(struct answer *answer, const char *word, const char *format, ...)
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
		log_warning("cannot read GDM's configuration: %s", strerror(-r));
}

/* Does what was decided; the answer says so, or why it failed. */
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
	r = unit_job_queue(bus, actions[action].method, facts->unit, &error);
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
		answer_set(answer, "refused", "cannot read logind's sessions: %s", strerror(-r));
		return;
	}
	r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = manager_look(bus, &manager, &error);
	if (r < 0) {
		answer_set(answer, "refused", "cannot ask systemd about the display manager: %s",
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

/*
 * By the owner of the user's own socket, for which systemd has looked the user up: the modules of
 * nsswitch.conf (sssd, LDAP) may need files and sockets that this program's unit hides. Started by
 * hand, there is none.
 */
static bool find_uid(const char *user, uid_t *ret_uid)
{
	char path[DESKTOP_SOCKET_MAX];
	const struct passwd *account;
	struct stat st;

	snprintf(path, sizeof(path), GPUDESK_RUNDIR "/desktop/%s.sock", user);
	if (stat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
		*ret_uid = st.st_uid;
		return true;
	}
	account = getpwnam(user);
	if (account)
		*ret_uid = account->pw_uid;
	return account;
}

/* Returns whether anything is to be done for the user, and their id; else the text says why not. */
static bool find_user(const struct config *config, const struct options *options, uid_t *ret_uid,
		      char ret_text[static ANSWER_MAX])
{
	if (config->refusal[0])
		snprintf(ret_text, ANSWER_MAX, "%s", config->refusal);
	else if (strcmp(options->user, config->user) != 0)
		snprintf(ret_text, ANSWER_MAX, "%s says user = %s, not %s", options->config_path,
			 config->user, options->user);
	else if (!find_uid(options->user, ret_uid))
		snprintf(ret_text, ANSWER_MAX, "there is no user %s", options->user);
	else
		return true;
	return false;
}

/*
 * All connections so far get the same line; later ones have systemd start this program again. The
 * socket may be blocking, hence poll(2).
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
		/* The buffer of a new connection takes a line at once. */
		if (send(fd, line, (size_t)length, MSG_NOSIGNAL) < 0 && errno != EPIPE)
			log_warning("cannot send an answer: %s", strerror(errno));
		close(fd);
	}
	return 0;
}

/* Returns 0 or -errno. */
static int answer_socket(const struct config *config, const struct options *options)
{
	struct answer answer = { .word = "refused" };
	uid_t uid;
	int r;

	if (sd_listen_fds(1) != 1 ||
	    sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, NULL, 0) <= 0) {
		log_error("LISTEN_FDS must pass one listening Unix stream socket: start "
			  "gpudesk-desktop@.socket instead");
		return -EINVAL;
	}
	if (find_user(config, options, &uid, answer.text))
		look_and_act(config, options, uid, &answer);
	log_info("%s: %s", answer.word, answer.text);
	r = answer_all(SD_LISTEN_FDS_START, &answer);
	if (r < 0)
		log_error("cannot accept connections: %s", strerror(-r));
	return r;
}

/* If the user's desktop may not be shown, it is not stopped either. */
static int end_desktop(const struct config *config, const struct options *options)
{
	char text[ANSWER_MAX];
	uid_t uid;

	if (config->desktop_timeout == CONFIG_NEVER && options->mode == MODE_SCHEDULE_STOP)
		return 0;
	if (!find_user(config, options, &uid, text)) {
		log_info("%s's desktop is not stopped: %s", options->user, text);
		return 0;
	}
	return options->mode == MODE_STOP ? stop_now(config, options->user, uid)
					  : stop_schedule(config, options->user);
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "user", required_argument, NULL, 'u' },
		{ "schedule-stop", no_argument, NULL, 'p' },
		{ "stop", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "hV", table, NULL)) != -1) {
		if (c == 'c') {
			options->config_path = optarg;
		} else if (c == 'u') {
			options->user = optarg;
		} else if (c == 'p' || c == 's') {
			options->mode = c == 'p' ? MODE_SCHEDULE_STOP : MODE_STOP;
		} else if (c == 'h' || c == 'V') {
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
	int r;

	r = parse_options(argc, argv, &options);
	if (r >= 0)
		return r;
	log_init("gpudesk-desktop");
	config_load(options.config_path, &config, report, NULL);
	log_set_level((enum log_level)config.log_level);
	if (!options.user)
		options.user = config.user;
	r = options.mode == MODE_START ? answer_socket(&config, &options)
				       : end_desktop(&config, &options);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
