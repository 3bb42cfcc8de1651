/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

static const char service[] = "org.freedesktop.systemd1";
static const char manager_path[] = "/org/freedesktop/systemd1";
static const char manager_interface[] = "org.freedesktop.systemd1.Manager";
static const char unit_interface[] = "org.freedesktop.systemd1.Unit";
static const char service_interface[] = "org.freedesktop.systemd1.Service";
static const char timer_interface[] = "org.freedesktop.systemd1.Timer";

#define JOB_USEC UINT64_C(120000000)

int units_open(sd_bus **ret_bus)
{
	if (sd_booted() <= 0)
		return -EHOSTDOWN;
	int r = sd_bus_open_system(ret_bus);
	return r < 0 ? r : 0;
}

/* ---- reading ---- */

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int get_text(sd_bus *bus, const char *path, const char *property, char *ret_text,
		    size_t size, sd_bus_error *error)
{
	char *text = NULL;
	int r = sd_bus_get_property_string(bus, service, path, unit_interface, property, error,
					   &text);

	if (r < 0)
		return r;
	snprintf(ret_text, size, "%s", text);
	free(text);
	return 0;
}

static int read_unit(sd_bus *bus, const char *path, struct unit *ret, sd_bus_error *error)
{
	const struct {
		const char *property;
		char *text;
		size_t size;
	} texts[] = {
		{ "Id", ret->name, sizeof(ret->name) },
		{ "LoadState", ret->load, sizeof(ret->load) },
		{ "ActiveState", ret->active, sizeof(ret->active) },
		{ "SubState", ret->sub, sizeof(ret->sub) },
		{ "UnitFileState", ret->file_state, sizeof(ret->file_state) },
		{ "FragmentPath", ret->fragment, sizeof(ret->fragment) },
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) && r >= 0; i++)
		r = get_text(bus, path, texts[i].property, texts[i].text, texts[i].size, error);
	if (r >= 0)
		r = sd_bus_get_property_trivial(bus, service, path, unit_interface,
						"StateChangeTimestamp", error, 't', &ret->changed);
	return r;
}

/* Units of other kinds have no main process, and say so by an error that is none here. */
static pid_t read_main_pid(sd_bus *bus, const char *path, const char *name)
{
	const char *suffix = strrchr(name, '.');
	uint32_t pid = 0;

	if (!suffix || strcmp(suffix, ".service"))
		return 0;
	int r = sd_bus_get_property_trivial(bus, service, path, service_interface, "MainPID", NULL,
					    'u', &pid);
	return r < 0 ? 0 : (pid_t)pid;
}

/* The unit's object; *ret_reply owns the path. */
static int load_unit(sd_bus *bus, const char *name, sd_bus_message **ret_reply,
		     const char **ret_path, sd_bus_error *error)
{
	int r = sd_bus_call_method(bus, service, manager_path, manager_interface, "LoadUnit", error,
				   ret_reply, "s", name);

	return r < 0 ? r : sd_bus_message_read(*ret_reply, "o", ret_path);
}

int units_read(sd_bus *bus, const char *name, struct unit *ret_unit, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	struct unit unit = { 0 };
	const char *path;
	int r = load_unit(bus, name, &reply, &path, error);

	if (r >= 0)
		r = read_unit(bus, path, &unit, error);
	if (r >= 0) {
		unit.main_pid = read_main_pid(bus, path, unit.name);
		*ret_unit = unit;
	}
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

int units_timer_left(sd_bus *bus, const char *name, uint64_t *ret_usec, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	const char *path;
	uint64_t next = 0, now = now_usec();
	int r = load_unit(bus, name, &reply, &path, error);

	if (r >= 0)
		r = sd_bus_get_property_trivial(bus, service, path, timer_interface,
						"NextElapseUSecMonotonic", error, 't', &next);
	sd_bus_message_unref(reply);
	if (r < 0)
		return r;
	/* systemd has 0 or the largest number for never. */
	*ret_usec = next == 0 || next == UINT64_MAX ? UINT64_MAX : next > now ? next - now : 0;
	return 0;
}

bool unit_exists(const struct unit *unit)
{
	return !strcmp(unit->load, "loaded");
}

bool unit_is_active(const struct unit *unit)
{
	return !strcmp(unit->active, "active") || !strcmp(unit->active, "reloading");
}

bool unit_is_enabled(const struct unit *unit)
{
	return !strncmp(unit->file_state, "enabled", strlen("enabled"));
}

int units_of_pid(sd_bus *bus, pid_t pid, char ret_name[static UNIT_NAME_MAX], sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	const char *path;
	int r = sd_bus_call_method(bus, service, manager_path, manager_interface, "GetUnitByPID",
				   error, &reply, "u", (uint32_t)pid);

	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		r = get_text(bus, path, "Id", ret_name, UNIT_NAME_MAX, error);
	if (sd_bus_error_has_name(error, "org.freedesktop.systemd1.NoUnitForPID"))
		r = -ENXIO;
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

/* ---- jobs ---- */

/* A job that was queued; its end comes as a signal. */
struct job {
	char path[256];
	char result[UNIT_WORD_MAX]; /* "": not over yet */
};

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct job *job = userdata;
	const char *path, *unit, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) >= 0 &&
	    !strcmp(path, job->path))
		snprintf(job->result, sizeof(job->result), "%s", result);
	return 0;
}

static int wait_for(sd_bus *bus, const struct job *job, const char *name, sd_bus_error *error)
{
	uint64_t end = now_usec() + JOB_USEC;
	int r = 0;

	while (!*job->result && r >= 0) {
		uint64_t now = now_usec();

		r = sd_bus_process(bus, NULL);
		if (r != 0)
			continue;
		if (now >= end)
			return sd_bus_error_setf(error, SD_BUS_ERROR_TIMEOUT,
						 "%s: systemd is not done with it after %u s", name,
						 (unsigned)(JOB_USEC / 1000000));
		r = sd_bus_wait(bus, end - now);
	}
	if (r < 0)
		return r;
	if (!strcmp(job->result, "done") || !strcmp(job->result, "skipped"))
		return 0;
	return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED, "%s: the job ended as '%s'", name,
				 job->result);
}

static int queue(sd_bus *bus, const char *method, const char *name, struct job *job,
		 sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	const char *path;
	int r = sd_bus_call_method(bus, service, manager_path, manager_interface, method, error,
				   &reply, "ss", name, "replace");

	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		snprintf(job->path, sizeof(job->path), "%s", path);
	sd_bus_message_unref(reply);
	return r;
}

/* Once for each connection; systemd refuses it the second time. */
static int subscribe(sd_bus *bus, sd_bus_error *error)
{
	int r = sd_bus_call_method(bus, service, manager_path, manager_interface, "Subscribe",
				   error, NULL, "");

	if (r >= 0 || !sd_bus_error_has_name(error, "org.freedesktop.systemd1.AlreadySubscribed"))
		return r;
	sd_bus_error_free(error);
	return 0;
}

static int run_job(sd_bus *bus, const char *method, const char *name, sd_bus_error *error)
{
	static const char match[] = "type='signal',sender='org.freedesktop.systemd1',"
				    "interface='org.freedesktop.systemd1.Manager',"
				    "member='JobRemoved',path='/org/freedesktop/systemd1'";
	sd_bus_slot *slot = NULL;
	struct job job = { 0 };
	/* The match first: the job may be over before its reply has been read. */
	int r = sd_bus_add_match(bus, &slot, match, on_job_removed, &job);

	if (r >= 0)
		r = subscribe(bus, error);
	if (r >= 0)
		r = queue(bus, method, name, &job, error);
	if (r >= 0)
		r = wait_for(bus, &job, name, error);
	sd_bus_slot_unref(slot);
	return r < 0 ? r : 0;
}

int units_start(sd_bus *bus, const char *name, sd_bus_error *error)
{
	return run_job(bus, "StartUnit", name, error);
}

int units_stop(sd_bus *bus, const char *name, sd_bus_error *error)
{
	/* systemd refuses to stop what is not loaded; that is stopped. */
	int r = run_job(bus, "StopUnit", name, error);

	if (r >= 0 || !sd_bus_error_has_name(error, "org.freedesktop.systemd1.NoSuchUnit"))
		return r;
	sd_bus_error_free(error);
	return 0;
}

int units_restart(sd_bus *bus, const char *name, sd_bus_error *error)
{
	return run_job(bus, "RestartUnit", name, error);
}

/* ---- unit files ---- */

static int change_files(sd_bus *bus, const char *method, const char *const *names,
			const char *flags, sd_bus_error *error)
{
	sd_bus_message *call = NULL;
	int r = sd_bus_message_new_method_call(bus, &call, service, manager_path, manager_interface,
					       method);

	if (r >= 0)
		r = sd_bus_message_append_strv(call, (char **)(uintptr_t)names);
	for (; r >= 0 && *flags; flags++)
		r = sd_bus_message_append(call, "b", *flags == '1');
	if (r >= 0)
		r = sd_bus_call(bus, call, 0, error, NULL);
	sd_bus_message_unref(call);
	return r < 0 ? r : 0;
}

int units_enable(sd_bus *bus, const char *const *names, sd_bus_error *error)
{
	/* for good, not for this boot only; without force */
	return change_files(bus, "EnableUnitFiles", names, "00", error);
}

int units_disable(sd_bus *bus, const char *const *names, sd_bus_error *error)
{
	return change_files(bus, "DisableUnitFiles", names, "0", error);
}

int units_reload(sd_bus *bus, sd_bus_error *error)
{
	int r = sd_bus_call_method(bus, service, manager_path, manager_interface, "Reload", error,
				   NULL, "");

	return r < 0 ? r : 0;
}

int units_get_default(sd_bus *bus, char ret_target[static UNIT_NAME_MAX], sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	const char *target;
	int r = sd_bus_call_method(bus, service, manager_path, manager_interface,
				   "GetDefaultTarget", error, &reply, "");

	if (r >= 0)
		r = sd_bus_message_read(reply, "s", &target);
	if (r >= 0)
		snprintf(ret_target, UNIT_NAME_MAX, "%s", target);
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

int units_set_default(sd_bus *bus, const char *target, sd_bus_error *error)
{
	int r = sd_bus_call_method(bus, service, manager_path, manager_interface,
				   "SetDefaultTarget", error, NULL, "sb", target, 1);

	return r < 0 ? r : 0;
}
