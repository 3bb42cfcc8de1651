/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk's sockets are enabled for the user, for no other user, and listen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/machine_file.h"
#include "facts/unit_files.h"
#include "journal/safe_write.h"
#include "setup.h"
#include "unit_actions.h"
#include "unit_links.h"

static const char port_socket[] = "gpudesk.socket";

enum { SOCKETS_MAX = 8, SOCKET_NAME_MAX = 256 };

/* The sockets to start, the port's last: it opens when all else is ready. */
struct sockets {
	char names[SOCKETS_MAX][SOCKET_NAME_MAX];
	size_t n;
};

static void add(struct sockets *sockets, const char *name, const char *user)
{
	const char *at = strchr(name, '@');

	if (sockets->n == SOCKETS_MAX)
		return;
	char *to = sockets->names[sockets->n++];
	if (at)
		snprintf(to, SOCKET_NAME_MAX, "%.*s%s.socket", (int)(at + 1 - name), name, user);
	else
		snprintf(to, SOCKET_NAME_MAX, "%s", name);
}

/* The sockets in Also= of the port's socket, for the user. Returns 0 or -errno. */
static int find_sockets(const struct setup *setup, struct sockets *ret_sockets)
{
	char file[UNIT_FILE_PATH_MAX], here[CTL_PATH_MAX], *text = NULL, **words;
	struct sockets sockets = { .n = 0 };
	size_t length = 0;
	int r = unit_file_find(setup->ctl, port_socket, file);

	if (r >= 0)
		r = safe_read(ctl_path(setup->ctl, file, here), &text, &length);
	if (r < 0)
		return r;
	int n = unit_links_install_words(text, length, "Also", &words);
	free(text);
	if (n < 0)
		return n;
	for (int i = 0; i < n && i < SOCKETS_MAX - 1; i++)
		add(&sockets, words[i], setup->user);
	machine_file_free_names(words, n);
	add(&sockets, port_socket, setup->user);
	*ret_sockets = sockets;
	return 0;
}

static bool is_one_of(const struct sockets *sockets, const char *name)
{
	for (size_t i = 0; i < sockets->n; i++)
		if (strcmp(sockets->names[i], name) == 0)
			return true;
	return false;
}

/* Disables a socket that is enabled for another user. */
static void retire(struct setup *setup, const char *unit)
{
	bool is_active = unit_action_is_active(setup, unit);

	if (!setup_go(setup, "%sdisable %s", is_active ? "stop and " : "", unit))
		return;
	int r = unit_links_remove(setup, unit);
	if (r < 0)
		setup_failed(setup, unit, r);
	if (is_active)
		unit_action_stop(setup, unit);
}

static void retire_others(struct setup *setup, const struct sockets *sockets)
{
	char **names = NULL;
	int n = machine_file_list(setup->ctl, UNIT_FILES_DIRECTORY "/gpudesk.socket.wants",
				  ".socket", &names);

	for (int i = 0; i < n; i++)
		if (strncmp(names[i], "gpudesk-", 8) == 0 && strchr(names[i], '@') &&
		    !is_one_of(sockets, names[i]))
			retire(setup, names[i]);
	machine_file_free_names(names, n);
}

static void enable(struct setup *setup, const char *unit)
{
	int r = unit_links_make(setup, unit, true);

	if (r > 0 && setup_go(setup, "enable %s", unit))
		r = unit_links_make(setup, unit, false);
	if (r < 0)
		setup_failed(setup, unit, r);
}

static void start(struct setup *setup, const char *unit)
{
	if (setup->bus && !unit_action_is_active(setup, unit) && setup_go(setup, "start %s", unit))
		unit_action_start(setup, unit);
}

void step_sockets(struct setup *setup)
{
	struct sockets sockets;

	if (unit_file_is_masked(setup->ctl, port_socket)) {
		setup_problem(setup, "%s is masked: systemctl unmask %s", port_socket, port_socket);
		return;
	}
	if (find_sockets(setup, &sockets) < 0) {
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
