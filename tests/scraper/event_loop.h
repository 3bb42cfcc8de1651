/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs sd-event loops within a test. */
#ifndef GPUDESK_TESTS_EVENT_LOOP_H
#define GPUDESK_TESTS_EVENT_LOOP_H

#include <stdbool.h>
#include <systemd/sd-event.h>

/* Runs the loop until *done, or fails the test after `seconds`. */
void event_loop_run(sd_event *event, const bool *done, unsigned seconds);

/* Runs all that is ready, without waiting. */
void event_loop_run_ready(sd_event *event);

#endif
