/* SPDX-License-Identifier: GPL-2.0-or-later */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "log.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

/* A whole line: below PIPE_BUF, so that a pipe takes it in one piece. */
enum { LOG_LINE_MAX = 2048 };

static const char log_cut[] = "...";

static struct {
	const char *program;
	enum log_level level;
	bool to_journal;
} log_state = { .program = "gpudesk", .level = LOG_LEVEL_INFO, .to_journal = false };

struct line {
	char text[LOG_LINE_MAX];
	size_t length;
};

/* sd-daemon(3): JOURNAL_STREAM names the journal's stream; a redirected stderr is another file. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char expected[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(expected, sizeof(expected), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(stream, expected) == 0;
}

void log_init(const char *program)
{
	log_state.program = program;
	log_state.to_journal = stderr_is_journal();
}

void log_set_level(enum log_level level)
{
	log_state.level = level;
}

enum log_level log_get_level(void)
{
	return log_state.level;
}

static const char *level_name(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error";
	case LOG_LEVEL_WARNING:
		return "warning";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		break;
	}
	return "debug";
}

/* The length of the UTF-8 character at `s`, by the table of RFC 3629; 0 if it is none. */
static size_t utf8_length(const unsigned char *s)
{
	static const struct {
		unsigned char first, last, second_min, second_max, length;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (s[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last)
			continue;
		if (s[1] < forms[i].second_min || s[1] > forms[i].second_max)
			return 0;
		for (size_t k = 2; k < forms[i].length; k++)
			if (s[k] < 0x80 || s[k] > 0xbf)
				return 0;
		return forms[i].length;
	}
	return 0;
}

/* C0, DEL and C1: what a terminal may obey. */
static bool is_control(const unsigned char *s)
{
	return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0);
}

/* Appends what fits before the room kept for "..." and the newline. */
static bool line_append(struct line *line, const char *text, size_t n)
{
	if (n > sizeof(line->text) - sizeof(log_cut) - line->length)
		return false;
	memcpy(line->text + line->length, text, n);
	line->length += n;
	return true;
}

/* Appends the first character of `s`, *ret_used bytes of it, escaped where it must be. */
static bool line_append_character(struct line *line, const unsigned char *s, size_t *ret_used)
{
	size_t length = utf8_length(s);
	char escaped[8];

	if (length > 0 && !is_control(s)) {
		*ret_used = length;
		return line_append(line, (const char *)s, length);
	}
	*ret_used = 1;
	snprintf(escaped, sizeof(escaped), "\\x%02x", s[0]);
	return line_append(line, escaped, 4);
}

static void line_start(struct line *line, enum log_level level)
{
	char start[128];
	int n;

	if (log_state.to_journal)
		n = snprintf(start, sizeof(start), "<%d>", (int)level);
	else
		n = snprintf(start, sizeof(start), "%.64s: %s: ", log_state.program,
			     level_name(level));
	line->length = 0;
	line_append(line, start, (size_t)n);
}

/*
 * `text` may have been cut within a character. But then it is as long as a line, which also has a
 * prefix, so the line is full before that place.
 */
static void line_append_text(struct line *line, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t used;

	for (; *s; s += used)
		if (!line_append_character(line, s, &used)) {
			memcpy(line->text + line->length, log_cut, sizeof(log_cut) - 1);
			line->length += sizeof(log_cut) - 1;
			return;
		}
}

static void write_line(const struct line *line)
{
	ssize_t written;

	do {
		written = write(STDERR_FILENO, line->text, line->length);
	} while (written < 0 && errno == EINTR);
}

/* With fields of its own, which a line on standard error cannot have. Returns whether it worked. */
static bool send_entry(enum log_level level, const char *peer, const char *result, const char *text)
{
	struct line line = { .length = 0 };
	char fields[4][128];
	struct iovec entry[5];

	line_append(&line, "MESSAGE=", strlen("MESSAGE="));
	line_append_text(&line, text);
	entry[0] = (struct iovec){ line.text, line.length };
	snprintf(fields[0], sizeof(fields[0]), "PRIORITY=%d", (int)level);
	snprintf(fields[1], sizeof(fields[1]), "SYSLOG_IDENTIFIER=%s", log_state.program);
	snprintf(fields[2], sizeof(fields[2]), "GPUDESK_PEER=%s", peer);
	snprintf(fields[3], sizeof(fields[3]), "GPUDESK_RESULT=%s", result);
	for (int i = 0; i < 4; i++)
		entry[i + 1] = (struct iovec){ fields[i], strlen(fields[i]) };
	return sd_journal_sendv(entry, 5) >= 0;
}

/* `peer` is NULL for what is not about a viewer. */
static void say(enum log_level level, const char *peer, const char *result, const char *format,
		va_list arguments) __attribute__((format(printf, 4, 0)));

static void say(enum log_level level, const char *peer, const char *result, const char *format,
		va_list arguments)
{
	int saved_errno = errno;
	char text[LOG_LINE_MAX];
	struct line line;

	if (level > log_state.level)
		return;
	if (vsnprintf(text, sizeof(text), format, arguments) >= 0 &&
	    !(peer && result && log_state.to_journal && send_entry(level, peer, result, text))) {
		line_start(&line, level);
		line_append_text(&line, text);
		line.text[line.length++] = '\n';
		write_line(&line);
	}
	errno = saved_errno;
}

void log_message(enum log_level level, const char *format, va_list arguments)
{
	say(level, NULL, NULL, format, arguments);
}

void log_viewer_message(enum log_level level, const char *peer, const char *result,
			const char *format, va_list arguments)
{
	say(level, peer, result, format, arguments);
}

void log_viewer(enum log_level level, const char *peer, const char *result, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(level, peer, result, format, arguments);
	va_end(arguments);
}

#define DEFINE_LOG(name, level)                                                                    \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		va_list arguments;                                                                 \
                                                                                                   \
		va_start(arguments, format);                                                       \
		say(level, NULL, NULL, format, arguments);                                         \
		va_end(arguments);                                                                 \
	}

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warning, LOG_LEVEL_WARNING)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)
