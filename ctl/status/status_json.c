/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "json.h"
#include "settings_json.h"
#include "status.h"

enum { STATUS_SCHEMA = 1 };

/* Unknown numbers, and times that never come, are null. */
static json_t *number_or_null(uint64_t number)
{
	return number > INT64_MAX ? json_null() : json_integer((json_int_t)number);
}

static json_t *error_or_null(int error)
{
	return error < 0 ? json_text(strerror(-error)) : json_null();
}

static json_t *record_json(const struct status_record *at)
{
	const struct session_record *record = &at->record;
	uint64_t opened = status_record_time(record);

	if (at->error)
		return json_pack("{s:o, s:b, s:o}", "session", json_text(at->id), "fresh", 0,
				 "reason", error_or_null(at->error));
	return json_pack("{s:o, s:b, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:I}", "session",
			 json_text(at->id), "fresh", !at->stale, "reason", json_text(at->stale),
			 "user", json_text(record->user), "uid", (json_int_t)record->uid, "type",
			 json_text(record->type), "service", json_text_or_null(record->service),
			 "seat", json_text_or_null(record->seat), "display",
			 json_text_or_null(at->display), "opened",
			 opened ? json_integer((json_int_t)opened) : json_null(), "leader",
			 (json_int_t)record->leader);
}

static json_t *records_json(const struct status *status)
{
	json_t *array = json_array();

	for (size_t i = 0; i < status->n_records; i++)
		json_array_append_new(array, record_json(&status->records[i]));
	return array;
}

static json_t *viewer_json(const struct scraper_viewer *viewer)
{
	return json_pack("{s:o, s:I, s:b, s:I, s:f, s:I, s:o, s:o, s:o}", "peer",
			 json_text(viewer->peer), "since", (json_int_t)viewer->since, "view_only",
			 viewer->view_only, "frames", (json_int_t)viewer->frames,
			 "frames_per_second", viewer->frame_rate, "bytes",
			 (json_int_t)viewer->bytes, "encoding", json_text_or_null(viewer->encoding),
			 "asks_for", json_text_or_null(viewer->asks_for), "link",
			 json_text_or_null(viewer->link));
}

static json_t *scraper_json(const struct status *status)
{
	const struct scraper_report *report = &status->report;
	json_t *viewers = json_array();

	if (status->scraper != SCRAPER_RUNS) {
		json_decref(viewers);
		return json_pack("{s:o, s:o}", "running",
				 status->scraper == SCRAPER_IS_OFF ? json_false() : json_null(),
				 "error", json_text_or_null(status->scraper_error));
	}
	for (unsigned i = 0; i < report->n_viewers; i++)
		json_array_append_new(viewers, viewer_json(&report->viewers[i]));
	return json_pack(
		"{s:b, s:o, s:I, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "running", 1, "version",
		json_text_or_null(report->version), "pid", (json_int_t)report->pid, "session",
		json_text_or_null(report->session), "display", json_text_or_null(report->display),
		"size", json_text_or_null(report->size), "status_screen",
		json_text_or_null(report->status_screen), "waiting", (json_int_t)report->waiting,
		"idle_timeout", number_or_null(report->idle_timeout), "stops_in",
		number_or_null(report->stops_in), "viewers", viewers);
}

static json_t *units_json(const struct status *status)
{
	json_t *array = json_array();

	for (size_t i = 0; i < status->n_units; i++) {
		const struct unit *unit = &status->units[i];

		json_array_append_new(
			array, json_pack("{s:o, s:o, s:o, s:o, s:o}", "name", json_text(unit->name),
					 "load", json_text(unit->load), "active",
					 json_text(unit->active), "sub", json_text(unit->sub),
					 "file_state", json_text_or_null(unit->file_state)));
	}
	return array;
}

static json_t *processes_json(const struct status *status)
{
	json_t *array = json_array();

	for (size_t i = 0; i < status->n_processes; i++) {
		const struct status_process *process = &status->processes[i];

		json_array_append_new(array, json_pack("{s:I, s:o, s:I, s:I, s:o}", "pid",
						       (json_int_t)process->pid, "name",
						       json_text(process->name), "memory",
						       (json_int_t)process->memory, "since",
						       (json_int_t)process->started, "unit",
						       json_text(process->unit)));
	}
	return array;
}

static json_t *gpu_json(const struct nvml_gpu *gpu, const struct status_gpu_process *about)
{
	json_t *array = json_array();

	for (size_t i = 0; i < gpu->n_processes; i++) {
		const struct nvml_process *process = &gpu->processes[i];

		json_array_append_new(array,
				      json_pack("{s:I, s:o, s:o, s:b, s:b, s:o, s:b}", "pid",
						(json_int_t)process->pid, "name",
						json_text_or_null(about[i].name), "memory",
						number_or_null(process->memory), "graphics",
						process->graphics, "compute", process->compute,
						"session", json_text_or_null(about[i].session),
						"desktop", about[i].of_desktop));
	}
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "error", json_text_or_null(gpu->error),
		"name", json_text_or_null(gpu->name), "uuid", json_text_or_null(gpu->uuid),
		"bus_id", json_text_or_null(gpu->bus_id), "memory_total",
		number_or_null(gpu->memory_total), "memory_used", number_or_null(gpu->memory_used),
		"utilization", gpu->utilization < 0 ? json_null() : json_integer(gpu->utilization),
		"processes", array);
}

static json_t *nvidia_json(const struct status *status)
{
	json_t *array = json_array();

	for (size_t i = 0; i < status->nvml.n_gpus; i++)
		json_array_append_new(array,
				      gpu_json(&status->nvml.gpus[i], status->gpu_processes[i]));
	return json_pack(
		"{s:o, s:o, s:o}", "driver", json_text_or_null(status->nvml.driver), "error",
		status->nvml_error == -ENOENT ? json_text("libnvidia-ml.so.1 is not installed")
					      : json_text_or_null(status->nvml_words),
		"gpus", array);
}

static json_t *settings_json(const struct config *config)
{
	json_t *object = json_object();

	for (size_t i = 0; i < config_n_keys; i++)
		json_object_set_new(object, config_keys[i].name, settings_json_value(config, i));
	return object;
}

/* The running scraper's values of those keys that the file has other values of. */
static json_t *differences_json(const struct status *status)
{
	json_t *object = json_object();

	for (size_t i = 0; i < config_n_keys; i++) {
		char value[STATUS_VALUE_MAX];

		if (status_setting_differs(status, i, value))
			json_object_set_new(object, config_keys[i].name,
					    settings_json_value(&status->report.config, i));
	}
	return object;
}

json_t *status_json(const struct status *status)
{
	char reason[STATUS_REASON_MAX];

	return json_pack(
		"{s:i, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
		STATUS_SCHEMA, "running_settings", differences_json(status), "listeners",
		json_text_or_null(status->listeners), "version", GPUDESK_VERSION, "sessions",
		records_json(status), "desktop_stops_in", number_or_null(status->desktop_stops_in),
		"scraper", scraper_json(status), "systemd_error",
		status->units_error == -EHOSTDOWN ? json_text("systemd is not running here")
						  : error_or_null(status->units_error),

		"units", units_json(status), "processes", processes_json(status), "nvidia",
		nvidia_json(status), "config", json_text(status->config_path), "settings",
		settings_json(&status->config), "refusal",
		status_refuses(status, reason) ? json_text(reason) : json_null());
}
