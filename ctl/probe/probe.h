/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is tried as the desktop's user: reading the password file, using the X server. Neither the
 * user's files nor their X server are to be trusted by root, so it happens in another process with
 * that user's rights, gpudesk x-probe, which writes KEY=VALUE lines; see x_probe.c.
 */
#ifndef GPUDESK_PROBE_H
#define GPUDESK_PROBE_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/xserver.h"

enum { PROBE_WORDS_MAX = 320, PROBE_OUTPUT_MAX = 16384, PROBE_SECONDS = 20 };

struct probe {
	bool is_done;	   /* it ran to its end; else what there is is what came in time */
	bool timed_out;	   /* it was ended */
	bool has_password; /* the password file was looked at */
	char password_path[PROBE_WORDS_MAX];
	char password_problem[PROBE_WORDS_MAX]; /* "" when it can be used */
	char password_warning[PROBE_WORDS_MAX]; /* "" when there is none */
	bool has_view_only;
	char display[DISPLAY_MAX];	 /* ":0"; "" when no X server of the session is there */
	char x_problem[PROBE_WORDS_MAX]; /* why it cannot be used; "" when it can */
	bool has_x;			 /* connected to it */
	int depth;
	char size[24]; /* "2560x1600" */
	bool has_shm, has_damage, has_xfixes, has_randr, has_xtest;
	char shm_version[16];		 /* "1.2": since then memory is passed by a descriptor */
	char randr_version[16];		 /* "1.6" */
	char renderer[PROBE_WORDS_MAX];	 /* GL_RENDERER; "" when there is none */
	char gl_vendor[PROBE_WORDS_MAX]; /* GL_VENDOR */
	char gl_problem[PROBE_WORDS_MAX];
};

struct probe_request {
	const char *user; /* who it runs as; NULL: the caller */
	uid_t uid;
	gid_t gid;
	const char *password_file; /* as configured, "~/.vnc/passwd" */
	const char *session;	   /* id of the session whose X server is tried; NULL: none */
	const char *xauthority;	   /* from its record */
};

/*
 * Runs it and waits at most PROBE_SECONDS. Always fills *ret_probe. Returns 0; -ETIMEDOUT when it
 * said nothing in that time; -ENOEXEC when it could not be run; or -errno.
 */
int probe_run(const struct probe_request *request, struct probe *ret_probe);

/* What such an error means, in words. A static string. */
const char *probe_words(int error);

/* Reads what x-probe wrote; changes `text`. Unknown keys are passed over. */
void probe_parse(char *text, struct probe *ret_probe);

#endif
