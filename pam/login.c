/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login.h"

#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modutil.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* A text item; "" when it is not set. */
static const char *get_item(pam_handle_t *handle, int item)
{
	const void *value = NULL;

	if (pam_get_item(handle, item, &value) != PAM_SUCCESS || !value)
		return "";
	return value;
}

/* A variable of PAM's environment, not of the process's; "" when it is not set. */
static const char *get_variable(pam_handle_t *handle, const char *name)
{
	const char *value = pam_getenv(handle, name);

	return value ? value : "";
}

bool login_is_of_gdm(pam_handle_t *handle)
{
	const char *service = get_item(handle, PAM_SERVICE);
	const char *class = get_variable(handle, "XDG_SESSION_CLASS");

	/* GDM has a service for each way to log in, and newer ones more of them. */
	return strncmp(service, "gdm-", 4) == 0 && strcmp(service, "gdm-launch-environment") != 0 &&
	       (!*class || strncmp(class, "user", 4) == 0);
}

static bool is_usable(const char *value, size_t size)
{
	return strlen(value) < size && session_record_text_is_valid(value);
}

static void warn_unusable(pam_handle_t *handle, const char *name)
{
	pam_syslog(handle, LOG_WARNING,
		   "ignoring %s: it is too long or malformed; find out which PAM module or display "
		   "manager sets it",
		   name);
}

/* Copies a value that is not required in a record. */
static void copy_optional(pam_handle_t *handle, const char *name, const char *value, char *ret_text,
			  size_t size)
{
	if (is_usable(value, size))
		snprintf(ret_text, size, "%s", value);
	else
		warn_unusable(handle, name);
}

static void copy_vtnr(pam_handle_t *handle, unsigned *ret_vtnr)
{
	const char *value = get_variable(handle, "XDG_VTNR");
	unsigned vtnr = 0;

	if (strlen(value) > 2 || strspn(value, "0123456789") != strlen(value)) {
		warn_unusable(handle, "XDG_VTNR");
		return;
	}
	for (; *value; value++)
		vtnr = vtnr * 10 + (unsigned)(*value - '0');
	*ret_vtnr = vtnr;
}

/*
 * Where the X authority is or, with GDM, will be: the X server starts inside the session that is
 * being opened. So the file is not checked; if there is one, it may be of an earlier session.
 * PAM_XAUTHDATA does not help: it holds a cookie, often empty, and no path, and a cookie must not
 * be in a file that all users can read.
 */
static void copy_xauthority(pam_handle_t *handle, struct session_record *record)
{
	const char *file = get_variable(handle, "XAUTHORITY");
	const char *runtime = get_variable(handle, "XDG_RUNTIME_DIR");
	static const char name[] = "/gdm/Xauthority";

	if (*file == '/' && is_usable(file, sizeof(record->xauthority))) {
		snprintf(record->xauthority, sizeof(record->xauthority), "%s", file);
		return;
	}
	if (*file)
		warn_unusable(handle, "XAUTHORITY");
	if (*runtime == '/' && is_usable(runtime, sizeof(record->xauthority) - strlen(name)))
		snprintf(record->xauthority, sizeof(record->xauthority), "%s%s", runtime, name);
	else if (*runtime)
		warn_unusable(handle, "XDG_RUNTIME_DIR");
}

static void set_opened(struct session_record *record)
{
	time_t now = time(NULL);
	struct tm utc;

	if (gmtime_r(&now, &utc))
		strftime(record->opened, sizeof(record->opened), "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static int copy_session(pam_handle_t *handle, struct session_record *record)
{
	const char *id = get_variable(handle, "XDG_SESSION_ID");

	if (!*id) {
		pam_syslog(handle, LOG_ERR,
			   "session not recorded, gpudesk cannot show it: no XDG_SESSION_ID; put "
			   "pam_gpudesk.so after pam_systemd.so in the session lines of "
			   "/etc/pam.d/%s or the file it includes",
			   get_item(handle, PAM_SERVICE));
		return PAM_IGNORE;
	}
	if (!session_record_id_is_valid(id)) {
		pam_syslog(
			handle, LOG_ERR,
			"session not recorded, gpudesk cannot show it: XDG_SESSION_ID is not one "
			"of logind's; find out which PAM module changes it");
		return PAM_IGNORE;
	}
	snprintf(record->session, sizeof(record->session), "%s", id);
	return PAM_SUCCESS;
}

/* Not pam_get_user(), which may prompt and delay the login. */
static int copy_user(pam_handle_t *handle, struct session_record *record)
{
	const char *user = get_item(handle, PAM_USER);
	const struct passwd *entry;

	if (!*user || !is_usable(user, sizeof(record->user))) {
		pam_syslog(handle, LOG_ERR,
			   "session %s not recorded, gpudesk cannot show it: its user name is "
			   "empty, too long, or has quotes or control characters; choose another",
			   record->session);
		return PAM_IGNORE;
	}
	entry = pam_modutil_getpwnam(handle, user);
	if (!entry) {
		pam_syslog(handle, LOG_ERR,
			   "session %s not recorded, gpudesk cannot show it: user %s is unknown; "
			   "see \"getent passwd\" and /etc/nsswitch.conf",
			   record->session, user);
		return PAM_IGNORE;
	}
	snprintf(record->user, sizeof(record->user), "%s", user);
	record->uid = entry->pw_uid;
	return PAM_SUCCESS;
}

int login_describe(pam_handle_t *handle, struct session_record *ret_record)
{
	struct session_record record = { .leader = getpid() };

	if (copy_session(handle, &record) != PAM_SUCCESS ||
	    copy_user(handle, &record) != PAM_SUCCESS)
		return PAM_IGNORE;
	snprintf(record.service, sizeof(record.service), "%s", get_item(handle, PAM_SERVICE));
	copy_optional(handle, "XDG_SESSION_TYPE", get_variable(handle, "XDG_SESSION_TYPE"),
		      record.type, sizeof(record.type));
	if (!*record.type)
		snprintf(record.type, sizeof(record.type), "unspecified"); /* logind's word */
	copy_optional(handle, "XDG_SEAT", get_variable(handle, "XDG_SEAT"), record.seat,
		      sizeof(record.seat));
	copy_vtnr(handle, &record.vtnr);
	copy_optional(handle, "PAM_XDISPLAY", get_item(handle, PAM_XDISPLAY), record.display,
		      sizeof(record.display));
	copy_xauthority(handle, &record);
	set_opened(&record);
	*ret_record = record;
	return PAM_SUCCESS;
}
