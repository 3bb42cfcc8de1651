/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session record of a login, from PAM's items and environment, in which pam_systemd has already
 * set its part.
 */
#ifndef GPUDESK_LOGIN_H
#define GPUDESK_LOGIN_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "common/session_record.h"

/* Whether GDM is logging a user in: any of its services, and no greeter (class "user..."). */
bool login_is_of_gdm(pam_handle_t *handle);

/*
 * Fills in *ret_record. Returns PAM_SUCCESS; or PAM_IGNORE, after a line to syslog, when something
 * that a record needs is missing or unusable (*ret_record is untouched). Anything else that is
 * unusable is recorded as unknown, also with a line to syslog.
 */
int login_describe(pam_handle_t *handle, struct session_record *ret_record);

#endif
