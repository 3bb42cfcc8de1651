/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "timer.h"

#include <time.h>

/* µs: as exact as possible, since something waits for each timer. */
enum { ACCURACY = 1 };

uint64_t timer_now(sd_event *event)
{
	uint64_t now = 0;

	(void)sd_event_now(event, CLOCK_MONOTONIC, &now);
	return now;
}

int timer_add(sd_event *event, uint64_t delay, sd_event_time_handler_t handler, void *userdata,
	      sd_event_source **ret_timer)
{
	sd_event_source *timer = NULL;
	int r;

	r = sd_event_add_time(event, &timer, CLOCK_MONOTONIC, TIMER_NEVER, ACCURACY, handler,
			      userdata);
	if (r < 0)
		return r;
	r = timer_start(timer, delay);
	if (r < 0) {
		sd_event_source_unref(timer);
		return r;
	}
	*ret_timer = timer;
	return 0;
}

int timer_start(sd_event_source *timer, uint64_t delay)
{
	uint64_t now;
	int r;

	r = sd_event_now(sd_event_source_get_event(timer), CLOCK_MONOTONIC, &now);
	if (r < 0)
		return r;
	return timer_start_at(timer, delay < TIMER_NEVER - now ? now + delay : TIMER_NEVER);
}

int timer_start_at(sd_event_source *timer, uint64_t when)
{
	int r;

	if (when == TIMER_NEVER)
		return sd_event_source_set_enabled(timer, SD_EVENT_OFF);
	r = sd_event_source_set_time(timer, when);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

void timer_stop(sd_event_source *timer)
{
	(void)sd_event_source_set_enabled(timer, SD_EVENT_OFF);
}
