/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proxy's hand-offs: for each viewer, first for a challenge, then for the check of the
 * response, in the turns that ask_limit.h and throttle.h allow. */
#ifndef GPUDESK_PROXY_HANDOFFS_H
#define GPUDESK_PROXY_HANDOFFS_H

#include <stdint.h>
#include <systemd/sd-event.h>

/* Begins what may begin now, and sets the timer for the rest; `userdata` is the struct proxy. */
int proxy_on_schedule(sd_event_source *source, uint64_t time, void *userdata);

#endif
