/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the server does when: after all input that was there has been handled, it captures what
 * somebody waits for, sends it, and sets the timer for what is due later.
 */
#ifndef GPUDESK_SCHEDULE_H
#define GPUDESK_SCHEDULE_H

#include <systemd/sd-event.h>

/* Handlers of the server's `work` and `timer`; userdata is the struct server. */
int schedule_work(sd_event_source *source, void *userdata);
int schedule_timer(sd_event_source *source, uint64_t usec, void *userdata);

#endif
