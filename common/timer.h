/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One-shot timers of an event loop. Times are µs of CLOCK_MONOTONIC. Those that return int return 0
 * or -errno. (sd_event_add_time_relative(3) came only with systemd 247.)
 */
#ifndef GPUDESK_TIMER_H
#define GPUDESK_TIMER_H

#include <stdint.h>
#include <systemd/sd-event.h>
#include <time.h>

#define TIMER_NEVER UINT64_MAX

/* CLOCK_MONOTONIC in µs: the clock of sd-event's timers and of systemd's monotonic timestamps. */
static inline uint64_t monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The time at which the loop last woke up. */
uint64_t timer_now(sd_event *event);

/*
 * Creates a timer that elapses once, `delay` from now; TIMER_NEVER: not before it is started. The
 * caller ends it by event_source_end().
 */
int timer_add(sd_event *event, uint64_t delay, sd_event_time_handler_t handler, void *userdata,
	      sd_event_source **ret_timer);

/* Make it elapse once, `delay` from now or at `when`, instead of when it would have. */
int timer_start(sd_event_source *timer, uint64_t delay);
int timer_start_at(sd_event_source *timer, uint64_t when);

void timer_stop(sd_event_source *timer);

#endif
