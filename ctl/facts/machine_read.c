/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "machine_file.h"
#include "unit_files.h"

static void keep_problem(const char *message, void *userdata)
{
	struct machine *machine = userdata;

	if (machine->n_problems < MACHINE_PROBLEMS_MAX)
		snprintf(machine->problems[machine->n_problems++], MACHINE_WORDS_MAX, "%s",
			 message);
}

size_t machine_nvidia_cards(const struct machine *machine, const struct gpu **ret_first)
{
	size_t n = 0;

	*ret_first = NULL;
	for (int i = machine->n_gpus - 1; i >= 0; i--) {
		if (!gpu_is_nvidia(&machine->gpus[i]))
			continue;
		*ret_first = &machine->gpus[i];
		n++;
	}
	return n;
}

static void read_gdm(struct machine *machine)
{
	char below[CTL_PATH_MAX];

	machine->gdm_error = gdm_config_load(
		ctl_path(machine->ctl, machine->distribution.gdm_config, below), &machine->gdm);
}

static void read_xorg(struct machine *machine)
{
	const struct ctl *ctl = machine->ctl;
	const struct gpu *card;

	machine->xorg_error = xorg_conf_read(ctl, &machine->xorg);
	machine->layout_error = xorg_layout_resolve(&machine->xorg, NULL, &machine->layout);
	machine->has_xorg = x_server_is_installed(ctl);
	(void)x_server_find_driver(ctl, &machine->xorg, "nvidia", machine->nvidia_module);
	nvidia_x_package(ctl, &machine->distribution, machine->nvidia_package);
	x_sessions_read(ctl, &machine->sessions);
	machine->knows_wayland = x_sessions_gdm_has_wayland(ctl);
	x_sessions_login(ctl, &machine->gdm, machine->config.user, &machine->login);
	if (machine_nvidia_cards(machine, &card) > 0)
		nvidia_read(ctl, !ctl->root[0], &machine->nvidia);
}

static void read_suspend(struct machine *machine)
{
	char states[64] = "";

	(void)machine_file_read_line(machine->ctl, "/sys/power/state", states, sizeof(states));
	machine->may_suspend = states[0] && !unit_file_is_masked(machine->ctl, "sleep.target") &&
			       !unit_file_is_masked(machine->ctl, "suspend.target");
}

static void read_listeners(struct machine *machine)
{
	for (size_t i = 0; i < machine->n_ports && machine->n_listeners >= 0; i++) {
		int before = machine->n_listeners;
		int n = listeners_read(machine->ctl, machine->ports[i], machine->listeners + before,
				       (size_t)(LISTENERS_MAX - before));

		machine->n_listeners = n < 0 ? n : before + n;
	}
}

void machine_read(const struct ctl *ctl, struct machine *ret_machine)
{
	struct machine *machine = ret_machine;

	*machine = (struct machine){
		.ctl = ctl,
		.is_root = geteuid() == 0,
		.chosen = -1,
		.ports = { CTL_PORT },
		.n_ports = 1,
	};
	ctl_config(ctl, &machine->config, keep_problem, machine);
	machine->has_account = account_find(ctl, machine->config.user, &machine->account) >= 0;
	distribution_read(ctl, &machine->distribution);
	read_gdm(machine);
	machine->n_gpus = gpus_read(ctl, machine->gpus, GPUS_MAX);
	read_xorg(machine);
	read_suspend(machine);
	machine_read_units(machine);
	read_listeners(machine);
	machine_read_sessions(machine);
	machine_read_probe(machine);
}

void machine_finish(struct machine *machine)
{
	xorg_conf_finish(&machine->xorg);
}
