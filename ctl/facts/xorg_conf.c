/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xorg_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "machine_file.h"

enum { WORD_MAX = 160, WORDS_MAX = 3 };

/* The first words of a line, "" for those it does not have. */
struct line {
	char words[WORDS_MAX][WORD_MAX];
};

struct parser {
	struct xorg_conf *conf;
	struct xorg_section *section; /* the one we are in, or NULL */
	bool in_subsection;
	const char *path;
	unsigned line;
};

static bool is_ignored(char letter)
{
	return letter == ' ' || letter == '\t' || letter == '_';
}

bool xorg_name_equal(const char *a, const char *b)
{
	for (;;) {
		while (is_ignored(*a))
			a++;
		while (is_ignored(*b))
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

/* Takes a word, quoted or not, from the text up to `end`. Returns the rest. */
static const char *take_word(const char *text, const char *end, char ret_word[static WORD_MAX])
{
	while (text < end && isspace((unsigned char)*text))
		text++;
	bool quoted = text < end && *text == '"';
	const char *from = text += quoted;
	if (!quoted && text < end && *text == '#')
		text = end;
	else
		while (text < end && (quoted ? *text != '"' : !isspace((unsigned char)*text)))
			text++;
	snprintf(ret_word, WORD_MAX, "%.*s", *from == '#' && !quoted ? 0 : (int)(text - from),
		 from);
	return text < end && quoted ? text + 1 : text;
}

static void split_line(const char *text, const char *end, struct line *ret_line)
{
	for (size_t i = 0; i < WORDS_MAX; i++)
		text = take_word(text, end, ret_line->words[i]);
}

static int begin_section(struct parser *parser, const char *kind)
{
	struct xorg_conf *conf = parser->conf;
	struct xorg_section *longer = reallocarray(conf->sections, conf->n_sections + 1,
						   sizeof(*longer));

	if (!longer)
		return -ENOMEM;
	conf->sections = longer;
	parser->section = &longer[conf->n_sections++];
	*parser->section = (struct xorg_section){ .line = parser->line };
	snprintf(parser->section->kind, sizeof(parser->section->kind), "%.23s", kind);
	snprintf(parser->section->path, sizeof(parser->section->path), "%s", parser->path);
	return 0;
}

static int add_option(struct xorg_section *section, const char *name, const char *value)
{
	struct xorg_option *longer = reallocarray(section->options, section->n_options + 1,
						  sizeof(*longer));

	if (!longer)
		return -ENOMEM;
	section->options = longer;
	longer += section->n_options++;
	snprintf(longer->name, sizeof(longer->name), "%.47s", name);
	snprintf(longer->value, sizeof(longer->value), "%.95s", value);
	return 0;
}

static int take_entry(struct parser *parser, const struct line *line)
{
	struct xorg_section *section = parser->section;
	const char *keyword = line->words[0], *value = line->words[1];

	if (xorg_name_equal(keyword, "Option"))
		return add_option(section, value, line->words[2]);
	if (xorg_name_equal(keyword, "Identifier")) {
		snprintf(section->identifier, sizeof(section->identifier), "%.63s", value);
	} else if (xorg_name_equal(keyword, "Driver")) {
		snprintf(section->driver, sizeof(section->driver), "%.63s", value);
	} else if (xorg_name_equal(keyword, "Device")) {
		snprintf(section->device, sizeof(section->device), "%.63s", value);
	} else if (xorg_name_equal(keyword, "BusID")) {
		snprintf(section->bus_id, sizeof(section->bus_id), "%.39s", value);
		section->bus_id_line = parser->line;
	}
	return 0;
}

static int take_line(struct parser *parser, const struct line *line)
{
	const char *keyword = line->words[0];

	if (!*keyword)
		return 0;
	if (xorg_name_equal(keyword, "Section"))
		return begin_section(parser, line->words[1]);
	if (xorg_name_equal(keyword, "EndSection"))
		parser->section = NULL;
	else if (xorg_name_equal(keyword, "SubSection"))
		parser->in_subsection = true;
	else if (xorg_name_equal(keyword, "EndSubSection"))
		parser->in_subsection = false;
	else if (parser->section && !parser->in_subsection)
		return take_entry(parser, line);
	return 0;
}

int xorg_conf_parse(struct xorg_conf *conf, const char *path, const char *text, size_t length)
{
	struct parser parser = { .conf = conf, .path = path };
	const char *end = text + length;
	int r = 0;

	while (text < end && r >= 0) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		struct line line;

		if (!stop)
			stop = end;
		parser.line++;
		split_line(text, stop, &line);
		r = take_line(&parser, &line);
		text = stop + (stop < end);
	}
	return r;
}

static int read_one(const struct ctl *ctl, struct xorg_conf *conf, const char *path)
{
	size_t length;
	char *text;
	int r = machine_file_read(ctl, path, XORG_FILE_MAX, &text, &length);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = xorg_conf_parse(conf, path, text, length);
	free(text);
	return r;
}

static int read_folder(const struct ctl *ctl, struct xorg_conf *conf, const char *folder)
{
	char **names = NULL, path[160];
	int n = machine_file_list(ctl, folder, ".conf", &names), r = 0;

	for (int i = 0; i < n && r >= 0; i++) {
		snprintf(path, sizeof(path), "%s/%.100s", folder, names[i]);
		r = read_one(ctl, conf, path);
	}
	machine_file_free_names(names, n);
	return n < 0 ? n : r;
}

int xorg_conf_read(const struct ctl *ctl, struct xorg_conf *ret_conf)
{
	struct xorg_conf conf = { 0 };
	int r = read_one(ctl, &conf, "/etc/X11/xorg.conf");

	if (r >= 0)
		r = read_folder(ctl, &conf, "/etc/X11/xorg.conf.d");
	if (r >= 0)
		r = read_folder(ctl, &conf, "/usr/share/X11/xorg.conf.d");
	if (r < 0) {
		xorg_conf_finish(&conf);
		return r;
	}
	*ret_conf = conf;
	return 0;
}

void xorg_conf_finish(struct xorg_conf *conf)
{
	for (size_t i = 0; i < conf->n_sections; i++)
		free(conf->sections[i].options);
	free(conf->sections);
	*conf = (struct xorg_conf){ 0 };
}

/* The value of the last Option of that name ("" means true), or NULL. */
static const char *section_option(const struct xorg_section *section, const char *name)
{
	for (size_t i = section->n_options; i-- > 0;)
		if (xorg_name_equal(section->options[i].name, name))
			return section->options[i].value;
	return NULL;
}

/* The words that Xorg accepts. Returns 1, 0 or -EINVAL. */
static int parse_boolean(const char *value)
{
	static const char *const words[2][5] = {
		{ "0", "off", "false", "no", NULL },
		{ "1", "on", "true", "yes", "" },
	};

	for (int is_on = 0; is_on < 2; is_on++)
		for (size_t i = 0; i < 5 && words[is_on][i]; i++)
			if (strcasecmp(value, words[is_on][i]) == 0)
				return is_on;
	return -EINVAL;
}

static int section_boolean(const struct xorg_section *section, const char *name)
{
	const char *value = section_option(section, name);
	char negated[64];

	if (value)
		return parse_boolean(value);
	snprintf(negated, sizeof(negated), "No%.60s", name);
	value = section_option(section, negated);
	if (!value)
		return -ENOENT;
	int r = parse_boolean(value);
	return r < 0 ? r : !r;
}

int xorg_conf_boolean(const struct xorg_conf *conf, const char *kind, const char *name)
{
	for (size_t i = 0; i < conf->n_sections; i++) {
		if (kind && !xorg_name_equal(conf->sections[i].kind, kind))
			continue;
		int r = section_boolean(&conf->sections[i], name);
		if (r != -ENOENT)
			return r;
	}
	return -ENOENT;
}
