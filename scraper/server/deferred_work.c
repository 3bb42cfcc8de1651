/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deferred_work.h"

#include <stdbool.h>

#include "common/event_source.h"

static bool is_requested(const struct deferred_work *work)
{
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(work->source, &enabled);
	return enabled != SD_EVENT_OFF;
}

static int on_turn(sd_event_source *source, void *userdata)
{
	struct deferred_work *work = userdata;

	if (work->turns >= DEFERRED_WORK_TURNS)
		sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
	work->turns = 0;
	return work->handler(source, work->userdata);
}

int deferred_work_init(struct deferred_work *work, sd_event *event, sd_event_handler_t handler,
		       void *userdata)
{
	*work = (struct deferred_work){ .handler = handler, .userdata = userdata };
	int r = sd_event_add_defer(event, &work->source, on_turn, work);

	if (r >= 0)
		r = sd_event_source_set_enabled(work->source, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_source_set_priority(work->source, SD_EVENT_PRIORITY_IDLE);
	return r < 0 ? r : 0;
}

void deferred_work_finish(struct deferred_work *work)
{
	work->source = event_source_end(work->source);
}

void deferred_work_request(struct deferred_work *work)
{
	sd_event_source_set_enabled(work->source, SD_EVENT_ONESHOT);
}

void deferred_work_turn(struct deferred_work *work)
{
	if (!is_requested(work) || work->turns >= DEFERRED_WORK_TURNS)
		return;
	if (++work->turns == DEFERRED_WORK_TURNS)
		sd_event_source_set_priority(work->source, SD_EVENT_PRIORITY_IMPORTANT);
}
