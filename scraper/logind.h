/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What logind says of sessions (sd-login(3)). */
#ifndef GPUDESK_LOGIND_H
#define GPUDESK_LOGIND_H

#include <stdbool.h>
#include <sys/types.h>

#include "session_choice.h"
#include "session_record.h"
#include "xserver.h"

/* Always fills *ret_facts; a session that logind does not know (or no logind) is not `known`. */
void logind_session_facts(const char *id, struct session_facts *ret_facts);

/* A session_of_pid_fn. */
int logind_session_of_pid(pid_t pid, char ret_id[static SESSION_ID_MAX]);

/*
 * Looks at all sessions for what explains that `uid` has none with a record: a greeter, another
 * user's desktop, a graphical session of `uid` itself. Never fails: what cannot be known is left
 * out.
 */
void logind_survey(uid_t uid, struct session_survey *ret_survey);

#endif
