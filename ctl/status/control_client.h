/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the scraper by its control socket (common/control_protocol.h). */
#ifndef GPUDESK_CONTROL_CLIENT_H
#define GPUDESK_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/config.h"
#include "ctl.h"

enum { SCRAPER_WORD_MAX = 32, SCRAPER_VIEWERS_MAX = 64, SCRAPER_ERROR_MAX = 512 };

/* Strings that the scraper did not say are "". */
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
	char version[SCRAPER_WORD_MAX];
	pid_t pid;
	char session[64], display[64], size[SCRAPER_WORD_MAX];
	unsigned waiting;
	uint64_t idle_timeout; /* s; UINT64_MAX: never */
	uint64_t stops_in;     /* s; UINT64_MAX: it does not, as things are */
	unsigned n_viewers;
	struct scraper_viewer viewers[SCRAPER_VIEWERS_MAX];
};

/* Reads an answer to "status" from its second line on. Returns 0 or -EBADMSG. */
int scraper_report_parse(const char *text, struct scraper_report *ret_report);

/*
 * Asks `question`; the answer, without its first line, goes to ret_answer (CONTROL_ANSWER_MAX
 * bytes). Returns 0; -ENOTCONN when no scraper runs (none is started by asking), with no words; or
 * -errno and words in ret_error. `socket`: a path to use as it is, with no question to systemd, or
 * NULL.
 */
int control_client_ask(const struct ctl *ctl, const struct config *config, const char *socket,
		       const char *question, char *ret_answer,
		       char ret_error[static SCRAPER_ERROR_MAX]);

/*
 * A whole command that has the scraper do something: `about` is for --help; it says `done` or,
 * where no scraper runs, `not_running`. Returns the exit status.
 */
int control_client_command(struct ctl *ctl, int argc, char **argv, const char *about,
			   const char *question, const char *done, const char *not_running);

#endif
