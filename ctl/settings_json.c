/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings_json.h"

#include "json.h"

enum { VALUE_MAX = 2048 };

/* As in the file. */
static json_t *text_of(const struct config *config, size_t key)
{
	char text[VALUE_MAX];

	return config_format(config, key, text, sizeof(text)) < 0 ? json_null() : json_text(text);
}

static json_t *seconds(uint64_t usec)
{
	if (usec == CONFIG_NEVER)
		return json_null();
	return usec % 1000000 ? json_real((double)usec / 1e6)
			      : json_integer((json_int_t)(usec / 1000000));
}

#define USER_JSON(field) text_of(config, key)
#define PATH_JSON(field) text_of(config, key)
#define NETS_JSON(field) text_of(config, key)
#define COMPRESSION_JSON(field) text_of(config, key)
#define CLIPBOARD_JSON(field) text_of(config, key)
#define LOG_LEVEL_JSON(field) text_of(config, key)
#define TIMESPAN_JSON(field) seconds(config->field)
#define SIZE_JSON(field) json_integer((json_int_t)config->field)
#define UINT_JSON(field) json_integer((json_int_t)config->field)
#define BOOL_JSON(field) json_boolean(config->field)

json_t *settings_json_value(const struct config *config, size_t key)
{
	switch (key) {
#define KEY(key, type, default_value, minimum, maximum, guards_access, help)                       \
	case CONFIG_KEY_##key:                                                                     \
		return type##_JSON(key);
#include "common/config_keys.h"
	default:
		return json_null();
	}
}
