/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit_jobs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "timer.h"
#include "units.h"

#define SECOND UINT64_C(1000000)

/* systemd kills a service that takes more than 90 s to stop. */
#define JOB_TIMEOUT (120 * SECOND)

/* Of transient timers, which may elapse together with others within it. */
#define TIMER_ACCURACY SECOND

/* The name of a stopped unit is free when systemd next collects garbage, mostly at once. */
enum { REPLACE_ATTEMPTS = 50 };
static const struct timespec replace_pause = { .tv_nsec = 20 * 1000 * 1000 };

/* A queued job, whose end is a signal. */
struct job {
	char path[UNIT_PATH_MAX];
	char result[UNIT_WORD_MAX]; /* "": not over yet */
};

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct job *job = userdata;
	const char *path, *unit, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) >= 0 &&
	    strcmp(path, job->path) == 0)
		snprintf(job->result, sizeof(job->result), "%s", result);
	return 0;
}

static int wait_for(sd_bus *bus, const struct job *job, const char *name, sd_bus_error *error)
{
	uint64_t end = monotonic_now() + JOB_TIMEOUT;
	int r = 0;

	while (!*job->result && (r >= 0 || r == -EINTR)) {
		uint64_t now = monotonic_now();

		r = sd_bus_process(bus, NULL);
		if (r != 0)
			continue;
		if (now >= end)
			return sd_bus_error_setf(error, SD_BUS_ERROR_TIMEOUT,
						 "%s: systemd has not finished the job after %u s",
						 name, (unsigned)(JOB_TIMEOUT / SECOND));
		r = sd_bus_wait(bus, end - now);
	}
	if (!*job->result)
		return r;
	if (strcmp(job->result, "done") == 0 || strcmp(job->result, "skipped") == 0)
		return 0;
	return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED, "%s: the job ended as '%s'", name,
				 job->result);
}

static int queue(sd_bus *bus, const char *method, const char *name, struct job *ret_job,
		 sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	const char *path;
	int r;

	r = sd_bus_call_method(bus, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER, method, error,
			       &reply, "ss", name, "fail");
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		snprintf(ret_job->path, sizeof(ret_job->path), "%s", path);
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

/* Only once for each connection: systemd refuses a second time. */
static int subscribe(sd_bus *bus, sd_bus_error *error)
{
	int r = sd_bus_call_method(bus, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER, "Subscribe",
				   error, NULL, "");

	if (r >= 0 || !sd_bus_error_has_name(error, SYSTEMD_SERVICE ".AlreadySubscribed"))
		return r;
	sd_bus_error_free(error);
	return 0;
}

int unit_job_run(sd_bus *bus, const char *method, const char *name, sd_bus_error *error)
{
	sd_bus_slot *slot = NULL;
	struct job job = { 0 };
	int r;

	/* The match first: the job may end before its reply is read. */
	r = sd_bus_match_signal(bus, &slot, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER,
				"JobRemoved", on_job_removed, &job);
	if (r >= 0)
		r = subscribe(bus, error);
	if (r >= 0)
		r = queue(bus, method, name, &job, error);
	if (r >= 0)
		r = wait_for(bus, &job, name, error);
	sd_bus_slot_unref(slot);
	return r < 0 ? r : 0;
}

int unit_job_queue(sd_bus *bus, const char *method, const char *name, sd_bus_error *error)
{
	struct job job;

	return queue(bus, method, name, &job, error);
}

/* ---- timers ---- */

static int append_timer(sd_bus_message *call, const char *description, uint64_t delay,
			bool by_old_name)
{
	int r = sd_bus_message_append(call, "(sv)(sv)(sv)", "Description", "s", description,
				      "AccuracyUSec", "t", TIMER_ACCURACY,
				      /* Unloaded when it has elapsed. */
				      "RemainAfterElapse", "b", 0);

	if (r < 0)
		return r;
	/* systemd 239 knows only this name, and later versions log a warning about it. */
	if (by_old_name)
		return sd_bus_message_append(call, "(sv)", "OnActiveSec", "t", delay);
	return sd_bus_message_append(call, "(sv)", "TimersMonotonic", "a(st)", 1, "OnActiveSec",
				     delay);
}

static int start_timer(sd_bus *bus, const char *timer, const char *description, uint64_t delay,
		       bool by_old_name, sd_bus_error *error)
{
	sd_bus_message *call = NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &call, SYSTEMD_SERVICE, SYSTEMD_PATH,
					   SYSTEMD_MANAGER, "StartTransientUnit");
	if (r >= 0)
		r = sd_bus_message_append(call, "ss", timer, "fail");
	if (r >= 0)
		r = sd_bus_message_open_container(call, 'a', "(sv)");
	if (r >= 0)
		r = append_timer(call, description, delay, by_old_name);
	if (r >= 0)
		r = sd_bus_message_close_container(call);
	if (r >= 0)
		r = sd_bus_message_append(call, "a(sa(sv))", 0);
	if (r >= 0)
		r = sd_bus_call(bus, call, 0, error, NULL);
	sd_bus_message_unref(call);
	return r < 0 ? r : 0;
}

int unit_job_start_later(sd_bus *bus, const char *name, const char *description, uint64_t delay,
			 sd_bus_error *error)
{
	char timer[UNIT_NAME_MAX];
	bool by_old_name = false;
	int r = 0;

	if (snprintf(timer, sizeof(timer), "%s.timer", name) >= (int)sizeof(timer))
		return -ENAMETOOLONG;
	/* Fails if there is none. */
	unit_job_queue(bus, "StopUnit", timer, NULL);
	for (int i = 0; i < REPLACE_ATTEMPTS; i++) {
		sd_bus_error_free(error);
		r = start_timer(bus, timer, description, delay, by_old_name, error);
		if (sd_bus_error_has_name(error, SD_BUS_ERROR_PROPERTY_READ_ONLY) && !by_old_name)
			by_old_name = true;
		else if (sd_bus_error_has_name(error, SYSTEMD_SERVICE ".UnitExists"))
			nanosleep(&replace_pause, NULL);
		else
			break;
	}
	return r;
}
