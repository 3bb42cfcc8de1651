/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `gpudesk status` shows: gathered once, then printed as text or as JSON. */
#ifndef GPUDESK_STATUS_H
#define GPUDESK_STATUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/config.h"
#include "common/session_record.h"
#include "common/units.h"
#include "common/xserver.h"
#include "control_client.h"
#include "ctl.h"
#include "nvml.h"

enum { STATUS_RECORDS_MAX = 16, STATUS_UNITS_MAX = 12, STATUS_LISTENERS_MAX = 1024 };

struct status_record {
	char id[64];		      /* the file's name */
	struct session_record record; /* if `error` is 0 */
	int error;		      /* of reading it: 0 or -errno */
	const char *stale;	      /* why; NULL: it is fresh */
	char display[DISPLAY_MAX];    /* of a fresh one, ":0"; "": none found */
};

/* The main process of a unit. */
struct status_process {
	pid_t pid;
	char name[64];
	uint64_t memory;  /* resident, bytes */
	const char *unit; /* its name; points into `units` */
	uint64_t started; /* s, Unix time; 0: unknown */
};

struct status_gpu_process {
	char name[64];	  /* "": unknown */
	char session[64]; /* "": none */
	bool of_desktop;  /* in the user's recorded session */
};

enum scraper_state { SCRAPER_RUNS, SCRAPER_IS_OFF, SCRAPER_UNKNOWN };

struct status {
	const char *config_path;
	struct config config;

	struct status_record records[STATUS_RECORDS_MAX];
	size_t n_records;
	int records_error; /* of the directory */

	int units_error; /* 0, -EHOSTDOWN if systemd is not running here, or -errno */
	struct unit units[STATUS_UNITS_MAX];
	size_t n_units;
	char listeners[STATUS_LISTENERS_MAX]; /* what gpudesk-sound says of them; "": none */
	uint64_t desktop_stops_in;	      /* s, by desktop_timeout; UINT64_MAX: never */
	struct status_process processes[STATUS_UNITS_MAX];
	size_t n_processes;

	enum scraper_state scraper;
	char scraper_error[SCRAPER_ERROR_MAX];
	struct scraper_report report; /* if it is running */

	int nvml_error; /* -ENOENT: no library; -EIO: see nvml_words */
	char nvml_words[NVML_ERROR_MAX];
	struct nvml nvml;
	struct status_gpu_process **gpu_processes; /* [gpu][process], as in nvml */
};

/* Why viewers are refused, as far as that is known: in ret_reason. Returns whether they are. */
enum { STATUS_REASON_MAX = 640 };
bool status_refuses(const struct status *status, char ret_reason[static STATUS_REASON_MAX]);

/*
 * Whether the running scraper has another value of the key than the file; ret_value is the
 * scraper's, as in the file.
 */
enum { STATUS_VALUE_MAX = 2048 };
bool status_setting_differs(const struct status *status, size_t key,
			    char ret_value[static STATUS_VALUE_MAX]);

/* The time of a record, "2026-11-22T11:09:13Z", as Unix time in s; 0: it has none. */
uint64_t status_record_time(const struct session_record *record);

/* `socket` is as in control_client_ask(). Returns 0 or -ENOMEM; other errors are in *ret_status. */
int status_gather(const struct ctl *ctl, const char *socket, struct status *ret_status);
void status_finish(struct status *status);

void status_print(const struct status *status, uint64_t now, FILE *out);

/* Returns NULL when out of memory. */
json_t *status_json(const struct status *status);

#endif
