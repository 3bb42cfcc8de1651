/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "idle_exit.h"

#include <systemd/sd-daemon.h>

#include "common/event_source.h"
#include "common/log.h"
#include "common/timer.h"

/* Before the first viewer is accepted, there is no reason to stay long. */
#define UNUSED_TIMEOUT UINT64_C(30000000)

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct idle_exit *idle = userdata;

	(void)source;
	(void)usec;
	if (!idle->is_idle(idle->userdata)) {
		idle_exit_restart(idle);
		return 0;
	}
	log_info("no viewer is connected: stopping");
	return sd_event_exit(idle->event, 0);
}

/* desktop_timeout counts from this status too, once this process has ended. */
static void report_status(const struct idle_exit *idle)
{
	char text[SCRAPER_STATUS_MAX];

	scraper_status_format(&idle->status, text);
	sd_notifyf(0, "STATUS=%s", text);
}

void idle_exit_restart(struct idle_exit *idle)
{
	timer_start(idle->timer, UNUSED_TIMEOUT);
}

void idle_exit_note_use(struct idle_exit *idle)
{
	idle->status.used = true;
	idle->status.left = timer_now(idle->event);
	report_status(idle);
}

void idle_exit_set_viewers(struct idle_exit *idle, unsigned n)
{
	const struct config *config = idle->config;

	/* At the latest when the desktop is due to end: idle_timeout = never must not keep it. */
	if (n)
		timer_stop(idle->timer);
	else
		timer_start(idle->timer, config->idle_timeout < config->desktop_timeout
						 ? config->idle_timeout
						 : config->desktop_timeout);
	idle->status.n_viewers = n;
	idle_exit_note_use(idle);
}

uint64_t idle_exit_remaining(const struct idle_exit *idle)
{
	uint64_t now = timer_now(idle->event), end = 0;
	int enabled = SD_EVENT_OFF;

	if (sd_event_source_get_enabled(idle->timer, &enabled) < 0 || enabled == SD_EVENT_OFF ||
	    sd_event_source_get_time(idle->timer, &end) < 0)
		return UINT64_MAX;
	return end > now ? (end - now) / 1000000 : 0;
}

int idle_exit_init(struct idle_exit *idle, sd_event *event, const struct config *config,
		   bool (*is_idle)(const void *userdata), void *userdata)
{
	*idle = (struct idle_exit){
		.event = event,
		.config = config,
		.is_idle = is_idle,
		.userdata = userdata,
	};
	int r = timer_add(event, UNUSED_TIMEOUT, on_timer, idle, &idle->timer);
	if (r >= 0)
		report_status(idle);
	return r;
}

void idle_exit_finish(struct idle_exit *idle)
{
	idle->timer = event_source_end(idle->timer);
}
