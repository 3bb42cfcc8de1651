/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy_state.h"

#include "common/log.h"
#include "common/timer.h"

void proxy_schedule_turns(struct proxy *proxy)
{
	timer_start(proxy->schedule, 0);
}

void proxy_begin_idle_time(struct proxy *proxy)
{
	timer_start(proxy->idle, proxy->exit_idle_time);
}

void proxy_exit_replaced(struct proxy *proxy)
{
	log_info("exiting: an upgrade has replaced this program, and the new one takes over");
	sd_event_exit(proxy->event, 0);
}

void proxy_remove_viewer(struct pending_viewer *viewer)
{
	struct proxy *proxy = viewer->owner;

	if (viewer->checking)
		throttle_check_abandoned(proxy->throttle, viewer->source);
	throttle_release(proxy->throttle, viewer->source);
	TAILQ_REMOVE(&proxy->viewers, viewer, link);
	proxy->n_viewers--;
	pending_viewer_destroy(viewer);
	proxy_schedule_turns(proxy);
	if (proxy->n_viewers > 0)
		return;
	if (proxy->is_replaced)
		proxy_exit_replaced(proxy);
	else
		proxy_begin_idle_time(proxy);
}

void proxy_drop_viewer(struct pending_viewer *viewer)
{
	struct proxy *proxy = viewer->owner;

	viewer_log_closed(&proxy->log, timer_now(proxy->event), viewer->peer,
			  "a new viewer needs its place");
	proxy_remove_viewer(viewer);
}

bool proxy_drop_one_for(struct proxy *proxy, const struct pending_viewer *viewer)
{
	struct pending_viewer *worst = pending_viewer_find_worst(&proxy->viewers, viewer);

	if (worst)
		proxy_drop_viewer(worst);
	return worst;
}
