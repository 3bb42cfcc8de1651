/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "status.h"
#include "table.h"

enum { SPAN_MAX = 48, TIME_MAX = 32 };

static const char indent[] = "             ";

static const char *format_span(uint64_t seconds, char text[static SPAN_MAX])
{
	unsigned long long s = seconds;

	if (s < 60)
		snprintf(text, SPAN_MAX, "%llu s", s);
	else if (s < 3600)
		snprintf(text, SPAN_MAX, s % 60 ? "%llu min %llu s" : "%llu min", s / 60, s % 60);
	else if (s < 86400)
		snprintf(text, SPAN_MAX, "%llu h %llu min", s / 3600, s % 3600 / 60);
	else
		snprintf(text, SPAN_MAX, "%llu d %llu h", s / 86400, s % 86400 / 3600);
	return text;
}

/* In local time. */
static const char *format_time(uint64_t unix_time, char text[static TIME_MAX])
{
	time_t t = (time_t)unix_time;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(text, TIME_MAX, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(text, TIME_MAX, "?");
	return text;
}

static double mebibytes(uint64_t bytes)
{
	return (double)bytes / (1024 * 1024);
}

/* ---- the session ---- */

static void print_record(const struct status_record *at, const char *user, FILE *out)
{
	const struct session_record *record = &at->record;
	char since[TIME_MAX];

	if (at->error) {
		fprintf(out, "session %s: cannot use its record: %s\n", at->id,
			at->error == -EPERM ? "a user other than root may have written it"
					    : strerror(-at->error));
		return;
	}
	fprintf(out, "session %s of %s, %s", at->id, record->user, record->type);
	if (*at->display)
		fprintf(out, ", display %s", at->display);
	if (*record->service)
		fprintf(out, ", by %s", record->service);
	if (status_record_time(record))
		fprintf(out, ", since %s", format_time(status_record_time(record), since));
	if (at->stale)
		fprintf(out, "; stale: %s", at->stale);
	else if (strcmp(record->user, user) != 0)
		fprintf(out, "; not shown: user = %s", user);
	fputc('\n', out);
}

static void print_session(const struct status *status, FILE *out)
{
	char span[SPAN_MAX];

	fputs("Session      ", out);
	if (status->records_error)
		fprintf(out, "cannot read %s: %s\n", SESSION_RECORD_DIRECTORY,
			strerror(-status->records_error));
	else if (!status->n_records)
		fprintf(out, "none is recorded in %s\n", SESSION_RECORD_DIRECTORY);
	for (size_t i = 0; i < status->n_records; i++) {
		fputs(i ? indent : "", out);
		print_record(&status->records[i], status->config.user, out);
	}
	if (status->desktop_stops_in != UINT64_MAX)
		fprintf(out, "%sthe desktop stops in %s (desktop_timeout)\n", indent,
			format_span(status->desktop_stops_in, span));
}

/* ---- the scraper and its viewers ---- */

static void print_end(const struct scraper_report *report, FILE *out)
{
	char span[SPAN_MAX];

	fputs(indent, out);
	if (report->stops_in != UINT64_MAX)
		fprintf(out, "stops in %s, unless a viewer connects\n",
			format_span(report->stops_in, span));
	else if (report->idle_timeout == UINT64_MAX)
		fputs("keeps running (idle_timeout = never)\n", out);
	else if (report->idle_timeout)
		fprintf(out, "stops %s after the last viewer disconnects\n",
			format_span(report->idle_timeout, span));
	else
		fputs("stops when the last viewer disconnects\n", out);
}

static void print_viewers(const struct scraper_report *report, uint64_t now, FILE *out)
{
	struct table table = table_of("llrrrllll");
	char since[TIME_MAX], span[SPAN_MAX];

	table_add(&table, "FROM\tSINCE\tFRAMES\tFRAMES/S\tMIB\tSENT AS\tASKED FOR\tLINK\t");
	for (unsigned i = 0; i < report->n_viewers; i++) {
		const struct scraper_viewer *viewer = &report->viewers[i];
		uint64_t took = now > viewer->since ? now - viewer->since : 0;

		table_add(&table, "%s\t%s (%s)\t%" PRIu64 "\t%.1f\t%.1f\t%s\t%s\t%s\t%s",
			  viewer->peer, format_time(viewer->since, since), format_span(took, span),
			  viewer->frames, viewer->frame_rate, mebibytes(viewer->bytes),
			  *viewer->encoding ? viewer->encoding : "-",
			  *viewer->asks_for ? viewer->asks_for : "-", viewer->link,
			  viewer->view_only ? "view only" : "");
	}
	table_print(&table, "  ", out);
	table_finish(&table);
}

static void print_running(const struct status *status, uint64_t now, FILE *out)
{
	const struct scraper_report *report = &status->report;

	fprintf(out, "Scraper      running, pid %d", (int)report->pid);
	if (*report->display)
		fprintf(out, ", display %s", report->display);
	if (*report->session)
		fprintf(out, " of session %s", report->session);
	if (*report->size)
		fprintf(out, ", %s", report->size);
	if (strcmp(report->version, GPUDESK_VERSION) != 0)
		fprintf(out, "; version %s until it stops", report->version);
	fputc('\n', out);
	if (*report->status_screen)
		fprintf(out, "%sno desktop, viewers are told: %s\n", indent, report->status_screen);
	print_end(report, out);
	fprintf(out, "Viewers      %u of at most %u", report->n_viewers,
		status->config.max_viewers);
	if (report->waiting)
		fprintf(out, "; %u waiting for the desktop", report->waiting);
	fputc('\n', out);
	if (report->n_viewers)
		print_viewers(report, now, out);
}

static void print_scraper(const struct status *status, uint64_t now, FILE *out)
{
	char reason[STATUS_REASON_MAX];

	switch (status->scraper) {
	case SCRAPER_RUNS:
		print_running(status, now, out);
		break;
	case SCRAPER_IS_OFF:
		fprintf(out, "Scraper      not running; %s\n",
			status_refuses(status, reason) ? "viewers are refused, see below"
						       : "the next viewer starts it");
		fputs("Viewers      none\n", out);
		break;
	case SCRAPER_UNKNOWN:
		fprintf(out, "Scraper      cannot ask it: %s\n", status->scraper_error);
		break;
	}
}

static void print_listeners(const struct status *status, FILE *out)
{
	if (status->config.sound && !status->units_error)
		fprintf(out, "Sound        %s\n",
			*status->listeners ? status->listeners : "nobody listens");
}

/* ---- units and processes ---- */

static void print_units(const struct status *status, FILE *out)
{
	struct table table = table_of("lll");

	if (status->units_error == -EHOSTDOWN)
		fputs("Units        systemd is not running here\n", out);
	else if (status->units_error)
		fprintf(out, "Units        cannot ask systemd: %s\n",
			strerror(-status->units_error));
	else
		fputs("Units\n", out);
	for (size_t i = 0; i < status->n_units; i++) {
		const struct unit *unit = &status->units[i];

		if (unit_exists(unit))
			table_add(&table, "%s\t%s (%s)\t%s", unit->name, unit->active, unit->sub,
				  unit->file_state);
		else
			table_add(&table, "%s\t%s\t", unit->name, unit->load);
	}
	table_print(&table, "  ", out);
	table_finish(&table);
}

static void print_processes(const struct status *status, FILE *out)
{
	struct table table = table_of("lrrll");
	char since[TIME_MAX];

	if (status->units_error)
		return;
	fputs(status->n_processes ? "Processes\n" : "Processes    none\n", out);
	for (size_t i = 0; i < status->n_processes; i++) {
		const struct status_process *process = &status->processes[i];

		table_add(&table, "%s\t%d\t%.1f MiB\tsince %s\t%s", process->name,
			  (int)process->pid, mebibytes(process->memory),
			  format_time(process->started, since), process->unit);
	}
	table_print(&table, "  ", out);
	table_finish(&table);
}

/* ---- the GPUs ---- */

static const char *format_memory(uint64_t bytes, char text[static SPAN_MAX])
{
	if (bytes == NVML_UNKNOWN)
		snprintf(text, SPAN_MAX, "?");
	else
		snprintf(text, SPAN_MAX, "%.0f MiB", mebibytes(bytes));
	return text;
}

static void add_gpu_process(struct table *table, const struct nvml_process *process,
			    const struct status_gpu_process *about)
{
	char memory[SPAN_MAX], session[96] = "";

	if (*about->session)
		snprintf(session, sizeof(session), "session %s%s", about->session,
			 about->of_desktop ? ", the desktop" : "");
	table_add(table, "%s\t%d\t%s\t%s%s\t%s", *about->name ? about->name : "?",
		  (int)process->pid, format_memory(process->memory, memory),
		  process->graphics ? "G" : "", process->compute ? "C" : "", session);
}

static void print_gpu(const struct status *status, size_t i, FILE *out)
{
	const struct nvml_gpu *gpu = &status->nvml.gpus[i];
	struct table table = table_of("lrrll");
	char used[SPAN_MAX], total[SPAN_MAX];
	uint64_t desktop = 0;

	if (gpu->error[0]) {
		fprintf(out, "GPU %-9zu%s\n", i, gpu->error);
		return;
	}
	fprintf(out, "GPU %-9zu%s, %s", i, gpu->name, gpu->bus_id);
	if (gpu->utilization >= 0)
		fprintf(out, ", %d %% busy", gpu->utilization);
	fprintf(out, "\n%s%s of %s used", indent, format_memory(gpu->memory_used, used),
		format_memory(gpu->memory_total, total));
	for (size_t k = 0; k < gpu->n_processes; k++) {
		const struct status_gpu_process *about = &status->gpu_processes[i][k];

		if (about->of_desktop && gpu->processes[k].memory != NVML_UNKNOWN)
			desktop += gpu->processes[k].memory;
		add_gpu_process(&table, &gpu->processes[k], about);
	}
	if (desktop)
		fprintf(out, ", %s of it by the desktop", format_memory(desktop, used));
	fputc('\n', out);
	table_print(&table, "  ", out);
	table_finish(&table);
}

static void print_gpus(const struct status *status, FILE *out)
{
	if (status->nvml_error == -ENOENT)
		fputs("GPU          no NVIDIA driver is installed (no libnvidia-ml.so.1)\n", out);
	else if (status->nvml_error)
		fprintf(out, "GPU          %s\n", status->nvml_words);
	else if (!status->nvml.n_gpus)
		fputs("GPU          NVIDIA's driver has found none\n", out);
	for (size_t i = 0; i < status->nvml.n_gpus; i++)
		print_gpu(status, i, out);
}

/* ---- the settings ---- */

/* The most important ones, and all that the configuration sets. */
static bool is_shown(const struct config *config, size_t key)
{
	static const char *const names[] = {
		"user", "idle_timeout", "desktop_timeout", "password_file", "allow", "max_viewers",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(config_keys[key].name, names[i]) == 0)
			return true;
	return config->is_set >> key & 1;
}

static void print_settings(const struct status *status, FILE *out)
{
	const struct config *config = &status->config;
	bool differs = false;

	fprintf(out, "Settings     (* = set in %s)\n", status->config_path);
	for (size_t i = 0; i < config_n_keys; i++) {
		char text[2048], running[STATUS_VALUE_MAX];
		bool is_other = status_setting_differs(status, i, running);

		differs = differs || is_other;
		if (!(is_shown(config, i) || is_other) ||
		    config_format(config, i, text, sizeof(text)) < 0)
			continue;
		fprintf(out, "  %c %s = %s", config->is_set >> i & 1 ? '*' : ' ',
			config_keys[i].name, text);
		if (is_other)
			fprintf(out, "; the running scraper has %s", running);
		fputc('\n', out);
	}
	if (differs)
		fputs("  To apply them now: gpudesk reload\n", out);
}

void status_print(const struct status *status, uint64_t now, FILE *out)
{
	char reason[STATUS_REASON_MAX];

	print_session(status, out);
	print_scraper(status, now, out);
	print_listeners(status, out);
	print_units(status, out);
	print_processes(status, out);
	print_gpus(status, out);
	print_settings(status, out);
	if (status_refuses(status, reason))
		fprintf(out, "Every connection is refused: %s\n", reason);
}
