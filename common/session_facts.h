/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What logind knows about a session now (sd-login(3)). */
#ifndef GPUDESK_SESSION_FACTS_H
#define GPUDESK_SESSION_FACTS_H

#include "session_record.h"

/* Always fills in *ret_facts; without logind no session is `known`. */
void session_facts_read(const char *id, struct session_facts *ret_facts);

#endif
