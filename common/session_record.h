/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session record, /run/gpudesk/sessions/<XDG_SESSION_ID>: what pam_gpudesk knew when a session
 * was opened. Lines KEY=value, which a shell and systemd's EnvironmentFile= can read.
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
	char session[64]; /* XDG_SESSION_ID: only letters, digits, '-' and '_' */
	char service[64];
	char type[16]; /* "x11", "wayland", ... */
	char seat[64];
	unsigned vtnr;	       /* 0: unknown, 4095 at most */
	char xauthority[1024]; /* absolute path */
	char display[64]; /* ":0"; usually "": it does not exist yet when PAM opens the session */
	pid_t leader;	  /* 0: unknown */
	char opened[32];  /* UTC, 2026-11-22T11:09:13Z */
};

/*
 * Writes the record's text, NUL terminated: all keys, with empty values for unknown fields, and
 * with single quotes where a shell needs them. Returns its length; -EINVAL for a field that cannot
 * be written (control characters, a bad session id, no USER, SESSION or TYPE); -ENOSPC when `size`
 * is too small. ret_text is untouched on failure.
 */
int session_record_encode(const struct session_record *record, char *ret_text, size_t size);

/*
 * Strict: all lines are KEY=value and end with a newline, no known key is there twice, USER, UID,
 * SESSION and TYPE are there and not empty, numbers are in range; unknown keys are skipped (of a
 * later version). Returns 0 or -EINVAL; then *ret_record is untouched, and *ret_line, if given, is
 * the number of the bad line, or 0 for a missing key or a text longer than SESSION_RECORD_MAX.
 */
int session_record_decode(const char *text, size_t length, struct session_record *ret_record,
			  unsigned *ret_line);

/* Whether `id` may name a record file. */
bool session_record_id_is_valid(const char *id);

/* Whether a string field may hold `text`: no control character, no single quote. */
bool session_record_text_is_valid(const char *text);

/*
 * Stores the record as `directory`/<session>, mode 0644 whatever the umask is, by renaming a
 * temporary file ".<session>.XXXXXX". Returns 0; -EPERM when the directory is a link, not the
 * caller's (effective uid) or writable by others; -EINVAL as session_record_encode(); or -errno.
 * Nothing is left behind on failure.
 */
int session_record_store(const char *directory, const struct session_record *record);

/* Removes `directory`/<id>. Returns 0, -ENOENT, -EPERM as session_record_store(), or -errno. */
int session_record_remove(const char *directory, const char *id);

/*
 * Reads `directory`/<id>. Trusts it only if directory and file belong to `owner` (0 but in tests)
 * and are not writable by others, and the file is a regular one with one link, whose name is its
 * SESSION. Returns 0; -EPERM when it may have been planted; -EINVAL when it is not a record;
 * -ENOENT; or -errno.
 */
int session_record_load(const char *directory, const char *id, uid_t owner,
			struct session_record *ret_record);

/* Whose records in that directory are believed: root's in PAM's, in another one our own. */
uid_t session_record_owner(const char *directory);

/*
 * The ids of all files with a record's name (temporary ones have none), the most recently changed
 * first, and 1024 at most; only loading checks that they can be trusted. *ret_ids is freed by
 * session_record_ids_free(), also when it is empty. Returns their number, 0 for a missing
 * directory, or -errno.
 */
int session_record_list(const char *directory, char ***ret_ids);
void session_record_ids_free(char **ids, int n);

/* What logind knows about a session now (session_facts.h). */
struct session_facts {
	bool known;   /* logind knows the id */
	bool closing; /* its state is "closing" */
	uid_t uid;
	pid_t leader; /* 0: unknown */
};

/*
 * Why the session must not be shown, to continue "the record of session 3 is stale: ", such as "its
 * session is closing: the user has logged out"; NULL when the record is fresh. A static string.
 */
const char *session_record_stale_reason(const struct session_record *record,
					const struct session_facts *facts);

#endif
