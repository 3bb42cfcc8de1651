/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sd-event for fuzzers: the calls that our code makes, with a clock that stands still until it is
 * moved, so that a timer of ten seconds costs nothing and an input always does the same. It
 * replaces libsystemd's in the fuzzers that are linked with it.
 */
#ifndef GPUDESK_TESTS_STEERED_EVENT_H
#define GPUDESK_TESTS_STEERED_EVENT_H

#include <stdint.h>
#include <systemd/sd-event.h>

/* The loop that all sources are added to; sd_event_unref() of the last reference frees it. */
sd_event *steered_event_new(void);

/* Calls the handlers of the descriptors that are ready, each once. Returns how many there were. */
int steered_event_run_io(sd_event *event);

/* Moves the clock by so many microseconds, calling the timers that elapse on the way in order. */
void steered_event_advance(sd_event *event, uint64_t usec);

#endif
