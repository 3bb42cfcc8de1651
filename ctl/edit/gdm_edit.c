/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gdm_edit.h"

#include <stdlib.h>

#include "key_edit.h"

int gdm_edit_apply(const char *text, size_t length, const char *user, bool has_wayland,
		   char **ret_text, size_t *ret_length)
{
	const struct key_edit edits[] = {
		{ "daemon", "AutomaticLogin", user, "=", false, false },
		{ "daemon", "AutomaticLoginEnable", "true", "=", true, false },
		{ "daemon", "WaylandEnable", "false", "=", true, false },
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
	*ret_text = edited;
	*ret_length = length;
	return 1;
}
