/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks look at, read once. */
#ifndef GPUDESK_MACHINE_H
#define GPUDESK_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/config.h"
#include "common/gdm_config.h"
#include "common/session_record.h"
#include "common/units.h"
#include "ctl.h"
#include "distribution.h"
#include "firewall.h"
#include "gpus.h"
#include "listeners.h"
#include "probe/probe.h"
#include "xorg_conf.h"

enum {
	MACHINE_UNITS_MAX = 40,
	MACHINE_PROBLEMS_MAX = 12,
	MACHINE_RECORDS_MAX = 32,
	MACHINE_WORDS_MAX = 320,
	MACHINE_ADDRESS_MAX = 64,
};

/* A record, and what logind says of its session. */
struct machine_record {
	char id[64];
	int error; /* 0, or -errno of loading it */
	struct session_record record;
	struct session_facts facts;
};

struct machine {
	const struct ctl *ctl;
	bool is_root;
	bool has_systemd; /* it can be asked */
	char systemd_problem[MACHINE_WORDS_MAX];
	char systemd_version[32]; /* "252.39-1~deb12u2"; "" when not known */

	struct config config;
	size_t n_problems;
	char problems[MACHINE_PROBLEMS_MAX][MACHINE_WORDS_MAX]; /* "file:line: message" */

	bool has_account; /* of the configured user */
	uid_t uid;
	gid_t gid;
	char home[256];

	struct distribution distribution;
	struct unit units[MACHINE_UNITS_MAX];
	char unit_names[MACHINE_UNITS_MAX][UNIT_NAME_MAX]; /* as they were asked for */
	char unit_results[MACHINE_UNITS_MAX]
			 [UNIT_WORD_MAX]; /* of services: "exit-code", "success" */
	size_t n_units;
	char default_target[UNIT_NAME_MAX]; /* "" when not known */

	/* What gpudesk.socket is set to: "172.17.0.1" and 5901; "" and 0 when not known. */
	char address[MACHINE_ADDRESS_MAX];
	uint16_t port;
	struct listener listeners[LISTENERS_MAX];
	int n_listeners; /* or -errno */

	int gdm_error; /* 0, or -errno of reading distribution.gdm_config */
	struct gdm_settings gdm;

	struct machine_record records[MACHINE_RECORDS_MAX];
	int n_records;		    /* or -errno */
	int chosen;		    /* index of the newest fresh x11 record of the user; -1: none */
	char graphical_session[64]; /* a live graphical session of the user, recorded or not */
	char graphical_type[16];    /* "x11", "wayland" */
	bool greeter;		    /* a login screen is shown */

	bool can_probe;	 /* we are root or the user */
	int probe_error; /* 0, or -errno: nothing could be tried */
	struct probe probe;

	struct gpu gpus[GPUS_MAX];
	int n_gpus; /* or -errno */
	int xorg_error;
	struct xorg_conf xorg;
};

/*
 * Fills *ret_machine, as far as that can be known. Below --root, nothing is asked of systemd and
 * logind, and nothing is tried. Freed with machine_finish.
 */
void machine_read(const struct ctl *ctl, struct machine *ret_machine);
void machine_finish(struct machine *machine);

/* A unit that was read; one with load "not-found" for a name that was not. Never NULL. */
const struct unit *machine_unit(const struct machine *machine, const char *name);

/* Whether the service has failed when it last ran, also where it is just being started again. */
bool machine_unit_failed(const struct machine *machine, const char *name);

/* "gpudesk-scraper@exouser.socket" from "gpudesk-scraper" and ".socket"; one of four buffers. */
const char *machine_instance(const struct machine *machine, const char *name, const char *suffix);

/* The gid of a group, by /etc/group below --root where that is given. -ENOENT. */
int machine_group(const struct machine *machine, const char *name, gid_t *ret_gid);

/* Whether the user is a member of the group, by their own group or by the list. */
bool machine_is_member(const struct machine *machine, const char *user, gid_t gid);

/* Whether there is such a user. */
bool machine_has_user(const struct machine *machine, const char *name);

/* The NVIDIA cards; their number, the first of them in *ret_first where there is one. */
size_t machine_nvidia_cards(const struct machine *machine, const struct gpu **ret_first);

#endif
