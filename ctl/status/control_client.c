/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/config_table.h"
#include "common/control_protocol.h"
#include "common/units.h"

enum { ANSWER_SECONDS = 10 };

/* ---- the answer to "status" ---- */

static int read_number(const char *text, uint64_t *ret)
{
	char *end;

	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text < '0' || *text > '9')
		return -EBADMSG;
	*ret = number;
	return 0;
}

static int read_text(const char *text, char *ret, size_t size)
{
	int n = snprintf(ret, size, "%s", text);

	return n < 0 || (size_t)n >= size ? -EBADMSG : 0;
}

static int read_rate(const char *text, double *ret)
{
	uint64_t whole, tenth;

	if (sscanf(text, "%" SCNu64 ".%1" SCNu64, &whole, &tenth) != 2)
		return -EBADMSG;
	*ret = (double)whole + (double)tenth / 10;
	return 0;
}

static int read_viewer(struct scraper_viewer *viewer, const char *key, const char *value)
{
	if (strcmp(key, "peer") == 0)
		return read_text(value, viewer->peer, sizeof(viewer->peer));
	if (strcmp(key, "since") == 0)
		return read_number(value, &viewer->since);
	if (strcmp(key, "view_only") == 0)
		return config_parse_bool(value, &viewer->view_only);
	if (strcmp(key, "frames") == 0)
		return read_number(value, &viewer->frames);
	if (strcmp(key, "frame_rate") == 0)
		return read_rate(value, &viewer->frame_rate);
	if (strcmp(key, "bytes") == 0)
		return read_number(value, &viewer->bytes);
	if (strcmp(key, "encoding") == 0)
		return read_text(value, viewer->encoding, sizeof(viewer->encoding));
	if (strcmp(key, "asks_for") == 0)
		return read_text(value, viewer->asks_for, sizeof(viewer->asks_for));
	if (strcmp(key, "link") == 0)
		return read_text(value, viewer->link, sizeof(viewer->link));
	return 0;
}

/* "N.KEY", of viewer N. */
static int read_of_viewer(struct scraper_report *report, const char *key, const char *value)
{
	char *end;
	unsigned long n = strtoul(key, &end, 10);

	if (end == key || *end != '.' || n >= SCRAPER_VIEWERS_MAX)
		return -EBADMSG;
	if (n >= report->n_viewers)
		report->n_viewers = (unsigned)n + 1;
	return read_viewer(&report->viewers[n], end + 1, value);
}

static int read_seconds(const char *value, uint64_t *ret)
{
	if (strcmp(value, "never") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	return read_number(value, ret);
}

/* Keys and values of another version are skipped. */
static void read_setting(struct scraper_report *report, const char *name, const char *value)
{
	int key = config_find_key(name, strlen(name));
	const char *bad;

	if (key >= 0 && config_set(&report->config, (size_t)key, value, &bad) >= 0)
		report->has_setting |= UINT64_C(1) << key;
}

static int read_pair(struct scraper_report *report, const char *key, const char *value)
{
	uint64_t number = 0;
	int r = 0;

	if (strncmp(key, "viewer.", strlen("viewer.")) == 0)
		return read_of_viewer(report, key + strlen("viewer."), value);
	if (strncmp(key, "setting.", strlen("setting.")) == 0)
		read_setting(report, key + strlen("setting."), value);
	if (strcmp(key, "version") == 0)
		return read_text(value, report->version, sizeof(report->version));
	if (strcmp(key, "session") == 0)
		return read_text(value, report->session, sizeof(report->session));
	if (strcmp(key, "display") == 0)
		return read_text(value, report->display, sizeof(report->display));
	if (strcmp(key, "size") == 0)
		return read_text(value, report->size, sizeof(report->size));
	if (strcmp(key, "status_screen") == 0)
		return read_text(value, report->status_screen, sizeof(report->status_screen));
	if (strcmp(key, "idle_timeout") == 0)
		return read_seconds(value, &report->idle_timeout);
	if (strcmp(key, "stops_in") == 0)
		return read_seconds(value, &report->stops_in);
	if (strcmp(key, "pid") == 0 || strcmp(key, "waiting") == 0)
		r = read_number(value, &number);
	if (strcmp(key, "pid") == 0)
		report->pid = (pid_t)number;
	else if (strcmp(key, "waiting") == 0)
		report->waiting = (unsigned)number;
	return r;
}

int scraper_report_parse(const char *text, struct scraper_report *ret_report)
{
	struct scraper_report *report = calloc(1, sizeof(*report));
	int r = report ? 0 : -ENOMEM;

	if (report)
		report->stops_in = UINT64_MAX;
	while (r >= 0 && *text) {
		size_t length = strcspn(text, "\n");
		char *line = strndup(text, length);
		char *value = line ? strchr(line, '=') : NULL;

		if (value) {
			*value = '\0';
			r = read_pair(report, line, value + 1);
		} else {
			r = line ? -EBADMSG : -ENOMEM;
		}
		free(line);
		text += length + (text[length] == '\n');
	}
	if (r >= 0)
		*ret_report = *report;
	free(report);
	return r < 0 ? r : 0;
}

/* ---- asking ---- */

/* Returns the length of the answer, or -errno. */
static ssize_t exchange(int fd, const char *question, char *ret_answer)
{
	const struct timeval timeout = { .tv_sec = ANSWER_SECONDS };

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (send(fd, question, strlen(question), MSG_NOSIGNAL) < 0)
		return -errno;
	ssize_t n = recv(fd, ret_answer, CONTROL_ANSWER_MAX - 1, MSG_TRUNC);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (n == 0)
		return -ECONNRESET;
	if (n >= CONTROL_ANSWER_MAX)
		return -EBADMSG;
	ret_answer[n] = '\0';
	return n;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (read_text(path, address.sun_path, sizeof(address.sun_path)) < 0)
		return -ENAMETOOLONG;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	int r = -errno;
	close(fd);
	return r;
}

/* Checks the first line, and moves the rest to the front. */
static int judge(char *answer, char ret_error[static SCRAPER_ERROR_MAX])
{
	char *rest = strchr(answer, '\n');

	if (!rest)
		return -EBADMSG;
	*rest++ = '\0';
	if (strncmp(answer, "error ", strlen("error ")) == 0) {
		snprintf(ret_error, SCRAPER_ERROR_MAX, "the scraper says: %s",
			 answer + strlen("error "));
		return -EREMOTEIO;
	}
	if (strcmp(answer, "ok") != 0)
		return -EBADMSG;
	memmove(answer, rest, strlen(rest) + 1);
	return 0;
}

static int ask_at(const char *path, const char *user, const char *question, char *ret_answer,
		  char ret_error[static SCRAPER_ERROR_MAX])
{
	int fd = connect_to(path);

	if (fd == -ENOENT || fd == -ECONNREFUSED)
		return -ENOTCONN;
	if (fd == -EACCES) {
		snprintf(ret_error, SCRAPER_ERROR_MAX,
			 "%s: only root and %s may use the scraper's socket", path, user);
		return fd;
	}
	if (fd < 0) {
		snprintf(ret_error, SCRAPER_ERROR_MAX, "%s: %s", path, strerror(-fd));
		return fd;
	}
	*ret_error = '\0';
	ssize_t n = exchange(fd, question, ret_answer);
	int r = n < 0 ? (int)n : judge(ret_answer, ret_error);
	close(fd);
	if (r < 0 && !*ret_error)
		snprintf(ret_error, SCRAPER_ERROR_MAX, "the scraper gave no answer: %s",
			 r == -EBADMSG ? "it runs another version" : strerror(-r));
	return r;
}

/* To connect would start a scraper. Returns 1, 0, or -errno if systemd cannot be asked. */
static int scraper_runs(const char *user)
{
	sd_bus *bus = NULL;
	char name[UNIT_NAME_MAX];
	struct unit unit;
	int r = units_open(&bus);

	snprintf(name, sizeof(name), "gpudesk-scraper@%s.service", user);
	if (r >= 0)
		r = units_read(bus, name, &unit, NULL);
	if (r >= 0)
		r = unit_is_active(&unit);
	sd_bus_flush_close_unref(bus);
	return r;
}

int control_client_ask(const struct ctl *ctl, const struct config *config, const char *socket,
		       const char *question, char *ret_answer,
		       char ret_error[static SCRAPER_ERROR_MAX])
{
	char path[CTL_PATH_MAX], inside[CONFIG_USER_MAX + sizeof(CONTROL_DIRECTORY "/.sock")];

	if (socket)
		return ask_at(socket, config->user, question, ret_answer, ret_error);
	snprintf(inside, sizeof(inside), CONTROL_DIRECTORY "/%s.sock", config->user);
	ctl_path(ctl, inside, path);
	int runs = *ctl->root ? -EHOSTDOWN : scraper_runs(config->user);
	if (runs == 0)
		return -ENOTCONN;
	int r = ask_at(path, config->user, question, ret_answer, ret_error);
	if (r != -ENOTCONN || runs < 0)
		return r;
	/* It was started before the socket, or without it. */
	snprintf(ret_error, SCRAPER_ERROR_MAX,
		 "it is running, but nothing listens on %.128s: systemctl stop "
		 "'gpudesk-scraper@%s.service'; systemctl start 'gpudesk-control@%s.socket'",
		 path, config->user, config->user);
	return -ENOENT;
}

int control_client_command(struct ctl *ctl, int argc, char **argv, const char *about,
			   const char *question, const char *done, const char *not_running)
{
	const char *socket = NULL;
	const struct ctl_option options[] = {
		{ "control-socket", "PATH", "the scraper's control socket, if not the usual one",
		  .value = &socket },
		{ 0 },
	};
	char answer[CONTROL_ANSWER_MAX], error[SCRAPER_ERROR_MAX];
	struct config config;
	int status = ctl_options_status(ctl, argc, argv, about, options);

	if (status >= 0)
		return status;
	ctl_config(ctl, &config, NULL, NULL);
	int r = control_client_ask(ctl, &config, socket, question, answer, error);
	if (r < 0 && r != -ENOTCONN)
		return ctl_failed("%s", error);
	puts(r < 0 ? not_running : done);
	return CTL_OK;
}
