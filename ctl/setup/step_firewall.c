/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The port is for Guacamole on this machine: what was opened for an old VNC server is closed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "edit/zone_edit.h"
#include "facts/machine_file.h"
#include "firewall_port.h"
#include "setup.h"

#define ZONES "/etc/firewalld/zones"
#define SUFFIX ".xml"

static int close_in_file(struct setup *setup, const char *path, const char *port)
{
	char *text, *edited;
	size_t length;
	int r = setup_read(setup, path, &text, &length);

	if (r < 0)
		return r;
	r = zone_edit_close(text, length, port, &edited, &length);
	free(text);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = journal_write_file(setup->journal, path, edited, length, 0644);
	free(edited);
	return r;
}

/* The running firewall first: if setup is killed in between, the file still shows the opening. */
static int close_opening(struct setup *setup, const char *path, const char *file, const char *port)
{
	char zone_and_port[192];
	int r = 0;

	snprintf(zone_and_port, sizeof(zone_and_port), "%.*s %s/tcp",
		 (int)(strlen(file) - strlen(SUFFIX)), file, port);
	if (firewall_port_is_open(setup, zone_and_port)) {
		r = journal_record(setup->journal, JOURNAL_PORT, zone_and_port, "");
		if (r >= 0)
			r = firewall_port_set(setup, zone_and_port, false);
	}
	return r < 0 ? r : close_in_file(setup, path, port);
}

/* In the administrator's file of a zone; other openings are doctor's to report. */
static void fix(struct setup *setup, const char *file)
{
	char path[CTL_PATH_MAX], port[8], *text, *edited;
	size_t length;

	snprintf(path, sizeof(path), ZONES "/%s", file);
	snprintf(port, sizeof(port), "%d", CTL_PORT);
	int r = setup_read(setup, path, &text, &length);
	if (r < 0) {
		setup_failed(setup, path, r);
		return;
	}
	r = zone_edit_close(text, length, port, &edited, &length);
	free(text);
	if (r > 0)
		free(edited);
	if (r > 0 && setup_go(setup, "close %s/tcp in firewalld's zone %.*s", port,
			      (int)(strlen(file) - strlen(SUFFIX)), file))
		r = close_opening(setup, path, file, port);
	if (r < 0)
		setup_failed(setup, path, r);
}

void step_firewall(struct setup *setup)
{
	char **names = NULL;
	int n = machine_file_list(setup->ctl, ZONES, SUFFIX, &names);

	for (int i = 0; i < n; i++)
		fix(setup, names[i]);
	machine_file_free_names(names, n);
}
