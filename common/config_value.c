/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

struct choice {
	const char *name;
	int value;
};

static int format_string(const void *value, char *ret_text, size_t size)
{
	return config_fitted(snprintf(ret_text, size, "%s", (const char *)value), size);
}

/*
 * Users: all names that systemd accepts after a unit's @, so useradd's, "user@example.org" and
 * EXAMPLE\user, but no "machine$".
 */

static const char digits[] = "0123456789";
static const char user_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-@\\";

static bool is_user_name(const char *text)
{
	if (*text == '-' || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return false;
	/* Many programs take a number alone for a uid. */
	if (text[strspn(text, digits)] == '\0')
		return false;
	return text[strspn(text, user_characters)] == '\0';
}

static int parse_user(const char *text, void *ret, const char **ret_bad)
{
	size_t length = strlen(text);

	(void)ret_bad;
	if (!is_user_name(text))
		return -EINVAL;
	if (length >= CONFIG_USER_MAX)
		return -ENAMETOOLONG;
	memcpy(ret, text, length + 1);
	return 0;
}

const struct config_type config_type_USER = { parse_user, format_string, NULL, "" };

/* Paths */

static int parse_path(const char *text, void *ret, const char **ret_bad)
{
	size_t length = strlen(text);

	(void)ret_bad;
	if (text[0] != '/' && strncmp(text, "~/", 2) != 0)
		return -EINVAL;
	if (text[length - 1] == '/')
		return -EINVAL;
	if (length >= CONFIG_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(ret, text, length + 1);
	return 0;
}

const struct config_type config_type_PATH = { parse_path, format_string, NULL, "" };

/* Address blocks */

static int parse_nets(const char *text, void *ret, const char **ret_bad)
{
	return net_list_parse(text, ret, ret_bad);
}

static int format_nets(const void *value, char *ret_text, size_t size)
{
	return net_list_format(value, ret_text, size);
}

const struct config_type config_type_NETS = { parse_nets, format_nets, NULL, NET_LIST_SEPARATORS };

/* Choices */

static int parse_choice(const struct choice *choices, size_t n, const char *text, int *ret_value)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(choices[i].name, text) == 0) {
			*ret_value = choices[i].value;
			return 0;
		}
	return -EINVAL;
}

static int format_choice(const struct choice *choices, size_t n, int value, char *ret_text,
			 size_t size)
{
	size_t i = 0;

	while (i < n - 1 && choices[i].value != value)
		i++;
	return config_fitted(snprintf(ret_text, size, "%s", choices[i].name), size);
}

#define DEFINE_CHOICE_TYPE(TYPE, ...)                                                              \
	static const struct choice choices_##TYPE[] = { __VA_ARGS__ };                             \
                                                                                                   \
	static int parse_##TYPE(const char *text, void *ret, const char **ret_bad)                 \
	{                                                                                          \
		int value, r;                                                                      \
                                                                                                   \
		(void)ret_bad;                                                                     \
		r = parse_choice(choices_##TYPE, LENGTH_OF(choices_##TYPE), text, &value);         \
		if (r < 0)                                                                         \
			return r;                                                                  \
		*(config_ctype_##TYPE *)ret = (config_ctype_##TYPE)value;                          \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	static int format_##TYPE(const void *value, char *ret_text, size_t size)                   \
	{                                                                                          \
		return format_choice(choices_##TYPE, LENGTH_OF(choices_##TYPE),                    \
				     (int)*(const config_ctype_##TYPE *)value, ret_text, size);    \
	}                                                                                          \
                                                                                                   \
	const struct config_type config_type_##TYPE = { parse_##TYPE, format_##TYPE, NULL, "" }

DEFINE_CHOICE_TYPE(BOOL, { "yes", 1 }, { "no", 0 }, { "true", 1 }, { "false", 0 }, { "on", 1 },
		   { "off", 0 }, { "1", 1 }, { "0", 0 });

DEFINE_CHOICE_TYPE(COMPRESSION, { "auto", COMPRESSION_AUTO }, { "none", COMPRESSION_NONE },
		   { "fast", COMPRESSION_FAST }, { "best", COMPRESSION_BEST });

DEFINE_CHOICE_TYPE(CLIPBOARD, { "both", CLIPBOARD_BOTH }, { "to-desktop", CLIPBOARD_TO_DESKTOP },
		   { "to-viewer", CLIPBOARD_TO_VIEWER }, { "off", CLIPBOARD_OFF });

DEFINE_CHOICE_TYPE(LOG_LEVEL, { "error", LOG_LEVEL_ERROR }, { "warning", LOG_LEVEL_WARNING },
		   { "info", LOG_LEVEL_INFO }, { "debug", LOG_LEVEL_DEBUG });

int config_parse_bool(const char *text, bool *ret_value)
{
	return parse_BOOL(text, ret_value, NULL);
}
