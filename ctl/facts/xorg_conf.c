/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xorg_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "machine_file.h"

enum { TOKEN_MAX = 160, STRINGS_MAX = 2 };

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_NUMBER };

struct parser {
	struct xorg_conf *conf;
	struct xorg_section *section; /* the one we are in, or NULL */
	bool in_subsection;
	const char *path, *at, *end;
	unsigned line;
	char token[TOKEN_MAX]; /* the last one, without quotation marks */
};

/* A keyword with its strings, "" for those it does not have; numbers are skipped. */
struct entry {
	char keyword[TOKEN_MAX], strings[STRINGS_MAX][TOKEN_MAX];
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

static bool ends_string(char letter)
{
	return letter == '"' || letter == '\n' || letter == '\r';
}

static bool ends_word(char letter)
{
	return strchr(" \t\r\n#", letter) != NULL;
}

/* Moves past blanks and comments. */
static void skip_blanks(struct parser *parser)
{
	bool in_comment = false;

	for (; parser->at < parser->end; parser->at++) {
		if (*parser->at == '#')
			in_comment = true;
		if (*parser->at == '\n') {
			in_comment = false;
			parser->line++;
		}
		if (!in_comment && !strchr(" \t\r\n", *parser->at))
			return;
	}
}

/* Moves past the next token, which is then in parser->token. Lines mean nothing to Xorg. */
static enum token_kind take_token(struct parser *parser)
{
	skip_blanks(parser);
	if (parser->at == parser->end)
		return TOKEN_END;
	bool is_string = *parser->at == '"';
	const char *from = parser->at += is_string;
	while (parser->at < parser->end &&
	       !(is_string ? ends_string(*parser->at) : ends_word(*parser->at)))
		parser->at++;
	snprintf(parser->token, sizeof(parser->token), "%.*s", (int)(parser->at - from), from);
	if (is_string && parser->at < parser->end && *parser->at == '"')
		parser->at++;
	if (is_string)
		return TOKEN_STRING;
	return isdigit((unsigned char)*from) || *from == '-' || *from == ',' ? TOKEN_NUMBER
									     : TOKEN_WORD;
}

/* The next keyword and what follows it. Returns false at the end. */
static bool take_entry(struct parser *parser, struct entry *ret_entry)
{
	enum token_kind kind;
	size_t n = 0;

	do {
		kind = take_token(parser);
	} while (kind == TOKEN_STRING || kind == TOKEN_NUMBER);
	if (kind == TOKEN_END)
		return false;
	*ret_entry = (struct entry){ .line = parser->line };
	memcpy(ret_entry->keyword, parser->token, sizeof(parser->token));
	for (;;) {
		struct parser before = *parser;

		kind = take_token(parser);
		if (kind == TOKEN_STRING && n < STRINGS_MAX)
			memcpy(ret_entry->strings[n++], parser->token, sizeof(parser->token));
		if (kind == TOKEN_WORD || kind == TOKEN_END) {
			*parser = before;
			return true;
		}
	}
}

static int begin_section(struct parser *parser, const struct entry *entry)
{
	struct xorg_conf *conf = parser->conf;
	struct xorg_section *longer = reallocarray(conf->sections, conf->n_sections + 1,
						   sizeof(*longer));

	if (!longer)
		return -ENOMEM;
	conf->sections = longer;
	parser->section = &longer[conf->n_sections++];
	*parser->section = (struct xorg_section){ .line = entry->line };
	snprintf(parser->section->kind, sizeof(parser->section->kind), "%.23s", entry->strings[0]);
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

static int keep_entry(struct xorg_section *section, const struct entry *entry)
{
	const struct {
		const char *keyword;
		char *to; /* XORG_NAME_MAX bytes */
	} names[] = {
		{ "Identifier", section->identifier }, { "Driver", section->driver },
		{ "Device", section->device },	       { "Monitor", section->monitor },
		{ "BusID", section->bus_id },	       { "ModulePath", section->module_path },
	};
	const char *keyword = entry->keyword, *value = entry->strings[0];

	if (xorg_name_equal(keyword, "Option"))
		return add_option(section, value, entry->strings[1]);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (xorg_name_equal(keyword, names[i].keyword))
			snprintf(names[i].to, XORG_NAME_MAX, "%s", value);
	if (xorg_name_equal(keyword, "BusID"))
		section->bus_id_line = entry->line;
	if (xorg_name_equal(keyword, "MatchSeat"))
		section->is_of_other_seat = true;
	if (xorg_name_equal(keyword, "Screen") && !section->screen[0])
		snprintf(section->screen, sizeof(section->screen), "%s", value);
	return 0;
}

static int use_entry(struct parser *parser, const struct entry *entry)
{
	const char *keyword = entry->keyword;

	if (xorg_name_equal(keyword, "Section"))
		return begin_section(parser, entry);
	if (xorg_name_equal(keyword, "EndSection"))
		parser->section = NULL;
	else if (xorg_name_equal(keyword, "SubSection"))
		parser->in_subsection = true;
	else if (xorg_name_equal(keyword, "EndSubSection"))
		parser->in_subsection = false;
	else if (parser->section && !parser->in_subsection)
		return keep_entry(parser->section, entry);
	return 0;
}

int xorg_conf_parse(struct xorg_conf *conf, const char *path, const char *text, size_t length)
{
	struct parser parser = {
		.conf = conf, .path = path, .at = text, .end = text + length, .line = 1
	};
	struct entry entry;
	int r = 0;

	while (r >= 0 && take_entry(&parser, &entry))
		r = use_entry(&parser, &entry);
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
		if (names[i][0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.100s", folder, names[i]);
		r = read_one(ctl, conf, path);
	}
	machine_file_free_names(names, n);
	return n < 0 ? n : r;
}

int xorg_conf_read(const struct ctl *ctl, struct xorg_conf *ret_conf)
{
	struct xorg_conf conf = { 0 };
	int r = read_folder(ctl, &conf, "/usr/share/X11/xorg.conf.d");

	if (r >= 0)
		r = read_folder(ctl, &conf, "/etc/X11/xorg.conf.d");
	if (r >= 0)
		r = read_one(ctl, &conf, "/etc/X11/xorg.conf");
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

const char *xorg_section_option(const struct xorg_section *section, const char *name)
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

int xorg_section_boolean(const struct xorg_section *section, const char *name)
{
	const char *value = xorg_section_option(section, name);
	char negated[64];

	if (value)
		return parse_boolean(value);
	snprintf(negated, sizeof(negated), "No%.60s", name);
	value = xorg_section_option(section, negated);
	if (!value)
		return -ENOENT;
	int r = parse_boolean(value);
	return r < 0 ? r : !r;
}
