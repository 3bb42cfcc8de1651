/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_facts.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>

void session_facts_read(const char *id, struct session_facts *ret_facts)
{
	struct session_facts facts = { 0 };
	char *state = NULL;

	if (sd_session_get_uid(id, &facts.uid) >= 0 && sd_session_get_state(id, &state) >= 0) {
		facts.known = true;
		facts.closing = strcmp(state, "closing") == 0;
		free(state);
	}
#ifdef HAVE_SD_SESSION_GET_LEADER
	if (facts.known && sd_session_get_leader(id, &facts.leader) < 0)
		facts.leader = 0;
#endif
	*ret_facts = facts;
}
