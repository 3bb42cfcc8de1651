/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl.h"
#include "facts/interfaces.h"
#include "facts/machine_file.h"
#include "nft_rules.h"
#include "tool.h"

enum { FILE_MAX = 262144, OUTPUT_MAX = 16 << 20, WORD_SIZE = 64 };

__attribute__((format(printf, 4, 5))) static void add(struct firewall *firewall,
						      enum firewall_kind kind, const char *zone,
						      const char *format, ...)
{
	va_list arguments;

	if (firewall->n_openings == FIREWALL_OPENINGS_MAX)
		return;
	struct firewall_opening *opening = &firewall->openings[firewall->n_openings++];
	*opening = (struct firewall_opening){ .kind = kind };
	snprintf(opening->zone, sizeof(opening->zone), "%s", zone);
	va_start(arguments, format);
	vsnprintf(opening->entry, sizeof(opening->entry), format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 2, 3))) static void not_judged(struct firewall *firewall,
							     const char *format, ...)
{
	va_list arguments;

	if (firewall->unjudged[0])
		return;
	va_start(arguments, format);
	vsnprintf(firewall->unjudged, sizeof(firewall->unjudged), format, arguments);
	va_end(arguments);
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

/* ---- firewalld ---- */

struct zone {
	const struct firewall_place *place;
	char name[WORD_SIZE];
	bool counts;	       /* strangers come in by it */
	bool refuses;	       /* by a rich rule, which comes before what it accepts */
	struct firewall found; /* its openings */
};

static bool is_outside(const struct firewall_place *place, const char *interface)
{
	for (const char *const *name = place->outside; *name; name++)
		if (strcmp(*name, interface) == 0)
			return true;
	return false;
}

static bool is_tcp(const char *entry)
{
	const char *slash = strchr(entry, '/');

	return slash && strcmp(slash, "/tcp") == 0;
}

/* The value of an attribute, NAME="VALUE"; "" if there is none. */
static void attribute(const char *rule, const char *name, char ret_value[static WORD_SIZE])
{
	const char *at = strstr(rule, name);

	ret_value[0] = '\0';
	if (at && sscanf(at + strlen(name), "=\"%63[^\"]", ret_value) != 1)
		ret_value[0] = '\0';
}

/* A rule for some addresses is none for everyone. */
static void take_rich_rule(struct zone *zone, const char *rule)
{
	char port[WORD_SIZE], protocol[WORD_SIZE], service[WORD_SIZE];

	attribute(rule, " port port", port);
	attribute(rule, " protocol", protocol);
	attribute(rule, " service name", service);
	bool is_ours = port[0] ? strcmp(protocol, "tcp") == 0 && ports_have(port, zone->place->port)
			       : service[0] && zone->place->service_has(service, zone->place->port);
	if (strstr(rule, " source ") || strstr(rule, " destination ") || !is_ours)
		return;
	if (strstr(rule, " priority="))
		not_judged(&zone->found, "the rich rules of firewalld's zone %s with a priority",
			   zone->name);
	else if (strstr(rule, " accept"))
		add(&zone->found, FIREWALL_RICH, zone->name, "%.150s", rule);
	else if (strstr(rule, " reject") || strstr(rule, " drop"))
		zone->refuses = true;
}

static void take_word(struct zone *zone, const char *key, const char *word)
{
	const struct firewall_place *place = zone->place;

	if (strcmp(key, "interfaces") == 0)
		zone->counts = zone->counts || is_outside(place, word);
	else if (strcmp(key, "target") == 0 && strcmp(word, "ACCEPT") == 0)
		add(&zone->found, FIREWALL_TARGET, zone->name, "%s", "");
	else if (strcmp(key, "ports") == 0 && is_tcp(word) && ports_have(word, place->port))
		add(&zone->found, FIREWALL_PORT, zone->name, "%s", word);
	else if (strcmp(key, "services") == 0 && zone->counts &&
		 place->service_has(word, place->port))
		add(&zone->found, FIREWALL_SERVICE, zone->name, "%s", word);
}

static void finish_zone(const struct zone *zone, struct firewall *firewall)
{
	for (size_t i = 0; zone->counts && !zone->refuses && i < zone->found.n_openings; i++)
		add(firewall, zone->found.openings[i].kind, zone->name, "%s",
		    zone->found.openings[i].entry);
	if (zone->counts && zone->found.unjudged[0])
		not_judged(firewall, "%s", zone->found.unjudged);
}

/* "public (active)", then "  KEY: WORD WORD", then rich rules after a tab. */
void firewall_add_zones(struct firewall *firewall, const char *list, const char *default_zone,
			const struct firewall_place *place)
{
	struct zone zone = { .place = place };
	char *text = strdup(list), *lines = NULL, *words;

	for (char *line = text ? strtok_r(text, "\n", &lines) : NULL; line;
	     line = strtok_r(NULL, "\n", &lines)) {
		const char *rule = line + strspn(line, " \t");
		char *colon = strchr(line, ':');

		if (line[0] != ' ' && line[0] != '\t') {
			finish_zone(&zone, firewall);
			zone = (struct zone){ .place = place };
			snprintf(zone.name, sizeof(zone.name), "%.*s", (int)strcspn(line, " \n"),
				 line);
			zone.counts = strcmp(zone.name, default_zone) == 0;
		} else if (strncmp(rule, "rule ", 5) == 0) {
			take_rich_rule(&zone, rule);
		} else if (colon) {
			*colon = '\0';
			for (char *word = strtok_r(colon + 1, " ", &words); word;
			     word = strtok_r(NULL, " ", &words))
				take_word(&zone, rule, word);
		}
	}
	finish_zone(&zone, firewall);
	free(text);
}

/* The output of a tool, OUTPUT_MAX at most, for free(); NULL if it cannot be had. */
static char *output_of(const char *const arguments[])
{
	char *text = malloc(OUTPUT_MAX);

	if (text && tool_read(arguments, text, OUTPUT_MAX) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static bool service_has(const char *service, uint16_t port)
{
	char option[WORD_SIZE + sizeof("--service=")], output[4096], *save = NULL;
	const char *const arguments[] = { "firewall-cmd", "--permanent", option, "--get-ports",
					  NULL };

	snprintf(option, sizeof(option), "--service=%.63s", service);
	if (tool_read(arguments, output, sizeof(output)) != 0)
		return false;
	for (char *word = strtok_r(output, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
		if (is_tcp(word) && ports_have(word, port))
			return true;
	return false;
}

static void read_zones(struct firewall *firewall, const struct firewall_place *place)
{
	static const char *const list[] = { "firewall-cmd", "--list-all-zones", NULL };
	static const char *const get_default[] = { "firewall-cmd", "--get-default-zone", NULL };
	char default_zone[WORD_SIZE] = "", *zones = output_of(list);

	if (!zones || tool_read(get_default, default_zone, sizeof(default_zone)) != 0)
		not_judged(firewall, "firewalld's zones (firewall-cmd fails)");
	default_zone[strcspn(default_zone, "\n")] = '\0';
	if (zones)
		firewall_add_zones(firewall, zones, default_zone, place);
	free(zones);
}

/* ---- ufw ---- */

/* "### tuple ### allow tcp 5901 0.0.0.0/0 any 0.0.0.0/0 in". */
static void read_ufw_line(struct firewall *firewall, const char *line, uint16_t port)
{
	char action[24], protocol[8], ports[64], to[64], from_port[64], from[64], direction[32];

	if (sscanf(line, "### tuple ### %23s %7s %63s %63s %63s %63s %31s", action, protocol, ports,
		   to, from_port, from, direction) != 7 ||
	    (strncmp(action, "allow", 5) != 0 && strncmp(action, "limit", 5) != 0) ||
	    (strcmp(protocol, "tcp") != 0 && strcmp(protocol, "any") != 0) ||
	    (strcmp(from, "0.0.0.0/0") != 0 && strcmp(from, "::/0") != 0))
		return;
	/* Rules for all ports, or for one interface, have another purpose. */
	if (strcmp(direction, "in") == 0 && ports_have(ports, port))
		add(firewall, FIREWALL_UFW, "", "%.5s %s%s%s", action, ports,
		    strcmp(protocol, "any") == 0 ? "" : "/",
		    strcmp(protocol, "any") == 0 ? "" : protocol);
}

static void read_ufw(const struct ctl *ctl, uint16_t port, struct firewall *firewall)
{
	static const char *const paths[] = { "/etc/ufw/ufw.conf", "/etc/ufw/user.rules",
					     "/etc/ufw/user6.rules" };
	bool is_on = false;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths) && (i == 0 || is_on); i++) {
		char *text = NULL, *save = NULL;
		int r = machine_file_read(ctl, paths[i], FILE_MAX, &text, NULL);

		if (r < 0 && r != -ENOENT)
			not_judged(firewall, "%s (%s)", paths[i], strerror(-r));
		for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
		     line = strtok_r(NULL, "\n", &save)) {
			is_on = is_on || strcasecmp(line, "ENABLED=yes") == 0;
			read_ufw_line(firewall, line, port);
		}
		free(text);
	}
}

/* ---- rules in force ---- */

/* What firewalld's and ufw's own settings have shown already is not said twice. */
static void take_rules(struct firewall *firewall, const char *text,
		       const struct firewall_place *place)
{
	char rule[NFT_RULE_MAX];
	enum nft_verdict verdict = NFT_CLOSED;

	for (const char *const *name = place->outside; *name && verdict != NFT_OPEN; name++) {
		const struct nft_packet packet = { place->port, *name };

		if (nft_rules_judge(text, &packet, &verdict, rule) < 0)
			not_judged(firewall, "nftables' rules (nft has no JSON)");
		else if (verdict == NFT_UNJUDGED)
			not_judged(firewall, "the rule %s", rule);
	}
	if (verdict == NFT_OPEN && firewall->n_openings == 0)
		add(firewall, FIREWALL_RULE, "", "%s", rule);
}

static void read_rules(struct firewall *firewall, const struct firewall_place *place)
{
	static const char *const nft[] = { "nft", "-j", "list", "ruleset", NULL };
	char *text = output_of(nft);

	if (text)
		take_rules(firewall, text, place);
	else if (tool_exists("nft") || tool_exists("iptables"))
		not_judged(firewall, "the rules of %s (%s)",
			   tool_exists("nft") ? "nftables" : "iptables",
			   tool_exists("nft") ? "nft fails" : "nft is not installed");
	free(text);
}

void firewall_read(const struct ctl *ctl, uint16_t port, bool has_firewalld,
		   struct firewall *ret_firewall)
{
	struct interface interfaces[INTERFACES_MAX];
	const char *outside[INTERFACES_MAX + 2] = { "eth0" };
	const struct firewall_place place = { port, outside, service_has };
	size_t n = 0;

	*ret_firewall = (struct firewall){ 0 };
	read_ufw(ctl, port, ret_firewall);
	if (ctl->root[0])
		return;
	for (size_t i = interfaces_read(interfaces, INTERFACES_MAX); i > 0; i--)
		if (!interfaces[i - 1].is_loopback && !interfaces[i - 1].is_bridge)
			outside[n++] = interfaces[i - 1].name;
	if (has_firewalld)
		read_zones(ret_firewall, &place);
	read_rules(ret_firewall, &place);
}
