/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gdm_edit.h"

#include <stdlib.h>

#include "key_edit.h"

int gdm_edit_apply(const char *text, size_t length, const char *user, char **ret_text,
		   size_t *ret_length)
{
	const struct key_edit edits[] = {
		{ "daemon", "AutomaticLogin", user, "=", false, false },
		{ "daemon", "AutomaticLoginEnable", "true", "=", true, false },
		{ "daemon", "WaylandEnable", "false", "=", true, false },
	};
	char *now = NULL, *next;
	size_t n_changes = 0;

	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		int r = key_edit_apply(&edits[i], now ? now : text, length, &next, &length);

		if (r < 0) {
			free(now);
			return r;
		}
		if (r == 0)
			continue;
		free(now);
		now = next;
		n_changes++;
	}
	if (n_changes == 0)
		return 0;
	*ret_text = now;
	*ret_length = length;
	return 1;
}
