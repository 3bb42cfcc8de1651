/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The strict parser of config.h. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_table.h"
#include "whole_file.h"

enum {
	CONFIG_FILE_MAX = 65536,
	CONFIG_LINE_MAX = 4096,
	CONFIG_REPORTS_MAX = 20,
	CONFIG_TAIL_MAX = 140,	/* the last bytes of the file's path, in a message */
	CONFIG_SHOWN_MAX = 100, /* the first bytes of the file's text, in a message */
};

static const char blanks[] = " \t";
static const char ignored[] = "line ignored";

struct config_parser {
	const char *path;
	const struct config_source *source;
	struct config *config;
	config_report_fn report;
	void *userdata;
	int n_reports;
	unsigned line;
	bool guards_access; /* an error in this line refuses connections */
	unsigned set_in_line[64];
	int error; /* of the first file that could not be read */
};

void config_init(struct config *ret_config)
{
	const char *bad;

	memset(ret_config, 0, sizeof(*ret_config));
	for (size_t key = 0; key < config_n_keys; key++)
		config_set(ret_config, key, config_keys[key].default_value, &bad);
}

/* Messages go to logs and viewers: one line, and no byte that a terminal obeys. */
static void mask_control_characters(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static void deliver(struct config_parser *parser, const char *message)
{
	struct config *config = parser->config;

	if (parser->guards_access && !config->refusal[0])
		snprintf(config->refusal, sizeof(config->refusal), "%s", message);
	if (parser->n_reports > CONFIG_REPORTS_MAX)
		return;
	if (parser->n_reports++ == CONFIG_REPORTS_MAX)
		message = "further errors in the configuration are not shown";
	if (parser->report)
		parser->report(message, parser->userdata);
}

static const char *tail_of(const char *path)
{
	size_t length = strlen(path);

	return path + (length > CONFIG_TAIL_MAX ? length - CONFIG_TAIL_MAX : 0);
}

/*
 * Reports "file:line: message; effect", without ":line" before the first one. The effect is that
 * connections are refused, or, where the line does not guard access, what `otherwise` says.
 */
__attribute__((format(printf, 3, 4))) static void complain(struct config_parser *parser,
							   const char *otherwise,
							   const char *format, ...)
{
	char message[sizeof(parser->config->refusal)], line[16] = "";
	const char *effect = parser->guards_access ? "connections are refused until this is fixed"
						   : otherwise;
	int used;
	va_list arguments;

	if (parser->line > 0)
		snprintf(line, sizeof(line), ":%u", parser->line);
	used = snprintf(message, sizeof(message), "%s%s: ", tail_of(parser->path), line);
	va_start(arguments, format);
	used += vsnprintf(message + used, sizeof(message) - (size_t)used, format, arguments);
	va_end(arguments);
	if ((size_t)used < sizeof(message))
		snprintf(message + used, sizeof(message) - (size_t)used, "; %s", effect);
	mask_control_characters(message);
	deliver(parser, message);
}

/* How much of `text` up to one of `ends` a message shows. A long one is cut between characters. */
static int shown_length(const char *text, const char *ends)
{
	size_t length = strcspn(text, ends);

	if (length > CONFIG_SHOWN_MAX) {
		length = CONFIG_SHOWN_MAX;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	return (int)length;
}

/* Says what is wrong with the part `bad` of a value, by the error of config_set. */
static void complain_value(struct config_parser *parser, size_t key, int error, const char *bad)
{
	const struct config_key *k = &config_keys[key];
	bool is_set = parser->config->is_set & UINT64_C(1) << key; /* by a file before */
	char value[64] = "that of before", otherwise[96];
	int shown = shown_length(bad, config_separators(key));

	if (is_set)
		(void)config_format(parser->config, key, value, sizeof(value));
	snprintf(otherwise, sizeof(otherwise), "using %s%s", is_set ? "" : "the default, ",
		 is_set ? value : k->default_value);
	if (error == -ERANGE)
		complain(parser, otherwise, "%s: \"%.*s\" is out of range (%s)", k->name, shown,
			 bad, config_range(key));
	else if (error == -E2BIG)
		complain(parser, otherwise, "%s: too many, from \"%.*s\" on", k->name, shown, bad);
	else if (error == -ENAMETOOLONG)
		complain(parser, otherwise, "%s: \"%.*s\" is too long", k->name, shown, bad);
	else
		complain(parser, otherwise, "%s: expected %s, not \"%.*s\"", k->name,
			 config_expected(key), shown, bad);
}

static void complain_unknown_key(struct config_parser *parser, const char *name)
{
	int nearest = config_nearest_key(name);

	if (nearest >= 0)
		complain(parser, ignored, "unknown key \"%s\" (did you mean \"%s\"?)", name,
			 config_keys[nearest].name);
	else
		complain(parser, ignored, "unknown key \"%.*s\"", shown_length(name, ""), name);
}

static void assign(struct config_parser *parser, const char *name, const char *value)
{
	int key = config_find_key(name, strlen(name)), r;
	const char *bad;

	if (key < 0) {
		complain_unknown_key(parser, name);
		return;
	}
	if (parser->set_in_line[key] > 0) {
		complain(parser, ignored, "%s is already set in line %u", name,
			 parser->set_in_line[key]);
		return;
	}
	parser->set_in_line[key] = parser->line;
	r = config_set(parser->config, (size_t)key, value, &bad);
	if (r < 0) {
		complain_value(parser, (size_t)key, r, bad);
		return;
	}
	parser->config->is_set |= UINT64_C(1) << key;
	snprintf(parser->config->places[key], CONFIG_PLACE_MAX, "%s:%u", tail_of(parser->path),
		 parser->line);
}

/* A comment begins at the start of a line or after a blank: "a#b" is a value. */
static void cut_comment(char *text)
{
	for (char *hash = strchr(text, '#'); hash; hash = strchr(hash + 1, '#'))
		if (hash == text || strchr(blanks, hash[-1])) {
			*hash = '\0';
			return;
		}
}

static bool has_control_character(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
			return true;
	return false;
}

static void parse_line(struct config_parser *parser, char *text)
{
	cut_comment(text);
	text = config_trim(text, blanks);
	if (!*text)
		return;
	if (has_control_character(text)) {
		complain(parser, ignored, "control character in \"%.*s\"", shown_length(text, ""),
			 text);
		return;
	}
	char *equals = strchr(text, '=');
	if (!equals) {
		complain(parser, ignored, "expected key = value, not \"%.*s\"",
			 shown_length(text, ""), text);
		return;
	}
	*equals = '\0';
	const char *name = config_trim(text, blanks);
	assign(parser, name, config_trim(equals + 1, blanks));
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Does the line begin with a key that guards access? What follows the key may be broken. */
static bool begins_with_guard(const char *line, size_t length)
{
	size_t start = 0, end;
	int key;

	while (start < length && is_one_of(line[start], blanks))
		start++;
	end = start;
	while (end < length && is_one_of(line[end], "abcdefghijklmnopqrstuvwxyz_"))
		end++;
	key = config_find_key(line + start, end - start);
	return key >= 0 && config_keys[key].guards_access;
}

/* One line without its end. If even its bytes are wrong, nothing of it is used. */
static void take_line(struct config_parser *parser, const char *line, size_t length)
{
	char text[CONFIG_LINE_MAX + 1];

	if (length > 0 && line[length - 1] == '\r')
		length--;
	parser->line++;
	parser->guards_access = begins_with_guard(line, length);
	/* A crash may leave a file of NUL bytes, and any key may have been there. */
	if (memchr(line, '\0', length)) {
		parser->guards_access = true;
		complain(parser, ignored, "NUL byte: the file is damaged");
		return;
	}
	if (length > CONFIG_LINE_MAX) {
		complain(parser, ignored, "longer than %d bytes", CONFIG_LINE_MAX);
		return;
	}
	memcpy(text, line, length);
	text[length] = '\0';
	parse_line(parser, text);
}

static void take_lines(struct config_parser *parser, const char *text, size_t size)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	const char *end = text + size;

	if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0)
		text += 3;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline : end;

		take_line(parser, text, (size_t)(line_end - text));
		text = newline ? newline + 1 : end;
	}
}

static void parser_init(struct config_parser *parser, const char *path, struct config *config,
			config_report_fn report, void *userdata)
{
	config_init(config);
	*parser = (struct config_parser){
		.path = path,
		.config = config,
		.report = report,
		.userdata = userdata,
	};
}

int config_parse(const char *path, const char *text, size_t size, struct config *ret_config,
		 config_report_fn report, void *userdata)
{
	struct config_parser parser;

	parser_init(&parser, path, ret_config, report, userdata);
	take_lines(&parser, text, size);
	return parser.n_reports;
}

static void cannot_read(struct config_parser *parser, const char *path, int error)
{
	parser->path = path;
	parser->line = 0;
	parser->guards_access = true;
	complain(parser, ignored, "cannot be read: %s", strerror(-error));
	parser->path = NULL;
	if (parser->error == 0)
		parser->error = error;
}

static const char *locate(const struct config_parser *parser, const char *path, char *ret_path)
{
	if (!parser->source->locate)
		return path;
	return parser->source->locate(parser->source->context, path, ret_path);
}

/* Takes a file, or `text` in its place where that is not NULL. */
static void take_file(struct config_parser *parser, const char *path, const char *text)
{
	char buffer[CONFIG_FILE_MAX + 1], real[PATH_MAX];
	ssize_t size = text ? (ssize_t)strlen(text)
			    : whole_file_read_into(locate(parser, path, real), buffer,
						   sizeof(buffer));

	if (size < 0 && size != -ENOENT) {
		cannot_read(parser, path, (int)size);
		return;
	}
	parser->path = path;
	parser->line = 0;
	memset(parser->set_in_line, 0, sizeof(parser->set_in_line));
	take_lines(parser, text ? text : buffer, size < 0 ? 0 : (size_t)size);
	parser->path = NULL;
}

static int is_drop_in(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(CONFIG_DROP_IN_SUFFIX);

	return entry->d_name[0] != '.' && length > suffix &&
	       strcmp(entry->d_name + length - suffix, CONFIG_DROP_IN_SUFFIX) == 0;
}

/* Takes the proposed text in place of a file `name`, if that is not NULL and not after `next`. */
static bool take_proposed(struct config_parser *parser, const char *directory, const char *name,
			  const char *next)
{
	char path[CONFIG_PATH_MAX + NAME_MAX + 2];

	if (!name || (next && strcmp(name, next) > 0))
		return false;
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	take_file(parser, path, parser->source->text);
	return true;
}

/* Takes them in order, and what is proposed among them. */
static void take_drop_ins(struct config_parser *parser, const char *directory)
{
	const char *name = parser->source->name;
	struct dirent **entries = NULL;
	char path[CONFIG_PATH_MAX + NAME_MAX + 2], real[PATH_MAX];
	int n = scandir(locate(parser, directory, real), &entries, is_drop_in, alphasort);

	if (n < 0 && errno != ENOENT && errno != ENOTDIR)
		cannot_read(parser, directory, -errno);
	for (int i = 0; i < n; i++) {
		if (take_proposed(parser, directory, name, entries[i]->d_name))
			name = NULL;
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		if (!parser->source->name || strcmp(parser->source->name, entries[i]->d_name) != 0)
			take_file(parser, path, NULL);
		free(entries[i]);
	}
	(void)take_proposed(parser, directory, name, NULL);
	free(entries);
}

int config_load_from(const char *path, const struct config_source *source,
		     struct config *ret_config, config_report_fn report, void *userdata)
{
	char directory[CONFIG_PATH_MAX];
	struct config_parser parser;
	int length = snprintf(directory, sizeof(directory), "%s" CONFIG_DROP_INS_SUFFIX, path);

	parser_init(&parser, path, ret_config, report, userdata);
	parser.source = source;
	take_file(&parser, path, NULL);
	if (length < (int)sizeof(directory))
		take_drop_ins(&parser, directory);
	return parser.error < 0 ? parser.error : parser.n_reports;
}

int config_load(const char *path, struct config *ret_config, config_report_fn report,
		void *userdata)
{
	return config_load_from(path, &(struct config_source){ 0 }, ret_config, report, userdata);
}
