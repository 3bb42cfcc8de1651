/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/timer.h"
#include "common/unit_jobs.h"
#include "common/units.h"
#include "manager.h"
#include "stop_decision.h"

#define SECOND UINT64_C(1000000)

/* By then the scraper that schedules the stop has ended. */
#define SHORTEST_DELAY SECOND

static const char *words(const sd_bus_error *error, int r)
{
	return error->message ? error->message : strerror(-r);
}

static int start_timer(sd_bus *bus, const char *user, uint64_t delay, sd_bus_error *error)
{
	char name[UNIT_NAME_MAX], description[UNIT_NAME_MAX];

	if (snprintf(name, sizeof(name), "gpudesk-desktop-stop@%s", user) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	snprintf(description, sizeof(description), "Remote desktop: stops the unused desktop of %s",
		 user);
	return unit_job_start_later(bus, name, description, delay, error);
}

static enum scraper_state scraper_state_from_text(const char *active_state)
{
	if (strcmp(active_state, "deactivating") == 0)
		return SCRAPER_ENDS;
	if (strcmp(active_state, "inactive") == 0 || strcmp(active_state, "failed") == 0)
		return SCRAPER_GONE;
	return SCRAPER_RUNS;
}

/* The service of the user's scraper: its state, and what it said about its viewers. */
static int look_at_scraper(sd_bus *bus, const char *user, enum scraper_state *ret_state,
			   struct scraper_status *ret_viewers, sd_bus_error *error)
{
	char name[UNIT_NAME_MAX], status[SCRAPER_STATUS_MAX];
	struct unit unit;
	int r;

	if (snprintf(name, sizeof(name), "gpudesk-scraper@%s.service", user) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	r = units_read(bus, name, &unit, error);
	if (r >= 0)
		r = units_get_text(bus, name, "Service", "StatusText", status, sizeof(status),
				   error);
	if (r < 0)
		return r;
	*ret_state = scraper_state_from_text(unit.active);
	scraper_status_parse(status, ret_viewers);
	if (*ret_state == SCRAPER_RUNS || ret_viewers->n_viewers == 0)
		return 0;
	/* A scraper that was killed while it had viewers: they left when it ended. */
	ret_viewers->n_viewers = 0;
	return units_get_usec(bus, name, "Service", "ExecMainExitTimestampMonotonic",
			      &ret_viewers->left, error);
}

/* Whether a later viewer would be served, and get the desktop back. */
static int look_at_listener(sd_bus *bus, const char *user, bool *ret_listening, sd_bus_error *error)
{
	char unit[UNIT_NAME_MAX];

	if (snprintf(unit, sizeof(unit), "gpudesk-scraper@%s.socket", user) >= (int)sizeof(unit))
		return -ENAMETOOLONG;
	return units_stays_active(bus, unit, ret_listening, error);
}

/* ---- when a scraper has ended ---- */

static int schedule(sd_bus *bus, const struct config *config, const char *user, sd_bus_error *error)
{
	enum scraper_state state;
	struct scraper_status viewers;
	bool listening;
	uint64_t delay;
	int r;

	r = look_at_scraper(bus, user, &state, &viewers, error);
	if (r >= 0)
		r = look_at_listener(bus, user, &listening, error);
	if (r < 0)
		return r;
	delay = stop_delay(config->desktop_timeout, &viewers, monotonic_now());
	if (delay == CONFIG_NEVER || !listening)
		return 0;
	r = start_timer(bus, user, delay > SHORTEST_DELAY ? delay : SHORTEST_DELAY, error);
	if (r >= 0)
		log_info("%s's desktop will be stopped in %" PRIu64 " s if no viewer connects",
			 user, delay / SECOND);
	return r;
}

int stop_schedule(const struct config *config, const char *user)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus *bus = NULL;
	int r;

	r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = schedule(bus, config, user, &error);
	if (r < 0)
		log_warning("cannot schedule the stop of %s's desktop: %s", user, words(&error, r));
	sd_bus_error_free(&error);
	sd_bus_flush_close_unref(bus);
	return r;
}

/* ---- when the time has come ---- */

static int look(sd_bus *bus, uid_t uid, struct manager *ret_manager, struct stop_facts *facts,
		sd_bus_error *error)
{
	int r;

	r = look_at_listener(bus, facts->user, &facts->listening, error);
	if (r >= 0)
		r = manager_look(bus, ret_manager, error);
	if (r >= 0)
		r = inhibitor_look(bus, &facts->inhibitor, error);
	if (r >= 0)
		r = seat_survey_read(&facts->sessions, uid);
	/* Last, so that a viewer that connects meanwhile is not missed. */
	if (r >= 0)
		r = look_at_scraper(bus, facts->user, &facts->scraper, &facts->viewers, error);
	if (r < 0)
		return r;
	facts->manager = ret_manager->state;
	facts->unit = ret_manager->unit;
	facts->now = monotonic_now();
	return 0;
}

/*
 * Programs that need no X server survive it, and may hold GPU memory. Not by logind, for which a
 * closed session is over, even with programs left in it.
 */
static void end_sessions(sd_bus *bus, char ids[SESSIONS_MAX][SESSION_NAME_MAX], int n)
{
	for (int i = 0; i < n; i++) {
		sd_bus_error error = SD_BUS_ERROR_NULL;
		char scope[UNIT_NAME_MAX];
		int r;

		snprintf(scope, sizeof(scope), "session-%.*s.scope", SESSION_NAME_MAX, ids[i]);
		r = unit_job_queue(bus, "StopUnit", scope, &error);
		/* Mostly it has already ended. */
		if (r < 0 && !sd_bus_error_has_name(&error, "org.freedesktop.systemd1.NoSuchUnit"))
			log_warning("cannot stop %s: %s", scope, words(&error, r));
		sd_bus_error_free(&error);
	}
}

static int stop(sd_bus *bus, const struct stop_facts *facts, uid_t uid, sd_bus_error *error)
{
	char ids[SESSIONS_MAX][SESSION_NAME_MAX];
	int n = sessions_list_own(uid, ids);
	int r;

	r = unit_job_run(bus, "StopUnit", facts->unit, error);
	if (r < 0)
		return r;
	end_sessions(bus, ids, n);
	log_info("stopped %s, and with it %s's desktop", facts->unit, facts->user);
	return 0;
}

static int decide_and_act(sd_bus *bus, const struct stop_facts *facts, uid_t uid,
			  sd_bus_error *error)
{
	char text[DECISION_TEXT_MAX];
	uint64_t again;

	switch (stop_decide(facts, text, &again)) {
	case STOP_DO_STOP:
		log_info("stopping %s: %s", facts->unit, text);
		return stop(bus, facts, uid, error);
	case STOP_DO_RETRY:
		log_info("%s's desktop is kept: %s; checking again in %" PRIu64 " s", facts->user,
			 text, (again + SECOND - 1) / SECOND);
		return start_timer(bus, facts->user, again, error);
	default:
		log_info("%s's desktop is not stopped: %s", facts->user, text);
		return 0;
	}
}

int stop_now(const struct config *config, const char *user, uid_t uid)
{
	struct stop_facts facts = { .user = user, .desktop_timeout = config->desktop_timeout };
	sd_bus_error error = SD_BUS_ERROR_NULL;
	struct manager manager;
	sd_bus *bus = NULL;
	int r;

	r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = look(bus, uid, &manager, &facts, &error);
	if (r >= 0)
		r = decide_and_act(bus, &facts, uid, &error);
	if (r < 0)
		log_error("cannot stop %s's desktop: %s", user, words(&error, r));
	sd_bus_error_free(&error);
	sd_bus_flush_close_unref(bus);
	return r;
}
