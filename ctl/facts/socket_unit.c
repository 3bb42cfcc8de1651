/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "socket_unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config_table.h"
#include "ctl.h"
#include "machine_file.h"
#include "unit_files.h"

static const char unit[] = "gpudesk.socket";

enum { FILE_MAX = 65536 };

struct ports {
	uint16_t *ports;
	size_t n;
};

int socket_unit_parse(const char *text, char ret_address[static SOCKET_UNIT_ADDRESS_MAX],
		      uint16_t *ret_port)
{
	const char *colon = strrchr(text, ':'), *digits = colon ? colon + 1 : text;
	size_t length = colon ? (size_t)(colon - text) : 0;
	char *end;
	unsigned long port = strtoul(digits, &end, 10);

	bool is_scoped = colon && *end == '%' && end[1];

	if (end == digits || (*end && !is_scoped) || port == 0 || port > 65535)
		return -EINVAL;
	if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length >= SOCKET_UNIT_ADDRESS_MAX)
		return -EINVAL;
	snprintf(ret_address, SOCKET_UNIT_ADDRESS_MAX, "%.*s", length ? (int)length : 2,
		 length ? text : "::");
	*ret_port = (uint16_t)port;
	return 0;
}

static void add(struct ports *ports, uint16_t port)
{
	for (size_t i = 0; i < ports->n; i++)
		if (ports->ports[i] == port)
			return;
	if (ports->n < SOCKET_UNIT_PORTS_MAX)
		ports->ports[ports->n++] = port;
}

/* An empty value forgets those before it, as systemd does. */
static void take_value(struct ports *ports, const char *value)
{
	char address[SOCKET_UNIT_ADDRESS_MAX];
	uint16_t port;

	if (!*value)
		ports->n = 0;
	else if (socket_unit_parse(value, address, &port) == 0)
		add(ports, port);
}

static void take_line(struct ports *ports, char *line, bool *in_section)
{
	line = config_trim(line, " \t\r");
	char *equals = strchr(line, '=');
	if (line[0] == '[')
		*in_section = strcmp(line, "[Socket]") == 0;
	if (line[0] == '[' || !*in_section || !equals)
		return;
	*equals = '\0';
	if (strcmp(config_trim(line, " \t"), "ListenStream") == 0)
		take_value(ports, config_trim(equals + 1, " \t"));
}

static void take_file(const struct ctl *ctl, const char *path, struct ports *ports)
{
	char *text, *rest, *line;
	bool in_section = false;

	if (machine_file_read(ctl, path, FILE_MAX, &text, NULL) < 0)
		return;
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL)
		take_line(ports, line, &in_section);
	free(text);
}

size_t socket_unit_ports(const struct ctl *ctl, uint16_t ret_ports[static SOCKET_UNIT_PORTS_MAX])
{
	/* The administrator's last: a name that is in two of them counts where it is last. */
	static const char *const directories[] = { "/usr/lib/systemd/system", "/run/systemd/system",
						   UNIT_FILES_DIRECTORY };
	struct ports ports = { .ports = ret_ports };
	char path[UNIT_FILE_PATH_MAX];

	if (unit_file_find(ctl, unit, path) == 0)
		take_file(ctl, path, &ports);
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		char **names, directory[UNIT_FILE_PATH_MAX / 2];

		snprintf(directory, sizeof(directory), "%s/%s.d", directories[i], unit);
		int n = machine_file_list(ctl, directory, ".conf", &names);
		for (int j = 0; j < n; j++) {
			snprintf(path, sizeof(path), "%s/%s", directory, names[j]);
			take_file(ctl, path, &ports);
		}
		if (n >= 0)
			machine_file_free_names(names, n);
	}
	if (ports.n == 0)
		add(&ports, CTL_PORT);
	return ports.n;
}
