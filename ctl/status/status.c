/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>
#include <time.h>
#include <unistd.h>

#include "common/control_protocol.h"
#include "common/session_facts.h"
#include "common/timer.h"

/* ---- session records ---- */

static void check_record(struct status_record *at)
{
	struct session_facts facts;

	session_facts_read(at->id, &facts);
	at->stale = session_record_stale_reason(&at->record, &facts);
	if (!at->stale)
		(void)xserver_find(XSERVER_DIRECTORY, at->id, logind_session_of_pid, at->display);
}

static void gather_records(const struct ctl *ctl, struct status *status)
{
	char directory[CTL_PATH_MAX];
	char **ids;
	uid_t owner = *ctl->root ? geteuid() : 0;
	int n = session_record_list(ctl_path(ctl, SESSION_RECORD_DIRECTORY, directory), &ids);

	if (n < 0) {
		status->records_error = n;
		return;
	}
	for (int i = 0; i < n && i < STATUS_RECORDS_MAX; i++) {
		struct status_record *at = &status->records[status->n_records++];

		snprintf(at->id, sizeof(at->id), "%s", ids[i]);
		at->error = session_record_load(directory, at->id, owner, &at->record);
		if (at->error >= 0)
			check_record(at);
	}
	session_record_ids_free(ids, n);
}

/* ---- units and their processes ---- */

/* The first line of a file of /proc/PID; "" if it has ended. */
static void read_process(pid_t pid, const char *file, char *ret_line, size_t size)
{
	char path[64];

	*ret_line = '\0';
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	FILE *stream = fopen(path, "re");
	if (!stream)
		return;
	if (fgets(ret_line, (int)size, stream))
		ret_line[strcspn(ret_line, "\n")] = '\0';
	fclose(stream);
}

static uint64_t read_process_memory(pid_t pid)
{
	unsigned long long pages = 0;
	char line[128];

	read_process(pid, "statm", line, sizeof(line));
	return sscanf(line, "%*u %llu", &pages) == 1 ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void add_process(struct status *status, const struct unit *unit)
{
	struct status_process *process = &status->processes[status->n_processes++];

	process->pid = unit->main_pid;
	process->unit = unit->name;
	process->memory = read_process_memory(unit->main_pid);
	process->started = unit->changed / 1000000;
	read_process(unit->main_pid, "comm", process->name, sizeof(process->name));
}

static int gather_unit(struct status *status, sd_bus *bus, const char *name)
{
	struct unit *unit = &status->units[status->n_units];
	int r = units_read(bus, name, unit, NULL);

	if (r < 0)
		return r;
	status->n_units++;
	if (unit->main_pid)
		add_process(status, unit);
	return 0;
}

/* Puts the user into "NAME@%s.KIND". */
static void name_unit(const struct status *status, const char *pattern,
		      char ret_name[static UNIT_NAME_MAX])
{
	const char *at = strstr(pattern, "%s");

	snprintf(ret_name, UNIT_NAME_MAX, "%.*s%s%s",
		 at ? (int)(at - pattern) : (int)strlen(pattern), pattern,
		 at ? status->config.user : "", at ? at + 2 : "");
}

/* The timer that desktop_timeout starts when the last viewer disconnects. */
static void gather_timer(struct status *status, sd_bus *bus)
{
	char name[UNIT_NAME_MAX];
	struct unit unit;
	uint64_t next = 0, now = monotonic_now();

	name_unit(status, "gpudesk-desktop-stop@%s.timer", name);
	if (units_read(bus, name, &unit, NULL) < 0 || !unit_is_active(&unit) ||
	    units_get_usec(bus, name, "Timer", "NextElapseUSecMonotonic", &next, NULL) < 0)
		return;
	/* systemd has 0 or the largest number for never. */
	if (next != 0 && next != UINT64_MAX)
		status->desktop_stops_in = next > now ? (next - now) / 1000000 : 0;
}

static void gather_listeners(struct status *status, sd_bus *bus)
{
	char name[UNIT_NAME_MAX];
	struct unit unit;

	name_unit(status, "gpudesk-sound@%s.service", name);
	if (units_read(bus, name, &unit, NULL) >= 0 && unit_is_active(&unit))
		(void)units_get_text(bus, name, "Service", "StatusText", status->listeners,
				     sizeof(status->listeners), NULL);
}

static void gather_units(const struct ctl *ctl, struct status *status)
{
	static const char *const names[] = {
		"gpudesk.socket",
		"gpudesk-scraper@%s.socket",
		"gpudesk-control@%s.socket",
		"gpudesk-desktop@%s.socket",
		"gpudesk.service",
		"gpudesk-scraper@%s.service",
		"gpudesk-desktop@%s.service",
		"display-manager.service",
		/* With sound = yes. */
		"gpudesk-sound@%s.socket",
		"gpudesk-sound@%s.service",
	};
	const size_t n_names = sizeof(names) / sizeof(*names) - (status->config.sound ? 0 : 2);
	sd_bus *bus = NULL;
	int r = *ctl->root ? -EHOSTDOWN : units_open(&bus);

	for (size_t i = 0; i < n_names && r >= 0; i++) {
		char name[UNIT_NAME_MAX];

		name_unit(status, names[i], name);
		r = gather_unit(status, bus, name);
	}
	if (r >= 0)
		gather_timer(status, bus);
	if (r >= 0 && status->config.sound)
		gather_listeners(status, bus);
	sd_bus_flush_close_unref(bus);
	status->units_error = r < 0 ? r : 0;
}

/* ---- the scraper ---- */

static int gather_scraper(const struct ctl *ctl, const char *socket, struct status *status)
{
	char *answer = malloc(CONTROL_ANSWER_MAX);

	if (!answer)
		return -ENOMEM;
	int r = control_client_ask(ctl, &status->config, socket, "status", answer,
				   status->scraper_error);
	if (r >= 0) {
		r = scraper_report_parse(answer, &status->report);
		if (r < 0)
			snprintf(status->scraper_error, sizeof(status->scraper_error),
				 "the scraper sent an invalid answer: stop it with "
				 "\"gpudesk stop\"");
	}
	status->scraper = r >= 0 ? SCRAPER_RUNS : r == -ENOTCONN ? SCRAPER_IS_OFF : SCRAPER_UNKNOWN;
	free(answer);
	return 0;
}

/* ---- the GPUs ---- */

static bool is_desktop(const struct status *status, const char *session)
{
	for (size_t i = 0; i < status->n_records; i++) {
		const struct status_record *at = &status->records[i];

		if (!at->error && !at->stale && strcmp(at->id, session) == 0 &&
		    strcmp(at->record.user, status->config.user) == 0)
			return true;
	}
	return false;
}

static void describe_process(const struct status *status, pid_t pid,
			     struct status_gpu_process *process)
{
	char *session = NULL;

	read_process(pid, "comm", process->name, sizeof(process->name));
	if (sd_pid_get_session(pid, &session) < 0)
		return;
	snprintf(process->session, sizeof(process->session), "%s", session);
	process->of_desktop = is_desktop(status, session);
	free(session);
}

static int gather_gpus(struct status *status)
{
	const struct nvml *nvml = &status->nvml;

	status->nvml_error = nvml_read(&status->nvml, status->nvml_words);
	if (status->nvml_error < 0)
		return 0;
	status->gpu_processes = calloc(nvml->n_gpus + 1, sizeof(*status->gpu_processes));
	if (!status->gpu_processes)
		return -ENOMEM;
	for (size_t i = 0; i < nvml->n_gpus; i++) {
		const struct nvml_gpu *gpu = &nvml->gpus[i];
		struct status_gpu_process *of = calloc(gpu->n_processes + 1, sizeof(*of));

		status->gpu_processes[i] = of;
		if (!of)
			return -ENOMEM;
		for (size_t k = 0; k < gpu->n_processes; k++)
			describe_process(status, gpu->processes[k].pid, &of[k]);
	}
	return 0;
}

int status_gather(const struct ctl *ctl, const char *socket, struct status *ret_status)
{
	struct status *status = ret_status;

	*status = (struct status){
		.config_path = ctl->config_path,
		.desktop_stops_in = UINT64_MAX,
	};
	ctl_config(ctl, &status->config, NULL, NULL);
	gather_records(ctl, status);
	gather_units(ctl, status);
	int r = gather_scraper(ctl, socket, status);
	return r < 0 ? r : gather_gpus(status);
}

void status_finish(struct status *status)
{
	for (size_t i = 0; status->gpu_processes && i < status->nvml.n_gpus; i++)
		free(status->gpu_processes[i]);
	free(status->gpu_processes);
	nvml_finish(&status->nvml);
}

/* ---- judging it ---- */

bool status_refuses(const struct status *status, char ret_reason[static STATUS_REASON_MAX])
{
	if (*status->config.refusal) {
		snprintf(ret_reason, STATUS_REASON_MAX, "%s", status->config.refusal);
		return true;
	}
	/* The first two: what viewers connect to, and what they are handed over by. */
	const struct unit *unit = status->units;
	const struct unit *end = unit + (status->n_units < 2 ? status->n_units : 2);

	while (unit < end && unit_is_active(unit))
		unit++;
	if (unit == end)
		return false;
	snprintf(ret_reason, STATUS_REASON_MAX, "%s is %s: sudo systemctl enable --now '%s'",
		 unit->name, unit_exists(unit) ? unit->active : unit->load, unit->name);
	return true;
}

bool status_setting_differs(const struct status *status, size_t key,
			    char ret_value[static STATUS_VALUE_MAX])
{
	const struct scraper_report *report = &status->report;
	char ours[STATUS_VALUE_MAX];

	/* Others use those, and read them by themselves. */
	if (status->scraper != SCRAPER_RUNS || key == CONFIG_KEY_allow || key == CONFIG_KEY_sound ||
	    !(report->has_setting >> key & 1))
		return false;
	return config_format(&status->config, key, ours, sizeof(ours)) >= 0 &&
	       config_format(&report->config, key, ret_value, STATUS_VALUE_MAX) >= 0 &&
	       strcmp(ours, ret_value) != 0;
}

uint64_t status_record_time(const struct session_record *record)
{
	struct tm tm = { 0 };
	const char *end = strptime(record->opened, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end && !*end ? (uint64_t)timegm(&tm) : 0;
}
