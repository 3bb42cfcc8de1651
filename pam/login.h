/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A login as PAM's items and environment describe it, made into a session record. pam_systemd has
 * filled in its part by then.
 */
#ifndef GPUDESK_LOGIN_H
#define GPUDESK_LOGIN_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "common/session_record.h"

/* Whether this is GDM logging a person in: one of its services for that, and not a greeter. */
bool login_is_of_gdm(pam_handle_t *handle);

/*
 * Fills in *ret_record. Returns PAM_SUCCESS, or PAM_IGNORE (*ret_record untouched) when what a
 * record needs is missing or unusable: one syslog line has said so. Something less important that
 * is unusable is recorded as unknown, with a line too.
 */
int login_describe(pam_handle_t *handle, struct session_record *ret_record);

#endif
