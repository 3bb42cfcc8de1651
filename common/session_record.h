/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session record, /run/gpudesk/sessions/<XDG_SESSION_ID>: what pam_gpudesk knew when a session
 * was opened. One KEY=value a line, readable by a shell and by systemd's EnvironmentFile=.
 */
#ifndef GPUDESK_SESSION_RECORD_H
#define GPUDESK_SESSION_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SESSION_RECORD_DIRECTORY GPUDESK_RUNDIR "/sessions"

enum { SESSION_RECORD_MAX = 8192 }; /* bytes of a file; a larger one is not a record */

/* Unknown strings are "". No string holds a control character or a single quote. */
struct session_record {
	char user[64];
	uid_t uid;
	char session[64]; /* XDG_SESSION_ID: letters, digits, '-' and '_' alone */
	char service[64];
	char type[16]; /* "x11", "wayland", ... */
	char seat[64];
	unsigned vtnr;	       /* 0: unknown, 4095 at most */
	char xauthority[1024]; /* absolute path */
	char display[64];      /* ":0"; usually "" : it does not exist yet when PAM opens */
	pid_t leader;	       /* 0: unknown */
	char opened[32];       /* UTC, 2026-11-22T11:09:13Z */
};

/*
 * Writes the record's text, NUL terminated: all keys, those of unknown fields with an empty value,
 * and single quotes around a value that a shell might read in another way. Returns its length;
 * -EINVAL for a field that cannot be written (control characters, a bad session id, USER, SESSION
 * or TYPE empty), -ENOSPC when `size` is too small; ret_text is untouched then.
 */
int session_record_encode(const struct session_record *record, char *ret_text, size_t size);

/*
 * Strict: every line KEY=value with a newline at its end, none of our keys twice, USER, UID,
 * SESSION and TYPE there and not empty, numbers in range; unknown keys are skipped (a later version
 * may write them). Returns 0 or -EINVAL, *ret_record untouched then and *ret_line (when given) the
 * number of the bad line, 0 for a missing key or a text longer than SESSION_RECORD_MAX.
 */
int session_record_decode(const char *text, size_t length, struct session_record *ret_record,
			  unsigned *ret_line);

/* Whether `id` may name a record file. */
bool session_record_id_is_valid(const char *id);

/* Whether a string field may hold `text`: no control character, no single quote. */
bool session_record_text_is_valid(const char *text);

/*
 * Stores the record as `directory`/<session>, whole: a temporary file in the same directory (named
 * ".<session>.XXXXXX", mode 0644 whatever the umask is), written, renamed. Returns 0; -EPERM when
 * the directory is a link, not the caller's (effective uid) or writable by others; -EINVAL as
 * encode; or -errno. Nothing is left behind on failure.
 */
int session_record_store(const char *directory, const struct session_record *record);

/* Removes `directory`/<id>. Returns 0, -ENOENT, -EPERM as store does, or -errno. */
int session_record_remove(const char *directory, const char *id);

/*
 * Reads `directory`/<id>. Trusts it only when directory and file belong to `owner` (0 in real
 * life), neither is writable by others, the file is a regular one with one link, and its SESSION is
 * the file's name. Returns 0, -EPERM when it may have been planted, -EINVAL when it is not a
 * record, -ENOENT, or -errno.
 */
int session_record_load(const char *directory, const char *id, uid_t owner,
			struct session_record *ret_record);

/*
 * The ids of all files that are named as a record (temporary ones are not), newest change first and
 * the newest 1024 at most; whether they can be trusted only loading says. *ret_ids is one malloc'ed
 * array of malloc'ed strings, freed by session_record_ids_free, also when it is empty. Returns
 * their number or -errno; a missing directory is 0.
 */
int session_record_list(const char *directory, char ***ret_ids);
void session_record_ids_free(char **ids, int n);

/* What logind says of a session now; filled in by whoever asks it. */
struct session_facts {
	bool known;   /* logind knows the id */
	bool closing; /* its state is "closing" */
	uid_t uid;
	pid_t leader; /* 0: not known */
};

/*
 * Why the record must not be served, as words that go on from "the record of session 3 is stale: "
 * ("its session is closing: the user has logged out"), or NULL when it is fresh. Nobody frees them.
 */
const char *session_record_stale_reason(const struct session_record *record,
					const struct session_facts *facts);

#endif
