/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gdm_edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/gdm_config.h"

#include "key_edit.h"

/* What GDM takes from the text. A copy is parsed: that changes it. */
static int parse(const char *text, size_t length, struct gdm_settings *ret_settings)
{
	char *copy = strndup(text, length);

	if (!copy)
		return -ENOMEM;
	gdm_config_parse(copy, ret_settings);
	free(copy);
	return 0;
}

static bool is_as_wanted(const struct gdm_edit *edit, const struct gdm_settings *settings)
{
	return (settings->wayland_off || !edit->has_wayland) && !settings->xorg_off &&
	       (!edit->fallback || strcmp(settings->fallback_session, edit->fallback) == 0) &&
	       gdm_settings_log_in(settings, edit->user);
}

int gdm_edit_apply(const struct gdm_edit *edit, const char *text, size_t length, char **ret_text,
		   size_t *ret_length)
{
	struct gdm_settings settings;
	struct key_edit edits[5];
	size_t n = 0;
	char *edited;
	int r = parse(text, length, &settings);

	if (r < 0)
		return r;
	edits[n++] = (struct key_edit){ "daemon", "AutomaticLogin", edit->user, false };
	edits[n++] = (struct key_edit){ "daemon", "AutomaticLoginEnable", "true", true };
	if (settings.xorg_off)
		edits[n++] = (struct key_edit){ "daemon", "XorgEnable", "true", true };
	if (edit->fallback)
		edits[n++] = (struct key_edit){ "daemon", "FallbackSession", edit->fallback,
						false };
	if (edit->has_wayland)
		edits[n++] = (struct key_edit){ "daemon", "WaylandEnable", "false", true };
	r = key_edit_apply_all(edits, n, text, length, &edited, &length);
	if (r <= 0)
		return r;
	r = parse(edited, length, &settings);
	if (r == 0 && !is_as_wanted(edit, &settings))
		r = -EINVAL;
	if (r < 0) {
		free(edited);
		return r;
	}
	*ret_text = edited;
	*ret_length = length;
	return 1;
}
