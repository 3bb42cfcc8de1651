/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_record.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { VTNR_MAX = 4095 }; /* Linux has 63 */

enum field_kind {
	FIELD_TEXT,
	FIELD_PATH, /* absolute, or "" */
	FIELD_ID,
	FIELD_TIME, /* as in "2026-11-22T11:09:13Z", or "" */
	FIELD_UID,
	FIELD_VTNR,
	FIELD_PID,
};

struct field {
	const char *key;
	enum field_kind kind;
	bool required;
	size_t offset, size;
};

#define FIELD(key, kind, required, member)                                                         \
	key, kind, required, offsetof(struct session_record, member),                              \
		sizeof(((struct session_record *)NULL)->member)

/* The order in which a record is written. */
static const struct field fields[] = {
	{ FIELD("USER", FIELD_TEXT, true, user) },
	{ FIELD("UID", FIELD_UID, true, uid) },
	{ FIELD("SESSION", FIELD_ID, true, session) },
	{ FIELD("SERVICE", FIELD_TEXT, false, service) },
	{ FIELD("TYPE", FIELD_TEXT, true, type) },
	{ FIELD("SEAT", FIELD_TEXT, false, seat) },
	{ FIELD("VTNR", FIELD_VTNR, false, vtnr) },
	{ FIELD("XAUTHORITY", FIELD_PATH, false, xauthority) },
	{ FIELD("DISPLAY", FIELD_TEXT, false, display) },
	{ FIELD("LEADER", FIELD_PID, false, leader) },
	{ FIELD("OPENED", FIELD_TIME, false, opened) },
};
enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

/* Not isalnum(), which depends on the locale of the program that loaded the PAM module. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Characters that need no quotes, for a shell or for systemd. */
static bool is_plain(char c)
{
	return is_alphanumeric(c) || (c != '\0' && strchr("_./:@%+,=-", c));
}

static bool is_all_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_plain(text[i]))
			return false;
	return true;
}

static bool text_is_valid(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (is_control(text[i]) || text[i] == '\'')
			return false;
	return true;
}

bool session_record_text_is_valid(const char *text)
{
	return text_is_valid(text, strlen(text));
}

bool session_record_id_is_valid(const char *id)
{
	size_t length = strnlen(id, sizeof(((struct session_record *)NULL)->session));

	if (length == 0 || length == sizeof(((struct session_record *)NULL)->session))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_alphanumeric(id[i]) && id[i] != '-' && id[i] != '_')
			return false;
	return true;
}

static bool time_is_valid(const char *text)
{
	static const char pattern[] = "0000-00-00T00:00:00Z";

	if (strlen(text) != sizeof(pattern) - 1)
		return false;
	for (size_t i = 0; i < sizeof(pattern) - 1; i++)
		if (pattern[i] == '0' ? !is_digit(text[i]) : text[i] != pattern[i])
			return false;
	return true;
}

/* `text` is the value of a string field, and fits into it. */
static bool field_text_is_valid(const struct field *field, const char *text)
{
	if (*text == '\0')
		return !field->required;
	if (!session_record_text_is_valid(text))
		return false;
	switch (field->kind) {
	case FIELD_PATH:
		return *text == '/';
	case FIELD_ID:
		return session_record_id_is_valid(text);
	case FIELD_TIME:
		return time_is_valid(text);
	default:
		return true;
	}
}

/* The largest valid number of a field; (uid_t)-1 is no user. */
static uint64_t field_number_max(const struct field *field)
{
	if (field->kind == FIELD_UID)
		return (uint64_t)(uid_t)-1 - 1;
	return field->kind == FIELD_VTNR ? VTNR_MAX : INT_MAX;
}

static bool field_is_number(const struct field *field)
{
	return field->kind == FIELD_UID || field->kind == FIELD_VTNR || field->kind == FIELD_PID;
}

static uint64_t field_get_number(const struct session_record *record, const struct field *field)
{
	if (field->kind == FIELD_UID)
		return record->uid;
	if (field->kind == FIELD_VTNR)
		return record->vtnr;
	return record->leader < 0 ? UINT64_MAX : (uint64_t)record->leader;
}

static void field_set_number(struct session_record *record, const struct field *field,
			     uint64_t number)
{
	if (field->kind == FIELD_UID)
		record->uid = (uid_t)number;
	else if (field->kind == FIELD_VTNR)
		record->vtnr = (unsigned)number;
	else
		record->leader = (pid_t)number;
}

/* Writes what is after "KEY=": nothing for an unknown number or text. */
static int field_format(const struct session_record *record, const struct field *field,
			const char **ret_quote, char *ret_text, size_t size)
{
	const char *text = (const char *)record + field->offset;
	uint64_t number;

	if (!field_is_number(field)) {
		if (strnlen(text, field->size) == field->size || !field_text_is_valid(field, text))
			return -EINVAL;
		*ret_quote = is_all_plain(text, strlen(text)) ? "" : "'";
		snprintf(ret_text, size, "%s", text);
		return 0;
	}
	number = field_get_number(record, field);
	if (number > field_number_max(field))
		return -EINVAL;
	*ret_quote = "";
	if (number == 0 && !field->required)
		*ret_text = '\0';
	else
		snprintf(ret_text, size, "%llu", (unsigned long long)number);
	return 0;
}

int session_record_encode(const struct session_record *record, char *ret_text, size_t size)
{
	char text[SESSION_RECORD_MAX + 1], value[sizeof(record->xauthority)];
	size_t length = 0;

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const char *quote;
		int r = field_format(record, &fields[i], &quote, value, sizeof(value));

		if (r < 0)
			return r;
		r = snprintf(text + length, sizeof(text) - length, "%s=%s%s%s\n", fields[i].key,
			     quote, value, quote);
		length += (size_t)r;
	}
	if (length >= size)
		return -ENOSPC;
	memcpy(ret_text, text, length + 1);
	return (int)length;
}

/* Finds the value in what is after "KEY=": 'in quotes', or of plain characters. */
static int value_unquote(const char **value, size_t *length)
{
	if (*length == 0 || **value != '\'')
		return is_all_plain(*value, *length) ? 0 : -EINVAL;
	if (*length < 2 || (*value)[*length - 1] != '\'')
		return -EINVAL;
	*value += 1;
	*length -= 2;
	return text_is_valid(*value, *length) ? 0 : -EINVAL;
}

static int number_parse(const struct field *field, const char *text, size_t length,
			uint64_t *ret_number)
{
	uint64_t number = 0;

	if ((length == 0 && field->required) || length > 10)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (!is_digit(text[i]))
			return -EINVAL;
		number = number * 10 + (uint64_t)(text[i] - '0');
	}
	if (number > field_number_max(field))
		return -EINVAL;
	*ret_number = number;
	return 0;
}

static int field_parse(struct session_record *record, const struct field *field, const char *text,
		       size_t length)
{
	char *to = (char *)record + field->offset;
	uint64_t number;
	int r;

	if (field_is_number(field)) {
		r = number_parse(field, text, length, &number);
		if (r == 0)
			field_set_number(record, field, number);
		return r;
	}
	if (length >= field->size)
		return -EINVAL;
	memcpy(to, text, length);
	to[length] = '\0';
	return field_text_is_valid(field, to) ? 0 : -EINVAL;
}

static bool key_is_valid(const char *key, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!(key[i] >= 'A' && key[i] <= 'Z') && key[i] != '_' &&
		    !(i > 0 && is_digit(key[i])))
			return false;
	return length > 0;
}

/* Reads a line without its newline; bit i of *seen says that fields[i] was there. */
static int line_parse(struct session_record *record, unsigned *seen, const char *line,
		      size_t length)
{
	const char *equals = memchr(line, '=', length);
	size_t key_length, value_length;
	const char *value;

	if (!equals || !key_is_valid(line, (size_t)(equals - line)))
		return -EINVAL;
	key_length = (size_t)(equals - line);
	value = equals + 1;
	value_length = length - key_length - 1;
	if (value_unquote(&value, &value_length) < 0)
		return -EINVAL;

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (strlen(fields[i].key) != key_length ||
		    memcmp(fields[i].key, line, key_length) != 0)
			continue;
		if (*seen & 1U << i)
			return -EINVAL;
		*seen |= 1U << i;
		return field_parse(record, &fields[i], value, value_length);
	}
	return 0;
}

static bool has_required_fields(unsigned seen)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (fields[i].required && !(seen & 1U << i))
			return false;
	return true;
}

/* On failure *ret_line is the bad line, 0 for a missing key. */
static int lines_parse(struct session_record *record, const char *text, size_t length,
		       unsigned *ret_line)
{
	unsigned seen = 0;

	while (length > 0) {
		const char *end = memchr(text, '\n', length);
		size_t line_length;

		++*ret_line;
		/* A last line without a newline is incomplete. */
		if (!end)
			return -EINVAL;
		line_length = (size_t)(end - text);
		if (line_parse(record, &seen, text, line_length) < 0)
			return -EINVAL;
		text = end + 1;
		length -= line_length + 1;
	}
	*ret_line = 0;
	return has_required_fields(seen) ? 0 : -EINVAL;
}

int session_record_decode(const char *text, size_t length, struct session_record *ret_record,
			  unsigned *ret_line)
{
	struct session_record record = { .uid = (uid_t)-1 };
	unsigned line = 0;
	int r = -EINVAL;

	if (length <= SESSION_RECORD_MAX)
		r = lines_parse(&record, text, length, &line);
	if (r == 0)
		*ret_record = record;
	else if (ret_line)
		*ret_line = line;
	return r;
}

const char *session_record_stale_reason(const struct session_record *record,
					const struct session_facts *facts)
{
	/*
	 * 1. A session that was not closed (a crash, a kill) leaves its record behind.
	 * 2. Session ids are reused; user and leader tell the sessions apart.
	 * 3. A closing session still has its X server, but not for long.
	 */
	if (!facts->known)
		return "logind no longer knows its session: it ended without a logout";
	if (facts->uid != record->uid)
		return "logind says that its session belongs to another user: its id was reused";
	if (facts->leader != 0 && record->leader != 0 && facts->leader != record->leader)
		return "logind says that another process leads its session: its id was reused";
	if (facts->closing)
		return "its session is closing: the user has logged out";
	return NULL;
}
