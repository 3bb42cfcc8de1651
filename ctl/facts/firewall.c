/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "machine_file.h"

enum { FILE_MAX = 262144, PATH_SIZE = 160, VALUE_MAX = 64, NEST_MAX = 4 };

struct reading {
	const struct ctl *ctl;
	struct firewall *firewall;
	uint16_t port;
};

static struct firewall_opening *add_opening(struct firewall *firewall, enum firewall_tool tool)
{
	if (firewall->n_openings == FIREWALL_OPENINGS_MAX)
		return NULL;
	struct firewall_opening *opening = &firewall->openings[firewall->n_openings++];
	*opening = (struct firewall_opening){ .tool = tool };
	return opening;
}

/* Whether "5901", "5900-5910", "5900:5910" or a list such as "22,5900:5910" has the port. */
static bool ports_have(const char *text, uint16_t port)
{
	while (*text >= '0' && *text <= '9') {
		char *end;
		unsigned long first = strtoul(text, &end, 10), last = first;

		if (*end == '-' || *end == ':')
			last = strtoul(end + 1, &end, 10);
		if (first <= port && port <= last)
			return true;
		text = end + (*end == ',');
	}
	return false;
}

static void note_error(const struct reading *reading, int r)
{
	if (r == -EACCES || r == -EPERM)
		reading->firewall->is_readable = false;
}

/* ---- firewalld ---- */

/* Copies the value of an attribute of the element at `tag`, "" if it has none. */
static void attribute(const char *tag, const char *name, char ret_value[static VALUE_MAX])
{
	const char *end = strpbrk(tag + 1, "<>");
	size_t length = strlen(name);

	ret_value[0] = '\0';
	if (!end || *end != '>')
		return;
	for (const char *at = strstr(tag, name); at && at < end; at = strstr(at + 1, name)) {
		char quote = at[length] == '=' ? at[length + 1] : '\0';
		const char *value = at + length + 2;

		if (strchr(" \t\r\n", at[-1]) && (quote == '"' || quote == '\'')) {
			const char *close = strchr(value, quote);

			snprintf(ret_value, VALUE_MAX, "%.*s", close ? (int)(close - value) : 0,
				 value);
			return;
		}
	}
}

/* Overwrites all that is between `from` and `to`, which are overwritten too. */
static void blank_out(char *text, const char *from, const char *to)
{
	for (char *start = strstr(text, from); start; start = strstr(start, from)) {
		char *end = strstr(start, to);

		if (!end)
			end = start + strlen(start) - strlen(to);
		memset(start, ' ', (size_t)(end - start) + strlen(to));
	}
}

/* Finds the next element called `name` after `text`. */
static const char *next_element(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *tag = strchr(text, '<'); tag; tag = strchr(tag + 1, '<'))
		if (strncmp(tag + 1, name, length) == 0 && strchr(" \t\r\n/>", tag[1 + length]))
			return tag;
	return NULL;
}

/* Finds the <port> of a zone or service that has the port, and writes it as "5901/tcp". */
static bool has_port(const char *text, uint16_t port, char *ret_entry, size_t size)
{
	char value[VALUE_MAX], protocol[VALUE_MAX];

	for (const char *tag = next_element(text, "port"); tag;
	     tag = next_element(tag + 1, "port")) {
		attribute(tag, "port", value);
		attribute(tag, "protocol", protocol);
		if (strcmp(protocol, "tcp") != 0 || !ports_have(value, port))
			continue;
		snprintf(ret_entry, size, "%s/tcp", value);
		return true;
	}
	return false;
}

/* Reads the administrator's FOLDER/NAME.xml, or else firewalld's own. */
static int read_xml(const struct reading *reading, const char *folder, const char *name,
		    char ret_path[static PATH_SIZE], char **ret_text)
{
	static const char *const roots[] = { "/etc/firewalld", "/usr/lib/firewalld" };
	int r = -ENOENT;

	for (size_t i = 0; i < 2 && r == -ENOENT; i++) {
		snprintf(ret_path, PATH_SIZE, "%s/%s/%.64s.xml", roots[i], folder, name);
		r = machine_file_read(reading->ctl, ret_path, FILE_MAX, ret_text, NULL);
	}
	if (r >= 0)
		blank_out(*ret_text, "<!--", "-->");
	note_error(reading, r);
	return r;
}

static bool service_has_port(const struct reading *reading, const char *service, unsigned depth)
{
	char path[PATH_SIZE], entry[128], included[VALUE_MAX], *text;

	if (depth > NEST_MAX || strchr(service, '/') ||
	    read_xml(reading, "services", service, path, &text) < 0)
		return false;
	bool has = has_port(text, reading->port, entry, sizeof(entry));
	for (const char *tag = next_element(text, "include"); tag && !has;
	     tag = next_element(tag + 1, "include")) {
		attribute(tag, "service", included);
		has = service_has_port(reading, included, depth + 1);
	}
	free(text);
	return has;
}

static void add_zone_opening(const struct reading *reading, const char *zone, const char *path,
			     const char *entry, bool is_service)
{
	struct firewall_opening *opening = add_opening(reading->firewall, FIREWALL_FIREWALLD);

	if (!opening)
		return;
	snprintf(opening->zone, sizeof(opening->zone), "%s", zone);
	snprintf(opening->entry, sizeof(opening->entry), "%s", entry);
	snprintf(opening->path, sizeof(opening->path), "%s", path);
	opening->is_service = is_service;
}

static void read_zone(const struct reading *reading, const char *zone)
{
	char path[PATH_SIZE], entry[128], service[VALUE_MAX], *text;

	if (read_xml(reading, "zones", zone, path, &text) < 0)
		return;
	/* Rules refuse, or accept only from somewhere. */
	blank_out(text, "<rule", "</rule>");
	if (has_port(text, reading->port, entry, sizeof(entry)))
		add_zone_opening(reading, zone, path, entry, false);
	for (const char *tag = next_element(text, "service"); tag;
	     tag = next_element(tag + 1, "service")) {
		attribute(tag, "name", service);
		if (service_has_port(reading, service, 0))
			add_zone_opening(reading, zone, path, service, true);
	}
	free(text);
}

static void read_zones(const struct reading *reading, const char *folder, const char *overriding)
{
	char **names = NULL, path[PATH_SIZE];
	int n = machine_file_list(reading->ctl, folder, ".xml", &names);

	note_error(reading, n);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%.80s", overriding ? overriding : "", names[i]);
		if (overriding && machine_file_exists(reading->ctl, path))
			continue;
		names[i][strlen(names[i]) - strlen(".xml")] = '\0';
		if (strcmp(names[i], "docker") != 0 && strcmp(names[i], "trusted") != 0)
			read_zone(reading, names[i]);
	}
	machine_file_free_names(names, n);
}

/* ---- ufw ---- */

/* "### tuple ### allow tcp 5901 0.0.0.0/0 any 0.0.0.0/0 in". */
static void read_ufw_line(const struct reading *reading, const char *line, const char *path)
{
	char action[24], protocol[8], port[64], to[64], from_port[64], from[64], direction[32];

	if (sscanf(line, "### tuple ### %23s %7s %63s %63s %63s %63s %31s", action, protocol, port,
		   to, from_port, from, direction) != 7)
		return;
	if (strncmp(action, "allow", 5) != 0 && strncmp(action, "limit", 5) != 0)
		return;
	if (strcmp(protocol, "tcp") != 0 && strcmp(protocol, "any") != 0)
		return;
	if (strcmp(from, "0.0.0.0/0") != 0 && strcmp(from, "::/0") != 0)
		return;
	/* Rules for all ports, or for one interface, have another purpose. */
	if (strcmp(direction, "in") != 0 || !ports_have(port, reading->port))
		return;
	struct firewall_opening *opening = add_opening(reading->firewall, FIREWALL_UFW);
	if (!opening)
		return;
	snprintf(opening->entry, sizeof(opening->entry), "%.5s %s%s%s", action, port,
		 strcmp(protocol, "any") == 0 ? "" : "/",
		 strcmp(protocol, "any") == 0 ? "" : protocol);
	snprintf(opening->path, sizeof(opening->path), "%s", path);
}

static void read_ufw_rules(const struct reading *reading, const char *path)
{
	char *text, *save = NULL;
	int r = machine_file_read(reading->ctl, path, FILE_MAX, &text, NULL);

	note_error(reading, r);
	if (r < 0)
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		read_ufw_line(reading, line, path);
	free(text);
}

static bool read_ufw_enabled(const struct ctl *ctl)
{
	char *text, *save = NULL;
	bool enabled = false;

	if (machine_file_read(ctl, "/etc/ufw/ufw.conf", FILE_MAX, &text, NULL) < 0)
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (strncasecmp(line, "ENABLED=", 8) == 0)
			enabled = strncasecmp(line + 8, "yes", 3) == 0;
	free(text);
	return enabled;
}

void firewall_read(const struct ctl *ctl, uint16_t port, struct firewall *ret_firewall)
{
	struct reading reading = { .ctl = ctl, .firewall = ret_firewall, .port = port };

	*ret_firewall = (struct firewall){
		.is_ufw_enabled = read_ufw_enabled(ctl),
		.is_readable = true,
	};
	if (machine_file_exists(ctl, "/etc/firewalld")) {
		read_zones(&reading, "/etc/firewalld/zones", NULL);
		read_zones(&reading, "/usr/lib/firewalld/zones", "/etc/firewalld/zones");
	}
	if (machine_file_exists(ctl, "/etc/ufw/ufw.conf")) {
		read_ufw_rules(&reading, "/etc/ufw/user.rules");
		read_ufw_rules(&reading, "/etc/ufw/user6.rules");
	}
}

/* ---- rules in force ---- */

/* A chain of ufw or firewalld, or a rule in one. */
static bool is_managed(const char *line)
{
	return strstr(line, "ufw-") || strstr(line, "ufw6-") || strstr(line, "IN_");
}

/* A chain for docker's bridges or for trusted interfaces, or a rule in one. */
static bool is_internal(const char *line)
{
	return strstr(line, "docker") || strstr(line, "DOCKER") || strstr(line, "trusted");
}

static bool word_follows(const char *line, const char *key, char ret_word[static VALUE_MAX])
{
	const char *at = strstr(line, key);

	return at && sscanf(at + strlen(key), " %63s", ret_word) == 1;
}

/* "tcp dport 5901 accept", or a set: "tcp dport { 22, 5900-5910 } accept". */
static bool nft_ports_have(const char *line, uint16_t port)
{
	const char *at = strstr(line, "tcp dport ");

	if (!at)
		return false;
	at += strlen("tcp dport ");
	if (*at != '{')
		return ports_have(at, port);
	for (at++; *at && *at != '}'; at += strcspn(at, ",}")) {
		at += strspn(at, ", ");
		if (ports_have(at, port))
			return true;
	}
	return false;
}

static bool is_opening(const char *line, uint16_t port)
{
	char word[VALUE_MAX];

	if (strstr(line, " saddr ") || strstr(line, " -s ") || strstr(line, "iif") ||
	    strstr(line, " -i ") || strstr(line, "dnat"))
		return false;
	if (strstr(line, "-A ")) /* iptables-save */
		return strstr(line, "-p tcp") && strstr(line, "-j ACCEPT") &&
		       ((word_follows(line, "--dport", word) && ports_have(word, port)) ||
			(word_follows(line, "--dports", word) && ports_have(word, port)));
	return strstr(line, "accept") && nft_ports_have(line, port);
}

static bool is_skipped(const char *chain_or_rule, bool files_say_it)
{
	return is_internal(chain_or_rule) || (files_say_it && is_managed(chain_or_rule));
}

void firewall_add_rules(struct firewall *firewall, const char *text, uint16_t port)
{
	const bool files_say_it = firewall->n_openings > 0;
	bool skips_chain = false;
	char line[512];

	for (const char *from = text; *from; from += strcspn(from, "\n"), from += *from == '\n') {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(from, "\n"), from);
		const char *rule = line + strspn(line, " \t");
		if (strncmp(rule, "chain ", 6) == 0)
			skips_chain = is_skipped(rule, files_say_it);
		if (skips_chain || !is_opening(rule, port) ||
		    (rule[0] == '-' && is_skipped(rule, files_say_it)))
			continue;
		struct firewall_opening *opening = add_opening(firewall, FIREWALL_RULES);
		if (!opening)
			return;
		snprintf(opening->entry, sizeof(opening->entry), "%.120s", rule);
		opening->is_runtime = true;
	}
}
