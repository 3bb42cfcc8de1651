/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpudesk's own sockets: enabled for the user, for nobody else, and listening. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/machine_file.h"
#include "journal/safe_write.h"
#include "setup.h"
#include "unit_actions.h"
#include "unit_links.h"

static const char port_socket[] = "gpudesk.socket";

enum { SOCKETS_MAX = 8, NAME_MAX_ = 256 };

/* The names of the sockets, the port's last: it is open when all else is ready. */
struct sockets {
	char names[SOCKETS_MAX][NAME_MAX_];
	size_t n;
};

static void add(struct sockets *sockets, const char *name, const char *user)
{
	const char *at = strchr(name, '@');
	char *to;

	if (sockets->n == SOCKETS_MAX)
		return;
	to = sockets->names[sockets->n++];
	if (at)
		snprintf(to, NAME_MAX_, "%.*s%s.socket", (int)(at + 1 - name), name, user);
	else
		snprintf(to, NAME_MAX_, "%s", name);
}

/* What Also= of the port's socket names, for the user. Returns 0 or -errno. */
static int find_sockets(const struct setup *setup, struct sockets *ret_sockets)
{
	char file[UNIT_LINKS_PATH_MAX], here[CTL_PATH_MAX], *text = NULL, **words;
	struct sockets sockets = { .n = 0 };
	size_t length = 0;
	int r = unit_links_find_file(setup, port_socket, file), n;

	if (r == 0)
		r = safe_read(ctl_path(setup->ctl, file, here), &text, &length);
	if (r < 0)
		return r;
	n = unit_links_install_words(text, length, "Also", &words);
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

/* One for somebody else, who has the desktop no more. */
static void retire(struct setup *setup, const char *unit)
{
	bool is_active = unit_action_is_active(setup, unit);
	int r;

	if (!setup_go(setup, "%sdisable %s", is_active ? "stop and " : "", unit))
		return;
	r = unit_links_remove(setup, unit);
	if (r < 0)
		setup_failed(setup, unit, r);
	if (is_active)
		unit_action_stop(setup, unit);
}

static void retire_others(struct setup *setup, const struct sockets *sockets)
{
	char **names;
	int n = machine_file_list(setup->ctl, UNIT_LINKS_DIRECTORY "/gpudesk.socket.wants",
				  ".socket", &names);

	for (int i = 0; i < n; i++)
		if (strncmp(names[i], "gpudesk-", 8) == 0 && strchr(names[i], '@') &&
		    !is_one_of(sockets, names[i]))
			retire(setup, names[i]);
	if (n >= 0)
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

	if (unit_links_is_masked(setup, port_socket)) {
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
			   "%s is not started while something else holds the port; it is at "
			   "the next boot",
			   port_socket);
		return;
	}
	for (size_t i = 0; i < sockets.n; i++)
		start(setup, sockets.names[i]);
}
