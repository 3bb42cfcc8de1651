/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is refused before trying a password: by the configuration, the address, and the interface. */
#ifndef GPUDESK_REFUSAL_H
#define GPUDESK_REFUSAL_H

#include <sys/socket.h>

#include "rfb_handshake.h"
#include "settings.h"

/*
 * Writes to ret_reason, for the log, why the viewer on `fd`, at `address`, is refused; "" if it may
 * try a password. Returns what the viewer is told, a literal: strangers get neither paths nor
 * settings. "" if it may.
 */
const char *refusal_find(const struct settings *settings, int fd, const struct sockaddr *address,
			 char ret_reason[static RFB_REASON_MAX]);

#endif
