/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records GDM's graphical sessions for gpudesk. A guest in the process that logs users in: it uses
 * only what PAM gives it, changes nothing of the process and never fails a login.
 */
#include <errno.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/session_record.h"
#include "login.h"

#define EXPORTED __attribute__((visibility("default")))

/* The name of our data in PAM's handle. */
#define REMEMBERED "gpudesk_session"

struct options {
	bool debug;
	const char *directory;
};

/* Identifies the record that this login wrote. */
struct own {
	char session[sizeof(((struct session_record *)NULL)->session)];
	pid_t leader;
};

/* `complain` only when the session is opened: one line per login is enough. */
static struct options read_options(pam_handle_t *handle, int argc, const char **argv, bool complain)
{
	struct options options = { .directory = SESSION_RECORD_DIRECTORY };

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "debug") == 0)
			options.debug = true;
		else if (strncmp(argv[i], "dir=/", 5) == 0)
			options.directory = argv[i] + 4;
		else if (complain)
			pam_syslog(handle, LOG_WARNING,
				   "ignoring the argument \"%s\": use debug or dir=/DIRECTORY; fix "
				   "it in /etc/pam.d, see pam_gpudesk(8)",
				   argv[i]);
	}
	return options;
}

static const char *advice(const char *directory, int error)
{
	switch (error) {
	case ENOENT:
		if (strcmp(directory, SESSION_RECORD_DIRECTORY) != 0)
			return "create it, writable only by root, and log in again";
		return "run \"systemd-tmpfiles --create gpudesk.conf\" and log in again";
	case EPERM:
		return "directory and record must belong to root, must not be links, and must not "
		       "be writable by others: check them with \"ls -la\"";
	case EINVAL:
		return "the file there is not a record: check what it is, then remove it";
	case ENOSPC:
	case EDQUOT:
		return "make room there (\"df\", \"df -i\") and log in again";
	default:
		return "check its permissions and its file system";
	}
}

static void log_failure(pam_handle_t *handle, const char *what, const char *session,
			const char *directory, int error)
{
	errno = error;
	pam_syslog(handle, LOG_ERR, "%s of session %s in %s: %m; %s", what, session, directory,
		   advice(directory, error));
}

static void forget(pam_handle_t *handle, void *data, int status)
{
	(void)handle;
	(void)status;
	free(data);
}

/* Where this fails, closing the session uses XDG_SESSION_ID. */
static void remember(pam_handle_t *handle, const struct session_record *record)
{
	struct own *own = calloc(1, sizeof(*own));

	if (!own)
		return;
	memcpy(own->session, record->session, sizeof(own->session));
	own->leader = record->leader;
	if (pam_set_data(handle, REMEMBERED, own, forget) != PAM_SUCCESS)
		free(own);
}

static bool recall(pam_handle_t *handle, struct own *ret_own)
{
	const void *data = NULL;
	const char *session;

	if (pam_get_data(handle, REMEMBERED, &data) == PAM_SUCCESS && data) {
		*ret_own = *(const struct own *)data;
		return true;
	}
	session = pam_getenv(handle, "XDG_SESSION_ID");
	if (!session || !session_record_id_is_valid(session))
		return false;
	*ret_own = (struct own){ .leader = getpid() };
	memcpy(ret_own->session, session, strlen(session));
	return true;
}

EXPORTED int pam_sm_open_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	struct session_record record;
	struct options options;
	int r;

	(void)flags;
	if (!login_is_of_gdm(handle))
		return PAM_IGNORE;
	options = read_options(handle, argc, argv, true);
	/* From here on PAM_SUCCESS: if all modules return PAM_IGNORE, libpam refuses the login. */
	if (login_describe(handle, &record) != PAM_SUCCESS)
		return PAM_SUCCESS;

	r = session_record_store(options.directory, &record);
	if (r < 0) {
		log_failure(handle, "gpudesk cannot show this login: no record", record.session,
			    options.directory, -r);
		return PAM_SUCCESS;
	}
	remember(handle, &record);
	if (options.debug)
		pam_syslog(handle, LOG_DEBUG, "recorded session %s of %s, type %s, in %s",
			   record.session, record.user, record.type, options.directory);
	return PAM_SUCCESS;
}

/* Session ids are reused: the record is ours only if this process wrote it. */
static int remove_own(const char *directory, const struct own *own)
{
	struct session_record record;
	int r;

	r = session_record_load(directory, own->session, geteuid(), &record);
	if (r < 0)
		return r;
	if (record.leader != own->leader)
		return -ENOENT;
	return session_record_remove(directory, own->session);
}

EXPORTED int pam_sm_close_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	struct options options;
	struct own own;
	int r;

	(void)flags;
	if (!login_is_of_gdm(handle))
		return PAM_IGNORE;
	options = read_options(handle, argc, argv, false);
	if (!recall(handle, &own))
		return PAM_SUCCESS; /* the log already says why there is no record */

	r = remove_own(options.directory, &own);
	if (r < 0 && r != -ENOENT)
		log_failure(handle, "cannot remove the record", own.session, options.directory, -r);
	else if (options.debug)
		pam_syslog(handle, LOG_DEBUG,
			   r == 0 ? "removed the record of session %s from %s"
				  : "no record of session %s written by this login in %s",
			   own.session, options.directory);
	return PAM_SUCCESS;
}
