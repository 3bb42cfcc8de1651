/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpudesk's sockets are enabled for the user, for no other user, and listen: that for sound only
 * with --sound or sound = yes, or if it is already.
 */
#include <stdio.h>
#include <string.h>

#include "facts/machine_file.h"
#include "facts/unit_files.h"
#include "setup.h"
#include "unit_actions.h"

static const char port_socket[] = "gpudesk.socket";

/* Behind it, for the user. */
static const char *const prefixes[] = { "gpudesk-scraper@", "gpudesk-control@",
					"gpudesk-desktop@" };

static const char sound_prefix[] = "gpudesk-sound@";

enum { PREFIXES = sizeof(prefixes) / sizeof(prefixes[0]), SOCKET_NAME_MAX = 256 };

/* The sockets to start, the port's last: it opens when all else is ready. */
struct sockets {
	char names[PREFIXES + 2][SOCKET_NAME_MAX];
	size_t n;
};

static void add(struct sockets *sockets, const char *prefix, const struct setup *setup)
{
	snprintf(sockets->names[sockets->n++], SOCKET_NAME_MAX, "%s%s.socket", prefix, setup->user);
}

static struct sockets find_sockets(const struct setup *setup)
{
	struct sockets sockets = { .n = 0 };
	char sound[SOCKET_NAME_MAX];

	for (size_t i = 0; i < PREFIXES; i++)
		add(&sockets, prefixes[i], setup);
	snprintf(sound, sizeof(sound), "%s%s.socket", sound_prefix, setup->user);
	if (setup->sound || setup->config.sound || unit_action_is_enabled(setup, sound))
		add(&sockets, sound_prefix, setup);
	snprintf(sockets.names[sockets.n++], SOCKET_NAME_MAX, "%s", port_socket);
	return sockets;
}

static bool is_one_of(const struct sockets *sockets, const char *name)
{
	for (size_t i = 0; i < sockets->n; i++)
		if (strcmp(sockets->names[i], name) == 0)
			return true;
	return false;
}

/* Those that are enabled for another user. */
static void retire_others(struct setup *setup, const struct sockets *sockets)
{
	char **names;
	int n = machine_file_list(setup->ctl, UNIT_FILES_DIRECTORY "/gpudesk.socket.wants",
				  ".socket", &names);

	for (int i = 0; i < n; i++)
		if (strncmp(names[i], "gpudesk-", 8) == 0 && strchr(names[i], '@') &&
		    !is_one_of(sockets, names[i]))
			unit_action_retire(setup, names[i], true,
					   unit_action_is_active(setup, names[i]), "");
	if (n >= 0)
		machine_file_free_names(names, n);
}

static void enable(struct setup *setup, const char *unit)
{
	if (!unit_action_is_enabled(setup, unit) && setup_go(setup, "enable %s", unit))
		(void)unit_action_enable(setup, unit, true);
}

static void start(struct setup *setup, const char *unit)
{
	if (setup->bus && !unit_action_is_active(setup, unit) && setup_go(setup, "start %s", unit))
		unit_action_start(setup, unit);
}

void step_sockets(struct setup *setup)
{
	struct sockets sockets = find_sockets(setup);
	char file[UNIT_FILE_PATH_MAX];

	if (unit_file_is_masked(setup->ctl, port_socket)) {
		setup_problem(setup, "%s is masked: systemctl unmask %s", port_socket, port_socket);
		return;
	}
	if (unit_file_find(setup->ctl, port_socket, file) < 0) {
		setup_problem(setup, "%s is not installed where systemd looks for it", port_socket);
		return;
	}
	retire_others(setup, &sockets);
	for (size_t i = 0; i < sockets.n; i++)
		enable(setup, sockets.names[i]);
	unit_action_reload(setup);
	if (setup->is_port_taken) {
		setup_note(setup,
			   "%s is not started, because another process holds the port; it "
			   "starts at the next boot",
			   port_socket);
		return;
	}
	for (size_t i = 0; i < sockets.n; i++)
		start(setup, sockets.names[i]);
}
