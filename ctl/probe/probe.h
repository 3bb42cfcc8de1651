/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries the password file, the X server and the sound server as the desktop's user. Root must not
 * trust the user's files or servers, so this is done by a process with that user's rights: gpudesk
 * x-probe, which prints KEY=VALUE lines (cmd_x_probe.c).
 */
#ifndef GPUDESK_PROBE_H
#define GPUDESK_PROBE_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/xserver.h"

enum { PROBE_WORDS_MAX = 320, PROBE_OUTPUT_MAX = 16384, PROBE_SECONDS = 20 };

struct probe {
	bool timed_out;	   /* it was killed */
	bool has_password; /* the password file was checked */
	char password_path[PROBE_WORDS_MAX];
	char password_problem[PROBE_WORDS_MAX];		/* "": it can be used */
	char password_warning[PROBE_WORDS_MAX];		/* "": none */
	bool password_mode_wrong, password_owner_wrong; /* that is the problem */
	bool has_view_only;
	char display[DISPLAY_MAX];	 /* ":0"; "": the session has no X server */
	char x_problem[PROBE_WORDS_MAX]; /* why it cannot be used, or "" */
	bool has_x;			 /* it was reached */
	int depth;
	char size[24]; /* "2560x1600" */
	bool has_shm, has_damage, has_xfixes, has_randr, has_xtest;
	char shm_version[16];		/* "1.2", since which memory is passed by descriptor */
	char randr_version[16];		/* "1.6" */
	char renderer[PROBE_WORDS_MAX]; /* GL_RENDERER; "": unknown */
	char gl_problem[PROBE_WORDS_MAX];
	/* GNOME's settings as gsettings(1) prints them; "" if there are none */
	char idle_delay[32];	/* s until the screen is blanked: "uint32 300"; 0: never */
	char lock_enabled[16];	/* "true" */
	char session_sleep[32]; /* when idle: "'suspend'", "'nothing'" */
	char greeter_sleep[32]; /* at the login screen */
	/* The user's sound server, if that was asked for */
	bool has_sound_server;
	bool has_sinks; /* pactl(1) was there to be asked, and answered */
	char default_sink[PROBE_WORDS_MAX];
};

struct probe_request {
	const char *user; /* to run as; NULL: the caller */
	uid_t uid;
	gid_t gid;
	const char *password_file; /* as configured, "~/.vnc/passwd" */
	const char *session;	   /* the session whose X server to try, or NULL */
	const char *xauthority;	   /* from its record */
	bool sound;		   /* the sound server, too */
};

/*
 * Runs it, for PROBE_SECONDS at most. Always fills *ret_probe. Returns 0; -ETIMEDOUT if it printed
 * nothing in that time; -ENOEXEC if it could not be run; or -errno.
 */
int probe_run(const struct probe_request *request, struct probe *ret_probe);

/* What such an error means. A static string. */
const char *probe_words(int error);

/* Reads the output of x-probe, and changes it. Skips unknown keys. */
void probe_parse(char *text, struct probe *ret_probe);

#endif
