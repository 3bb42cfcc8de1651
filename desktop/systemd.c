/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "systemd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char service[] = "org.freedesktop.systemd1";
static const char manager_path[] = "/org/freedesktop/systemd1";
static const char manager_interface[] = "org.freedesktop.systemd1.Manager";

/* A unit that was stopped keeps its name until systemd next tidies up, mostly at once. */
enum { REPLACE_ATTEMPTS = 50 };
static const struct timespec replace_pause = { .tv_nsec = 20 * 1000 * 1000 };

/* Accuracy of timers, in µs: others may share the wake-up within it. */
#define TIMER_ACCURACY UINT64_C(1000000)

uint64_t systemd_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int systemd_load_unit(sd_bus *bus, const char *unit, char **ret_path, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	char *copy = NULL;
	const char *path;
	int r;

	r = sd_bus_call_method(bus, service, manager_path, manager_interface, "LoadUnit", error,
			       &reply, "s", unit);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0) {
		copy = strdup(path);
		r = copy ? 0 : -ENOMEM;
	}
	if (r >= 0)
		*ret_path = copy;
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

int systemd_get_text(sd_bus *bus, const char *path, const char *kind, const char *property,
		     char **ret_text, sd_bus_error *error)
{
	char interface[64];
	int r;

	snprintf(interface, sizeof(interface), "%s.%s", service, kind);
	r = sd_bus_get_property_string(bus, service, path, interface, property, error, ret_text);
	return r < 0 ? r : 0;
}

/* Whether a job that is to stop the unit at `path` waits or runs. */
static int is_to_be_stopped(sd_bus *bus, const char *path, bool *ret_stopped, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	const char *job;
	char *type = NULL;
	uint32_t id;
	int r;

	r = sd_bus_get_property(bus, service, path, "org.freedesktop.systemd1.Unit", "Job", error,
				&reply, "(uo)");
	if (r >= 0)
		r = sd_bus_message_read(reply, "(uo)", &id, &job);
	if (r >= 0 && id != 0)
		r = systemd_get_text(bus, job, "Job", "JobType", &type, error);
	if (r >= 0)
		*ret_stopped = type && strcmp(type, "stop") == 0;
	free(type);
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

int systemd_stays_active(sd_bus *bus, const char *unit, bool *ret_stays, sd_bus_error *error)
{
	char *path = NULL, *state = NULL;
	bool stopped;
	int r;

	r = systemd_load_unit(bus, unit, &path, error);
	if (r >= 0)
		r = systemd_get_text(bus, path, "Unit", "ActiveState", &state, error);
	if (r >= 0)
		r = is_to_be_stopped(bus, path, &stopped, error);
	if (r >= 0)
		*ret_stays = strcmp(state, "active") == 0 && !stopped;
	free(path);
	free(state);
	return r;
}

static int queue(sd_bus *bus, const char *method, const char *unit, sd_bus_message **ret_reply,
		 sd_bus_error *error)
{
	int r = sd_bus_call_method(bus, service, manager_path, manager_interface, method, error,
				   ret_reply, "ss", unit, "fail");

	return r < 0 ? r : 0;
}

int systemd_queue(sd_bus *bus, const char *method, const char *unit, sd_bus_error *error)
{
	return queue(bus, method, unit, NULL, error);
}

/* ---- waiting for a job ---- */

struct job {
	const char *path;
	bool ended, succeeded;
};

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct job *job = userdata;
	const char *path, *unit, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	if (job->path && strcmp(job->path, path) == 0) {
		job->ended = true;
		job->succeeded = strcmp(result, "done") == 0;
	}
	return 0;
}

static int wait_for_job(sd_bus *bus, const struct job *job, uint64_t timeout)
{
	uint64_t end = systemd_now() + timeout;

	while (!job->ended) {
		uint64_t now = systemd_now();
		int r;

		if (now >= end)
			return -ETIME;
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, end - now);
		if (r < 0 && r != -EINTR)
			return r;
	}
	return job->succeeded ? 0 : -EIO;
}

int systemd_run(sd_bus *bus, const char *method, const char *unit, uint64_t timeout,
		sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	sd_bus_slot *slot = NULL;
	struct job job = { 0 };
	int r;

	/* Before the job is queued, since it may end at once. */
	r = sd_bus_match_signal(bus, &slot, service, manager_path, manager_interface, "JobRemoved",
				on_job_removed, &job);
	if (r >= 0)
		r = sd_bus_call_method(bus, service, manager_path, manager_interface, "Subscribe",
				       error, NULL, "");
	if (r >= 0)
		r = queue(bus, method, unit, &reply, error);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &job.path);
	if (r >= 0)
		r = wait_for_job(bus, &job, timeout);
	sd_bus_slot_unref(slot);
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

/* ---- timers ---- */

static int append_timer(sd_bus_message *call, const char *description, uint64_t delay,
			bool by_old_name)
{
	int r = sd_bus_message_append(call, "(sv)(sv)(sv)", "Description", "s", description,
				      "AccuracyUSec", "t", TIMER_ACCURACY,
				      /* Gone when it has elapsed. */
				      "RemainAfterElapse", "b", 0);

	if (r < 0)
		return r;
	/* systemd 239 knows the one name only, and later ones complain about it. */
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

	r = sd_bus_message_new_method_call(bus, &call, service, manager_path, manager_interface,
					   "StartTransientUnit");
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

int systemd_start_timer(sd_bus *bus, const char *name, const char *description, uint64_t delay,
			sd_bus_error *error)
{
	char timer[UNIT_NAME_MAX];
	bool by_old_name = false;
	int r = 0;

	if (snprintf(timer, sizeof(timer), "%s.timer", name) >= (int)sizeof(timer))
		return -ENAMETOOLONG;
	/* Fails when there is none. */
	systemd_queue(bus, "StopUnit", timer, NULL);
	for (int i = 0; i < REPLACE_ATTEMPTS; i++) {
		sd_bus_error_free(error);
		r = start_timer(bus, timer, description, delay, by_old_name, error);
		if (sd_bus_error_has_name(error, SD_BUS_ERROR_PROPERTY_READ_ONLY) && !by_old_name)
			by_old_name = true;
		else if (sd_bus_error_has_name(error, "org.freedesktop.systemd1.UnitExists"))
			nanosleep(&replace_pause, NULL);
		else
			break;
	}
	return r;
}
