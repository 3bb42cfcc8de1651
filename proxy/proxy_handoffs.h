/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's hand-offs: for each viewer, first for a challenge, then for the check of the
 * response, by turns (turns.h), as throttle.h allows. Since strangers can make the proxy ask the
 * scraper for a challenge, which starts it and takes it some time, that is limited to 500 a second.
 */
#ifndef GPUDESK_PROXY_HANDOFFS_H
#define GPUDESK_PROXY_HANDOFFS_H

#include <stdint.h>
#include <systemd/sd-event.h>

enum { PROXY_ASKS_AT_ONCE = 50, PROXY_ASK_INTERVAL = 2000 /* µs */ };

/* Begins what may begin now, and sets the timer for the rest; `userdata` is the struct proxy. */
int proxy_on_schedule(sd_event_source *source, uint64_t time, void *userdata);

#endif
