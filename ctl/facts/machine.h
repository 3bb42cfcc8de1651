/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts about the machine that the checks judge, read once. */
#ifndef GPUDESK_MACHINE_H
#define GPUDESK_MACHINE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "accounts.h"
#include "common/config.h"
#include "common/gdm_config.h"
#include "common/session_record.h"
#include "common/units.h"
#include "ctl.h"
#include "distribution.h"
#include "gpus.h"
#include "listeners.h"
#include "nvidia.h"
#include "old_server.h"
#include "probe/probe.h"
#include "socket_unit.h"
#include "x_server.h"
#include "x_sessions.h"
#include "xorg_conf.h"
#include "xorg_layout.h"

enum {
	MACHINE_UNITS_MAX = 64,
	MACHINE_PROBLEMS_MAX = 12,
	MACHINE_RECORDS_MAX = 32,
	MACHINE_WORDS_MAX = 320,
	MACHINE_ADDRESS_MAX = SOCKET_UNIT_ADDRESS_MAX,
	MACHINE_LISTENS_MAX = 8,
	MACHINE_OLD_SERVERS_MAX = 2 * OLD_SERVERS_MAX,
};

/* A session's record, and what logind knows of the session. */
struct machine_record {
	char id[64];
	int error; /* of loading it: 0 or -errno */
	struct session_record record;
	struct session_facts facts;
};

/* What gpudesk.socket listens at. */
struct machine_listen {
	char address[MACHINE_ADDRESS_MAX]; /* "172.17.0.1", "::" */
	uint16_t port;
};

struct machine {
	const struct ctl *ctl;
	bool is_root;
	bool has_systemd; /* else systemd_problem says why not */
	char systemd_problem[MACHINE_WORDS_MAX];
	char systemd_version[32]; /* "252.39-1~deb12u2"; "" if unknown */

	struct config config;
	size_t n_problems;
	char problems[MACHINE_PROBLEMS_MAX][MACHINE_WORDS_MAX]; /* "file:line: message" */

	bool has_account; /* the configured user exists */
	struct account account;

	struct distribution distribution;
	struct unit units[MACHINE_UNITS_MAX];
	char unit_names[MACHINE_UNITS_MAX][UNIT_NAME_MAX];   /* as asked for */
	char unit_results[MACHINE_UNITS_MAX][UNIT_WORD_MAX]; /* services': "success" */
	size_t n_units;
	char default_target[UNIT_NAME_MAX]; /* "" if unknown */

	struct machine_listen listens[MACHINE_LISTENS_MAX];	  /* gpudesk.socket's */
	size_t n_listens;					  /* 0: unknown */
	struct machine_listen sound_listens[MACHINE_LISTENS_MAX]; /* gpudesk-sound's */
	size_t n_sound_listens;
	char bound_to[IF_NAMESIZE];	     /* its BindToDevice=; "" */
	uint16_t ports[MACHINE_LISTENS_MAX]; /* theirs, each once; or CTL_PORT */
	size_t n_ports;
	struct listener listeners[LISTENERS_MAX];
	int n_listeners; /* at those ports, or -errno */
	/* Those that use the ports, installed or not. */
	struct old_server old_servers[MACHINE_OLD_SERVERS_MAX];
	size_t n_old_servers;

	int gdm_error; /* of reading distribution.gdm_config: 0 or -errno */
	struct gdm_settings gdm;

	struct machine_record records[MACHINE_RECORDS_MAX];
	int n_records;		    /* or -errno */
	int chosen;		    /* index of the user's newest fresh x11 record; -1: none */
	char graphical_session[64]; /* the user's, recorded or not; "": none */
	char graphical_type[16];    /* "x11", "wayland" */
	bool has_greeter;	    /* a login screen is shown */
	bool seat_lacks_graphics;   /* logind says so of seat0 */

	bool can_probe;	 /* this process is root's or the user's */
	int probe_error; /* 0 or -errno */
	struct probe probe;

	struct gpu gpus[GPUS_MAX];
	int n_gpus; /* or -errno */
	int xorg_error;
	struct xorg_conf xorg;
	struct xorg_layout layout;
	int layout_error;			 /* of resolving it: 0 or -ENOENT */
	bool has_xorg;				 /* the server is installed */
	char nvidia_module[X_SERVER_PATH_MAX];	 /* Xorg's driver for NVIDIA's cards; "": none */
	char nvidia_package[NVIDIA_PACKAGE_MAX]; /* and what has it */
	struct x_sessions sessions;
	struct nvidia nvidia; /* read only if there is such a card */
	bool knows_wayland;   /* GDM has the key WaylandEnable */
	struct login login;   /* what automatic login starts */
	bool may_suspend;     /* the kernel can, and sleep.target is not masked */
};

/*
 * Fills *ret_machine as far as possible. With --root, systemd and logind are not asked and nothing
 * is tried as the user. Freed by machine_finish().
 */
void machine_read(const struct ctl *ctl, struct machine *ret_machine);

/* The parts of it, which leave alone what they cannot find out. */

/* machine_units.c: what systemd says. */
void machine_read_units(struct machine *machine);

/* machine_sessions.c: the records, logind's sessions, and what is tried as the user. */
void machine_read_sessions(struct machine *machine);
void machine_read_probe(struct machine *machine);

/* Frees what machine_read() has allocated. */
void machine_finish(struct machine *machine);

/* Never NULL: for a unit that was not read, `load` is "not-found". */
const struct unit *machine_unit(const struct machine *machine, const char *name);

/* Whether the service failed when it last ran, even if it is about to be restarted. */
bool machine_unit_failed(const struct machine *machine, const char *name);

/* "gpudesk-scraper@exouser.socket" from "gpudesk-scraper" and ".socket"; one of four buffers. */
const char *machine_instance(const struct machine *machine, const char *name, const char *suffix);

/* How many NVIDIA cards there are. ret_first is the first one, NULL if there is none. */
size_t machine_nvidia_cards(const struct machine *machine, const struct gpu **ret_first);

/* "0.0.0.0" or "::". */
bool machine_is_any_address(const char *address);

#endif
