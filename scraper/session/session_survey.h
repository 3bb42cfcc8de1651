/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What logind says of sessions (sd-login(3)). */
#ifndef GPUDESK_SESSION_SURVEY_H
#define GPUDESK_SESSION_SURVEY_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/xserver.h"
#include "session_choice.h"

/*
 * Looks at all sessions for what explains that `uid` has none with a record: a greeter, another
 * user's desktop, a graphical session of `uid` itself. Never fails: what cannot be known is left
 * out.
 */
void session_survey_take(uid_t uid, struct session_survey *ret_survey);

#endif
