/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What logind says of a session now (sd-login(3)). */
#ifndef GPUDESK_SESSION_FACTS_H
#define GPUDESK_SESSION_FACTS_H

#include "session_record.h"

/* Always fills *ret_facts; a session that logind does not know (or no logind) is not `known`. */
void session_facts_read(const char *id, struct session_facts *ret_facts);

#endif
