/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gdm_edit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/gdm_config.h"

#include "key_edit.h"

/* Whether GDM takes from the text what was written. A copy is parsed: that changes it. */
static bool is_read_as(const char *text, size_t length, const char *user, bool has_wayland)
{
	struct gdm_settings settings = { .wayland_off = false };
	char *copy = strndup(text, length);

	if (!copy)
		return false;
	gdm_config_parse(copy, &settings);
	free(copy);
	return (settings.wayland_off || !has_wayland) && gdm_settings_log_in(&settings, user);
}

int gdm_edit_apply(const char *text, size_t length, const char *user, bool has_wayland,
		   char **ret_text, size_t *ret_length)
{
	const struct key_edit edits[] = {
		{ "daemon", "AutomaticLogin", user, false },
		{ "daemon", "AutomaticLoginEnable", "true", true },
		{ "daemon", "WaylandEnable", "false", true },
	};
	size_t n = sizeof(edits) / sizeof(edits[0]) - (has_wayland ? 0 : 1); /* the last one */
	char *edited = NULL, *next;

	for (size_t i = 0; i < n; i++) {
		int r = key_edit_apply(&edits[i], edited ? edited : text, length, &next, &length);

		if (r < 0) {
			free(edited);
			return r;
		}
		if (r == 0)
			continue;
		free(edited);
		edited = next;
	}
	if (!edited)
		return 0;
	if (!is_read_as(edited, length, user, has_wayland)) {
		free(edited);
		return -EINVAL;
	}
	*ret_text = edited;
	*ret_length = length;
	return 1;
}
