/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One listener: its socket, a connection to the user's sound server, or to the next one, and the
 * fence between them.
 * Nothing waits for anything: the server is always read, and samples that a listener does not read
 * in time are lost to it alone.
 */
#ifndef GPUDESK_RELAY_H
#define GPUDESK_RELAY_H

#include <systemd/sd-event.h>

enum { RELAY_PATIENCE = 30 /* s, with a sound server that is not there yet */ };

struct relay;

/* It has ended for `reason`; to be destroyed, as from within the call. */
typedef void (*relay_ended_fn)(const char *reason, void *userdata);

/*
 * Relays between `fd`, which it owns on success, and the sound server's socket at `server`, which
 * must outlive it. Returns 0 or -errno; ends by the callback only later.
 */
int relay_start(sd_event *event, int fd, const char *server, relay_ended_fn ended, void *userdata,
		struct relay **ret_relay);
void relay_destroy(struct relay *relay);

#endif
