/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "idle_exit.h"

#include <inttypes.h>
#include <systemd/sd-daemon.h>

#include "common/event_source.h"
#include "common/handoff.h"
#include "common/log.h"
#include "common/program.h"
#include "common/timer.h"
#include "current_config.h"

/* Before the first viewer is accepted, there is no reason to stay long. */
#define UNUSED_TIMEOUT UINT64_C(10000000)
/* How often to look whether strangers are gone that postpone the exit. */
#define AWAITING_INTERVAL UINT64_C(1000000)

/* How long a replaced program stays for those who have its challenge. */
#define REPLACED_TIMEOUT UINT64_C(5000000)

/*
 * Those who had a challenge when the exit was due may use it; those who came later may not rely on
 * that.
 */
static bool may_postpone(struct idle_exit *idle)
{
	uint64_t now = timer_now(idle->event);

	if (idle->deadline == 0)
		idle->deadline = now + HANDOFF_CHALLENGE_USEC;
	return now < idle->deadline && timer_start(idle->timer, AWAITING_INTERVAL) >= 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct idle_exit *idle = userdata;
	enum idle_state state = idle->get_state(idle->userdata);

	(void)source;
	(void)usec;
	if (state == IDLE_NOT) {
		idle_exit_restart(idle);
		return 0;
	}
	if (state == IDLE_BUT_AWAITING && may_postpone(idle))
		return 0;
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
	idle->deadline = 0;
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

	idle->deadline = 0;
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

/* Why a new process should serve the next viewer; NULL: there is no reason. */
static const char *find_replacement(const struct idle_exit *idle)
{
	if (program_is_replaced())
		return "this program was replaced by another version";
	if (idle->config_path && current_config_is_outdated(idle->config_path, idle->config))
		return "the settings have changed";
	return NULL;
}

/*
 * The next viewer is for the new version, which systemd starts then. Those who have a challenge of
 * this one may answer it, but strangers cannot keep it running.
 */
bool idle_exit_may_accept(struct idle_exit *idle)
{
	enum idle_state state = idle->get_state(idle->userdata);
	const char *why = state == IDLE_NOT ? NULL : find_replacement(idle);
	uint64_t now = timer_now(idle->event);

	if (!why) {
		idle->replaced = 0;
		return true;
	}
	if (idle->replaced == 0)
		idle->replaced = now;
	if (state == IDLE_BUT_AWAITING && now < idle->replaced + REPLACED_TIMEOUT)
		return true;
	log_info("%s: stopping so that a new scraper starts", why);
	sd_event_exit(idle->event, 0);
	return false;
}

/* Seconds until the exit; UINT64_MAX: not due. */
static uint64_t get_remaining(const struct idle_exit *idle)
{
	uint64_t now = timer_now(idle->event), end = 0;
	int enabled = SD_EVENT_OFF;

	if (sd_event_source_get_enabled(idle->timer, &enabled) < 0 || enabled == SD_EVENT_OFF ||
	    sd_event_source_get_time(idle->timer, &end) < 0)
		return UINT64_MAX;
	return end > now ? (end - now) / 1000000 : 0;
}

void idle_exit_report(const struct idle_exit *idle, FILE *answer)
{
	uint64_t idle_timeout = idle->config->idle_timeout, end = get_remaining(idle);

	if (idle_timeout == CONFIG_NEVER)
		fputs("idle_timeout=never\n", answer);
	else
		fprintf(answer, "idle_timeout=%" PRIu64 "\n", idle_timeout / 1000000);
	if (end != UINT64_MAX && idle->get_state(idle->userdata) != IDLE_NOT)
		fprintf(answer, "stops_in=%" PRIu64 "\n", end);
}

int idle_exit_init(struct idle_exit *idle, sd_event *event, const struct config *config,
		   enum idle_state (*get_state)(const void *userdata), void *userdata)
{
	*idle = (struct idle_exit){
		.event = event,
		.config = config,
		.get_state = get_state,
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
