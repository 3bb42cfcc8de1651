/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What logind says about all sessions (sd-login(3)), and whether a session for X is installed. */
#ifndef GPUDESK_SESSION_SURVEY_H
#define GPUDESK_SESSION_SURVEY_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/xserver.h"
#include "session_choice.h"

/*
 * Finds what explains that `uid` has no session with a record: a greeter, another user's desktop, a
 * graphical session of `uid` itself. Never fails: what logind does not know is skipped.
 */
void session_survey_take(uid_t uid, struct session_survey *ret_survey);

/* Whether one of the folders, the last of which is NULL, has a file "NAME.desktop". */
bool session_survey_has_sessions(const char *const folders[]);

#endif
