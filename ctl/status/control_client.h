/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the scraper over its control socket, see common/control_protocol.h. */
#ifndef GPUDESK_CONTROL_CLIENT_H
#define GPUDESK_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/config.h"
#include "ctl.h"

enum { SCRAPER_WORD_MAX = 32, SCRAPER_VIEWERS_MAX = 64, SCRAPER_ERROR_MAX = 512 };

/* Strings are "" if the scraper did not send them. */
struct scraper_viewer {
	char peer[64];
	uint64_t since; /* s, Unix time */
	bool view_only;
	uint64_t frames;
	double frame_rate; /* 1/s */
	uint64_t bytes;
	char encoding[SCRAPER_WORD_MAX], asks_for[SCRAPER_WORD_MAX], link[SCRAPER_WORD_MAX];
};

struct scraper_report {
	char version[128]; /* of what is not tagged, with date and commit */
	pid_t pid;
	char session[64], display[64], size[SCRAPER_WORD_MAX];
	char status_screen[512]; /* what it says; "": it is not shown */
	unsigned waiting;
	uint64_t idle_timeout; /* s; UINT64_MAX: never */
	uint64_t stops_in;     /* s; UINT64_MAX: it does not, while there are viewers or for ever */
	unsigned n_viewers;
	struct scraper_viewer viewers[SCRAPER_VIEWERS_MAX];
	struct config config; /* the settings that it has, those that it has sent */
	uint64_t has_setting; /* bit i: the i-th key */
};

/* Reads an answer to "status" without its first line. Returns 0, -EBADMSG or -ENOMEM. */
int scraper_report_parse(const char *text, struct scraper_report *ret_report);

/*
 * Asks `question`, and writes the answer without its first line to ret_answer (CONTROL_ANSWER_MAX
 * bytes). Starts no scraper. Returns 0; -ENOTCONN if none is running; or -errno and why in
 * ret_error. `socket` is used as it is, without asking systemd first; NULL: the configured user's.
 */
int control_client_ask(const struct ctl *ctl, const struct config *config, const char *socket,
		       const char *question, char *ret_answer,
		       char ret_error[static SCRAPER_ERROR_MAX]);

/*
 * A command that has the scraper do something. `about` is for --help. Prints `done`, or
 * `not_running` if no scraper is running. Returns the exit status.
 */
int control_client_command(struct ctl *ctl, int argc, char **argv, const char *about,
			   const char *question, const char *done, const char *not_running);

#endif
